"""Small layers that the architectures need, and Keras has not."""

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
