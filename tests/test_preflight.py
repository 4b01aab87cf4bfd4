"""Mistakes in a study are found before anything trains."""

from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import build_dense, dense_study
from tuner.errors import StudyError, TunerError
from tuner.repeats import Repeats
from tuner.splits import Splits


def test_preflight_reports_what_will_happen() -> None:
    found = Repeats(dense_study()).preflight()
    assert (found.metric.name, found.metric.direction) == ("mse", "minimize")
    assert (found.engine, found.backend) == ("vectorized", "jax")
    assert found.sizes == {"train": 64, "validation": 32, "test": 32}
    assert found.trial.params == {"learning_rate": 0.01}


def no_model(trial: Any, data: Splits) -> Any:
    trial.suggest_float("learning_rate", 1e-3, 1e-1)
    return {"batch_size": 3}


def uncompiled(trial: Any, data: Splits) -> Any:
    trial.suggest_float("learning_rate", 1e-3, 1e-1)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


def wide(trial: Any, data: Splits) -> Any:
    """A model that answers 7 numbers an example."""
    trial.suggest_float("learning_rate", 1e-3, 1e-1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(7)])
    model.compile("adam", "mse")
    return model


def three_columns() -> Splits:
    x, y = np.zeros((8, 3)), np.zeros((8, 3))
    return Splits(train=(x, y), validation=(x, y), test=(x, y))


def with_fit(**fit: Any) -> Any:
    return lambda trial, data: (build_dense(trial, data)[0], fit)


def raising(*_: Any) -> Any:
    raise ZeroDivisionError("oh no")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"build": no_model}, "build returned a dict; return a compiled Keras model"),
        ({"build": uncompiled}, "build returned a model that is not compiled"),
        (
            {"build": lambda trial, data: (build_dense(trial, data)[0], 3)},
            "build returned a int beside the model",
        ),
        ({"build": with_fit(validation_data=3)}, "fit argument 'validation_data', which tuner sets itself"),
        ({"build": with_fit(batchsize=3)}, "'batchsize', which is no argument of keras.Model.fit"),
        (
            {"build": raising},
            r"build, called for 'baseline', raises ZeroDivisionError \(line \d+ of .*\): oh no",
        ),
        (
            {"data": lambda trial: raising()},
            r"the data function, called for 'baseline', raises ZeroDivisionError \(line \d+ of .*\): oh no",
        ),
        ({"data": lambda trial: 3}, "the data function returned a int"),
        ({"baseline": {}}, "'baseline' has no value for 'learning_rate', which build suggests; add it"),
        (
            {"baseline": {"learning_rat": 0.01}},
            "no value for 'learning_rate', which build suggests, and names 'learning_rat', which it never",
        ),
        (
            {
                "candidates": {
                    "own": lambda trial, data: (trial.suggest_int("depth", 1, 2), build_dense(trial, data))[1]
                }
            },
            "'own' has no value for 'depth', which build suggests; add it",
        ),
        (
            {"build": wide, "data": three_columns()},
            r"the model of 'baseline' answers \(examples, 7\), y is \(examples, 3\); the metric, tried on"
            " 'baseline', raises .*",
        ),
        (
            {"baseline": {"learning_rate": 0.01, "unitz": 3}},
            "'baseline' names 'unitz', which build never suggests",
        ),
        ({"baseline": {"learning_rate": "fast"}}, "'baseline' has learning_rate='fast'"),
    ],
)
def test_preflight_finds_mistakes(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        Repeats(dense_study(**change)).preflight()
    assert "\n" not in str(caught.value)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(TunerError, match="engine 'fast' is unknown; use auto, vectorized, fit"):
        Repeats(dense_study(), engine="fast").preflight()
