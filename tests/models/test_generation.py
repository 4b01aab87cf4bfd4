"""Models of the next value, fed by their own outputs."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.models.made import apart, forced, numbers, said, splits, weighted
from tuner.errors import StudyError
from tuner.models import recurrent, repeat_vector, reset_states, roll_out, teacher_forced


def adder() -> keras.Model:
    """The sum of the window's values: fed back, it makes the series in which each value is that sum."""
    source = keras.Input((2, 1))
    return keras.Model(source, keras.ops.sum(source, axis=1))


def test_fibonacci() -> None:
    start = np.array([[[0], [1]], [[2], [1]]])
    made = roll_out(adder(), start, 6)
    assert made[..., 0].tolist() == [[1, 2, 3, 5, 8, 13], [3, 4, 7, 11, 18, 29]]


def test_a_symbol_is_fed_back_as_a_symbol() -> None:
    source = keras.Input((1, 3))
    turn = keras.layers.Dense(3, activation="softmax", use_bias=False)
    model = keras.Model(source, turn(source))  # (n, 1, 3): its last step counts
    turn.set_weights([np.roll(np.eye(3), 1, axis=1)])  # the next symbol is the one after, but for softness
    start = np.eye(3)[[0, 2]][:, None]
    made = roll_out(model, start, 4, feed="argmax")
    assert made.argmax(axis=-1).tolist() == [[1, 2, 0, 1], [0, 1, 2, 0]]
    assert np.ptp(made.max(axis=-1)) == pytest.approx(0, abs=1e-6)  # each answer is to a symbol
    soft = roll_out(model, start, 4)
    assert soft[:, 3].max() < made[:, 3].max()


def test_a_stateful_model_goes_on_from_its_states() -> None:
    data = splits((1, 1), (1, 1), examples=4)
    model = weighted(recurrent(data, units=2, stateful=True, batch_size=2))
    start = numbers(2, 1, 1, seed=4)
    whole = roll_out(model, start, 4)
    reset_states(model)
    begun = roll_out(model, start, 2)
    rest = roll_out(model, begun[:, -1:], 2)
    assert apart(np.concatenate([begun, rest], axis=1), whole) == 0
    assert apart(roll_out(model, start, 4), whole) > 1e-4


START = numbers(2, 3, 2, seed=0)


def next_of(outputs: int = 2, **options: Any) -> keras.Model:
    """A model of what comes after three steps of two features."""
    return recurrent(splits((3, 2), (outputs,)), units=2, **options)


@pytest.mark.parametrize(
    ("model", "start", "steps", "message"),
    [
        (next_of, START, 0, "steps is 0"),
        (next_of, START[:, 1:], 2, r"start has shape \(2, 2, 2\); the model takes \(examples, 3, 2\)"),
        (next_of, START[0], 2, r"start has shape \(3, 2\)"),
        (lambda: next_of(1), START, 2, r"makes \(examples, 1\) of \(examples, 3, 2\)"),
        (lambda: next_of(stateful=True, batch_size=3), START, 2, r"takes \(3, 3, 2\)"),
        (
            lambda: teacher_forced(forced((3, 2), (2, 2), (2, 2)), units=2),
            START,
            2,
            "one input and one output, not 2 and 1; for an encoder-decoder use inference",
        ),
    ],
)
def test_what_cannot_be_rolled_out_is_refused(model: Any, start: Any, steps: int, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        roll_out(model(), start, steps)


def test_what_is_fed_is_a_name() -> None:
    with pytest.raises(StudyError, match="feed is 'zero'; write 'output' or 'argmax'"):
        roll_out(next_of(), START, 1, feed="zero")  # type: ignore[arg-type]


def test_the_last_of_several_steps_counts() -> None:
    model = weighted(repeat_vector(splits((3, 2), (3, 2)), units=2))
    assert apart(roll_out(model, START, 1)[:, 0], said(model, START)[:, -1]) < 1e-6
