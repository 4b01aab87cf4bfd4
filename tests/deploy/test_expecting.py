"""What to expect of a model in use: measured on data that no network was trained on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tests.deploy.made import cut, finalized, study
from tests.tiny import splits
from tuner.deploy.bundle import examples_of
from tuner.deploy.finalizing import finalize
from tuner.deploy.networks import Recipe, answers, train
from tuner.repeats import Repeats
from tuner.splits import Splits


def test_what_to_expect_is_what_other_networks_score_that_have_not_seen_the_test_split(
    bundles: Bundles,
) -> None:
    """By hand: train them again, restore what they say, average, score."""
    kept = bundles("outside")
    bundle, data, of = kept.bundle, kept.data, kept.study
    result = tuner.load(Path(bundle.origin.run))
    assert result.best is not None and result.best.name == bundle.configuration == "other"
    runner = Repeats(of)
    recipe = Recipe(of, result.best.configuration, *runner.source.builder(result.best.configuration))
    networks = train(
        recipe,
        "ensemble",
        data,
        3,
        say=lambda text: None,
        note=lambda text: None,
        on_progress=lambda share: None,
    )
    model = recipe.built("ensemble", data).model
    assert data.raw is not None
    x, y = data.raw.test
    said = [
        data.preparation.restored(one, x, start=data.starts["test"])
        for one in answers(model, networks, data.test[0], 128)
    ]
    errors = ((np.mean(said, axis=0) - y) ** 2).mean(axis=(1, 2))
    expected = bundle.expected
    assert expected.ensemble is not None
    assert expected.ensemble.score == pytest.approx(errors.mean(), rel=1e-5)
    assert (expected.ensemble.n_examples, expected.ensemble.members, expected.units) == (
        len(y),
        3,
        "original",
    )
    low, high = expected.ensemble.interval
    assert low is not None and high is not None and low < expected.ensemble.score < high
    alone = [((one - y) ** 2).mean() for one in said]
    assert expected.single.mean == pytest.approx(np.mean(alone), rel=1e-5)
    assert expected.single.std == pytest.approx(np.std(alone, ddof=1), rel=1e-4)
    stored = examples_of(bundle)
    assert stored is not None and stored.horizon == 2
    np.testing.assert_allclose(stored.values, errors, rtol=1e-4)


def test_single_networks_are_those_of_the_confirmation(bundles: Bundles) -> None:
    bundle = bundles("inside").bundle
    result = tuner.load(Path(bundle.origin.run))
    assert result.best is not None
    summary = result.best.summary
    single = bundle.expected.single
    assert (single.mean, single.std, single.n) == (summary.mean, summary.std, summary.n)
    assert single.interval == (summary.interval.low, summary.interval.high)


def test_a_test_split_that_is_kept_out_measures_the_members_and_again_they_are_the_same(
    tmp_path: Path,
) -> None:
    of = study("classes")
    assert isinstance(of.data, Splits)
    bundle = finalized(of, tmp_path, members=2)
    assert dict(bundle.trained.examples) == {"train": 48, "validation": 16} and bundle.trained.kept_test
    x, y = of.data.test
    said = tuner.load_model(bundle.place()).predict(x)
    assert said.classes is not None and bundle.expected.ensemble is not None
    assert bundle.expected.ensemble.score == pytest.approx((said.classes == y).mean())
    low, high = bundle.expected.ensemble.interval
    assert low is not None and high is not None and 0 <= low < high <= 1
    again = finalize(bundle.origin.run, tmp_path / "again", study=of, members=2, keep_test=True, engine="fit")
    assert [one.weights for one in again.members] == [one.weights for one in bundle.members]
    assert again.expected == bundle.expected and again.identity != bundle.identity


def test_prepared_data_without_the_raw_ones_are_scored_as_they_are(tmp_path: Path) -> None:
    data = replace(cut().splits, raw=None, starts={})
    bundle = finalized(study("outside", data=data), tmp_path)
    assert bundle.expected.units == "prepared"
    assert bundle.schema.input is not None and bundle.schema.input.shape == (6, 2)
    assert bundle.schema.input.low == ()
    assert bundle.schema.output is not None and bundle.schema.output.low == ()
    assert any("the expected score is in the units of the prepared data" in note for note in bundle.notes)
    raw = cut().raw.test[0]
    assert tuner.load_model(bundle.place()).predict(raw).mean.shape == (len(raw), 2, 2)


def test_a_dense_study_of_python_is_finalized_by_its_functions(tmp_path: Path) -> None:
    """The data are those of the study; a metric that is no mean has an interval by resampling."""
    from tests.tiny import dense_study

    of = dense_study(
        data=splits(), metric="root_mean_squared_error", candidates={"other": {"learning_rate": 0.02}}
    )
    bundle = finalized(of, tmp_path)
    ensemble = bundle.expected.ensemble
    assert ensemble is not None and examples_of(bundle) is None
    low, high = ensemble.interval
    assert low is not None and high is not None and low < ensemble.score < high
