"""Truth against prediction: medians and ranges over the runs, and an axis that outliers cannot spoil."""

from dataclasses import replace

import numpy as np
import pytest

from tests.forecasting import counted, kept, points, with_predictions
from tuner.figures.predicted import MOST_DOTS, draw_predicted, predicted, predicted_scale
from tuner.figures.style import figure_style, new_figure
from tuner.predictions import joined
from tuner.records import BASELINE


def test_a_dot_is_the_median_of_the_runs_and_its_line_their_range() -> None:
    made = points(9)
    (one,) = predicted(with_predictions(made))
    assert made.points_true is not None and made.points_pred is not None
    np.testing.assert_allclose(one.truth, made.points_true[0])
    np.testing.assert_allclose(one.middle, np.median(made.points_pred, axis=0))
    np.testing.assert_allclose(one.low, made.points_pred.min(axis=0))
    np.testing.assert_allclose(one.high, made.points_pred.max(axis=0))
    assert (one.name, one.runs, one.own) == ("trial-1", 9, False)


def test_the_baseline_comes_first() -> None:
    assert [one.name for one in predicted(with_predictions(points(), points()))] == [BASELINE, "trial-1"]
    assert predicted(with_predictions(kept(), points())) == ()


def test_series_and_labels_have_none() -> None:
    assert predicted(with_predictions(kept())) == predicted(with_predictions(counted())) == ()


def test_examples_of_their_own_are_thinned_evenly() -> None:
    parts = [replace(points(1, count=200), seeds=(seed,), own=True) for seed in range(10)]
    (one,) = predicted(with_predictions(joined(parts)))
    assert one.own and len(one.truth) == MOST_DOTS
    np.testing.assert_array_equal(one.low, one.high)
    first = parts[0].points_true
    assert first is not None and one.truth[0] == first[0, 0]


@pytest.mark.parametrize("absurd", [np.nan, np.inf, 1e30])
def test_absurd_predictions_do_not_spoil_the_axis(absurd: float) -> None:
    made = points(3)
    assert made.points_pred is not None
    said = made.points_pred.copy()
    said[:, 0] = absurd
    panels = predicted(with_predictions(replace(made, points_pred=said)))
    scale = predicted_scale(panels)
    assert -10 < scale.low < scale.high < 10
    with figure_style():
        figure, (ax,) = new_figure(2.0)
        draw_predicted(ax, panels[0], scale)
        figure.draw_without_rendering()


def test_all_dots_and_the_diagonal_are_drawn() -> None:
    panels = predicted(with_predictions(points(4, count=30)))
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_predicted(ax, panels[0], predicted_scale(panels))
    (dots,) = [line for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots.get_xdata(), panels[0].truth)
    np.testing.assert_allclose(dots.get_ydata(), panels[0].middle)
    assert ax.get_xlim() == ax.get_ylim() and ax.get_title(loc="left") == "trial-1"
