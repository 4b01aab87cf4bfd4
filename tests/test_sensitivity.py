"""Sizes measured with a study: parts of the train split with fresh seeds, ensembles of its networks."""

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

from tests.calling import Call, one_line
from tests.test_ledger import signed
from tests.tiny import Recorder, dense_study, numbers, run, splits
from tuner.checked import read_json
from tuner.errors import LedgerError, TunerError
from tuner.ledger import Ledger
from tuner.metrics import resolve_metric
from tuner.plan import Plan
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.result import Result, load
from tuner.splits import Splits
from tuner.study import Study

PLAN = Plan(repeats=5, train_sizes=(0.25, 0.5, 1.0), ensemble_sizes=(1, 2, 5))


def study(**changes: Any) -> Study:
    """A comparison in which the candidate is better for sure: the baseline hardly learns."""
    given = {"trials": 0, "epochs": 12, "baseline": {"learning_rate": 0.001}}
    return dense_study(**(given | {"candidates": {"fast": {"learning_rate": 0.08}}} | changes))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Recorder]:
    recorder = Recorder()
    return run(study(), tmp_path_factory.mktemp("sizes") / "run", PLAN, reporter=recorder), recorder


@pytest.fixture
def folder(measured: tuple[Result, Recorder], tmp_path: Path) -> Path:
    assert measured[0].folder is not None
    return shutil.copytree(measured[0].folder, tmp_path / "run")


def sized(result: Result) -> Any:
    """Everything about sizes, bit for bit."""
    return repr([(one.configuration, one.sizes) for one in result.train_sizes]), repr(
        [(one.configuration, one.trained, one.curve) for one in result.ensemble_sizes]
    )


def test_the_configuration_to_use_and_the_baseline_are_measured(measured: tuple[Result, Recorder]) -> None:
    result, recorder = measured
    assert [one.name for one in result.better] == ["fast"]
    for found in (result.train_sizes, result.ensemble_sizes):
        assert {one.configuration for one in found} == {"fast", "baseline"}
    fast = next(one for one in result.train_sizes if one.configuration == "fast")
    assert fast.examples == (16, 32, 64) and [len(one.test) for one in fast.sizes] == [5, 5, 5]
    assert [one.part.drawn for one in fast.sizes] == [True, True, False]
    assert fast.step is not None and (fast.step.before, fast.step.after) == (32, 64)
    assert ("sizes", "fast@16 drawn") in recorder.finished and recorder.expected[-1] == 5
    assert not {run.phase for run in result.runs} - {"search", "confirmation"}
    assert set(result.configurations) == {"fast", "baseline"}
    assert "training examples" in str(fast) and "fast" in repr(fast)


def test_a_size_is_what_training_on_those_examples_gives(measured: tuple[Result, Recorder]) -> None:
    """The stored scores against a training of its own, with the fit engine, of the same seed and examples."""
    runner = Repeats(study(), engine="fit")
    ledger = Ledger(measured[0].folder)  # type: ignore[arg-type]
    (group,) = ledger.of("sizes", "fast@16 drawn")
    training = runner.training("sizes", group.configuration, [2])
    (alone,) = training.train([2], lambda share: None)
    assert group.runs[2].scores["test"] == pytest.approx(alone.scores["test"], rel=1e-3)
    assert set(alone.scores) == {"test"}
    built = training.job.builds[0]()
    assert built.splits.sizes == {"train": 16, "validation": 32, "test": 32}
    whole = splits().train[0]
    assert all(any(np.array_equal(row, other) for other in whole) for row in built.splits.train[0])


def test_seeds_are_fresh(measured: tuple[Result, Recorder]) -> None:
    result, _ = measured
    fast = next(one for one in result.train_sizes if one.configuration == "fast")
    (confirmed,) = result.finalists
    assert not set(fast.sizes[-1].test) & set(confirmed.test)


def test_ensembles_are_means_of_the_confirmed_networks(measured: tuple[Result, Recorder]) -> None:
    result, _ = measured
    ledger = Ledger(result.folder)  # type: ignore[arg-type]
    (confirmed,) = result.finalists
    found = next(one for one in result.ensemble_sizes if one.configuration == "fast")
    assert not found.trained and found.curve is not None
    one, two, five = found.curve.sizes
    assert one.mean == pytest.approx(confirmed.summary.mean, rel=1e-12)
    kept = ledger.outputs("confirmation", "fast", 5)
    assert kept is not None and kept[0] == (0, 1, 2, 3, 4)
    truth = splits().test[1]
    assert five.mean == pytest.approx(((kept[1].values.mean(axis=0) - truth) ** 2).mean(), rel=1e-5)
    pairs = [
        (((kept[1].values[a] + kept[1].values[b]) / 2 - truth) ** 2).mean()
        for a in range(5)
        for b in range(a)
    ]
    assert two.mean == pytest.approx(np.mean(pairs), rel=1e-5) and two.ensembles == 10
    assert not list(Path(result.folder or "").glob("ledger/members/*"))


