"""A comparison as files: the table, its numbers in full, and the figure's numbers."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.comparing.test_comparison import FRAIL, GOOD, OLD, SAME, compared
from tuner.comparing.comparison import Compared
from tuner.comparing.scorefiles import ScoreSet
from tuner.report.comparison import boxes_of, comparison_table, differences_of, write_comparison
from tuner.report.formats import p_value


def against_number() -> Compared:
    """The same candidates beside a plain number; the comparisons are those with a baseline."""
    found = compared(GOOD, FRAIL)
    return Compared(1.25, found.candidates, found.design, found.metric, found.remarks)


def test_all_files_are_written_and_hold_the_numbers(tmp_path: Path) -> None:
    found = compared(GOOD, SAME, FRAIL, ScoreSet("a|b_$", SAME.scores))
    written = write_comparison(found, tmp_path / "new" / "folder")
    assert [path.name for path in written] == [f"comparison.{end}" for end in ("png", "md", "tex", "csv")]
    png, md, tex, csv = (path.read_bytes() for path in written)
    assert png.startswith(b"\x89PNG")
    frame = pd.read_csv(written[3])
    assert list(frame["group"]) == ["old", "good", "same", "frail", "a|b_$"] and csv.count(b"\n") == 6
    # Not to the last digit, which pandas before 3 rounds when it reads.
    told = [frame["difference"][1], frame["p_adjusted"][3]]
    good, _, frail, _ = (one.comparison for one in found.candidates)
    assert told == pytest.approx([good.difference, frail.p_adjusted], rel=1e-12)
    assert (frame["n"][3], frame["failures"][3]) == (10, 1) and math.isnan(frame["difference"][0])
    text = md.decode()
    assert r"a\|b\_\$" in text and "- good is better than old" in text and "- a remark" in text
    assert r"a\textbar{}b\_\$" in tex.decode()


def test_the_table_has_a_row_a_group_and_the_verdict() -> None:
    table = comparison_table(compared(GOOD, SAME))
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert [row[0].text for row in table.rows] == ["old", "good", "same"]
    assert [row[-1].text for row in table.rows] == ["—", "better", "undecided"]


def test_a_margin_adds_the_p_value_of_equivalence() -> None:
    found = compared(GOOD, SAME, margin=0.5)
    table = comparison_table(found)
    place = [column.title for column in table.columns].index("p of equivalence (adjusted)")
    expected = [p_value(one.comparison.p_equivalence_adjusted) for one in found.candidates]
    assert [row[place].text for row in table.rows] == ["—", *expected]


def test_a_reference_is_a_row_without_runs(tmp_path: Path) -> None:
    found = against_number()
    first = comparison_table(found).rows[0]
    assert [cell.text for cell in first[:5]] == ["reference", "—", "—", "1.25", "—"]
    frame = pd.read_csv(write_comparison(found, tmp_path)[3])
    assert frame["mean"][0] == 1.25 and math.isnan(frame["n"][0])
    data = boxes_of(found)
    assert [row.name for row in data.rows] == ["good", "frail"] and data.baseline_mean == 1.25


def test_the_figure_has_the_numbers_of_the_comparison() -> None:
    found = compared(GOOD, FRAIL, margin=0.05)
    data = boxes_of(found)
    assert [row.name for row in data.rows] == ["old", "good", "frail"] and data.baseline == "old"
    assert data.rows[1].scores == GOOD.scores and data.rows[2].lost == "1 failed"
    assert data.baseline_mean == np.mean(OLD.scores)
    rows = differences_of(found).rows
    assert [row.verdict for row in rows] == [one.comparison.verdict for one in found.candidates]
    assert rows[0].interval == found.candidates[0].comparison.interval
    assert differences_of(found).margin == 0.05
