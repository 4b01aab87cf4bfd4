"""The box plot: its numbers, and that the drawing shows every one of them."""

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.diagnosing import diagnose_result
from tuner.figures.curves import curves
from tuner.figures.samples import Sample, spread_offsets, ties
from tuner.figures.scores import MOST_BESIDE, Boxes, boxes, draw_boxes
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.records import BASELINE, Look
from tuner.report.panels.scores import box_words


def drawn_dots(ax: Axes) -> list[float]:
    return sorted(
        float(x) for line in ax.lines if line.get_marker() == "o" for x in np.asarray(line.get_xdata())
    )


def test_rows_are_the_test_scores_baseline_first() -> None:
    result = usual_result()
    data = boxes(result)
    assert data is not None and result.baseline is not None
    assert [row.name for row in data.rows] == [BASELINE, *(one.name for one in result.finalists)]
    assert data.rows[0].scores == result.baseline.test
    assert data.baseline_mean == pytest.approx(np.mean(result.baseline.test))


def test_runs_without_a_score_are_counted_not_dropped() -> None:
    data = boxes(usual_result())
    assert data is not None
    fragile = data.rows[-1]
    assert (fragile.name, fragile.lost, len(fragile.scores)) == ("trial-3", "2 diverged", 8)


def test_every_score_has_a_dot_and_every_loss_a_mark() -> None:
    data = boxes(usual_result())
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(3.0)
        assert draw_boxes(ax, data, label="test MSE") is ax
    assert drawn_dots(ax) == sorted(score for row in data.rows for score in row.scores)
    assert [text.get_text() for text in ax.texts] == ["2 diverged"]
    low, high = ax.get_xlim()
    assert all(low < dot < high for dot in drawn_dots(ax))


def test_there_is_no_plot_before_confirmation() -> None:
    result = usual_result()
    unfinished = type(result)(result.setup, result.configurations, result.runs, None, ())
    assert boxes(unfinished) is None


def test_offsets_stay_in_their_row_differ_and_repeat() -> None:
    scores = np.random.default_rng(0).normal(size=40).tolist()
    offsets = spread_offsets(scores, width=0.2)
    assert np.abs(offsets).max() < 0.2
    assert len(set(offsets.tolist())) == 40
    assert offsets.tolist() == spread_offsets(scores, width=0.2).tolist()


def test_neighbouring_scores_are_put_apart() -> None:
    scores = np.linspace(0.0, 1.0, 16)
    steps = np.abs(np.diff(spread_offsets(scores.tolist(), width=0.2)))
    assert steps.min() > 0.09
    assert math.isclose(float(spread_offsets([3.0], width=0.2)[0]), 0.0)


def tied(*scores: float) -> tuple[Axes, Boxes]:
    """The box plot of one configuration with these scores, drawn."""
    data = Boxes((Sample(BASELINE, scores),), "minimize", float(np.mean(scores)), (0.2, 0.5))
    with figure_style():
        figure, (ax,) = new_figure(1.5)
        draw_boxes(ax, data, label="score")
        figure.draw_without_rendering()
    return ax, data


def test_seeds_with_the_same_score_are_dots_beside_each_other() -> None:
    ax, data = tied(0.25, 0.375, 0.25, 0.375, 0.25)
    (dots,) = (line for line in ax.lines if line.get_marker() == "o")
    where = ax.transData.transform(np.column_stack(dots.get_data()))
    apart = [np.linalg.norm(one - other) for at, one in enumerate(where) for other in where[:at]]
    assert min(apart) >= 0.95 * dots.get_markersize() * ax.figure.dpi / 72
    assert not ax.texts and "their number" not in box_words(data, "the baseline", 0.95)


def test_where_dots_of_one_score_would_overlap_their_number_is_written() -> None:
    ax, data = tied(*[0.25] * (MOST_BESIDE + 1), 0.375, 0.375 * (1 + 1e-7), 0.5)
    assert [text.get_text() for text in ax.texts] == [f"\N{MULTIPLICATION SIGN}{MOST_BESIDE + 1}"]
    assert "overlap, their number is" in box_words(data, "the baseline", 0.95)


def test_scores_that_only_rounding_parts_are_ties() -> None:
    a = np.float32(0.9)
    groups = ties([float(np.nextafter(a, np.float32(1))), 0.5, float(a), 0.9001])
    assert [group.tolist() for group in groups] == [[1], [2, 0], [3]]
    assert ties([]) == () and [group.tolist() for group in ties([math.inf, 1.0, math.inf])] == [[1], [0, 2]]


def test_the_row_named_as_the_baseline_has_its_colour() -> None:
    rows = (Sample("old", (1.0, 2.0)), Sample(BASELINE, (1.5, 2.5)))
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_boxes(ax, Boxes(rows, "minimize", 1.5, (1.0, 2.0), baseline="old"), label="score")
    colors = [line.get_color() for line in ax.lines if line.get_marker() == "o"]
    assert colors == [PALETTE["baseline"], PALETTE["candidate"]]


def test_runs_that_no_verdict_has_seen_are_not_shown() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=14) + make_runs(
        "confirmation", "a", 0.03, seeds=10
    )
    names = [make_configuration(name) for name in (BASELINE, "a")]
    extended = make_result(runs, names, looks=(Look(10, (BASELINE, "a")),))
    data = boxes(extended)
    assert data is not None and [len(row.scores) for row in data.rows] == [10, 10]
    assert [len(curve.train) for curve in curves(extended)] == [10, 10]
    assert [len(one.seeds) for one in diagnose_result(extended)] == [10, 10]
    assert len(extended.runs) == 24
