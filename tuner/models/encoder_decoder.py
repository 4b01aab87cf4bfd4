"""Encoder-decoder models that pass states: the decoder sees zeros and the encoder's final states."""

from typing import Any, Literal

import keras

from tuner.errors import StudyError
from tuner.study import Splits
from tuner.trees import leaves

_CELLS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}


@keras.saving.register_keras_serializable("tuner")
class ZeroInput(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A sequence of zeros of shape (batch, steps, features) for a batch of any input."""

    def __init__(self, steps: int, features: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.steps = steps
        self.features = features

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.zeros((keras.ops.shape(inputs)[0], self.steps, self.features), dtype=inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], self.steps, self.features)

    def get_config(self) -> dict[str, object]:
        return {**super().get_config(), "steps": self.steps, "features": self.features}


def encoder_decoder(
    data: Splits,
    *,
    units: int,
    layers: int = 1,
    dropout: float = 0.0,
    cell: Literal["gru", "lstm"] = "gru",
    output: Literal["linear", "softmax"] = "linear",
) -> keras.Model:
    """A model from (examples, steps in, features in) to (examples, steps out, features out).

    Encoder and decoder are stacks of `layers` recurrent layers of `units` each. Every decoder layer
    starts from the final states of the encoder layer of its level; the decoder's input is zero.
    `dropout` acts between the layers and before the output.

    Raises: StudyError where the data are not sequences, or a value is out of range.
    """
    if cell not in _CELLS:
        raise StudyError(f"cell is {cell!r}; write 'gru' or 'lstm'")
    if output not in ("linear", "softmax"):
        raise StudyError(f"output is {output!r}; write 'linear' or 'softmax'")
    if layers < 1 or units < 1:
        raise StudyError(f"an encoder-decoder of {layers} layers of {units} units has nothing to train")
    inputs, targets = (tuple(leaves(part)) for part in data.peek("train"))
    if len(inputs) != 1 or len(targets) != 1:
        raise StudyError(
            f"an encoder-decoder has one input and one output, not {len(inputs)} and {len(targets)}"
        )
    (x,), (y,) = inputs, targets
    if x.ndim != 3 or y.ndim != 3:
        raise StudyError(
            "an encoder-decoder needs x and y of shape (examples, steps, features),"
            f" not {x.shape} and {y.shape}"
        )

    recurrent = _CELLS[cell]
    source = keras.Input(x.shape[1:])
    hidden = source
    states: list[Any] = []
    for level in range(layers):
        if level:
            hidden = keras.layers.Dropout(dropout)(hidden)
        more = level < layers - 1
        outputs = recurrent(units, return_sequences=more, return_state=True)(hidden)
        hidden, states = outputs[0], [*states, outputs[1:]]
    hidden = ZeroInput(y.shape[1], y.shape[2])(source)
    for level in range(layers):
        hidden = recurrent(units, return_sequences=True)(hidden, initial_state=states[level])
        hidden = keras.layers.Dropout(dropout)(hidden)
    return keras.Model(source, keras.layers.Dense(y.shape[2], activation=output)(hidden))
