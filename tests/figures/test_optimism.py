"""The optimism panel compares means of the same split in both phases."""

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.optimism import draw_optimism, optimism
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE


def test_means_are_those_of_the_validation_split() -> None:
    result = usual_result()
    rows = optimism(result)
    assert [row.name for row in rows] == [BASELINE, *(one.name for one in result.finalists)]
    for row, measured in zip(rows[1:], result.finalists, strict=True):
        assert row.search.mean == pytest.approx(measured.search_mean)
        assert row.confirmation.mean == pytest.approx(np.nanmean(measured.validation))


def test_both_means_and_every_seed_are_drawn() -> None:
    rows = optimism(usual_result())
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_optimism(ax, rows, direction="minimize", label="validation MSE")
    ticks = [x for line in ax.lines if line.get_marker() == "|" for x in np.asarray(line.get_xdata())]
    expected = [s for row in rows for sample in (row.search, row.confirmation) for s in sample.scores]
    assert sorted(ticks) == sorted(expected)
    circles = {
        float(x) for line in ax.lines if line.get_marker() == "o" for x in np.asarray(line.get_xdata())
    }
    assert circles == {mean for row in rows for mean in (row.search.mean, row.confirmation.mean)}


def test_without_search_scores_there_is_no_panel() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=6) + make_runs("confirmation", "a", 0.03, seeds=6)
    assert optimism(make_result(runs, [make_configuration(n) for n in (BASELINE, "a")], ["a"])) == ()
