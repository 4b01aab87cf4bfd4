"""Sizes that are asked for, and what is no size."""

from typing import Any

import pytest

from tests.tiny import dense_study
from tuner.errors import StudyError, TunerError
from tuner.plan import Plan


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((0.5, 20), "0.5,20; give shares of the train split above 0 and up to 1, or whole numbers"),
        ((0.0, 0.5), "0,0.5; give shares"),
        ((-3, 20), "-3,20; give numbers of examples, 1 or more"),
        ((0.5,), "0.5; give two sizes or more"),
        ((32, 32.0), "32,32; give two sizes or more"),
        ((float("nan"), 1), "nan,1; give finite numbers"),
        ("many", "'many'; give numbers such as 0.1,0.25,0.5,1 or 100,200,400, or 'auto'"),
        ((True, 0.5), "give numbers"),
        (3, "3; give numbers"),
    ],
)
def test_what_is_no_size_of_the_train_split_is_one_line(asked: Any, said: str) -> None:
    with pytest.raises(TunerError, match=r"train_sizes is ") as error:
        Plan(train_sizes=asked)
    assert said in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(StudyError, match=r"train_sizes is "):
        dense_study(train_sizes=asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((1, 2.5), "1,2.5; give whole numbers of networks, 1 or more"),
        ((0, 2), "0,2; give whole numbers"),
        ((3,), "3; give two sizes or more, such as 1,5"),
        ("all", "'all'; give numbers such as 1,2,5,10, or 'auto'"),
    ],
)
def test_what_is_no_size_of_an_ensemble_is_one_line(asked: Any, said: str) -> None:
    with pytest.raises(TunerError, match=r"ensemble_sizes is ") as error:
        Plan(ensemble_sizes=asked)
    assert said in str(error.value)
    with pytest.raises(StudyError, match=r"ensemble_sizes is "):
        dense_study(ensemble_sizes=asked)
