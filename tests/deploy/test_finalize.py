"""The chosen configuration on all data: what is trained, and what is told of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.deploy.conftest import Bundles
from tests.deploy.made import STEPS, build_classes, finalized, labelled, parts, series, study
from tests.tiny import Recorder
from tuner.deploy.bundle import CARD
from tuner.deploy.layout import Wishes
from tuner.deploy.monitoring.run import monitor
from tuner.deploy.monitoring.store import Store
from tuner.deploy.networks import Recipe, train
from tuner.deploy.predicting import AsRecords, PredictOptions, predict
from tuner.errors import BundleError, StudyError
from tuner.prepare import Chain, SeasonalAdjust, Standardize, framed
from tuner.records import Configuration
from tuner.splits import Splits


def test_what_is_told_is_what_was_done(bundles: Bundles) -> None:
    bundle, data = bundles("classes").bundle, bundles("classes").data
    assert (bundle.configuration, bundle.params) == ("baseline", {"units": 3})
    assert (bundle.task, bundle.logits, bundle.metric) == (
        "classes",
        ("softmax",),
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


def test_the_model_card_has_the_verdict_the_scores_and_where_it_ends(bundles: Bundles) -> None:
    for name in ("outside", "classes"):
        bundle = bundles(name).bundle
        card = (bundle.place() / CARD).read_text("utf-8")
        assert bundle.verdict.claim in card
        assert "| ensemble of 3 |" in card and "| these networks one by one |" in card
        # Outside, targets are prepared: scores in original units are those of these networks alone.
        assert ("| one network, in the confirmation |" in card) == (name == "classes")
        assert "trained on the train split alone" in card
        assert bundle.origin.data[:12] in card
        assert "It is no prediction interval" in card and "is partly luck: expect a little less" in card
        for note in bundle.notes:
            assert note.split("_")[0] in card
    assert "Classes: low, mid, high" in card


def test_another_configuration_can_be_asked_for_and_the_card_says_so(tmp_path: Path) -> None:
    bundle = finalized(study("classes"), tmp_path, configuration="other")
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
    bundle = finalized(study("classes", data=data), tmp_path, members=1, reporter=recorder)
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
    assert finalized(study("classes", build=weighted(fixed=False)), tmp_path).members
    with pytest.raises(
        StudyError, match=r"48 examples, and the train split has 64; .* all examples in data.tr"
    ):
        finalized(study("classes", build=weighted(fixed=True)), tmp_path / "fixed")


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

    bundle = finalized(study("outside", data=found.splits, build=build), tmp_path)
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
        predict(model, path, PredictOptions(), records)
    predict(model, path, PredictOptions(start=0), records)
    np.testing.assert_allclose([row["mean"] for row in records.rows], said.mean[0], rtol=1e-5)

    kept = [*range(20), *range(24, 40)]  # in days, without four
    lines = (
        f"{date(2024, 1, 1) + timedelta(day)},{x},{y}"
        for day, (x, y) in zip(kept, series()[kept], strict=True)
    )
    path.write_text("\n".join(["date,x,y", *lines]) + "\n", "utf-8")
    (warning,) = predict(model, path, PredictOptions(start=0), AsRecords()).warnings
    assert "1 gap in time, the longest from 2024-01-20 to 2024-01-25; give what comes after" in warning
    monitor(bundle.place(), path, wishes=Wishes(start=0))
    stored = Store(bundle.place()).predictions(bundle.identity)[datetime(2024, 2, 5)]
    behind = model.predict(series()[None, 35 - STEPS : 35], start=35 - STEPS)
    np.testing.assert_allclose(stored.mean, behind.mean[0], rtol=1e-5)


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
    bundle = finalized(of, tmp_path)
    model = tuner.load_model(bundle.place())
    x, _ = two(5, 9)
    said = model.predict(x)
    assert [part.shape for part in said.mean] == [(5, 1), (5, 2)]
    assert bundle.expected.ensemble is not None and bundle.expected.ensemble.interval[0] is not None
    with pytest.raises(BundleError, match="the model reads a tuple of 2 arrays, and x is one array"):
        model.predict(x[0])
