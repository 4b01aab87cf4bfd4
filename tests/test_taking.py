"""Parts of a train split: within one another, the same for all configurations, in the order of the split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import LedgerError
from tuner.parts import Part, part_for, sized, told, whole
from tuner.records import Configuration
from tuner.splits import Splits
from tuner.taking import taken

PLACES = np.arange(50)
SPLITS = Splits(
    train=({"a": PLACES, "b": [PLACES, PLACES[:, None]]}, PLACES),
    validation=({"a": PLACES, "b": [PLACES, PLACES[:, None]]}, PLACES),
    test=({"a": PLACES, "b": [PLACES, PLACES[:, None]]}, PLACES),
)


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(1, 50))
def test_a_smaller_part_is_within_a_larger_one_and_keeps_the_order(index: int, one: int, other: int) -> None:
    small, large = (
        taken(SPLITS, Part(size, drawn=True), 3, index).train[1].tolist() for size in sorted((one, other))
    )
    assert set(small) <= set(large) and len(small) == min(one, other)
    assert small == sorted(set(small)) and large == sorted(set(large))


def test_every_array_loses_the_same_examples_and_other_splits_lose_none() -> None:
    part = taken(SPLITS, Part(7, drawn=True), 3, 0)
    (x, y) = part.train
    assert isinstance(x["b"], list) and len(y) == 7
    for array in (x["a"], x["b"][0], x["b"][1][:, 0]):
        np.testing.assert_array_equal(array, y)
    assert part.validation is SPLITS.validation and part.test is SPLITS.test


def test_seeds_draw_other_examples_and_those_of_a_series_are_the_most_recent() -> None:
    drawn = [tuple(taken(SPLITS, Part(7, drawn=True), 3, index).train[1]) for index in range(20)]
    assert len(set(drawn)) == 20
    assert taken(SPLITS, part_for(7, 50, series=True), 3, 0).train[1].tolist() == list(range(43, 50))
    assert taken(SPLITS, part_for(50, 50, series=False), 3, 0) is SPLITS


def test_names_tell_of_the_part_whatever_the_configuration_is_called() -> None:
    for name in ("baseline", "a@5", "a@5 drawn", "", "\n@"):
        for part in (Part(5), Part(5, drawn=True)):
            configuration = Configuration(name, {"units": 3})
            assert whole(sized(configuration, part)) == (configuration, part)


@pytest.mark.parametrize("name", ["baseline", "a@", "a@0", "a@-3", "a@5 other", "a@" + "9" * 20])
def test_a_name_that_tells_of_none_is_refused(name: str) -> None:
    with pytest.raises(LedgerError, match="does not say on how many examples"):
        told(name)
