"""The searches that KerasTuner and tuner both make: data, model, epochs and size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

Examples = tuple[np.ndarray, np.ndarray]  # x and y; the first axis counts examples
Values = Mapping[str, Any]  # hyperparameters


@dataclass(frozen=True, slots=True)
class Search:
    """`trials` configurations, each trained `executions` times for `epochs`.

    `data` makes examples to train and to validate on, `model` a compiled model from hyperparameters.
    """

    title: str
    trials: int
    executions: int
    epochs: int
    fit: Mapping[str, Any]  # further arguments of fit
    loss: str
    data: Callable[[], tuple[Examples, Examples]]
    model: Callable[[Values], "keras.Model"]

    def small(self) -> "Search":
        """The same with so few trainings that it shows only that it runs."""
        return replace(self, trials=2, executions=2, epochs=min(self.epochs, 5))


def contrived_series() -> tuple[Examples, Examples]:
    """Pairs x -> x + 0.1 of one step: 0 to 0.4 to train on, 0.5 to 0.9 to validate on."""
    x = np.arange(10, dtype="float32").reshape(10, 1, 1) / 10
    y = x[:, 0] + np.float32(0.1)
    return (x[:5], y[:5]), (x[5:], y[5:])


def contrived_model(values: Values) -> "keras.Model":
    import keras

    layers = [keras.layers.LSTM(values["units"]), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((1, 1)), *layers])
    model.compile(optimizer="adam", loss="mse")
    return model


def damped_sines() -> tuple[Examples, Examples]:
    """50 values of a damped sine wave -> the next 5: 2,000 examples to train on, 200 to validate on."""
    rng = np.random.default_rng(0)
    period = rng.integers(10, 21, size=(2_200, 1))
    decay = rng.uniform(0.01, 0.1, size=(2_200, 1))
    steps = np.arange(55)
    series = 0.5 + 0.5 * np.sin(2 * np.pi * steps / period) * np.exp(-decay * steps)
    x, y = series[:, :50, None].astype("float32"), series[:, 50:].astype("float32")
    return (x[:2_000], y[:2_000]), (x[2_000:], y[2_000:])


def damped_model(values: Values) -> "keras.Model":
    import keras

    units = values["units"]
    layers = [keras.layers.LSTM(units, return_sequences=True), keras.layers.LSTM(units)]
    model = keras.Sequential([keras.Input((50, 1)), *layers, keras.layers.Dense(5)])
    model.compile(optimizer=keras.optimizers.Adam(values["learning_rate"]), loss="mae")
    return model


SEARCHES = {
    "contrived_series": Search(
        title="contrived series: LSTM(1, 5, 10), 500 epochs of 1 step, 3 trials x 5",
        trials=3,
        executions=5,
        epochs=500,
        fit={"batch_size": 5, "shuffle": False},
        loss="mse",
        data=contrived_series,
        model=contrived_model,
    ),
    "damped_sine": Search(
        title="damped sine: 2 x LSTM(10 to 40), 1 epoch of 200 steps, 10 trials x 5",
        trials=10,
        executions=5,
        epochs=1,
        fit={"batch_size": 10},
        loss="mae",
        data=damped_sines,
        model=damped_model,
    ),
}
