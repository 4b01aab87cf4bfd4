"""A model that reads raw windows and answers in original units, against the same steps in numpy."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from optuna.trial import FixedTrial

import tuner
from tuner.errors import PreparationError
from tuner.prepare import (
    BoxCox,
    Chain,
    Difference,
    Framed,
    Log,
    Normalize,
    SeasonalAdjust,
    Standardize,
    StandardizeWindows,
    chain_of,
    framed,
    prepared,
)
from tuner.splits import Splits
from tuner.study import Study

RNG = np.random.default_rng(11)
SERIES = np.exp(RNG.normal(0, 0.2, (60, 2)).cumsum(axis=0) / 3) + np.resize([1.0, 2.0, 3.0], (60, 1))

CHAINS = {
    "raw": Chain(),
    "standardize": Standardize(over="everything"),
    "log": Chain(Log(0.5), Standardize()),
    "box_cox": Chain(BoxCox(), Standardize()),
    "difference": Chain(Difference(1, 2), Standardize()),
    "season": Chain(Log(), SeasonalAdjust(3), Difference(), Normalize()),
    "windows": Chain(Difference(), StandardizeWindows()),
    "whole windows": StandardizeWindows(over="everything"),
}


def model(data: Splits, initializer: str = "glorot_uniform") -> keras.Model:
    x, y = data.train
    inputs = keras.Input(x.shape[1:])
    dense = keras.layers.Dense(int(np.prod(y.shape[1:])), kernel_initializer=initializer)
    hidden = dense(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Reshape(y.shape[1:])(hidden))


def frame(chain: Any, **options: Any) -> Framed:
    return framed(SERIES, chain, **({"steps_in": 7, "steps_out": 2} | options))


@pytest.mark.parametrize("name", CHAINS)
def test_it_computes_what_the_preparation_says(name: str) -> None:
    options = {
        "standardize": {"layout": "features"},
        "log": {"layout": "steps", "flat": False},
        "windows": {"targets": (1,)},
        "season": {"flat": False, "targets": (1, 0)},
    }
    found = frame(CHAINS[name], **options.get(name, {}))
    inner = model(found.splits)
    outer = found.around(inner)
    windows = found.raw.test[0]
    expected = found.restored(inner(found.splits.test[0]), "test")
    answers = outer.predict_on_batch(windows)
    assert answers.shape == found.raw.test[1].shape
    np.testing.assert_allclose(answers, expected, rtol=2e-4, atol=2e-4)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras'
def test_a_saved_model_needs_nothing_else(tmp_path: Path) -> None:
    found = frame(CHAINS["season"])
    outer = found.around(model(found.splits))
    outer.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    windows = found.raw.test[0]
    np.testing.assert_array_equal(again.predict_on_batch(windows), outer.predict_on_batch(windows))


def test_classes_stay_as_they_are() -> None:
    rng = np.random.default_rng(0)
    parts = {
        name: (rng.normal(size=(4, 3, 1)), rng.random((4, 5))) for name in ("train", "validation", "test")
    }
    found = prepared(Splits(**parts), Standardize())
    inner = model(found.splits)
    np.testing.assert_allclose(
        np.asarray(found.around(inner)(found.raw.test[0])), np.asarray(inner(found.splits.test[0])), rtol=1e-5
    )


def build(trial: Any, data: Splits) -> keras.Model:
    found = choose(trial)
    outer = found.around(model(found.splits, "ones"))
    outer.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    return outer, {"batch_size": 64}


def choose(trial: Any) -> Framed:
    chain = chain_of(
        power=trial.suggest_categorical("power", ["none", "box_cox"]),
        difference=trial.suggest_int("difference", 0, 1),
        scaling=trial.suggest_categorical("scaling", ["none", "standardize"]),
    )
    return frame(chain, steps_in=trial.suggest_int("steps_in", 3, 8))


def test_a_study_of_the_framing_is_scored_in_original_units() -> None:
    """With weights that stay at 1 the score is that of the sums of the inputs, undone in numpy."""
    params = {"power": "box_cox", "difference": 1, "scaling": "standardize", "steps_in": 6}
    study = Study(data=lambda trial: choose(trial).raw, build=build, metric="mse", epochs=1, baseline=params)
    found = tuner.evaluate(study, params, seeds=1)
    frames = choose(FixedTrial(params))
    x, y = frames.splits.validation
    sums = np.repeat(x.sum(axis=(1, 2))[:, None], y.shape[1], axis=1)
    error = np.mean((frames.restored(sums, "validation") - frames.raw.validation[1]) ** 2)
    np.testing.assert_allclose(found.scores, error, rtol=1e-3)


def test_what_no_model_can_be_put_around() -> None:
    season = frame(SeasonalAdjust(3, method="means"))
    with pytest.raises(PreparationError, match="a model does not know where in time its windows lie"):
        season.around(model(season.splits))
    found = frame(Difference(3), targets=(0, 1))
    inputs = keras.Input(found.splits.train[0].shape[1:])
    flat = keras.layers.Flatten()(inputs)
    with pytest.raises(PreparationError, match="forecasts no steps of 2 columns"):
        found.around(keras.Model(inputs, keras.layers.Dense(3)(flat)))
    with pytest.raises(PreparationError, match="needs one output, it has more"):
        found.around(keras.Model(inputs, [flat, flat]))
    with pytest.raises(PreparationError, match="windows of 3 steps have nothing left"):
        found.preparation.around(keras.Model(inputs, flat), 3)
