"""The chosen configuration on all data: what is trained, what to expect of it, what is refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tests.deploy.made import STEPS, build_classes, confirmed, cut, labelled, parts, series, study
from tests.factories import make_runs
from tests.tiny import Recorder, splits
from tuner.deploy.bundle import CARD, Bundle, examples_of
from tuner.deploy.finalizing import finalize
from tuner.deploy.networks import Recipe, answers, train
from tuner.deploy.predicting import Asked, AsRecords, predict
from tuner.errors import BundleError, LedgerError, StudyError, TunerError
from tuner.prepare import Chain, SeasonalAdjust, Standardize, framed
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.study import Splits, Study


def made(of: Study, folder: Path, **options: Any) -> Bundle:
    """The bundle of a study whose candidate was confirmed; of one network, unless asked otherwise."""
    given = {"members": 1, "keep_test": True, "engine": "fit"} | options
    return finalize(confirmed(of, folder / "run"), folder / "bundle", study=of, **given)


def test_what_is_told_is_what_was_done(bundles: Bundles) -> None:
    bundle, data = bundles("classes").bundle, bundles("classes").data
    assert (bundle.configuration, bundle.params) == ("baseline", {"units": 3})
    assert (bundle.task, bundle.activation, bundle.metric) == (
        "classes",
        "softmax",
        "sparse_categorical_accuracy",
    )
    assert [one.seed for one in bundle.members] == [0, 1, 2]
    assert dict(bundle.trained.examples) == data.sizes == {"train": 48, "validation": 16, "test": 24}
    assert (bundle.epochs.count, bundle.epochs.how) == (2, "as the study says")
    assert bundle.schema.classes == ("low", "mid", "high")
    part = bundle.schema.input
    every = np.concatenate([data.train[0], data.validation[0], data.test[0]])
    assert part is not None and part.shape == (4,) and part.columns == ("a", "b", "c", "d")
    np.testing.assert_array_equal(part.low, every.min(axis=0).astype(float))
    np.testing.assert_array_equal(part.high, every.max(axis=0).astype(float))
    assert bundle.verdict.claim and bundle.notes[0].startswith("This is the baseline: no other")


def test_what_to_expect_is_what_other_networks_score_that_have_not_seen_the_test_split(
    bundles: Bundles,
) -> None:
    """By hand: train them again, restore what they say, average, score."""
    kept = bundles("outside")
    bundle, data, of = kept.bundle, kept.data, kept.study
    result = tuner.load(Path(bundle.origin.run))
    assert result.best is not None and result.best.name == bundle.configuration == "other"
    runner = Repeats(of)
    recipe = Recipe(of, result.best.configuration, *runner.builder(result.best.configuration))
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
    bundle = made(of, tmp_path, members=2)
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


def test_the_model_card_has_the_verdict_the_scores_and_where_it_ends(bundles: Bundles) -> None:
    for name in ("outside", "classes"):
        bundle = bundles(name).bundle
        card = (bundle.place() / CARD).read_text("utf-8")
        assert bundle.verdict.claim in card
        assert "| ensemble |" in card and "| one network |" in card
        assert "trained on the train split alone" in card
        assert bundle.origin.data[:12] in card
        assert "It is no prediction interval" in card
        for note in bundle.notes:
            assert note.split("_")[0] in card
    assert "Classes: low, mid, high" in card


def test_another_configuration_can_be_asked_for_and_the_card_says_so(tmp_path: Path) -> None:
    bundle = made(study("classes"), tmp_path, configuration="other")
    assert bundle.configuration == "other" and bundle.params == {"units": 2}
    assert bundle.notes[0] == "This is other, as asked for, and not what the run found best (baseline)"
    said = tuner.load_model(bundle.place()).predict(np.zeros((1, 4)))
    assert np.isnan(said.std).all()


def diverging(seeds: set[int], made_: list[int]) -> Any:
    """A build function whose model diverges for some of the models that it makes, in their order."""

    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_classes(trial, data)
        made_.append(len(made_))
        if made_[-1] in seeds:
            model.layers[-1].kernel.assign(np.full(model.layers[-1].kernel.shape, np.nan))
        return model, fit

    return build


def test_a_member_that_diverges_gives_its_place_to_the_next_seed(tmp_path: Path) -> None:
    of = study("classes")
    assert isinstance(of.data, Splits)
    told: list[str] = []
    recipe = Recipe(of, Configuration("other", {"units": 2}), diverging({0, 3}, []), "", "fit")
    networks = train(
        recipe, "final", of.data, 3, say=told.append, note=told.append, on_progress=lambda share: None
    )
    assert [one.seed for one in networks] == [1, 2, 4]
    assert told == [
        "A network (for use, seed 0) diverged, and another seed took its place",
        "A network (for use, seed 3) diverged, and another seed took its place",
    ]
    with pytest.raises(BundleError, match="all 3 trainings of 'other' diverged"):
        train(
            replace(recipe, build=diverging(set(range(9)), [])),
            "final",
            of.data,
            1,
            say=told.append,
            note=told.append,
            on_progress=lambda share: None,
        )


def test_data_that_vary_with_the_seed_are_drawn_once(tmp_path: Path) -> None:
    drawn: list[float] = []

    def data(rng: np.random.Generator) -> Splits:
        drawn.append(rng.normal())
        return Splits(**parts(labelled))

    recorder = Recorder()
    bundle = made(study("classes", data=data), tmp_path, members=1, reporter=recorder)
    assert drawn[-1] != drawn[0]  # not those of the search
    assert any("all networks were trained on one draw" in note for note in bundle.notes)
    assert set(bundle.notes) <= set(recorder.notes)


def weighted(fixed: bool) -> Any:
    def build(trial: Any, data: Splits) -> Any:
        model, fit = build_classes(trial, data)
        rows = 48 if fixed else len(data.train[0])
        return model, {**fit, "sample_weight": np.ones(rows, "float32")}

    return build


def test_weights_of_examples_are_made_for_all_examples(tmp_path: Path) -> None:
    assert made(study("classes", build=weighted(fixed=False)), tmp_path).members
    with pytest.raises(
        StudyError, match=r"48 examples, and the train split has 64; .* all examples in data.tr"
    ):
        made(study("classes", build=weighted(fixed=True)), tmp_path / "fixed")


class Closed(keras.Model):  # type: ignore[misc]
    """A model that does not say what it is made of."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def compiled(model: Any) -> Any:
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def closed(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    return compiled(Closed(3))


def with_a_lambda(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    layers = [keras.Input((4,)), keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(3)]
    return compiled(keras.Sequential(layers))


@pytest.mark.parametrize(
    ("build", "message"),
    [(with_a_lambda, "a Lambda layer, which is stored as code"), (closed, "Closed")],
)
def test_models_that_cannot_be_described_are_refused(build: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=message) as raised:
        made(study("classes", build=build), tmp_path)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "bundle").exists()


def stateful(trial: Any, data: Splits) -> Any:
    trial.suggest_int("units", 1, 4)
    model = keras.Sequential(
        [keras.Input((5, 2), batch_size=8), keras.layers.LSTM(2, stateful=True), keras.layers.Dense(1)]
    )
    model.compile(optimizer="adam", loss="mse")
    return model, {"batch_size": 8}


def test_what_cannot_be_finalized_is_one_line(tmp_path: Path) -> None:
    of = study("classes")
    run = confirmed(of, tmp_path / "run")
    for options, message in (
        ({"members": 0}, "members is 0; give 1 to 100"),
        ({"engine": "quick"}, "engine 'quick' is unknown; use auto, vectorized, fit"),
        ({"configuration": "third"}, "'third' was not confirmed; confirmed are baseline, other"),
        ({"study": None}, "does not say where its study file is; give it with --study"),
        ({"study": tmp_path / "none.py"}, "the study file of this run is not there"),
        ({"output": run}, "is there already, and nothing is replaced by itself"),
    ):
        with pytest.raises(TunerError, match=message):
            finalize(run, **({"output": tmp_path / "bundle", "study": of} | options))
    with pytest.raises(BundleError, match="the model is stateful"):
        made(study("free", build=stateful), tmp_path / "stateful")
    lost = tuple(make_runs("confirmation", "other", 1.0, seeds=5, diverged=range(5)))
    with pytest.raises(BundleError, match="no confirmation run of 'other' has a score"):
        finalize(confirmed(of, tmp_path / "lost", runs=lost), tmp_path / "b", study=of, configuration="other")
    assert not (tmp_path / "bundle").exists() and not (tmp_path / "stateful" / "bundle").exists()


def test_a_run_without_a_confirmation_has_nothing_to_finalize(tmp_path: Path) -> None:
    from tuner.ledger import Ledger

    run = confirmed(study("classes"), tmp_path / "run")
    ledger = Ledger(run)
    setup = ledger.read_setup()
    assert setup is not None
    ledger.write_setup(replace(setup, looks=()))
    with pytest.raises(BundleError, match="the confirmation has not finished"):
        finalize(run, tmp_path / "bundle", study=study("classes"))


def test_a_study_that_changed_is_refused_unless_that_is_accepted(tmp_path: Path) -> None:
    of = study("classes")
    run = confirmed(of, tmp_path / "run")
    changed = study("classes", epochs=1)
    with pytest.raises(
        LedgerError, match=r"the number of epochs \(2, now 1\); finalize all the same with --acc"
    ):
        finalize(run, tmp_path / "bundle", study=changed)
    bundle = finalize(run, tmp_path / "bundle", study=changed, accept_changes=True, members=1, keep_test=True)
    assert "something changed: the number of epochs (2, now 1)" in bundle.notes[0]
    with pytest.raises(LedgerError, match="is a run of something else: the study's name"):
        finalize(run, tmp_path / "b", study=replace(of, name="another"), accept_changes=True)


def test_prepared_data_without_the_raw_ones_are_scored_as_they_are(tmp_path: Path) -> None:
    data = replace(cut().splits, raw=None, starts={})
    bundle = made(study("outside", data=data), tmp_path)
    assert bundle.expected.units == "prepared"
    assert bundle.schema.input is not None and bundle.schema.input.shape == (6, 2)
    assert bundle.schema.input.low == ()
    assert any("the expected score is in the units of the prepared data" in note for note in bundle.notes)
    raw = cut().raw.test[0]
    assert tuner.load_model(bundle.place()).predict(raw).mean.shape == (len(raw), 2, 2)


def test_seasonal_means_need_the_place_in_time(tmp_path: Path) -> None:
    """Predictions are those of the training's own frame, whose windows begin where it says."""
    chain = Chain(SeasonalAdjust(6, method="means"), Standardize())
    found = framed(series(), chain, steps_in=STEPS, validation=15, test=20)

    def build(trial: Any, data: Splits) -> Any:
        layers = [
            keras.Input((STEPS, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(trial.suggest_int("units", 2, 3)),
        ]
        model = keras.Sequential([*layers, keras.layers.Dense(2)])
        model.compile(optimizer="adam", loss="mse")
        return model

    bundle = made(study("outside", data=found.splits, build=build), tmp_path)
    model = tuner.load_model(bundle.place())
    x, y = found.raw.test
    with pytest.raises(BundleError, match="the model knows seasons by their place in time; give start="):
        model.predict(x)
    said = model.predict(x, start=found.starts["test"])
    assert bundle.expected.ensemble is not None
    assert bundle.expected.ensemble.score == pytest.approx(((said.mean - y) ** 2).mean(), rel=1e-5)
    path = tmp_path / "new.csv"
    rows = series()[: int(found.starts["test"][0]) + STEPS]
    path.write_text("x,y\n" + "".join(f"{row[0]},{row[1]}\n" for row in rows), "utf-8")
    records = AsRecords()
    with pytest.raises(BundleError, match="say with --start which step the first row is"):
        predict(model, path, Asked(), records)
    predict(model, path, Asked(start=0), records)
    np.testing.assert_allclose([row["mean"] for row in records.rows], said.mean[0], rtol=1e-5)


def build_two(trial: Any, data: Splits) -> Any:
    units = trial.suggest_int("units", 1, 4)
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    both = keras.layers.Dense(units)(keras.layers.Concatenate()([left, right]))
    outputs = [keras.layers.Dense(1)(both), keras.layers.Dense(2)(both)]
    model = keras.Model([left, right], outputs)
    model.compile(optimizer="adam", loss=["mse", "mse"])
    return model


def two(size: int, seed: int) -> Any:
    x, _ = labelled(size, seed)
    return (x, -x), (x[:, :1], x[:, 1:3])


def off(y_true: Any, y_pred: Any) -> Any:
    return np.abs(y_true[0] - y_pred[0]).mean(axis=1)


def test_models_of_several_arrays_answer_in_python(tmp_path: Path) -> None:
    of = study("classes", data=Splits(**parts(two)), build=build_two, metric=off, direction="minimize")
    bundle = made(of, tmp_path)
    model = tuner.load_model(bundle.place())
    x, _ = two(5, 9)
    said = model.predict(x)
    assert [part.shape for part in said.mean] == [(5, 1), (5, 2)]
    assert bundle.expected.ensemble is not None and bundle.expected.ensemble.interval[0] is not None
    with pytest.raises(BundleError, match="the model reads a tuple of 2 arrays, and x is one array"):
        model.predict(x[0])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((2, 3)), r"x has shape \(2, 3\), and the model reads \(examples, 4\)"),
        (np.zeros(4), r"and the model reads \(examples, 4\); give that, one example as x\[None\]"),
        (np.zeros((0, 4)), "x is empty"),
        (np.array([["a"] * 4]), "x holds str"),
        (np.full((1, 4), np.nan), r"x is not finite at \(0, 0\)"),
        ((np.zeros((1, 4)),), "the model reads one array, and x is a tuple of 1 array"),
    ],
)
def test_what_the_model_does_not_read_is_one_line(bundles: Bundles, x: Any, message: str) -> None:
    model = tuner.load_model(bundles("classes").bundle.place())
    with pytest.raises(BundleError, match=message):
        model.predict(x)


def test_a_dense_study_of_python_is_finalized_by_its_functions(tmp_path: Path) -> None:
    """The data are those of the study; a metric that is no mean has an interval by resampling."""
    from tests.tiny import dense_study

    of = dense_study(
        data=splits(), metric="root_mean_squared_error", candidates={"other": {"learning_rate": 0.02}}
    )
    bundle = made(of, tmp_path)
    ensemble = bundle.expected.ensemble
    assert ensemble is not None and examples_of(bundle) is None
    low, high = ensemble.interval
    assert low is not None and high is not None and low < ensemble.score < high
