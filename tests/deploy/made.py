"""Small studies of every kind that is finalized, and run folders in which they were confirmed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.factories import make_runs
from tuner.deploy.bundle import Bundle
from tuner.deploy.finalizing import finalize
from tuner.ledger import Ledger
from tuner.loading import load_study
from tuner.opening import make_setup
from tuner.plan import Plan, Workers
from tuner.prepare import chain_of, framed
from tuner.records import BASELINE, Configuration, Group, Look, Run
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

STEPS = 6
SEEDS = 5


def series(steps: int = 90) -> np.ndarray:
    """Two columns, far from 0: a walk upwards, and a wave."""
    rng = np.random.default_rng(3)
    walk = 500 + np.cumsum(rng.normal(1.0, 1.0, size=steps))
    wave = 50 + 10 * np.sin(np.arange(steps) / 3) + rng.normal(size=steps)
    return np.stack([walk, wave], axis=1)


def cut(**changes: Any) -> Any:
    """Windows of `series`, differenced and standardised, that forecast two steps of both columns."""
    given = {"steps_in": STEPS, "steps_out": 2, "validation": 15, "test": 20, "flat": False}
    return framed(series(), chain_of(difference=1, scaling="standardize"), **(given | changes))


def _compiled(layers: list[Any], loss: Any, rate: float = 0.01) -> Any:
    import keras

    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    return model, {"batch_size": 16}


def build_outside(trial: Any, data: Splits) -> Any:
    """A model of prepared windows; the preparation is outside of it."""
    import keras

    units = trial.suggest_int("units", 1, 4)
    x, y = data.train
    layers = [keras.Input(x.shape[1:]), keras.layers.GRU(units), keras.layers.Dense(y[0].size)]
    return _compiled([*layers, keras.layers.Reshape(y.shape[1:])], "mse")


def build_inside(trial: Any, data: Splits) -> Any:
    """A model around which raw windows are prepared."""
    import keras

    found = cut()
    x, y = found.splits.train
    layers = [keras.Input(x.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(y[0].size)]
    inner = keras.Sequential([*layers, keras.layers.Reshape(y.shape[1:])])
    model = found.around(inner)
    rate = 0.01 * trial.suggest_int("units", 1, 4)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
    return model, {"batch_size": 16}


def build_classes(trial: Any, data: Splits) -> Any:
    """Three classes from logits, with whole numbers as targets."""
    import keras

    units = trial.suggest_int("units", 1, 4)
    layers = [keras.Input((4,)), keras.layers.Dense(units, activation="tanh"), keras.layers.Dense(3)]
    return _compiled(layers, keras.losses.SparseCategoricalCrossentropy(from_logits=True), 0.1)


def build_free(trial: Any, data: Splits) -> Any:
    """Yes or no for a sequence of any length."""
    import keras

    units = trial.suggest_int("units", 1, 4)
    layers = [keras.Input((None, 2)), keras.layers.LSTM(units), keras.layers.Dense(1, activation="sigmoid")]
    return _compiled(layers, "binary_crossentropy")


def build_normalized(trial: Any, data: Splits, norm: Any = None) -> Any:
    """A model that scales by what it was adapted to, or by the layer `norm`; one sample weight an example."""
    import keras

    if norm is None:
        norm = keras.layers.Normalization()
        norm.adapt(data.train[0])
    units = trial.suggest_int("units", 1, 4)
    layers = [keras.Input((3,)), norm, keras.layers.Dense(units, activation="tanh"), keras.layers.Dense(1)]
    model, fit = _compiled(layers, "mse", 0.05)
    return model, {**fit, "sample_weight": np.ones(len(data.train[0]))}


def measured(examples: int, seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Three columns in units of their own, and a sum of them."""
    z = np.random.default_rng(seed).normal(size=(examples, 3)) + shift
    return np.array([1000.0, 50.0, 0.5]) + z * np.array([20.0, 9.0, 0.1]), (z @ [1.0, -2.0, 0.5])[:, None]


