"""`tuner power`: plans from a standard deviation and from runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nct, t

from tests.calling import Call, one_line
from tests.factories import store, usual_result


def answer(call: Call, *arguments: object) -> dict[str, Any]:
    status, out, err = call("power", *arguments, "--json")
    assert (status, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_standard_deviation_gives_published_numbers(call: Call) -> None:
    once = "--whole-rate"
    found = answer(call, "--std", 1, "--difference", 0.5, once)
    assert found["repeats_needed"] == {"value": 64, "low": None, "high": None}  # Cohen (1988), table 2.4.1
    pairs = answer(call, "--std", 1, "--difference", 0.5, "--paired", "--power", 0.8, once)
    assert pairs["repeats_needed"]["value"] == 34
    (row,) = (one for one in found["detectable"] if one["repeats"] == 20)
    assert row["value"] == pytest.approx(0.909, abs=1e-3)
    at = answer(call, "--std", 1, "--difference", 0.5, "--repeats", 64, once)
    assert at["power"]["value"] == pytest.approx(0.8015, abs=1e-4)


def power_at(runs: int, alpha: float) -> float:
    """Of the two-sided t-test at a difference of half a standard deviation."""
    freedom = 2 * runs - 2
    return float(nct.sf(t.isf(alpha / 2, freedom), freedom, 0.5 * np.sqrt(runs / 2)))


def test_a_plan_is_for_the_first_look_at_a_study_and_says_so(call: Call) -> None:
    found = answer(call, "--std", 1, "--difference", 0.5, "--std-runs", 20)
    assert found["share_of_error_rate"] == 0.8
    needed = found["repeats_needed"]["value"]
    assert power_at(needed, 0.04) >= 0.8 > power_at(needed - 1, 0.04) and needed > 64
    (remark,) = found["remarks"]
    assert remark.startswith("Planned at 80 % of the error rate, which the first look at a study may use")
    whole = answer(call, "--std", 1, "--difference", 0.5, "--std-runs", 20, "--whole-rate")
    assert (whole["share_of_error_rate"], whole["remarks"]) == (1.0, [])
    _, out, _ = call("power", "--std", 1)
    assert "at the 95 % level at a first look:" in out and "note: Planned at 80 % of the error rate" in out
    _, out, _ = call("power", "--std", 1, "--whole-rate")
    assert "at the 95 % level:" in out and "Planned at" not in out
    assert "may use 80 % of the error rate" in " ".join(call("power", "--help")[1].replace("│", " ").split())


def test_the_noise_of_a_run_folder_is_that_of_its_baseline(call: Call, tmp_path: Path) -> None:
    result = usual_result()
    store(result, tmp_path / "run")
    assert result.baseline is not None
    found = answer(call, "run", "--difference", 0.004)
    assert (found["configuration"], found["std_runs"]) == ("baseline", 10)
    assert found["std"] == pytest.approx(np.std(result.baseline.test, ddof=1))
    low, value, high = (found["repeats_needed"][key] for key in ("low", "value", "high"))
    assert low < value < high
    assert [one["repeats"] for one in found["detectable"]] == [5, 10, 20, 30, 50, 100]
    assert [one["runs"] for one in found["standard_errors"]] == list(range(2, 11))
    assert answer(call, "run", "--configuration", "trial-1")["std"] != found["std"]
    assert answer(call, "run:trial-1")["configuration"] == "trial-1"
    assert answer(call, "run", "--difference", 0.004) == found  # the orders are drawn from a fixed seed


def test_sentences_and_tables_are_printed(call: Call, tmp_path: Path) -> None:
    scores = np.random.default_rng(0).normal(1.0, 0.1, 30)
    pd.DataFrame({"score": scores}).to_csv(tmp_path / "x.csv", index=False)
    status, out, err = call("power", "x.csv", "--difference", 0.1, "--repeats", 15, "--margin", 0.15)
    assert (status, err) == (0, "")
    assert "x: standard deviation 0.0" in out and "over 30 runs, 95 % interval" in out
    assert "To find a true difference of 0.1 with 80 % power: " in out
    assert "within the margin of 0.15" in out and "With 15 runs of each" in out
    assert "Standard error of the mean as runs are added" in out
    status, out, _ = call("power", "--std", 0.1, "--candidates", 3, "--difference", 1e-9)
    assert "10,000 or more runs" in out and "hardest of 3 candidates" in out and "note: How sure" in out


def test_tables_and_figures_are_written(call: Call, tmp_path: Path) -> None:
    pd.DataFrame({"score": [1.0, 2.0, 4.0, 3.0]}).to_csv(tmp_path / "x.csv", index=False)
    status, out, _ = call("power", "x.csv", "--output", "made")
    assert status == 0
    for name in ("detectable.csv", "detectable.png", "standard_error.csv", "standard_error.png"):
        assert (tmp_path / "made" / name).stat().st_size > 0 and f"wrote {Path('made') / name}" in out
    growth = pd.read_csv(tmp_path / "made" / "standard_error.csv")
    assert list(growth["runs"]) == [2, 3, 4]
    assert growth["median"].iloc[-1] == pytest.approx(np.std([1.0, 2.0, 4.0, 3.0], ddof=1) / 2)
    assert answer(call, "--std", 1, "--output", "other")
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == [
        "detectable.csv",
        "detectable.png",
    ]


WRONG = [
    ((), "power must know the noise"),
    (("--std", "0"), "the standard deviation is 0"),
    (("--std", "nan"), "the standard deviation is nan"),
    (("--std", "1", "--std-runs", "1"), "takes 2 at least"),
    (("--std", "1", "--repeats", "3"), "3 runs a group cannot be planned with"),
    (("--std", "1", "--difference", "0"), "other than 0"),
    (("--std", "1", "--margin", "0"), "margin is 0.0"),
    (("--std", "1", "--power", "1"), "power is 1"),
    (("--std", "1", "--level", "0"), "level is 0.0"),
    (("--std", "1", "--candidates", "0"), "candidates"),
    (("--std", "1", "--configuration", "a"), "name their folder or file"),
    (("x.csv", "--std", "1"), "exclude each other"),
    (("x.csv", "--std-runs", "5"), "belongs to --std"),
    (("x.csv", "--paired"), "--paired --std NUMBER"),
    (("x.csv", "--configuration", "a"), "has no configuration 'a'"),
    (("same.csv",), "all have the same score"),
    (("one.csv",), "1 of its runs finished"),
    (("none.csv",), "no such run folder or file"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(given) for given, _ in WRONG])
def test_a_mistake_is_one_line(call: Call, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    for name, text in {"x": "score\n1\n2\n3\n", "same": "score\n1\n1\n", "one": "score\n1\n"}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert message in one_line(call("power", *arguments))
