"""`tuner calibrate`: the verdict tried on the user's own runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.calling import Call, one_line
from tests.factories import store, usual_result


def put(folder: Path, name: str, count: int) -> str:
    scores = np.random.default_rng(count).normal(1.0, 0.1, count)
    pd.DataFrame({"score": scores}).to_csv(folder / f"{name}.csv", index=False)
    return f"{name}.csv"


def answer(call: Call, *arguments: object) -> dict[str, Any]:
    status, out, err = call("calibrate", *arguments, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_run_folder_is_split_into_all_halves(call: Call, tmp_path: Path) -> None:
    store(usual_result(level=0.9), tmp_path / "run")
    found = answer(call, "run")
    assert (found["configuration"], found["n"], found["runs_a_group"]) == ("baseline", 10, 5)
    assert (found["splits"], found["all_splits"], found["level"]) == (126, True, 0.9)
    assert found["share"] == found["false_alarms"] / 126
    assert found["share_interval"] == [found["share"]] * 2
    assert answer(call, "run", "--configuration", "trial-3")["configuration"] == "trial-3"


def test_many_runs_are_split_at_random(call: Call, tmp_path: Path) -> None:
    name = put(tmp_path, "x", 24)
    found = answer(call, name, "--splits", 200)
    assert (found["splits"], found["all_splits"], found["runs_a_group"]) == (200, False, 12)
    low, high = found["share_interval"]
    assert low < found["share"] < high < 0.2
    assert answer(call, name, "--splits", 200) == found
    assert answer(call, name, "--splits", 200, "--seed", 1) != found


def test_groups_of_another_size_are_drawn(call: Call, tmp_path: Path) -> None:
    found = answer(call, put(tmp_path, "x", 12), "--runs", 30, "--splits", 100)
    assert (found["runs_a_group"], found["with_replacement"], found["splits"]) == (30, True, 100)


def test_it_says_what_to_think_of_it_and_what_it_cannot_know(call: Call, tmp_path: Path) -> None:
    status, out, err = call("calibrate", put(tmp_path, "x", 10))
    assert (status, err) == (0, "")
    assert "all 126 ways to split them into two groups of 5" in out
    assert "The verdict cried wolf (better or worse) in" in out and "5 % was promised" in out
    assert "promised" in out and "not independent" in out and "no split can show" in out
    _, out, _ = call("calibrate", put(tmp_path, "y", 20), "--splits", 50, "--margin", 0.3)
    assert "50 random splits into two groups of 10" in out
    assert "Clopper-Pearson" in out and "It said equivalent, which is true" in out


WRONG = [
    (("few.csv",), "few.csv, 'few': 9 runs are too few to split; 10 are the least (5 in each half)"),
    (("x.csv", "--runs", "3"), "3 runs a group give no verdict"),
    (("x.csv", "--splits", "0"), "0 splits say nothing"),
    (("same.csv",), "same.csv, 'same': its 10 runs all have the same score, so there is no noise"),
    (("x.csv", "--level", "2"), "level is 2.0"),
    (("x.csv", "--configuration", "a"), "has no configuration 'a'"),
    (("none.csv",), "no such run folder or file"),
    ((), "RUN"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(given) for given, _ in WRONG])
def test_a_mistake_is_one_line(call: Call, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    put(tmp_path, "few", 9)
    put(tmp_path, "x", 10)
    (tmp_path / "same.csv").write_text("score\n" + "0.5\n" * 10)
    assert message in one_line(call("calibrate", *arguments))


def test_too_few_runs_are_said_with_what_to_do(call: Call, tmp_path: Path) -> None:
    store(usual_result(seeds=5), tmp_path / "run")
    assert "'baseline': 5 runs are too few to split" in (said := one_line(call("calibrate", "run")))
    assert "--repeats" in said
