"""Teacher forcing: two inputs, and what the decoder may see at each step."""

from typing import Any

import numpy as np
import pytest

from tests.models.made import CLOSE, apart, enlarged, forced, splits
from tuner.errors import StudyError
from tuner.models import teacher_forced
from tuner.study import Splits

DATA = forced((5, 2), (4, 3), (4, 3))


def test_shapes() -> None:
    model = teacher_forced(DATA, units=3, layers=2, cell="gru", output="softmax")
    assert model.input_shape == [(None, 5, 2), (None, 4, 3)]
    assert model.output_shape == (None, 4, 3)
    assert np.allclose(np.asarray(model(list(DATA.train[0]))).sum(axis=-1), 1, atol=CLOSE)


def test_an_answer_depends_on_what_was_seen_until_then_alone() -> None:
    model = enlarged(teacher_forced(DATA, units=3, layers=2))
    source, seen = DATA.train[0]
    answer = np.asarray(model([source, seen]))
    other = seen.copy()
    other[:, 2] += 1
    changed = np.asarray(model([source, other]))
    assert apart(answer[:, :2], changed[:, :2]) == 0
    assert (np.abs(answer - changed)[:, 2:].max(axis=(0, 2)) > 1e-4).all()


def test_an_answer_depends_on_the_whole_source() -> None:
    model = enlarged(teacher_forced(DATA, units=3, bidirectional="concat"))
    source, seen = DATA.train[0]
    answer = np.asarray(model([source, seen]))
    for step in range(5):
        other = source.copy()
        other[:, step] += 1
        assert apart(answer, model([other, seen])) > 1e-5


def as_dict() -> Splits:
    (source, seen), y = DATA.train
    pair = ({"encoder": source, "decoder": seen}, y)
    return Splits(pair, pair, pair)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (splits((5, 2), (4, 3)), "not 1 and 1 arrays; without an input of the decoder use encoder_decoder"),
        (as_dict(), r"teacher_forced has x = \(encoder input, decoder input\) and one y"),
        (
            forced((5, 2), (3, 3), (4, 3)),
            r"decoder input has shape \(examples, 3, 3\) and y \(examples, 4, 3\)",
        ),
        (forced((5, 2), (4,), (4, 3)), "teacher_forced needs the decoder input of shape"),  # type: ignore[arg-type]
        (forced((5, 2), (4, 3), (4,)), "teacher_forced needs y of shape"),  # type: ignore[arg-type]
    ],
)
def test_other_data_are_refused(data: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        teacher_forced(data, units=3)
