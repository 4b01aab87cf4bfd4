"""Studies that train in a fraction of a second, for the tests of everything that trains."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import tuner
from tuner.plan import Plan
from tuner.records import Configuration, Phase, Run, Setup
from tuner.splits import Splits
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.result import Result  # statistics, which a test of the start must not load

os.environ.setdefault("KERAS_BACKEND", "jax")


def split(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Three normal features, and the square of their sum."""
    x = np.random.default_rng(seed).normal(size=(examples, 3)).astype("float32")
    return x, x.sum(axis=1, keepdims=True) ** 2


def splits() -> Splits:
    return Splits(train=split(64, 1), validation=split(32, 2), test=split(32, 3), credit="Ours")


def build_dense(trial: Any, data: Splits) -> Any:
    """A Dense model; only its learning rate is searched, so that all trials share one compiled program."""
    import keras

    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    model = keras.Sequential(
        [
            keras.Input(data.train[0].shape[1:]),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return model, {"batch_size": 32}


def build_lstm(trial: Any, data: Splits) -> Any:
    """A small LSTM with dropout."""
    import keras

    model = keras.Sequential(
        [
            keras.Input(data.train[0].shape[1:]),
            keras.layers.LSTM(trial.suggest_int("units", 1, 4)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="adam", loss="mse")
    return model, {"batch_size": 8}


def dense_study(**changes: Any) -> Study:
    """64 examples, two epochs, one hyperparameter."""
    values: dict[str, Any] = {
        "data": splits(),
        "build": build_dense,
        "metric": "mse",
        "epochs": 2,
        "baseline": {"learning_rate": 0.01},
        "name": "tiny",
        "trials": 3,
    }
    return Study(**(values | changes))


def lstm_study(**changes: Any) -> Study:
    """20 windows of 4 steps, in batches of 8: the last batch is smaller."""

    def windows(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        series = np.random.default_rng(seed).normal(size=(examples, 5, 1)).astype("float32")
        return series[:, :4], series[:, 4]

    data = Splits(train=windows(20, 1), validation=windows(10, 2), test=windows(10, 3))
    values: dict[str, Any] = {
        "data": data,
        "build": build_lstm,
        "metric": "mse",
        "epochs": 2,
        "baseline": {"units": 3},
        "name": "lstm",
    }
    return Study(**(values | changes))


class Recorder:
    """A reporter that remembers what it was told, and can be made to interrupt."""

    def __init__(
        self, interrupt: Callable[[Phase, str, float], bool] = lambda phase, name, share: False
    ) -> None:
        self.setup: Setup | None = None
        self.notes: list[str] = []
        self.expected: list[int] = []
        self.trained: list[tuple[Phase, str]] = []
        self.finished: list[tuple[Phase, str]] = []
        self._interrupt = interrupt

    def start(self, setup: Setup) -> None:
        self.setup = setup

    def note(self, text: str) -> None:
        self.notes.append(text)

    def expect(self, runs: int) -> None:
        self.expected.append(runs)

    def training(self, phase: Phase, name: str, seeds: int, share: float) -> None:
        if (phase, name) not in self.trained:
            self.trained.append((phase, name))
        if self._interrupt(phase, name, share):
            raise KeyboardInterrupt

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        self.finished.append((phase, configuration.name))


SMALL = Plan(search_repeats=2, repeats=3, finalists=1)


def run(study: Study, folder: Path, plan: Plan = SMALL, **options: Any) -> "Result":
    return tuner.run(study, plan, output=folder, **options)


def numbers(result: "Result") -> list[tuple[Any, ...]]:
    """Everything that training determines, bit for bit."""
    return [(r.phase, r.configuration, r.seed_index, repr(r.scores), repr(r.history)) for r in result.runs]
