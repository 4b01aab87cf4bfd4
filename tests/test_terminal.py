"""Tables in a terminal: whatever the width, every number is there whole."""

import io
import re

import pytest
from rich.console import Console

from tests.factories import usual_result
from tests.report.test_naive import beside
from tuner.cards import digits
from tuner.console import print_result
from tuner.terminal import print_table

HEADINGS = ("group", "mean", "interval", "verdict")
ROWS = [("baseline", "0.04581"), ("trial-1", "0.03123", "-0.0174 to -0.0119", "better")]


def printed(width: int) -> str:
    text = io.StringIO()
    print_table(Console(file=text, width=width), HEADINGS, ROWS, words=("verdict",))
    return text.getvalue()


@pytest.mark.parametrize("width", [30, 40, 50, 80])
def test_no_width_cuts_a_number(width: int) -> None:
    found = printed(width)
    assert max(map(len, found.splitlines())) <= width and "…" not in found
    assert all(cell in found for row in ROWS for cell in row)


def test_columns_without_room_follow_below_beside_the_names() -> None:
    first, second = printed(40).split("\n\n")
    assert first.splitlines()[0].split() == ["group", "mean", "interval"]
    assert second.splitlines()[0].split() == ["group", "verdict"]
    assert second.splitlines()[2].split() == ["trial-1", "better"]


def test_a_wide_terminal_has_one_table() -> None:
    assert "\n\n" not in printed(60)
    assert printed(60).splitlines()[2].split()[-1] == "better"


def test_a_long_name_is_folded_and_pushes_nothing_out() -> None:
    text = io.StringIO()
    print_table(Console(file=text, width=40), HEADINGS, [("n" * 60, "0.04581", "-1 to +1", "better")])
    assert text.getvalue().count("n") >= 60 and "0.04581" in text.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_the_table_of_a_result_has_every_column_at_every_width(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    result = beside(usual_result(), linear=0.04)
    print_result(result)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "…" not in shown
    for heading in ("mean", "SD", "difference", "95 % interval", "p (adj.)", "verdict", "vs naive"):
        assert heading in shown
    for one in result.finalists:
        assert one.comparison is not None
        assert digits(one.summary.mean) in shown
        assert f"{one.comparison.interval.low:+.3g} to {one.comparison.interval.high:+.3g}" in shown
