"""Scores of ensembles in a run folder: whole or not at all, and nothing else than scores."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories import store, usual_result
from tuner.checked import read_json, write_json
from tuner.ensemble_file import read_ensembles, write_ensembles
from tuner.errors import DamageError, LedgerError
from tuner.folder import clear
from tuner.records import EnsembleScores
from tuner.result import load
from tuner.stats.ensembles import needed_subsets

SUBSETS = ((0,), (1,), (2,), (3,), (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
FOUND = EnsembleScores(
    "trial-1", "members", (0, 1, 2, 4), 1, (1, 2), SUBSETS, tuple(0.1 * k for k in range(10)), True
)
NONE = EnsembleScores("baseline", "confirmation", (), 5, (), reason="no network has a score")


def test_what_is_written_is_read_and_told_by_the_result(tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path / "run")
    assert read_ensembles(folder) == () and load(folder).ensemble_sizes == ()
    write_ensembles(folder, (FOUND, NONE))
    assert read_ensembles(folder) == (FOUND, NONE)
    one, other = load(folder).ensemble_sizes
    assert one.trained and one.probabilities and one.curve is not None and one.lost == 1
    assert [size.mean for size in one.curve.sizes] == pytest.approx([0.15, 0.65])
    assert other.curve is None and "no network has a score" in str(other)
    assert "2 networks" in str(one)
    clear(folder)
    assert list(folder.rglob("*.*")) == []


def test_damage_is_recognised(tmp_path: Path) -> None:
    write_ensembles(tmp_path, (FOUND,))
    path = tmp_path / "ledger" / "ensembles.json"
    path.write_text(path.read_text().replace("0.1", "0.2", 1))
    with pytest.raises(DamageError, match=r"ensembles\.json: damaged .*delete it"):
        read_ensembles(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"subsets": [[0]]},
        {"subsets": [[5]] * 10},
        {"subsets": [[1, 0]] * 10},
        {"subsets": [[-1]] * 10},
        {"subsets": [[]] * 10},
        {"scores": ["<script>"] * 10},
        {"scores": [10**400] * 10},
        {"sizes": [1, 9]},
        {"sizes": [0]},
        {"seeds": [3, 2, 1, 0]},
        {"seeds": list(range(20_000)), "subsets": [[0]] * 10_000, "scores": [0.0] * 10_000},
        {"phase": "nowhere"},
        {"configuration": None},
        {"unknown": 1},
    ],
)
def test_what_holds_something_else_is_refused(change: dict[str, Any], tmp_path: Path) -> None:
    write_ensembles(tmp_path, (FOUND,))
    path = tmp_path / "ledger" / "ensembles.json"
    content = read_json(path, "")
    write_json(path, {"configurations": [{**content["configurations"][0], **change}]})
    with pytest.raises(LedgerError, match=r"ensembles\.json: holds no scores of ensembles"):
        read_ensembles(tmp_path)


@pytest.mark.parametrize("content", [{}, {"configurations": 3}, {"configurations": [3]}, {"other": []}])
def test_a_file_of_something_else_is_refused(content: dict[str, Any], tmp_path: Path) -> None:
    write_json(tmp_path / "ledger" / "ensembles.json", content)
    with pytest.raises(LedgerError, match="holds no scores of ensembles"):
        read_ensembles(tmp_path)


def test_scores_that_do_not_make_a_curve_are_one_line_and_nan_is_no_number(tmp_path: Path) -> None:
    folder = store(usual_result(), tmp_path / "run")
    write_ensembles(folder, (replace(FOUND, sizes=(1, 3)),))
    with pytest.raises(LedgerError, match=r"ensembles\.json: cannot be used .*delete it"):
        load(folder)
    subsets = needed_subsets(4, (1, 4), None)  # type: ignore[arg-type]  # all of them: nothing is drawn
    scores = (math.nan, *([0.5] * (len(subsets) - 1)))
    write_ensembles(folder, (replace(FOUND, sizes=(1, 4), subsets=subsets, scores=scores),))
    (found,) = load(folder).ensemble_sizes
    assert found.curve is not None and math.isnan(found.curve.sizes[0].mean)
    assert found.curve.sizes[1].mean == 0.5
