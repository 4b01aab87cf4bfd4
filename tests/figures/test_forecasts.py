"""Forecasts as figures: what is series at all, whose past it is, and axes that no prediction can spoil."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.forecasting import counted, kept, points, with_predictions
from tuner.figures.forecasts import Forecasts, draw_forecast, forecasts, limits, title
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.predictions import Predictions, joined
from tuner.result import Result


def found(made: Predictions, baseline: Predictions | None = None) -> Forecasts:
    data = forecasts(with_predictions(made, baseline))
    assert data is not None
    return data


def test_the_numbers_are_those_that_were_kept() -> None:
    made = kept(10)
    data = found(replace(made, scores=np.ones((10, 6))))
    assert (data.name, data.features, data.runs, data.own) == ("trial-1", 1, 10, False)
    (row,) = data.rows
    assert len(row) == 6
    for place, panel in enumerate(row):
        np.testing.assert_allclose(panel.truth, made.y_true[0, place, :, 0])
        np.testing.assert_allclose(panel.predicted, made.y_pred[:, place, :, 0])
        np.testing.assert_allclose(panel.past, made.x[0, place, :, 0])
        assert panel.score == 1.0 and panel.reference.shape == (0, 5)


def test_the_baseline_stands_beside_where_it_had_the_same_example() -> None:
    made = kept(4)
    baseline = replace(made, y_pred=made.y_pred + 1)
    np.testing.assert_allclose(found(made, baseline).rows[0][2].reference, made.y_pred[:, 2, :, 0] + 1)
    framed = replace(baseline, x=baseline.x[:, :, :3])
    assert all(panel.reference.size == 0 for panel in found(made, framed).rows[0])


@pytest.mark.parametrize(("features", "panels", "rows"), [(1, 6, 1), (2, 3, 2), (3, 3, 3), (7, 3, 3)])
def test_features_have_rows_of_their_own(features: int, panels: int, rows: int) -> None:
    made = kept(3, features=features)
    data = found(made)
    assert [len(row) for row in data.rows] == [panels] * rows and data.features == features
    np.testing.assert_allclose(data.rows[-1][1].truth, made.y_true[0, 2 if features > 1 else 1, :, rows - 1])


def test_flat_targets_are_series_too() -> None:
    made = kept(3)
    flat = replace(made, y_true=made.y_true[..., 0], y_pred=made.y_pred[..., 0])
    np.testing.assert_allclose(found(flat).rows[0][3].predicted, found(made).rows[0][3].predicted)
    mixed = replace(made, y_true=made.y_true[..., 0])  # (n, steps) beside predictions (n, steps, 1)
    np.testing.assert_allclose(found(mixed).rows[0][3].truth, found(made).rows[0][3].truth)


X = np.zeros((1, 6, 5, 1), dtype="float32")


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (X, 5),
        ((np.zeros((1, 6, 7, 3), dtype="float32"), X), 5),
        ({"a": X[:, :, :2]}, 2),
        (X[..., 0], 0),  # five numbers, perhaps no steps
        (np.zeros((1, 6, 5, 3), dtype="float32"), 0),  # which of the three?
        (np.zeros((1, 6, 5, 1), dtype="int64"), 0),  # may stand for words
        (None, 0),
    ],
)
def test_only_an_input_with_the_same_features_is_the_past(x: Any, shown: int) -> None:
    assert len(found(kept(2, x=x)).rows[0][0].past) == shown


def several() -> Predictions:
    made = kept(2)
    return replace(made, y_true=(made.y_true,) * 2, y_pred=(made.y_pred,) * 2)


@pytest.mark.parametrize(
    "made",
    [counted(), points(), several(), Predictions(reason="why"), kept(2, y_true=np.zeros((1, 6, 3, 3, 2)))],
)
def test_what_is_no_series_has_no_figure(made: Predictions) -> None:
    assert forecasts(with_predictions(made)) is None


def test_without_anything_kept_there_is_no_figure() -> None:
    result = with_predictions(kept())
    assert forecasts(replace(result, predictions={})) is None
    assert forecasts(Result(result.setup, result.configurations, result.runs, None, ())) is None


def test_examples_of_their_own_have_a_line_each() -> None:
    parts = [replace(kept(1, examples=1), seeds=(seed,), own=True) for seed in range(3)]
    data = found(joined(parts))
    assert data.own and [panel.predicted.shape for panel in data.rows[0]] == [(1, 5)] * 3


def test_axes_are_shared_unless_that_flattens_one() -> None:
    (row,) = found(kept(3, noise=0.01)).rows
    alike = [
        replace(panel, past=panel.past * 0, truth=np.arange(5.0), predicted=np.ones((3, 5))) for panel in row
    ]
    assert len(set(limits(alike))) == 1
    apart = [*alike[:5], replace(alike[5], truth=alike[5].truth * 100)]
    assert limits(apart)[5][1] >= 400 and limits(apart)[0][1] < 5


@pytest.mark.parametrize("absurd", [np.nan, np.inf, -np.inf, 1e30, 3e38])
def test_absurd_predictions_do_not_spoil_an_axis(absurd: float) -> None:
    made = kept(4)
    said = made.y_pred.copy()
    said[0] = absurd
    for panels in (
        found(replace(made, y_pred=said)),
        found(replace(made, y_pred=np.full_like(said, absurd))),
    ):
        ends = limits(panels.rows[0])
        assert all(np.isfinite(end).all() and abs(end[0]) + abs(end[1]) < 100 for end in ends)
        with figure_style():
            figure, (ax,) = new_figure(2.0)
            draw_forecast(ax, panels.rows[0][0], ends[0])
            figure.draw_without_rendering()


def test_constant_and_missing_truth_have_an_axis() -> None:
    made = kept(2)
    for value in (0.0, 7.0, np.nan):
        truth = np.full_like(made.y_true, value)
        panels = found(replace(made, y_true=truth, y_pred=np.repeat(truth, 2, axis=0), x=None))
        assert all(low < high for low, high in limits(panels.rows[0]))


def test_every_run_is_a_line_and_the_median_is_drawn() -> None:
    made = kept(7)
    panel = found(made, replace(made, y_pred=made.y_pred + 1)).rows[0][0]
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_forecast(ax, panel, (-9.0, 9.0))
    named = {line.get_label(): line for line in ax.lines if not str(line.get_label()).startswith("_")}
    assert set(named) == {"input", "truth", "predicted, median", "baseline, median"}
    np.testing.assert_allclose(named["predicted, median"].get_ydata(), np.median(panel.predicted, axis=0))
    np.testing.assert_allclose(named["baseline, median"].get_ydata(), np.median(panel.reference, axis=0))
    np.testing.assert_array_equal(named["truth"].get_xdata(), np.arange(1, 6))
    np.testing.assert_array_equal(named["input"].get_xdata(), np.arange(-4, 1))
    thin = [line for line in ax.lines if line.get_color() == PALETTE["best"] and line.get_linewidth() < 1]
    assert len(thin) == 7


def test_the_title_names_the_example_and_its_score() -> None:
    panel = found(kept(2)).rows[0][0]
    assert title(panel, "MSE") == "example 4"
    assert title(replace(panel, score=0.01234), "MSE") == "example 4: MSE 0.0123"
    assert "$" not in title(replace(panel, score=1.0), "a$b$").replace(r"\$", "")
