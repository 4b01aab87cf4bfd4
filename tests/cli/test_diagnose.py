"""`tuner diagnose`: run folders and CSV files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.calling import Call, one_line
from tests.diagnosis.curves import bend, fall
from tests.factories import make_configuration, make_result, make_runs, store, usual_result
from tuner.diagnosing import diagnose_result
from tuner.records import BASELINE


def answer(call: Call, *arguments: object) -> dict[str, Any]:
    status, out, err = call("diagnose", *arguments, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """An overfit from epoch 25 on, as Keras writes it: epochs are counted from 0."""
    path = tmp_path / "history.csv"
    columns = {"epoch": range(60), "loss": fall(60, 0.02, 5.0), "val_loss": bend(60, 25, up=0.1)}
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_a_run_folder(call: Call, tmp_path: Path) -> None:
    result = usual_result(epochs=40)
    store(result, tmp_path / "run")
    found = answer(call, "run")
    known = diagnose_result(result)
    assert [one["configuration"] for one in found["configurations"]] == [one.name for one in known]
    assert [one["label"] for one in found["configurations"]] == [one.diagnosis.label for one in known]
    (one,) = answer(call, "run", "--configuration", "trial-5")["configurations"]
    assert (one["configuration"], one["phase"], one["seeds"]) == ("trial-5", "search", 3)
    status, out, err = call("diagnose", "run")
    assert (status, err) == (0, "")
    for one in known:
        assert one.name in out and one.diagnosis.words in out and f"{one.diagnosis.evidence}." in out


def test_a_csv_file(call: Call, history: Path) -> None:
    (found,) = answer(call, history)["configurations"]
    assert (found["configuration"], found["label"], found["epoch"]) == ("history", "overfit", 25)
    assert (found["seeds"], found["epochs"], found["agreement"]) == (1, 60, 1.0)
    assert found["phase"] is None
    status, out, _ = call("diagnose", history)
    assert status == 0
    assert "overfit" in out and "25" in out and "1 of 1" in out
    assert "history: validation is lowest at epoch 25" in out
    assert "stop at epoch 25, or regularise." in out


def test_notes_are_printed_and_names_are_text(call: Call, tmp_path: Path) -> None:
    name = "[red]x\x1b[31m"
    runs = make_runs("search", BASELINE, 1.0, seeds=2) + make_runs("search", name, 1.0, seeds=2)
    pruned = [run for run in runs if run.configuration != BASELINE]
    for run in pruned:
        object.__setattr__(run, "status", "pruned")
    result = make_result(runs, [make_configuration(BASELINE), make_configuration(name)])
    store(result, tmp_path / "run")
    status, out, _ = call("diagnose", "run")
    assert status == 0
    assert "2 of 2 runs were pruned" in out
    assert "[red]x [31m" in out and "\x1b" not in out


def test_seeds_that_disagree_are_told_apart_and_who_decided(call: Call, tmp_path: Path) -> None:
    up = bend(60, 25, up=0.1)
    seeds = [(fall(60, 0.02, 5.0), up), (fall(60, 0.02, 5.0), up), (fall(60, 0.02, 5.0), up * np.nan)]
    rows = [
        pd.DataFrame({"seed": seed, "loss": train, "val_loss": validation})
        for seed, (train, validation) in enumerate(seeds)
    ]
    pd.concat(rows[:2]).to_csv(tmp_path / "both.csv", index=False)
    status, out, _ = call("diagnose", "both.csv")
    assert status == 0 and "2 of 2" in out and "median curve" not in out
    flat = np.full(60, 0.5)
    mixed = [rows[0], pd.DataFrame({"seed": 1, "loss": flat, "val_loss": flat})]
    pd.concat(mixed).to_csv(tmp_path / "mixed.csv", index=False)
    (one,) = answer(call, "mixed.csv")["configurations"]
    status, out, _ = call("diagnose", "mixed.csv")
    assert one["agreement"] <= 0.5
    decided = "1 of 2, so the median curve" in out or "0 of 2, so the median curve" in out
    assert decided == (one["label"] != "undetermined")
    assert "1 overfit; 1 " in out


def test_two_files_at_once_are_refused_with_a_way_out(call: Call, history: Path) -> None:
    said = one_line(call("diagnose", history, history))
    assert "reads one run folder or CSV file, not 2" in said and "column `seed`" in said


def test_a_mistake_is_one_line(call: Call, tmp_path: Path, history: Path) -> None:
    (tmp_path / "scores.csv").write_text("score\n1\n")
    (tmp_path / "empty").mkdir()
    store(usual_result(), tmp_path / "run")
    store(make_result([], [make_configuration(BASELINE)]), tmp_path / "new")
    for arguments, message in (
        (("nowhere",), "no such run folder or file"),
        (("empty",), "holds no run of tuner"),
        (("scores.csv",), "has no column 'loss'"),
        (("run", "--configuration", "trial-99"), "has no configuration 'trial-99'; there are 'baseline'"),
        ((history, "--configuration", "a"), "a CSV file holds one"),
        (("new",), "no run in it has losses yet"),
    ):
        assert message in one_line(call("diagnose", *arguments))
        assert message in one_line(call("diagnose", *arguments, "--json"))
