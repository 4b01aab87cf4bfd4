"""The output of a model by the kind of problem: its activation, the loss that belongs to it, classes.

| problem | output | loss |
|---|---|---|
| numbers | linear | mean squared error |
| yes or no, at every output | sigmoid | binary cross-entropy |
| one class of several | softmax | categorical cross-entropy |
"""

from typing import Any, Literal

import keras
import numpy as np

from tuner.errors import StudyError
from tuner.models.arguments import check_choice, check_sizes
from tuner.models.cells import known

Output = Literal["linear", "sigmoid", "softmax"]

LOSSES = {"linear": "mse", "sigmoid": "binary_crossentropy", "softmax": "categorical_crossentropy"}


def loss_for(output: Output) -> str:
    """The name of the loss that belongs to an output.

    Raises: StudyError where there is no such output.

    >>> loss_for("softmax")
    'categorical_crossentropy'
    """
    check_choice("output", output, tuple(LOSSES))
    return LOSSES[output]


def classes(probabilities: Any) -> np.ndarray:
    """Predicted probabilities of shape (..., outputs) as classes: whole numbers of shape (...).

    Of one output, 1 where it is above one half; of several, the place of the largest.

    >>> classes([[0.2], [0.7]]).tolist(), classes([[0.2, 0.7, 0.1]]).tolist()
    ([0, 1], [1])
    """
    values = np.asarray(probabilities)
    if values.shape[-1] == 1:
        return np.asarray(values[..., 0] > 0.5, dtype=np.int64)
    return np.asarray(values.argmax(axis=-1))


def check_output(output: Any, outputs: int) -> None:
    """Raises: StudyError where there is no such output, or it cannot say anything."""
    check_choice("output", output, tuple(LOSSES))
    if output == "softmax" and outputs == 1:
        raise StudyError(
            "a softmax over one output is always 1; give y one-hot, or use output='sigmoid' for yes and no"
        )


def head(
    hidden: Any, outputs: int, output: Output, dense: tuple[int, ...] = (), dense_activation: Any = "linear"
) -> Any:
    """Dense layers of so many units, then the output, at every step where there are steps.

    Raises: StudyError where a size is below 1, or an activation unknown.
    """
    known("dense_activation", keras.activations.get, dense_activation)
    for place, units in enumerate(dense):
        check_sizes(dense=units)
        hidden = keras.layers.Dense(int(units), activation=dense_activation, name=f"dense_{place}")(hidden)
    return keras.layers.Dense(outputs, activation=output, name="output")(hidden)
