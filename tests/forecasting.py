"""Studies whose targets are series or labels, and results that keep predictions, for the tests of both."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from tests.factories import usual_result
from tests.tiny import dense_study
from tuner.predictions import Predictions
from tuner.records import BASELINE
from tuner.result import Result
from tuner.splits import Splits
from tuner.study import Study

STEPS = 4


def windows(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Six steps of noise, and the four that follow: each the mean of two before."""
    series = np.random.default_rng(seed).normal(size=(examples, 6, 1)).astype("float32")
    return series, (series[:, :STEPS] + series[:, -STEPS:]) / 2


def build_forecast(trial: Any, data: Splits) -> Any:
    import keras

    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    layers = [keras.Input((6, 1)), keras.layers.Flatten(), keras.layers.Dense(STEPS)]
    model = keras.Sequential([*layers, keras.layers.Reshape((STEPS, 1))])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return model, {"batch_size": 32}


def forecast_study(**changes: Any) -> Study:
    """A linear forecast of 4 steps from 6; 40 test examples, no search."""
    values: dict[str, Any] = {
        "data": Splits(train=windows(64, 1), validation=windows(32, 2), test=windows(40, 3)),
        "build": build_forecast,
        "trials": 0,
        "candidates": {"fast": {"learning_rate": 0.08}},
        "name": "forecast",
    }
    return dense_study(**(values | changes))


def labels(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Three features and the place of the largest."""
    x = np.random.default_rng(seed).normal(size=(examples, 3)).astype("float32")
    return x, x.argmax(axis=1)


def build_labels(trial: Any, data: Splits) -> Any:
    import keras

    rate = trial.suggest_float("learning_rate", 1e-3, 1.0, log=True)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="sparse_categorical_crossentropy")
    return model, {"batch_size": 32}


def label_study(**changes: Any) -> Study:
    """Which of three numbers is the largest?"""
    values: dict[str, Any] = {
        "data": Splits(train=labels(64, 1), validation=labels(32, 2), test=labels(40, 3)),
        "build": build_labels,
        "metric": "accuracy",
        "trials": 0,
        "candidates": {"fast": {"learning_rate": 0.5}},
        "name": "labels",
    }
    return dense_study(**(values | changes))


RNG = np.random.default_rng(0)
ROWS = np.array([[4, 11, 19, 26, 33, 41]])


def kept(
    runs: int = 10, features: int = 1, steps: int = 5, examples: int = 6, noise: float = 0.3, **changes: Any
) -> Predictions:
    """Predictions of runs that scatter around the truth, with the steps before it as input."""
    series = RNG.normal(size=(1, examples, 2 * steps, features)).astype("float32").cumsum(axis=2)
    truth = series[:, :, steps:]
    said = truth + noise * RNG.normal(size=(runs, examples, steps, features)).astype("float32")
    values: dict[str, Any] = {
        "seeds": tuple(range(runs)),
        "rows": ROWS[:, :examples],
        "x": series[:, :, :steps],
        "y_true": truth,
        "y_pred": said,
    }
    return Predictions(**(values | changes))


def points(runs: int = 10, count: int = 50) -> Predictions:
    """Predictions of single numbers."""
    truth = RNG.normal(size=(1, count)).astype("float32")
    said = truth + 0.2 * RNG.normal(size=(runs, count)).astype("float32")
    return kept(runs, steps=1, points_true=truth, points_pred=said, x=None)


def counted(runs: int = 10, classes: int = 4) -> Predictions:
    """Counts of labels, most of them right."""
    counts = RNG.integers(0, 5, size=(runs, classes, classes)) + 40 * np.eye(classes, dtype=int)
    return kept(runs, counts=counts.astype("int32"))


USUAL = cache(usual_result)


def with_predictions(made: Predictions, baseline: Predictions | None = None) -> Result:
    """The usual result, of which trial-1 is the best, with these predictions of it."""
    found = {"trial-1": made} | ({} if baseline is None else {BASELINE: baseline})
    return replace(USUAL(), predictions=found)