def test_without_sizes_nothing_else_is_trained_or_kept(
    measured: tuple[Result, Recorder], tmp_path: Path
) -> None:
    plain = run(study(), tmp_path / "plain", Plan(repeats=5))
    assert numbers(plain) == numbers(measured[0])
    assert plain.finalists == measured[0].finalists
    assert plain.train_sizes == plain.ensemble_sizes == ()
    kept = {path.relative_to(tmp_path / "plain").as_posix() for path in tmp_path.rglob("ledger/**/*.*")}
    assert {path.split("/")[1] for path in kept} == {"confirmation"}
    assert not any("outputs" in path for path in kept)

    # Asked for afterwards, networks are trained for it: with seeds of their own.
    recorder = Recorder()
    later = run(study(ensemble_sizes="auto"), tmp_path / "plain", Plan(repeats=5), reporter=recorder)
    assert numbers(later) == numbers(plain)
    assert {name for phase, name in recorder.trained} == {"fast", "baseline"}
    assert {phase for phase, _ in recorder.trained} == {"members"}
    for one in later.ensemble_sizes:
        assert one.trained and one.curve is not None
        assert [size.size for size in one.curve.sizes] == [1, 2, 5]
        assert one.curve.sizes[0].mean != plain.finalists[0].summary.mean
    again = Recorder()
    assert sized(run(study(), tmp_path / "plain", Plan(repeats=5), reporter=again)) == sized(later)
    assert again.trained == []


def test_interrupted_and_resumed_it_ends_the_same(measured: tuple[Result, Recorder], tmp_path: Path) -> None:
    def interrupt(phase: str, name: str, share: float) -> bool:
        return phase == "sizes" and name.startswith("baseline@32")

    with pytest.raises(KeyboardInterrupt):
        run(study(), tmp_path, PLAN, reporter=Recorder(interrupt))
    half = load(tmp_path)
    assert {one.configuration: one.examples for one in half.train_sizes} == {"fast": (16, 32, 64)}
    result = run(study(), tmp_path, PLAN)
    assert numbers(result) == numbers(measured[0]) and sized(result) == sized(measured[0])


def test_more_seeds_and_more_sizes_are_added_to_those_there_are(folder: Path) -> None:
    before = load(folder)
    recorder = Recorder()
    plan = Plan(repeats=6, train_sizes=(0.125, 1.0), ensemble_sizes=(1, 6))
    result = run(study(), folder, plan, reporter=recorder)
    fast = next(one for one in result.train_sizes if one.configuration == "fast")
    assert [(one.examples, len(one.test)) for one in fast.sizes] == [(8, 6), (16, 5), (32, 5), (64, 6)]
    old = next(one for one in before.train_sizes if one.configuration == "fast")
    assert fast.sizes[1] == old.sizes[0] and fast.sizes[3].test[:5] == old.sizes[2].test
    assert fast.step is not None and fast.step.n == 5
    curve = result.ensemble_sizes[0].curve
    assert curve is not None and curve.networks == 6


def test_a_damaged_or_missing_file_of_answers_costs_its_group_or_its_networks(
    folder: Path, measured: tuple[Result, Recorder]
) -> None:
    path = next(folder.glob("ledger/confirmation/fast-*.outputs.npz"))
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    with pytest.raises(LedgerError, match=r"outputs\.npz: damaged"):
        Ledger(folder).outputs("confirmation", "fast", 5)
    recorder = Recorder()
    result = run(study(), folder, PLAN, reporter=recorder)
    assert sized(result) == sized(measured[0]) and recorder.trained == [("confirmation", "fast")]
    (folder / "ledger" / "ensembles.json").write_text("{")
    next(folder.glob("ledger/confirmation/fast-*.outputs.npz")).unlink()
    result = run(study(), folder, PLAN)
    assert {one.configuration: one.trained for one in result.ensemble_sizes} == {
        "fast": True,
        "baseline": False,
    }


def test_a_group_under_a_name_that_tells_of_no_part_is_refused(folder: Path) -> None:
    path = next(folder.glob("ledger/sizes/fast-16*.json"))
    content = json.loads(json.dumps(read_json(path, "")).replace("fast@16 drawn", "fast@here"))
    signed(path, content)
    with pytest.raises(LedgerError, match=r"'fast@here' does not say on how many examples"):
        load(folder)


def build_labels(trial: Any, data: Splits) -> Any:
    """Answers whole numbers: it has no mean."""
    inputs = keras.Input((3,))
    score = keras.layers.Dense(1)(inputs)
    model = keras.Model(inputs, keras.ops.cast(score > 0.0, "int32"))
    model.compile(optimizer="sgd", loss="mse")
    return model


