"""The first and the last layer of a Keras model that reads raw windows and answers in original units."""

from typing import Any, cast

import keras
import numpy as np

from tuner.errors import PreparationError
from tuner.prepare.preparation import Preparation
from tuner.prepare.step import Numeric


class _Prepared(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A layer that computes what a stored `Preparation` says, in float32 unless told otherwise, whatever the
    model computes in.
    """

    def __init__(self, preparation: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32"} | kwargs)
        self.preparation = Preparation.from_dict(preparation)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "preparation": self.preparation.to_dict()}


@keras.saving.register_keras_serializable("tuner")
class PrepareInputs(_Prepared):
    """Raw windows (batch, steps, features), prepared, in the layout of the preparation."""

    def call(self, windows: Any) -> Any:
        values = windows
        for step in _steps(self.preparation):
            values = step.forward(keras.ops, values, None, 0)
        _, steps, features = values.shape
        shapes = {"features": (-1, 1, steps * features), "steps": (-1, steps * features, 1)}
        shape = shapes.get(self.preparation.layout)
        return keras.ops.reshape(values, shape) if shape else values


@keras.saving.register_keras_serializable("tuner")
class RestoreOutputs(_Prepared):
    """Forecasts and the raw windows that they continue: the forecasts in original units."""

    def call(self, inputs: Any) -> Any:
        forecasts, windows = inputs
        steps = _steps(self.preparation)
        before = [windows]
        for step in steps[:-1]:
            before.append(step.forward(keras.ops, before[-1], None, 0))
        values = self._among_all(forecasts)
        for step, earlier in zip(reversed(steps), reversed(before), strict=bool(steps)):
            values = step.backward(keras.ops, values, earlier, 0)
        wanted = keras.ops.take(values, np.array(self.preparation.targets), axis=-1)
        return keras.ops.reshape(wanted, (-1, *forecasts.shape[1:]))

    def _among_all(self, forecasts: Any) -> Any:
        """Forecasts (batch, ...) as (batch, steps, features), with zeros in columns without a target."""
        targets = self.preparation.targets
        places = np.zeros((len(targets), self.preparation.features), dtype=self.compute_dtype)
        places[np.arange(len(targets)), targets] = 1
        values = keras.ops.reshape(forecasts, (-1, _size(forecasts) // len(targets), len(targets)))
        return keras.ops.matmul(values, places)


def around(preparation: Preparation, model: Any, steps: int) -> Any:
    """A model from raw windows to forecasts in original units: see `Preparation.around`."""
    if steps <= preparation.chain.lost:
        raise PreparationError(
            f"windows of {steps} steps have nothing left after differences over {preparation.chain.lost}"
        )
    windows = keras.Input((steps, preparation.features))
    stored = preparation.to_dict()
    forecasts = model(PrepareInputs(stored)(windows))
    if isinstance(forecasts, tuple | list | dict):
        raise PreparationError("a model around which raw data are prepared needs one output, it has more")
    targets = len(preparation.targets)
    if not targets:
        return keras.Model(windows, forecasts)
    if len(forecasts.shape) not in (2, 3) or _size(forecasts) % targets:
        raise PreparationError(
            f"a model that gives {forecasts.shape[1:]} an example forecasts no steps of {targets} columns"
        )
    return keras.Model(windows, RestoreOutputs(stored)([forecasts, windows]))


def _steps(preparation: Preparation) -> tuple[Numeric, ...]:
    return cast(tuple[Numeric, ...], preparation.chain.steps)


def _size(values: Any) -> int:
    """Numbers of an example."""
    return int(np.prod(values.shape[1:]))
