"""Scores of naive forecasts in a run folder: whole or not at all, and nothing else than scores."""

import math
from pathlib import Path
from typing import Any

import pytest

from tests.factories import store, usual_result
from tuner.checked import read_json, write_json
from tuner.errors import LedgerError
from tuner.folder import clear
from tuner.naive_file import read_naive, write_naive
from tuner.records import NaiveScores
from tuner.result import load

FIXED = NaiveScores({"zero": (0.37,), "last": (0.74,)}, {"zero": (0.36,), "last": (0.75,)})
OWN = NaiveScores({"mean": (1.0, 2.0)}, {"mean": (3.0, 4.0)}, True, {"linear": "too large"}, "A remark.")


@pytest.mark.parametrize("scores", [FIXED, OWN, NaiveScores({}, {}, reasons={"zero": "why"})])
def test_what_is_written_is_read(scores: NaiveScores, tmp_path: Path) -> None:
    assert read_naive(tmp_path) is None
    write_naive(tmp_path, scores)
    assert read_naive(tmp_path) == scores
    write_naive(tmp_path, None)
    write_naive(tmp_path, None)
    assert read_naive(tmp_path) is None


def test_a_seed_without_a_score_is_kept(tmp_path: Path) -> None:
    write_naive(tmp_path, NaiveScores({"mean": (1.0, math.nan)}, {"mean": (1.0, math.nan)}, own=True))
    found = read_naive(tmp_path)
    assert found is not None and math.isnan(found.test["mean"][1]) and found.seeds == 2


def test_a_result_has_them_and_an_older_folder_has_none(tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path / "run")
    assert load(folder).naive is None
    write_naive(folder, FIXED)
    assert load(folder).naive == FIXED
    clear(folder)
    assert not (folder / "ledger" / "naive.json").exists()


def test_damage_is_recognised(tmp_path: Path) -> None:
    write_naive(tmp_path, FIXED)
    path = tmp_path / "ledger" / "naive.json"
    path.write_text(path.read_text().replace("0.37", "0.38"))
    with pytest.raises(LedgerError, match=r"naive\.json: damaged .*delete it"):
        read_naive(tmp_path)
    path.write_text("[]")
    with pytest.raises(LedgerError, match=r"naive\.json: damaged, or none of tuner.s .*; delete it"):
        read_naive(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"test": {"<script>": [1.0]}, "validation": {"<script>": [1.0]}},
        {"test": {"zero": [1.0]}},  # not the names of the validation split
        {"test": {"zero": [1.0], "last": [1.0, 2.0]}},
        {
            "test": {"zero": [1.0, 2.0], "last": [1.0, 2.0]},
            "validation": {"zero": [1.0, 2.0], "last": [1, 2]},
        },
        {"test": {"zero": [math.nan], "last": [1.0]}},
        {"test": {"zero": ["1"], "last": [1.0]}},
        {"test": {"zero": [True], "last": [1.0]}},
        {"test": {"zero": [1e200], "last": [1.0]}},
        {"test": {"zero": 1.0, "last": 2.0}},
        {"test": [1.0]},
        {"own": "yes"},
        {"reasons": ["zero"]},
        {"reasons": {"$x$": "why"}},
        {"remark": None, "reasons": None},
    ],
)
def test_another_content_is_refused_in_a_line(change: dict[str, Any], tmp_path: Path) -> None:
    write_naive(tmp_path, FIXED)
    path = tmp_path / "ledger" / "naive.json"
    write_json(path, {**read_json(path, ""), **change})
    with pytest.raises(LedgerError, match=r"naive\.json: holds no scores of naive forecasts") as error:
        read_naive(tmp_path)
    assert "\n" not in str(error.value)
