"""The figure of the variance: its numbers, and that the drawing shows every one of them."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from tests.varied import make_decomposition, usual
from tuner.figures.style import figure_style, new_figure
from tuner.figures.variance import Deviation, deviations, draw_deviations


def drawn(rows: tuple[Deviation, ...]) -> Axes:
    with figure_style():
        _, (ax,) = new_figure(2.5)
        assert draw_deviations(ax, rows, label="test MSE") is ax
    return ax


def test_rows_are_the_streams_and_all_together() -> None:
    shares = usual().shares
    rows = deviations(shares, {"init": "initial weights"})
    assert [row.name for row in rows] == ["initial weights", "order", "dropout", "together"]
    assert [row.std for row in rows] == [*(source.std for source in shares.sources), shares.together.std]
    assert [row.together for row in rows] == [False, False, False, True]
    assert rows[1].lost == "1 of 8 without a score"
    assert (rows[2].words, rows[3].words) == ("nothing", "all of it")
    assert rows[0].words.startswith(f"{100 * shares.sources[0].share:.0f} % (")


def test_every_number_is_drawn_within_the_axis() -> None:
    rows = deviations(usual().shares, {})
    ax = drawn(rows)
    dots = sorted(float(np.asarray(line.get_xdata())[0]) for line in ax.lines if line.get_marker() == "o")
    assert dots == sorted(row.std for row in rows)
    low, high = ax.get_xlim()
    assert low == 0.0 < max(dots) < high
    said = [text.get_text() for text in ax.texts]
    assert all(row.words in said for row in rows) and "1 of 8 without a score" in said


def test_an_endless_interval_ends_in_an_arrow() -> None:
    rows = (Deviation("a", 1.0, 0.5, 40.0, "?"), Deviation("b", 2.0, 1.9, 2.1, "?"))
    ax = drawn(rows)
    assert [line.get_marker() for line in ax.lines].count(">") == 1
    assert ax.get_xlim()[1] < 10.0


@pytest.mark.filterwarnings("error")
def test_what_is_not_known_has_no_mark() -> None:
    found = make_decomposition(init=[[1.0, np.nan]], order=[], together=[np.nan, np.nan])
    rows = deviations(found.shares, {})
    assert [row.words for row in rows] == ["share not known", "nothing", "all of it"]
    assert len([line for line in drawn(rows).lines if line.get_marker() == "o"]) == 1
