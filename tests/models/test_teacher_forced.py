"""Teacher forcing: two inputs, and what the decoder may see at each step."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import CLOSE, apart, forced, said, splits, weighted
from tuner.errors import StudyError
from tuner.models import teacher_forced
from tuner.splits import Splits

DATA = forced((4, 2), (3, 2), (3, 2))
SOURCE, SEEN = DATA.train[0]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return weighted(teacher_forced(DATA, units=2, layers=2, output="softmax"))


def test_shapes(model: keras.Model) -> None:
    assert model.input_shape == [(None, 4, 2), (None, 3, 2)]
    answer = said(model, SOURCE, SEEN)
    assert answer.shape == (6, 3, 2)
    assert np.allclose(answer.sum(axis=-1), 1, atol=CLOSE)


def test_an_answer_depends_on_what_was_seen_until_then_alone(model: keras.Model) -> None:
    answer = said(model, SOURCE, SEEN)
    other = SEEN.copy()
    other[:, 1] += 1
    changed = said(model, SOURCE, other)
    assert apart(answer[:, :1], changed[:, :1]) == 0
    assert (np.abs(answer - changed)[:, 1:].max(axis=(0, 2)) > 1e-4).all()


def test_an_answer_depends_on_the_whole_source(model: keras.Model) -> None:
    answer = said(model, SOURCE, SEEN)
    for step in range(4):
        other = SOURCE.copy()
        other[:, step] += 1
        assert apart(answer, said(model, other, SEEN)) > 1e-5


def as_dict() -> Splits:
    pair = ({"encoder": SOURCE, "decoder": SEEN}, DATA.train[1])
    return Splits(pair, pair, pair)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (splits((4, 2), (3, 2)), "not 1 and 1 arrays; without an input of the decoder use encoder_decoder"),
        (as_dict(), r"teacher_forced has x = \(encoder input, decoder input\) and one y"),
        (forced((4, 2), (2, 2), (3, 2)), r"has shape \(examples, 2, 2\) and y \(examples, 3, 2\)"),
        (forced((4, 2), (3,), (3, 2)), "teacher_forced needs the decoder input of shape"),
        (forced((4,), (3, 2), (3, 2)), r"needs the encoder input of shape .* write x\[..., None\]"),
        (forced((4, 2), (3, 2), (3,)), "teacher_forced needs y of shape"),
    ],
)
def test_other_data_are_refused(data: Any, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        teacher_forced(data, units=2)
