"""An update of models whose build function reads numbers from the data: they stay those of the bundle."""

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.deploy.made import finalized
from tests.deploy.test_fresh_process import ASK, in_a_process
from tuner import load_model
from tuner.deploy import replace_model, roll_back, update
from tuner.deploy.bundle import SAVEDMODEL, read
from tuner.deploy.savedmodel import export
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import gathered
from tuner.deploy.updating.updates import Update
from tuner.errors import BundleError
from tuner.plan import Plan
from tuner.study import Splits, Study

MEMBERS, REPEATS, JUDGING = 2, 3, 32
WAYS = ("existing+new", "new+old+new")
NAMES = ("pressure", "speed", "heat")


def drawn(examples: int, seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Three columns in units of their own, and a sum of them."""
    z = np.random.default_rng(seed).normal(size=(examples, 3)) + shift
    x = np.array([1000.0, 50.0, 0.5]) + z * np.array([20.0, 9.0, 0.1])
    return x, (z @ [1.0, -2.0, 0.5])[:, None]


def compiled(norm: Any, trial: Any, data: Splits) -> Any:
    units = trial.suggest_int("units", 1, 4)
    model = keras.Sequential(
        [keras.Input((3,)), norm, keras.layers.Dense(units, activation="tanh"), keras.layers.Dense(1)]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
    return model, {"batch_size": 16, "sample_weight": np.ones(len(data.train[0]))}  # one an example


def with_constants(trial: Any, data: Splits) -> Any:
    x = data.train[0]
    return compiled(keras.layers.Normalization(mean=x.mean(axis=0), variance=x.var(axis=0)), trial, data)


def adapted(trial: Any, data: Splits) -> Any:
    norm = keras.layers.Normalization()
    norm.adapt(data.train[0])
    return compiled(norm, trial, data)


def study_of(build: Any) -> Study:
    splits: dict[str, Any] = {
        name: drawn(size, seed)
        for name, size, seed in (("train", 96, 1), ("validation", 16, 2), ("test", 24, 3))
    }
    return Study(
        data=Splits(**splits, columns=NAMES, outputs=("power",)),
        build=build,
        metric="mse",
        epochs=2,
        baseline={"units": 3},
        trials=0,
        candidates={"other": {"units": 2}},
        name=build.__name__,
    )


NEW = drawn(112, 9, shift=2.0)
X, Y = NEW[0][-JUDGING:], NEW[1][-JUDGING:]


def updated(study: Study, folder: Path, **options: Any) -> Update:
    given = {"study": study, "test": JUDGING, "plan": Plan(repeats=REPEATS), "keep": WAYS, "epochs": 2}
    return update(folder / "bundle", NEW, folder / "update", **(given | options))


def scores(folder: Path) -> tuple[list[float], float]:
    """What the members of a bundle score one by one, and together, by what it answers."""
    said = load_model(folder).predict(X)
    return ((said.members - Y) ** 2).mean(axis=(1, 2)).tolist(), float(((said.mean - Y) ** 2).mean())


def check_scores(found: Update, folder: Path) -> None:
    """What an update says of the model in use and of its candidates is what these say themselves."""
    single, together = scores(folder / "bundle")
    assert found.result.baseline is not None
    np.testing.assert_allclose(
        found.result.baseline.test, (single * 2)[: len(found.result.baseline.test)], rtol=1e-4
    )
    for name in WAYS:
        there = read(found.candidates[name])
        alone, ours = scores(there.place())
        measured = next(one for one in found.result.finalists if one.name == name)
        np.testing.assert_allclose(measured.test[:MEMBERS], alone, rtol=1e-4)
        assert there.updated is not None and there.updated.ensembles is not None
        both = there.updated.ensembles
        assert (both.candidate, both.existing) == pytest.approx((ours, together), rel=1e-4)
        assert there.expected.ensemble is not None and both.candidate == there.expected.ensemble.score
        assert ours <= np.mean(alone)  # of a mean of predictions under a squared error


@pytest.mark.parametrize("keep_test", [True, False])
def test_networks_keep_the_constants_of_the_bundle(keep_test: bool, tmp_path: Path) -> None:
    study = study_of(with_constants)
    finalized(study, tmp_path, members=MEMBERS, keep_test=keep_test)
    material = gathered(read(tmp_path / "bundle"), study, NEW, Cutting(0.2, JUDGING))
    assert any("networks are made with the old data" in note for note in material.notes)
    if keep_test:
        check_scores(updated(study, tmp_path), tmp_path)


def test_what_is_no_network_of_the_bundle_is_refused(tmp_path: Path) -> None:
    factor = {"now": 1.0}

    def moved(trial: Any, data: Splits) -> Any:
        variance = [factor["now"] * one for one in (400.0, 81.0, 0.01)]
        norm = keras.layers.Normalization(mean=[1000.0, 50.0, 0.5], variance=variance)
        return compiled(norm, trial, data)

    study = study_of(moved)
    finalized(study, tmp_path)
    bundle, cutting = read(tmp_path / "bundle"), Cutting(0.2, JUDGING)
    assert gathered(bundle, study, NEW, cutting).notes == (
        "the test split of the study, 24 examples, is not among the old data: the existing model was not"
        " trained on it (--keep-test)",
    )
    factor["now"] = 9.0
    with pytest.raises(
        BundleError, match="what the study builds answers otherwise than the bundle"
    ) as raised:
        gathered(bundle, study, NEW, cutting)
    assert "\n" not in str(raised.value)


def test_an_adapted_layer_goes_through_the_whole_chain(tmp_path: Path) -> None:
    import tensorflow as tf

    study, used = study_of(adapted), tmp_path / "bundle"
    finalized(study, tmp_path, members=MEMBERS)
    before = load_model(used).predict(X)
    assert np.ptp(np.asarray(before.members), axis=0).max() > 1e-3
    asked = {"adapted_x": X, "adapted_folder": np.array(str(used))}
    np.savez(tmp_path / "asked.npz", **asked)
    in_a_process(ASK, "adapted", tmp_path / "asked.npz", "", tmp_path / "told.npz")
    told = np.load(tmp_path / "told.npz")
    np.testing.assert_allclose(told["adapted_members"], before.members, rtol=1e-5, atol=1e-6)
    found = updated(study, tmp_path, plan=Plan(repeats=MEMBERS))
    check_scores(found, tmp_path)
    candidate = found.candidates["new+old+new"]
    after = load_model(candidate).predict(X)
    replace_model(used, candidate, anyway=True)
    np.testing.assert_array_equal(load_model(used).predict(X).members, after.members)
    export(used)
    archive = tf.saved_model.load(str(used / SAVEDMODEL))
    served = archive.serve(tf.constant(X, tf.float32))
    np.testing.assert_allclose(served["mean"].numpy(), after.mean, rtol=1e-4, atol=1e-4)
    roll_back(used)
    np.testing.assert_array_equal(load_model(used).predict(X).members, before.members)
    shutil.rmtree(used)
