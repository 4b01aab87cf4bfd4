"""Runs as tables for pandas: every run and every epoch, in numbers that are those of the ledger."""

import io
import math
import subprocess
import sys
from typing import Any

import pandas as pd

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.frames import history_frame
from tuner.records import BASELINE, Configuration, Run
from tuner.report.scores import scores_csv


def test_the_frame_is_that_of_scores_csv() -> None:
    result = usual_result()
    pd.testing.assert_frame_equal(
        result.frame(), pd.read_csv(io.StringIO(scores_csv(result))), check_dtype=False
    )
    scores = (
        result.frame().query("phase == 'confirmation' and split == 'test'").groupby("configuration")["score"]
    )
    for one in (result.baseline, *result.finalists):
        assert one is not None and scores.mean()[one.name] == one.summary.mean


def test_learning_curves_have_a_row_an_epoch() -> None:
    result = usual_result(epochs=7)
    frame = result.history()
    assert list(frame.columns) == ["phase", "configuration", "seed_index", "epoch", "loss", "val_loss"]
    assert len(frame) == sum(len(run.history["loss"]) for run in result.runs)
    for run in result.runs:
        mine = frame.query(
            f"phase == '{run.phase}' and configuration == '{run.configuration}'"
            f" and seed_index == {run.seed_index}"
        )
        assert mine["epoch"].tolist() == list(range(1, len(run.history["loss"]) + 1))
        for name, values in run.history.items():
            assert repr(mine[name].tolist()) == repr(list(values))


def test_what_only_some_runs_followed_is_missing_in_the_others() -> None:
    history = {"accuracy": (0.5, 0.6), "val_loss": (2.0,), "loss": (1.0, 0.9)}
    runs = [Run("search", BASELINE, 0, "complete", {}, history, 0.1), *make_runs("search", "a", 1.0, seeds=1)]
    frame = history_frame(runs)
    assert list(frame.columns[4:]) == ["loss", "val_loss", "accuracy"]
    first, other = frame[frame["configuration"] == BASELINE], frame[frame["configuration"] == "a"]
    assert first["accuracy"].tolist() == [0.5, 0.6] and first["loss"].tolist() == [1.0, 0.9]
    assert math.isnan(first["val_loss"].tolist()[0]) and first["val_loss"].tolist()[1] == 2.0
    assert other["accuracy"].isna().all()


def test_validation_at_every_tenth_epoch_stands_there() -> None:
    history = {"loss": tuple(map(float, range(25))), "val_loss": (2.0, 3.0)}
    frame = history_frame([Run("search", BASELINE, 0, "complete", {}, history, 0.1)])
    measured = frame[frame["val_loss"].notna()]
    assert len(frame) == 25 and measured["epoch"].tolist() == [10, 20]
    assert measured["val_loss"].tolist() == [2.0, 3.0]


def test_no_runs_give_tables_with_columns() -> None:
    result = make_result([], [make_configuration(BASELINE)])
    assert len(result.frame()) == 0 and "score" in result.frame().columns
    assert list(result.history().columns) == ["phase", "configuration", "seed_index", "epoch"]


def test_a_result_alone_loads_no_pandas() -> None:
    code = "import sys, tuner.result\nprint('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_hyperparameters_that_are_numbers_have_a_numeric_type() -> None:
    params: dict[str, dict[str, Any]] = {
        BASELINE: {
            "kernel": 3,
            "rate": 0.5,
            "mixed": 1,
            "bias": True,
            "cell": "gru",
            "big": 2**60,
            "none": None,
        },
        "a": {"rate": 1e-3, "mixed": 0.25, "bias": False, "cell": "lstm", "big": 2**60 + 1, "none": None},
    }
    configurations = [Configuration(name, own) for name, own in params.items()]
    runs = [run for name in params for run in make_runs("search", name, 1.0, seeds=2)]
    frame = make_result(runs, configurations).frame()
    types = {column.removeprefix("param:"): str(kind) for column, kind in frame.dtypes.items()}
    expected = {"kernel": "Int64", "rate": "float64", "mixed": "float64", "bias": "bool"}
    assert {name: types[name] for name in expected} == expected
    assert {types[name] for name in ("cell", "big", "none")} == {"object"}
    for name, own in params.items():
        mine = frame[frame["configuration"] == name].iloc[0]
        for key in ("kernel", "rate", "mixed", "bias", "cell", "big"):
            assert mine[f"param:{key}"] == own[key] if key in own else pd.isna(mine[f"param:{key}"])
    assert str(usual_result().frame()["param:units"].dtype) == "int64"


def test_numbers_of_hyperparameters_can_be_counted_with() -> None:
    frame = usual_result().frame()
    numeric = frame.select_dtypes("number").columns
    assert {"param:units", "param:layers", "param:dropout", "param:learning_rate"} <= set(numeric)
    assert frame["param:learning_rate"].corr(frame["param:units"]) > 0.5
