"""Bundles that `tuner finalize` made, watched: what is stored and scored is what the model says."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.deploy.conftest import Bundles
from tests.deploy.made import STEPS, labelled, series
from tests.deploy.monitoring.models import write_csv
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.monitoring.store import Store
from tuner.deploy.serving import load_model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' own, in restoring


def copied(bundles: Bundles, name: str, folder: Path) -> Path:
    return Path(shutil.copytree(bundles(name).bundle.place(), folder / "bundle"))


def test_a_series_with_its_preparation_outside(bundles: Bundles, tmp_path: Path) -> None:
    bundle, values = copied(bundles, "outside", tmp_path), series()
    found = monitor(bundle, write_csv(tmp_path / "x.csv", "walk,wave", *values.T), every="30")
    windows = np.lib.stride_tricks.sliding_window_view(values, STEPS, axis=0).transpose(0, 2, 1)[:-1]
    said = load_model(bundle).predict(windows)
    stored = Store(bundle).predictions(bundles("outside").bundle.identity)
    assert np.allclose([one.mean for one in stored.values()], said.mean.reshape(len(windows), -1), rtol=1e-5)
    truth = np.lib.stride_tricks.sliding_window_view(values[STEPS:], 2, axis=0).transpose(0, 2, 1)
    errors = ((said.mean[:-1] - truth) ** 2).mean(axis=(1, 2))
    assert found.current.skill.mean == pytest.approx(errors.mean(), rel=1e-4)
    assert found.current.skill.examples == len(values) - STEPS - 1
    assert found.current.waiting == 1  # of the last row the step after it is not known yet


def test_the_expected_scores_are_those_that_the_test_split_gives(bundles: Bundles, tmp_path: Path) -> None:
    """Scores of monitoring and of `finalize` are of one kind: classes by name, logits, examples in rows."""
    bundle = copied(bundles, "classes", tmp_path)
    x, kind = labelled(60, 9)
    names = np.array(["low", "mid", "high"])[kind]
    found = monitor(bundle, write_csv(tmp_path / "x.csv", "kind,d,c,b,a", names, *x.T[::-1]))
    said = load_model(bundle).predict(x)
    assert said.classes is not None
    assert found.current.skill.mean == pytest.approx((said.classes == kind).mean())
    expected = found.current.expected
    ensemble = bundles("classes").bundle.expected.ensemble
    assert expected is not None and ensemble is not None
    assert expected.mean == pytest.approx(ensemble.score)
    assert expected.other is not None and expected.other.degrees_of_freedom == 4
    assert bundles("classes").bundle.target_shape == () and bundles("outside").bundle.target_shape is None
