"""Predictions of a confirmation: the model's own, kept beside the ledger, recognised when damaged."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuner
from tests.forecasting import build_forecast, forecast_study, kept, label_study, windows
from tests.tiny import Recorder, dense_study, run, split, splits
from tuner.building import Built
from tuner.checked import write_json
from tuner.engines import fit
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.plan import Plan
from tuner.predictions import Predictions
from tuner.records import Configuration, Group, Run
from tuner.repeats import Repeats
from tuner.result import Result
from tuner.splits import Splits
from tuner.study import Study

PLAN = Plan(repeats=3)
FAST = Configuration("fast", {"learning_rate": 0.08})


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A finished confirmation of forecasts."""
    return run(forecast_study(), tmp_path_factory.mktemp("forecast") / "run", PLAN)


def directly(study: Study, name: str, values: dict[str, Any]) -> tuple[Built, np.ndarray]:
    """What a model of the first confirmation seed predicts for the test split, trained and asked by Keras."""
    job = Repeats(study, engine="fit").training("confirmation", Configuration(name, values), (0,)).job
    models: list[Built] = []

    def remembered() -> Built:
        models.append(job.builds[0]())
        return models[0]

    fit.train(replace(job, builds=(remembered,)), lambda share: None)
    (built,) = models
    return built, built.model.predict(built.splits.test[0], verbose=0)


def test_they_are_what_the_trained_model_predicts(forecast: Result) -> None:
    built, said = directly(forecast_study(), "fast", {"learning_rate": 0.08})
    found = forecast.predictions["fast"]
    assert found.seeds == (0, 1, 2) and found.rows is not None
    rows = found.rows[0]
    assert rows.tolist() == [3, 10, 16, 23, 30, 36]
    np.testing.assert_allclose(found.y_pred[0], said[rows], rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(found.y_true[0], built.splits.test[1][rows])
    np.testing.assert_array_equal(found.x[0], built.splits.test[0][rows])


def test_every_configuration_has_the_same_examples_with_their_scores(forecast: Result) -> None:
    baseline, fast = forecast.predictions["baseline"], forecast.predictions["fast"]
    np.testing.assert_array_equal(baseline.rows, fast.rows)
    np.testing.assert_array_equal(baseline.x, fast.x)
    for found in (baseline, fast):
        errors = ((found.y_pred - found.y_true) ** 2).mean(axis=(2, 3))
        np.testing.assert_allclose(found.scores, errors, rtol=1e-4)


def test_labels_are_those_of_the_whole_split(tmp_path: Path) -> None:
    result = run(label_study(), tmp_path, PLAN)
    counts = result.predictions["fast"].counts
    finalist = next(one for one in result.finalists if one.name == "fast")
    assert counts is not None and counts.shape == (3, 3, 3) and (counts.sum(axis=(1, 2)) == 40).all()
    accuracy = np.trace(counts, axis1=1, axis2=2) / 40
    np.testing.assert_allclose(accuracy, finalist.test, rtol=1e-6)
    np.testing.assert_array_equal(counts[0].sum(axis=1), np.bincount(label_study().data.test[1], minlength=3))


def test_single_numbers_are_kept_of_all_test_examples(whole: tuple[Result, Recorder]) -> None:
    result, _ = whole
    found = result.predictions["baseline"]
    assert found.points_pred is not None and found.points_true is not None
    assert found.points_pred.shape == (3, 32)
    assert result.baseline is not None
    errors = ((found.points_pred - found.points_true) ** 2).mean(axis=1)
    np.testing.assert_allclose(errors, result.baseline.test, rtol=1e-4)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("ledger/confirmation/*.npz")}


