"""An update of models whose build function reads numbers from the data: they stay those of the bundle."""

import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tests.deploy.conftest import Bundles
from tests.deploy.made import build_normalized, finalized, measured, study
from tuner import load_model
from tuner.deploy import replace_model, roll_back, update
from tuner.deploy.bundle import SAVEDMODEL, read
from tuner.deploy.savedmodel import export
from tuner.deploy.updating.given import Cutting
from tuner.deploy.updating.material import gathered
from tuner.deploy.updating.updates import Update
from tuner.errors import BundleError
from tuner.plan import Plan
from tuner.splits import Splits
from tuner.study import Study

MEMBERS, JUDGING = 2, 32
WAYS = ("existing+new", "new+old+new")
NEW = measured(112, 9, shift=2.0)
X, Y = NEW[0][-JUDGING:], NEW[1][-JUDGING:]


def with_constants(trial: Any, data: Splits) -> Any:
    x = data.train[0]
    norm = keras.layers.Normalization(mean=x.mean(axis=0), variance=x.var(axis=0))
    return build_normalized(trial, data, norm)


def updated(of: Study, folder: Path, repeats: int) -> Update:
    given = {"study": of, "test": JUDGING, "plan": Plan(repeats=repeats), "keep": WAYS, "epochs": 2}
    return update(folder / "bundle", NEW, folder / "update", **given)


def with_sizes(trial: Any, data: Splits) -> Any:
    """As many hidden units as the data say: of other data the weights have other shapes."""
    norm = keras.layers.Normalization(mean=[0.0] * 3, variance=[1.0] * 3)
    _, fit = build_normalized(trial, data, norm)
    wide = keras.layers.Dense(2 + len(data.train[0]) % 7)
    model = keras.Sequential([keras.Input((3,)), wide, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model, fit


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
        way = next(one for one in found.result.finalists if one.name == name)
        np.testing.assert_allclose(way.test[:MEMBERS], alone, rtol=1e-4)
        assert there.updated is not None and there.updated.ensembles is not None
        both = there.updated.ensembles
        assert (both.candidate, both.existing) == pytest.approx((ours, together), rel=1e-4)
        assert there.expected.ensemble is not None and both.candidate == there.expected.ensemble.score
        assert ours <= np.mean(alone)  # of a mean of predictions under a squared error


@pytest.mark.parametrize(("keep_test", "build"), [(True, with_constants), (False, with_sizes)])
def test_networks_keep_the_constants_of_the_bundle(keep_test: bool, build: Any, tmp_path: Path) -> None:
    of = study("adapted", build=build)
    finalized(of, tmp_path, members=MEMBERS, keep_test=keep_test)
    material = gathered(read(tmp_path / "bundle"), of, NEW, Cutting(0.2, JUDGING))
    assert any("networks are made with the old data" in note for note in material.notes)
    if keep_test:
        check_scores(updated(of, tmp_path, MEMBERS + 1), tmp_path)


def test_what_is_no_network_of_the_bundle_is_refused(tmp_path: Path) -> None:
    factor = {"now": 1.0}

    def moved(trial: Any, data: Splits) -> Any:
        variance = [factor["now"] * one for one in (400.0, 81.0, 0.01)]
        norm = keras.layers.Normalization(mean=[1000.0, 50.0, 0.5], variance=variance)
        return build_normalized(trial, data, norm)

    of = study("adapted", build=moved)
    finalized(of, tmp_path)
    bundle, cutting = read(tmp_path / "bundle"), Cutting(0.2, JUDGING)
    assert gathered(bundle, of, NEW, cutting).notes == (
        "the test split of the study, 24 examples, is not among the old data: the existing model was not"
        " trained on it (--keep-test)",
    )
    factor["now"] = 9.0
    with pytest.raises(
        BundleError, match="what the study builds answers otherwise than the bundle"
    ) as raised:
        gathered(bundle, of, NEW, cutting)
    assert "\n" not in str(raised.value)


def test_an_adapted_layer_goes_through_the_whole_chain(bundles: Bundles, tmp_path: Path) -> None:
    """Another process answers alike: see `test_fresh_process`."""
    import tensorflow as tf

    kept, used = bundles("adapted"), tmp_path / "bundle"
    shutil.copytree(kept.bundle.place(), used)
    before = load_model(used).predict(X)
    found = updated(kept.study, tmp_path, MEMBERS)
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
