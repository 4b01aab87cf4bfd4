"""Generative models: a model of the next value, fed by its own outputs."""

from typing import Any, Literal

import keras
import numpy as np

from tuner.errors import StudyError
from tuner.models.arguments import check_choice, check_sizes


def roll_out(
    model: keras.Model, start: Any, steps: int, *, feed: Literal["argmax", "output"] = "output"
) -> np.ndarray:
    """The `steps` values that a model of the next value says one after another, (examples, steps, features).

    `start` has the shape of the model's input, (examples, window, features). The model's output is the value
    after the window, of shape (examples, features), or one value for each step of it, of which the last
    counts. Then the window moves on by one: it loses its oldest value, and gets the output, or the one-hot
    vector of its "argmax", as its newest. A stateful model goes on from the states that it has (see
    `reset_states`). The start itself is not part of what is returned.

    Raises: StudyError where the shapes do not allow that.
    """
    check_sizes(steps=steps)
    check_choice("feed", feed, ("output", "argmax"))
    window = np.asarray(start, dtype=keras.config.floatx())
    _check(model, window)
    made = []
    for _ in range(steps):
        outputs = np.asarray(model.predict_on_batch(window))
        value = outputs[:, -1] if outputs.ndim == 3 else outputs
        made.append(value)
        newest = (
            np.eye(value.shape[-1], dtype=value.dtype)[value.argmax(axis=-1)] if feed == "argmax" else value
        )
        window = np.concatenate([window[:, 1:], newest[:, None]], axis=1)
    return np.stack(made, axis=1)


def _check(model: keras.Model, window: np.ndarray) -> None:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise StudyError(
            f"roll_out needs a model with one input and one output, not {len(model.inputs)}"
            f" and {len(model.outputs)}; for an encoder-decoder use inference"
        )
    taken, said = model.inputs[0].shape, model.outputs[0].shape
    if len(taken) != 3 or len(said) not in (2, 3) or taken[-1] != said[-1]:
        raise StudyError(
            f"roll_out needs a model of the next value, and this one makes {_shown(said)} of {_shown(taken)}"
        )
    wrong = window.ndim != 3 or window.shape[1:] != tuple(taken[1:])
    if wrong or taken[0] not in (None, len(window)):
        raise StudyError(f"start has shape {window.shape}; the model takes {_shown(taken)}")


def _shown(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('examples' if size is None else str(size) for size in shape)})"
