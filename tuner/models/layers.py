"""Small layers that the architectures need, and Keras has not."""

from typing import Any

import keras


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


@keras.saving.register_keras_serializable("tuner")
class Reversed(keras.layers.Layer):  # type: ignore[misc]
    """A sequence of shape (batch, steps, features), last step first."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.flip(inputs, axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape


class _Carrying:
    """A stateful recurrent layer whose states are variables of the layer.

    Keras leaves them out (3.12 to 3.15 at least): on JAX, where a compiled call returns every variable that
    it changed, `fit` and `predict` then forget the states after each batch, and nothing says so. They are
    no weights: they are neither counted nor saved.
    """

    states: Any

    @property
    def variables(self) -> list[Any]:
        own: list[Any] = super().variables  # type: ignore[misc]
        return [*own, *(getattr(self, "states", None) or ())]


@keras.saving.register_keras_serializable("tuner")
class CarryingLSTM(_Carrying, keras.layers.LSTM):  # type: ignore[misc]
    """An LSTM that carries its states from batch to batch, on any backend."""


@keras.saving.register_keras_serializable("tuner")
class CarryingGRU(_Carrying, keras.layers.GRU):  # type: ignore[misc]
    """A GRU that does."""


@keras.saving.register_keras_serializable("tuner")
class CarryingSimpleRNN(_Carrying, keras.layers.SimpleRNN):  # type: ignore[misc]
    """A simple recurrent layer that does."""