def build_linear(trial: Any, data: Splits) -> Any:
    """For data that come batch by batch as well."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(trial.suggest_float("learning_rate", 1e-3, 0.1)), loss="mse")
    return model


def drawn(rng: np.random.Generator) -> Splits:
    return splits()


def batches() -> Any:
    return iter([splits().train])


WRONG: list[tuple[dict[str, Any], Plan, str]] = [
    ({}, Plan(train_sizes=(16, 100)), "--train-sizes asks for 100 examples, and the train split has 64"),
    ({}, Plan(train_sizes=(0.01, 0.011)), "one and the same number of the 64 training examples"),
    (
        {"data": Splits(batches, splits().validation, splits().test), "build": build_linear},
        Plan(train_sizes="auto"),
        "takes parts of the train split, which comes batch by batch here",
    ),
    (
        {"data": Splits(splits().train, splits().validation, batches), "build": build_linear},
        Plan(ensemble_sizes="auto"),
        "needs test examples in one order, and the test split comes batch by batch",
    ),
    ({"data": drawn}, Plan(ensemble_sizes=(1, 2)), "needs the same test examples for all networks"),
    ({}, Plan(repeats=5, ensemble_sizes=(1, 6)), "of which there are 5; give --repeats 6 or more"),
    ({}, Plan(repeats=2, ensemble_sizes="auto"), "give --repeats 3 or more"),
    (
        {"build": build_labels, "baseline": {}, "candidates": {"other": build_labels}},
        Plan(ensemble_sizes=(1, 2)),
        "there are no ensembles of 'baseline': the model answers whole numbers",
    ),
]


@pytest.mark.parametrize(("changes", "plan", "said"), WRONG, ids=[said[:30] for *_, said in WRONG])
def test_what_cannot_be_measured_is_one_line_before_anything_trains(
    changes: dict[str, Any], plan: Plan, said: str, tmp_path: Path, recorder: Recorder
) -> None:
    with pytest.raises(TunerError) as error:
        run(study(**changes), tmp_path / "never", plan, reporter=recorder)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert recorder.trained == [] and not (tmp_path / "never").exists()


def test_a_series_takes_the_most_recent_examples_and_data_may_vary_with_the_seed(tmp_path: Path) -> None:
    runner = Repeats(study(series=True, data=drawn))
    name = Configuration("fast@16", {"learning_rate": 0.08})
    builds = runner.training("sizes", name, [0, 1]).job.builds
    for build in builds:
        np.testing.assert_array_equal(build().splits.train[0], splits().train[0][-16:])


def build_classes(trial: Any, data: Splits) -> Any:
    """Three classes as logits."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(trial.suggest_float("learning_rate", 1e-3, 1.0)), loss=loss)
    return model, {"batch_size": 32}


def class_split(seed: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(seed).normal(size=(48, 3)).astype("float32")
    return x, x.argmax(axis=1)


def cross_entropy(y_true: Any, y_pred: Any) -> Any:
    logs = y_pred - np.logaddexp.reduce(y_pred, axis=1, keepdims=True)
    return -logs[np.arange(len(y_true)), y_true]


def test_an_ensemble_of_a_classifier_averages_probabilities(tmp_path: Path) -> None:
    made = study(
        data=Splits(*map(class_split, (1, 2, 3))),
        build=build_classes,
        metric=cross_entropy,
        direction="minimize",
        epochs=2,
        candidates={"fast": {"learning_rate": 0.5}},
    )
    result = run(made, tmp_path, Plan(repeats=3, ensemble_sizes=(1, 3)), engine="fit")
    found = next(one for one in result.ensemble_sizes if one.configuration == "baseline")
    kept = Ledger(tmp_path).outputs("confirmation", "baseline", 3)
    assert kept is not None and found.curve is not None and found.probabilities
    shares = np.exp(kept[1].values - np.logaddexp.reduce(kept[1].values, axis=-1, keepdims=True))
    own = -np.log(shares.mean(axis=0)[np.arange(48), class_split(3)[1]]).mean()
    assert found.curve.sizes[1].mean == pytest.approx(own, rel=1e-5)
    assert resolve_metric(made).score(class_split(3)[1], kept[1].values[0]) == pytest.approx(
        result.baseline.test[0],
        rel=1e-6,  # type: ignore[union-attr]
    )


def test_the_command_line_measures_shows_and_tabulates(call: Call, tmp_path: Path, folder: Path) -> None:
    status, out, err = call("report", folder)
    assert status == 0, err
    assert "fast: from 32 to 64 training examples the mean test score" in out
    page = (folder / "report.html").read_text("utf-8")
    assert "Would more training examples help?" in page and "Would an ensemble help?" in page
    assert "a U-statistic, with jackknife intervals" in page
    assert {"train_sizes.png", "ensemble_sizes.png"} <= {path.name for path in folder.glob("figures/*")}
    table = pd.read_csv(folder / "train_sizes.csv")
    assert len(table) == 2 * 3 * 5 and set(table["examples"]) == {16, 32, 64}
    ensembles = pd.read_csv(folder / "ensemble_sizes.csv")
    assert ensembles["size"].tolist() == [1, 2, 5] * 2
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert [one["configuration"] for one in summary["train_sizes"]] == ["baseline", "fast"]
    assert summary["ensemble_sizes"][0]["gain"]["before"] == 1
    assert one_line(call("run", "none.py", "--train-sizes", "a,b")).startswith(
        "tuner: --train-sizes a,b: write numbers with commas between, or auto"
    )
