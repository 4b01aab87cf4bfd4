"""The models that are timed, each with drawn data of its shape.

Architectures and batch sizes are those of the systems that tuner reproduces (Brownlee's book, Heaton's
sunspots, Tonin's encoder-decoder). The content of the data has no influence on the time of a step, so most
of it is noise of the right kind. An epoch has fewer steps than published where TensorFlow would need more
than a few seconds for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import keras

Examples = tuple[np.ndarray, np.ndarray]  # x and y; the first axis counts examples


class Data(NamedTuple):
    """The splits of a workload, for plain Keras as for tuner."""

    train: Examples
    validation: Examples
    test: Examples


@dataclass(frozen=True, slots=True)
class Workload:
    """One model and what it is trained on.

    `architecture` names a function of `architectures.py`, `steps` are those of an epoch, and `cold_epochs`
    is the length of a training in a fresh process.
    """

    title: str
    architecture: str
    batch_size: int
    steps: int
    cold_epochs: int
    loss: str
    examples: Callable[[np.random.Generator, int], Examples]

    def data(self) -> Data:
        """Full batches to train on, and one batch of a few examples each to validate and test on."""
        rng = np.random.default_rng(0)
        few = min(self.batch_size, 5)
        return Data(*(self.examples(rng, n) for n in (self.batch_size * self.steps, few, few)))

    def build(self, trial: Any, data: Data) -> tuple["keras.Model", dict[str, int]]:
        """The compiled model and its fit arguments, as a study's build function returns them."""
        from benchmarks.engines import architectures

        model = getattr(architectures, self.architecture)(data)
        model.compile(optimizer="adam", loss=self.loss)
        return model, {"batch_size": self.batch_size}


def _uniform(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.random(shape, dtype="float32")


def _one_hot(rng: np.random.Generator, symbols: int, *shape: int) -> np.ndarray:
    return np.eye(symbols, dtype="float32")[rng.integers(symbols, size=shape)]


def _contrived_series(rng: np.random.Generator, n: int) -> Examples:
    x = np.arange(n, dtype="float32") / 10
    return x.reshape(n, 1, 1), x.reshape(n, 1) + np.float32(0.1)


def _echo(rng: np.random.Generator, n: int) -> Examples:
    x = _one_hot(rng, 10, n, 5)
    return x, x[:, 2]


def _damped_sine(rng: np.random.Generator, n: int) -> Examples:
    return _uniform(rng, n, 50, 1), _uniform(rng, n, 5)


def _cumulative_sum(rng: np.random.Generator, n: int) -> Examples:
    x = _uniform(rng, n, 10, 1)
    return x, (x.cumsum(axis=1) >= 2.5).astype("float32")


def _sunspots(rng: np.random.Generator, n: int) -> Examples:
    return _uniform(rng, n, 10, 1), _uniform(rng, n, 1)


def _addition(rng: np.random.Generator, n: int) -> Examples:
    return _one_hot(rng, 12, n, 8), _one_hot(rng, 12, n, 2)


def _sines(rng: np.random.Generator, n: int) -> Examples:
    series = np.sin(_uniform(rng, n, 1) * np.arange(30, dtype="float32"))[..., None]
    return series[:, :15], series[:, 15:]


def _moving_square(rng: np.random.Generator, n: int) -> Examples:
    traces = np.maximum.accumulate(_uniform(rng, n, 50, 50, 50, 1) < 0.001, axis=1)  # lit pixels stay lit
    return traces.astype("float32"), rng.integers(2, size=(n, 1)).astype("float32")


WORKLOADS = {
    "tiny": Workload(
        "tiny: LSTM(10), 5 samples of 1 step, batch 5", "tiny", 5, 1, 500, "mse", _contrived_series
    ),
    "echo": Workload("echo: LSTM(25), 5 x 10, batch 1", "echo", 1, 500, 4, "categorical_crossentropy", _echo),
    "echo_32": Workload(
        "echo: LSTM(25), 5 x 10, batch 32", "echo", 32, 600, 4, "categorical_crossentropy", _echo
    ),
    "damped_sine": Workload(
        "damped sine: 2 x LSTM(20), 50 steps, batch 10", "damped_sine", 10, 100, 4, "mae", _damped_sine
    ),
    "cumulative_sum": Workload(
        "cumulative sum: Bidirectional LSTM(50), 10 steps, batch 10",
        "cumulative_sum",
        10,
        200,
        4,
        "binary_crossentropy",
        _cumulative_sum,
    ),
    "sunspots": Workload(
        "sunspots: LSTM(64)-Dense(32), 10 steps, batch 32", "sunspots", 32, 400, 4, "mse", _sunspots
    ),
    "addition": Workload(
        "addition: LSTM(75)-Repeat-LSTM(50), 8 x 12, batch 32",
        "addition",
        32,
        300,
        4,
        "categorical_crossentropy",
        _addition,
    ),
    "encdec_sine": Workload(
        "encoder-decoder: GRU [35, 35], 15 + 15 steps, batch 512", "encdec_sine", 512, 30, 4, "mse", _sines
    ),
    "moving_square": Workload(
        "moving square: CNN-LSTM, 50 frames of 50 x 50, batch 32",
        "moving_square",
        32,
        3,
        3,
        "binary_crossentropy",
        _moving_square,
    ),
}
