"""The naive forecasts of a study: scored as its networks are, kept in its folder, refused at the start."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import tuner
from tests.tiny import SMALL, build_dense, dense_study, run, split, splits
from tuner.errors import StudyError
from tuner.metrics import resolve_metric
from tuner.naive_file import read_naive, write_naive
from tuner.naive_scores import of_seeds, of_splits
from tuner.records import NaiveScores
from tuner.repeats import Repeats
from tuner.report import write_report
from tuner.seeds import Seed
from tuner.splits import Splits
from tuner.study import Study

NAMED = replace(splits(), naive=("mean", "linear"))


def classes(data: Splits, metric: str, output: int, **changes: Any) -> Study:
    """A study of a dense classifier with so many outputs."""

    def build(trial: Any, data: Splits) -> Any:
        activation = "softmax" if output > 1 else "sigmoid"
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(output, activation)])
        loss = "categorical_crossentropy" if data.train[1].ndim > 1 else "sparse_categorical_crossentropy"
        model.compile(loss="binary_crossentropy" if output == 1 else loss)
        return model

    return dense_study(data=data, build=build, metric=metric, baseline={}, **changes)


def labelled(make: Any) -> Splits:
    """The sign of a sum as a label, in some form."""
    pairs = [
        (x, make((x.sum(axis=1) > 0.4).astype("int64"))) for x, _ in (split(30, seed) for seed in (1, 2, 3))
    ]
    return Splits(*pairs, naive=("majority",))


def test_metrics_are_those_of_networks() -> None:
    found = Repeats(dense_study(data=NAMED)).preflight(naive=True).naive
    assert found is not None and not found.own and found.reasons == {}
    mean = NAMED.train[1].mean()
    assert found.test["mean"][0] == pytest.approx(np.mean((NAMED.test[1] - mean) ** 2), rel=1e-5)
    assert found.validation["mean"][0] == pytest.approx(np.mean((NAMED.validation[1] - mean) ** 2), rel=1e-5)
    rooted = Repeats(dense_study(data=NAMED, metric="root_mean_squared_error")).preflight(naive=True)
    assert rooted.metric.direction == "minimize" and rooted.naive is not None
    assert rooted.naive.test["mean"][0] == pytest.approx(math.sqrt(found.test["mean"][0]), rel=1e-5)


@pytest.mark.parametrize(
    ("make", "output"),
    [
        (lambda labels: labels, 2),
        (lambda labels: labels[:, None], 1),
        (lambda labels: labels, 1),
        (lambda labels: np.eye(2)[labels], 2),
    ],
)
def test_accuracy_is_the_share_of_the_most_frequent_class(make: Any, output: int) -> None:
    data = labelled(make)
    found = Repeats(classes(data, "accuracy", output)).preflight(naive=True).naive
    assert found is not None
    train, test = ((data_x.sum(axis=1) > 0.4) for data_x in (data.train[0], data.test[0]))
    share = np.mean(test) if np.mean(train) > 0.5 else 1 - np.mean(test)
    assert found.test["majority"][0] == pytest.approx(share)


def test_only_what_asks_for_them_computes_them() -> None:
    assert Repeats(dense_study(data=NAMED)).preflight().naive is None
    assert Repeats(dense_study()).preflight(naive=True).naive is None


def test_what_does_not_fit_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="the naive forecast 'majority': the targets are no whole") as error:
        run(dense_study(data=replace(splits(), naive=("majority",))), tmp_path / "run")
    assert not (tmp_path / "run").exists() and "\n" not in str(error.value)


def test_batches_are_not_read_for_them() -> None:
    def batches() -> Iterator[Any]:
        yield split(8, 1)

    data = Splits(batches, split(8, 2), split(8, 3), naive=("zero", "mean"))
    found = of_splits(data, resolve_metric(dense_study()), np.zeros((2, 1)))
    assert found == NaiveScores(
        {}, {}, reasons=dict.fromkeys(data.naive, "the train split comes batch by batch")
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuner.Result:
    return run(dense_study(data=NAMED, trials=1), tmp_path_factory.mktemp("named") / "run")


def test_a_run_keeps_them_and_its_summary_has_them(trained: tuner.Result) -> None:
    assert trained.folder is not None and trained.naive == read_naive(trained.folder)
    assert trained.naive is not None and set(trained.naive.test) == {"mean", "linear"}
    write_report(trained, trained.folder)
    found = json.loads((trained.folder / "summary.json").read_text("utf-8"))["naive"]
    assert found["test"] == {name: scores[0] for name, scores in trained.naive.test.items()}
    assert found["validation"] == {name: scores[0] for name, scores in trained.naive.validation.items()}
    assert found["best"] in ("mean", "linear") and set(found["against_best"]) == {
        "baseline",
        trained.finalists[0].name,
    }


def varying(asked: list[int] | None = None, naive: tuple[str, ...] = ("mean",)) -> Study:
    """A study whose data are drawn for every seed."""

    def data(rng: Any) -> Splits:
        if asked is not None:
            asked.append(1)
        x = rng.normal(size=(3, 24, 3)).astype("float32")
        parts = [(one, one.sum(axis=1, keepdims=True)) for one in x]
        return Splits(*parts, naive=naive)

    return dense_study(data=data, trials=0, candidates={"fast": {"learning_rate": 0.05}})


def test_data_of_its_own_give_every_seed_scores_of_its_own(tmp_path: Path) -> None:
    study, folder = varying(), tmp_path / "run"
    found = run(study, folder).naive
    assert found is not None and found.own and found.seeds == 3
    for index, score in enumerate(found.test["mean"]):
        data = study.splits(None, Seed(study.seed, "confirmation", "", index).generator("data"))
        assert score == pytest.approx(np.mean((data.test[1] - data.train[1].mean()) ** 2), rel=1e-5)
    longer = run(study, folder, replace(SMALL, repeats=5)).naive
    assert longer is not None and longer.test["mean"][:3] == found.test["mean"] and longer.seeds == 5


def test_seeds_that_are_known_are_not_drawn_again_and_other_forecasts_are(tmp_path: Path) -> None:
    asked: list[int] = []
    runner = Repeats(varying(asked))
    ahead = runner.preflight(naive=True)
    assert runner.naive_of_seeds(ahead, 0) is None
    first = runner.naive_of_seeds(ahead, 3)
    asked.clear()
    assert runner.naive_of_seeds(ahead, 3, first) == first and asked == []
    more = runner.naive_of_seeds(ahead, 5, first)
    assert more is not None and first is not None and more.seeds == 5 and len(asked) == 2
    other = Repeats(varying(asked, ("zero",)))
    anew = other.naive_of_seeds(other.preflight(naive=True), 3, first)
    assert anew is not None and list(anew.test) == ["zero"] and anew.seeds == 3


def test_a_seed_without_data_has_no_score() -> None:
    found = of_seeds(
        ("zero",), 2, lambda index: None if index else NaiveScores({"zero": (1.0,)}, {"zero": (2.0,)})
    )
    assert found is not None and found.test["zero"][0] == 1.0 and math.isnan(found.validation["zero"][1])
    lost = of_seeds(("zero",), 2, lambda index: NaiveScores({}, {}, reasons={"zero": "why"}))
    assert lost == NaiveScores({}, {}, own=True, reasons={"zero": "why"})


def test_data_that_a_hyperparameter_frames_are_said_to_be_the_baselines() -> None:
    def data(trial: Any) -> Splits:
        width = trial.suggest_int("width", 1, 3)
        return Splits(
            *((x[:, :width], y) for x, y in (split(20, 1), split(20, 2), split(20, 3))), naive=("zero",)
        )

    study = dense_study(data=data, build=build_dense, baseline={"learning_rate": 0.01, "width": 2})
    found = Repeats(study).preflight(naive=True).naive
    assert found is not None and "baseline's hyperparameters" in found.remark


def test_what_is_stored_and_damaged_or_no_longer_named_is_replaced(tmp_path: Path) -> None:
    study = dense_study(data=NAMED, trials=0, candidates={"fast": {"learning_rate": 0.05}})
    first = run(study, tmp_path)
    path = tmp_path / "ledger" / "naive.json"
    path.write_text("damaged")
    assert run(study, tmp_path).naive == first.naive
    assert run(replace(study, data=splits()), tmp_path).naive is None and not path.exists()
    write_naive(tmp_path, NaiveScores({"zero": (1.0,)}, {"zero": (1.0,)}))
    assert run(study, tmp_path).naive == first.naive