def test_interrupted_and_resumed_they_are_the_same_bytes(forecast: Result, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(
            forecast_study(),
            tmp_path,
            PLAN,
            reporter=Recorder(lambda phase, name, share: name == "fast" and share >= 0.5),
        )
    assert set(files(tmp_path)) == {"baseline-0000.npz"}
    run(forecast_study(), tmp_path, PLAN)
    assert forecast.folder is not None and files(tmp_path) == files(forecast.folder)
    assert all(len(content) < 10_000 for content in files(tmp_path).values())


def test_more_seeds_are_added_to_those_there_are(forecast: Result, tmp_path: Path) -> None:
    ledger, runner = Ledger(tmp_path), Repeats(forecast_study())
    for repeats in (2, 3):
        runner.measure(ledger, "confirmation", FAST, repeats)
    grown, whole = ledger.predictions("confirmation", "fast", 3), forecast.predictions["fast"]
    assert grown.seeds == (0, 1, 2) and len(files(tmp_path)) == 2
    np.testing.assert_allclose(grown.y_pred, whole.y_pred, rtol=1e-3, atol=1e-5)


def drawn(rng: np.random.Generator) -> Splits:
    seed = int(rng.integers(1_000))
    return Splits(train=windows(64, seed), validation=windows(32, seed + 1), test=windows(40, seed + 2))


def test_where_data_vary_every_seed_has_the_example_in_its_middle(tmp_path: Path) -> None:
    result = run(forecast_study(data=drawn), tmp_path, PLAN)
    baseline, fast = result.predictions["baseline"], result.predictions["fast"]
    assert fast.own and fast.kept == 1 and fast.y_true.shape == (3, 1, 4, 1) and fast.scores is None
    np.testing.assert_array_equal(baseline.y_true, fast.y_true)  # runs are paired
    built, said = directly(forecast_study(data=drawn), "fast", {"learning_rate": 0.08})
    np.testing.assert_array_equal(fast.x[0, 0], built.splits.test[0][20])
    np.testing.assert_allclose(fast.y_pred[0, 0], said[20], rtol=1e-3, atol=1e-4)
    assert len(np.unique(fast.y_true[:, 0, 0, 0])) == 3


def test_a_test_split_that_comes_batch_by_batch_keeps_no_x(tmp_path: Path) -> None:
    x, y = windows(40, 3)
    data = Splits(windows(64, 1), windows(32, 2), lambda: iter([(x[:25], y[:25]), (x[25:], y[25:])]))
    ledger = Ledger(tmp_path)
    Repeats(forecast_study(data=data)).measure(ledger, "confirmation", FAST, 2)
    found = ledger.predictions("confirmation", "fast", 2)
    assert found.own and found.x is None and found.y_pred.shape == (2, 1, 4, 1)
    np.testing.assert_array_equal(found.y_true[0, 0], y[20])


def test_diverged_runs_have_none(tmp_path: Path) -> None:
    def explodes(trial: Any, data: Splits) -> Any:
        model, arguments = build_forecast(trial, data)
        model.optimizer.learning_rate = 1e30
        return model, arguments

    ledger = Ledger(tmp_path)
    runs = Repeats(forecast_study(build=explodes)).measure(ledger, "confirmation", FAST, 2)
    assert {one.status for one in runs} == {"diverged"}
    assert ledger.predictions("confirmation", "fast", 2).reason == "no run ended with a score"
    assert files(tmp_path) == {}


def test_an_error_in_keeping_them_costs_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise MemoryError("none left")

    monkeypatch.setattr("tuner.keeping.label_counts", broken)
    ledger = Ledger(tmp_path)
    runs = Repeats(forecast_study()).measure(ledger, "confirmation", FAST, 2)
    assert {one.status for one in runs} == {"complete"}
    found = ledger.predictions("confirmation", "fast", 2)
    assert found.rows is None and "keeping some raises MemoryError" in found.reason


def test_keeping_them_changes_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Repeats(forecast_study()).train("confirmation", FAST, (0, 1), lambda share: None)
    monkeypatch.setattr("tuner.engines.base.keeping.of_run", lambda *_, **__: None)
    found = Repeats(forecast_study()).train("confirmation", FAST, (0, 1), lambda share: None)
    assert [(one.scores, one.history) for one in found] == [(one.scores, one.history) for one in expected]


def test_several_outputs_are_kept_as_they_are(tmp_path: Path) -> None:
    import keras

    def build(trial: Any, data: Splits) -> Any:
        rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        inputs = {name: keras.Input((3,), name=name) for name in ("a", "b")}
        both = keras.layers.Concatenate()(list(inputs.values()))
        model = keras.Model(inputs, [keras.layers.Dense(1)(both), keras.layers.Dense(2)(both)])
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
        return model

    def some(examples: int, seed: int) -> Any:
        x, y = split(examples, seed)
        return {"a": x, "b": x + 1}, (y, np.repeat(y, 2, axis=1))

    def metric(true: Any, said: Any) -> float:
        return float(np.mean(np.abs(true[1] - said[1])))

    study = dense_study(
        data=Splits(some(64, 1), some(32, 2), some(32, 3)),
        build=build,
        metric=metric,
        direction="minimize",
    )
    ledger = Ledger(tmp_path)
    Repeats(study).measure(ledger, "confirmation", FAST, 2)
    found = Ledger(tmp_path).predictions("confirmation", "fast", 2)
    assert found.reason == "" and found.rows is not None
    np.testing.assert_array_equal(found.x["b"][0], some(32, 3)[0]["b"][found.rows[0]])
    assert [array.shape for array in found.y_pred] == [(2, 6, 1), (2, 6, 2)]


def finished(folder: Path, predictions: Predictions | None, first: int = 0) -> Path:
    """A finished group of three runs; gives the file of its predictions."""
    indices = tuple(range(first, first + 3))
    runs = tuple(Run("confirmation", "a", index, "complete", {}, {}, 0.0) for index in indices)
    group = Group("confirmation", Configuration("a", {}), indices, runs)
    Ledger(folder).write(group, None, predictions)
    return folder / "ledger" / "confirmation" / f"a-{first:04d}.npz"


def test_folders_of_before_they_were_kept_have_none(tmp_path: Path) -> None:
    finished(tmp_path, None)
    found = Ledger(tmp_path).predictions("confirmation", "a", 3)
    assert (found.rows, found.seeds, found.reason) == (None, (), "")


def test_damaged_files_are_recognised(tmp_path: Path) -> None:
    path = finished(tmp_path, kept(3))
    content = path.read_bytes()
    for damaged in (b"", content[:-1], content[:-1] + bytes([content[-1] ^ 1]), content + b"\0"):
        path.write_bytes(damaged)
        with pytest.raises(
            LedgerError, match=r"a-0000\.npz: damaged .*; run the study again .* or delete it"
        ) as caught:
            Ledger(tmp_path).predictions("confirmation", "a", 3)
        assert "\n" not in str(caught.value)
    path.unlink()
    assert "a-0000.npz is missing" in Ledger(tmp_path).predictions("confirmation", "a", 3).reason


def archive(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("seeds.npy", b"\0" * (64 << 20))
    return buffer.getvalue()


SOME = kept(3)
GOOD = {"seeds": np.arange(3), "rows.0": SOME.rows, "y_true.0": SOME.y_true, "y_pred.0": SOME.y_pred}
PLAN_OF_GOOD: dict[str, Any] = {"rows": "", "y_true": "", "y_pred": ""}


@pytest.mark.parametrize(
    ("content", "outlines"),
    [
        (b"", PLAN_OF_GOOD),
        (b"\x80\x04N.", PLAN_OF_GOOD),
        (bomb(), PLAN_OF_GOOD),
        (archive(**GOOD, more=np.array([object()])), PLAN_OF_GOOD),
        (archive(**{**GOOD, "rows.0": np.array([["a"] * 6])}), PLAN_OF_GOOD),
        (archive(**{**GOOD, "rows.0": -SOME.rows}), PLAN_OF_GOOD),
        (archive(**{**GOOD, "seeds": np.arange(2)}), PLAN_OF_GOOD),
        (archive(**{**GOOD, "y_true.0": np.float32(1)}), PLAN_OF_GOOD),
        (archive(**GOOD), {**PLAN_OF_GOOD, "y_true": {"a": ["", ""]}}),
        (archive(**GOOD), {**PLAN_OF_GOOD, "reason": ""}),
        (archive(**GOOD), {"rows": ""}),
        (archive(), PLAN_OF_GOOD),
    ],
)
def test_files_that_fit_their_checksum_and_hold_something_else_are_refused(
    content: bytes, outlines: Any, tmp_path: Path
) -> None:
    import hashlib

    path = finished(tmp_path, SOME)
    record = path.with_suffix(".json")
    stored = json.loads(record.read_text().split('"content": ', 1)[1][:-2])
    stored["predictions"] |= {"sha256": hashlib.sha256(content).hexdigest(), "outlines": outlines}
    path.write_bytes(content)
    write_json(record, stored)
    with pytest.raises(LedgerError, match=r"a-0000\.npz: holds no predictions") as caught:
        Ledger(tmp_path).predictions("confirmation", "a", 3)
    assert "\n" not in str(caught.value)


def test_a_record_whose_outlines_are_none_is_refused(tmp_path: Path) -> None:
    record = finished(tmp_path, SOME).with_suffix(".json")
    stored = json.loads(record.read_text().split('"content": ', 1)[1][:-2])
    stored["predictions"]["outlines"] = 3
    write_json(record, stored)
    with pytest.raises(
        LedgerError, match=r"a-0000\.json: is no group of runs \(its outlines is another kind"
    ):
        Ledger(tmp_path).predictions("confirmation", "a", 3)


def test_the_record_of_a_group_is_the_same_when_read(tmp_path: Path) -> None:
    finished(tmp_path, kept(3, x={"a": (np.zeros((1, 6, 2)),)}))
    (group,) = Ledger(tmp_path).groups
    assert group.predictions is not None and group.predictions.outlines["x"] == {"a": [""]}
    assert Ledger(tmp_path).groups == (group,)


def test_loading_a_folder_reads_them(forecast: Result) -> None:
    assert forecast.folder is not None
    again = tuner.load(forecast.folder)
    assert again == forecast
    np.testing.assert_array_equal(again.predictions["fast"].y_pred, forecast.predictions["fast"].y_pred)


def test_a_framing_that_is_tuned_keeps_examples_of_each_configuration(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    Repeats(dense_study(data=lambda trial: splits())).measure(ledger, "confirmation", FAST, 2)
    found = ledger.predictions("confirmation", "fast", 2)
    assert not found.own and found.kept == 6 and len(found.seeds) == 2