def labelled(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Four numbers, and which of three sums of them is the largest."""
    x = np.random.default_rng(seed).normal(size=(examples, 4)).astype("float32")
    return x, (x[:, :3] + x[:, 1:]).argmax(axis=1)


def rising(examples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Five steps of two columns, and whether the first column's sum is above 0."""
    x = np.random.default_rng(seed).normal(size=(examples, 5, 2)).astype("float32")
    return x, (x[:, :, 0].sum(axis=1, keepdims=True) > 0).astype("float32")


def parts(make: Any) -> dict[str, Any]:
    """Three splits of what a function draws."""
    return {
        name: make(size, seed)
        for name, size, seed in (("train", 48, 1), ("validation", 16, 2), ("test", 24, 3))
    }


def study(name: str, **changes: Any) -> Study:
    """One of the small studies: outside, inside, classes, free or adapted."""
    made: dict[str, dict[str, Any]] = {
        "outside": {"data": cut().splits, "build": build_outside, "metric": "mse", "series": True},
        "inside": {"data": cut().raw, "build": build_inside, "metric": "mae", "series": True},
        "classes": {
            "data": Splits(**parts(labelled), columns=("a", "b", "c", "d"), classes=("low", "mid", "high")),
            "build": build_classes,
            "metric": "sparse_categorical_accuracy",
        },
        "adapted": {
            "data": Splits(**parts(measured), columns=("pressure", "speed", "heat"), outputs=("power",)),
            "build": build_normalized,
            "metric": "mse",
        },
        "free": {"data": Splits(**parts(rising)), "build": build_free, "metric": "binary_accuracy"},
    }
    given = {
        "name": name,
        "epochs": 2,
        "baseline": {"units": 3},
        "trials": 0,
        "candidates": {"other": {"units": 2}},
    }
    return Study(**(given | made[name] | changes))


def confirmed(
    of: Study, folder: Path, *, centers: tuple[float, float] = (1.0, 0.5), runs: tuple[Run, ...] = ()
) -> Path:
    """A run folder in which a study's baseline and its candidate were confirmed, with made-up scores.

    With `centers` the candidate is better where a lower score is; `runs` replace those of the candidate.
    """
    preflight = Repeats(of).preflight()
    plan = Plan(search_repeats=1, repeats=SEEDS)
    setup = make_setup(
        of, plan, preflight, trials=0, repeats=SEEDS, workers=Workers(), command="tuner run", opened=0.0
    )
    ledger = Ledger(folder)
    for center, (name, params) in zip(
        centers, ((BASELINE, of.baseline), ("other", of.candidates["other"])), strict=True
    ):
        own = tuple(make_runs("confirmation", name, center, seeds=SEEDS, epochs=2))
        own = runs if runs and name == "other" else own
        assert not callable(params)
        ledger.write(Group("confirmation", Configuration(name, params), tuple(range(SEEDS)), own))
    ledger.write_setup(replace(setup, looks=(Look(SEEDS, (BASELINE, "other")),), complete=True))
    return folder


def finalized(of: Study, folder: Path, **options: Any) -> Bundle:
    """The bundle of a study whose candidate was confirmed; of one network, unless asked otherwise."""
    given = {"members": 1, "keep_test": True, "engine": "fit"} | options
    return finalize(confirmed(of, folder / "run"), folder / "bundle", study=of, **given)


OWN_LAYER = """
import keras
from tests.deploy.made import labelled, parts
from tuner import Splits, Study


@keras.saving.register_keras_serializable("mine")
class Doubled(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return self.factor * x

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def build(trial, data):
    units = trial.suggest_int("units", 1, 4)
    layers = [keras.Input((4,)), Doubled(3.0), keras.layers.Dense(units), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(optimizer="adam", loss="mse")
    return model


data = Splits(**parts(lambda size, seed: (labelled(size, seed)[0], labelled(size, seed)[0].sum(axis=1))))
study = Study(
    data=data,
    build=build,
    metric="mse",
    epochs=2,
    baseline={"units": 3},
    trials=0,
    candidates={"other": {"units": 2}},
)
"""


def own_layer(folder: Path) -> Study:
    """A study file whose model has a layer of its own."""
    path = folder / "own.py"
    path.write_text(OWN_LAYER, "utf-8")
    return load_study(path)
