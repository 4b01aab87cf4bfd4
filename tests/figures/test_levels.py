"""Naive forecasts as lines: where they are, what they are called, and what they do to a scale."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.curves import curve_scale, curves, naive_loss
from tuner.figures.levels import (
    Level,
    best_level,
    draw_level_along,
    draw_levels_across,
    naive_levels,
    near,
)
from tuner.figures.scale import LOG_RATIO, Scale
from tuner.figures.scores import boxes, draw_boxes
from tuner.figures.search_history import draw_search_history, search_history
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.records import BASELINE, NaiveScores
from tuner.report.panels.learning_curves import LEARNING_CURVES
from tuner.report.panels.scores import SCORES
from tuner.report.panels.search_history import SEARCH_HISTORY
from tuner.result import Result

SCORES_OF = {"zero": 0.37, "last": 0.04, "linear": 0.05}


def beside(result: Result, **scores: float) -> Result:
    test = {name: (score,) for name, score in scores.items()}
    return replace(result, naive=NaiveScores(test, {name: (2 * value,) for name, (value,) in test.items()}))


def vertical(ax: Axes) -> list[float]:
    """Where the vertical lines of naive forecasts are."""
    lines = [line for line in ax.lines if line.get_color() == PALETTE["naive"]]
    return sorted(float(np.asarray(line.get_xdata())[0]) for line in lines)


def labels(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_color() == PALETTE["naive"] and text.get_text()]


def test_levels_are_the_scores_of_the_split_the_lowest_first() -> None:
    result = beside(usual_result(), **SCORES_OF)
    assert [level.label for level in naive_levels(result, "test")] == [
        "last value 0.04",
        "linear regression 0.05",
        "zero 0.37",
    ]
    assert best_level(result, "validation") == Level("last value", 0.08)
    highest = replace(result, setup=replace(result.setup, direction="maximize"))
    assert best_level(highest, "test") == Level("zero", 0.37)
    assert naive_levels(usual_result(), "test") == () and best_level(usual_result(), "test") is None


@pytest.mark.parametrize(
    ("value", "shown", "is_near"),
    [
        (1.9, [1.0, 1.5], True),
        (2.1, [1.0, 1.5], False),
        (0.6, [1.0, 1.5], True),
        (0.4, [1.0, 1.5], False),
        (1.05, [1.0], True),  # a single score: a tenth of it
        (1.2, [1.0], False),
        (0.01, [1.0, 1.5, 2.5], False),  # within reach, but it would make the scale logarithmic
        (-0.2, [1.0, 1.5, 2.5], True),
        (900.0, [1.0, 30.1, np.inf], True),  # a logarithmic scale: factors count
        (1000.0, [1.0, 30.1], False),
        (0.0, [1.0, 30.1], False),
        (5.0, [], True),
    ],
)
def test_a_scale_makes_room_for_what_is_near(value: float, shown: list[float], is_near: bool) -> None:
    assert near([Level("zero", value)], shown) == ((value,) if is_near else ())


@pytest.mark.parametrize("far", [0.37, 0.0001])
def test_the_box_plot_names_every_forecast_and_keeps_its_scale(far: float) -> None:
    result = beside(usual_result(), last=0.04, linear=0.05, zero=far)
    data, without = boxes(result), boxes(usual_result())
    assert data is not None and without is not None
    with figure_style():
        limits = []
        for one in (data, without):
            figure, (ax,) = new_figure(3.0)
            draw_boxes(ax, one, label="test MSE")
            limits.append(ax.get_xlim())
            if one is data:
                assert vertical(ax) == [0.04, 0.05]
                edge = f"zero {far:.4g} ▸" if far > 0.1 else f"◂ zero {far:.4g}"
                assert set(labels(ax)) == {"last value 0.04", "linear regression 0.05", edge}
                figure.draw_without_rendering()
    assert limits[0] == limits[1]


def test_labels_meet_neither_each_other_nor_a_line() -> None:
    levels = [
        Level(name, value) for name, value in zip("abcdef", (0.1, 0.12, 0.13, 0.8, 0.82, 5.0), strict=True)
    ]
    with figure_style():
        figure = Figure(figsize=(5.4, 3.0), layout="constrained")
        ax = figure.subplots()
        scale = Scale(0.0, 1.0)
        scale.apply(ax, "x")
        draw_levels_across(ax, levels, scale)
        figure.draw_without_rendering()
        named = [text for text in ax.texts if text.get_text()]
        boxes_of = {text.get_text(): text.get_window_extent() for text in named}
        found = list(boxes_of.values())
        assert len(found) == 6
        assert not any(a.overlaps(b) for at, a in enumerate(found) for b in found[:at])
        leads = [text for text in ax.texts if not text.get_text()]
        assert len(leads) == 5  # none at the edge
        for lead in leads:
            patch = lead.arrow_patch
            assert patch is not None
            line = patch.get_window_extent()
            met = [name for name, box in boxes_of.items() if line.x0 > box.x0 and line.x0 < box.x1]
            assert not any(line.y1 > boxes_of[name].y0 + 1 for name in met)


def test_the_search_history_has_the_best_on_the_validation_split() -> None:
    data = search_history(beside(usual_result(), last=0.03, zero=0.3))
    assert data is not None and data.naive == Level("last value", 0.06)
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, data, label="validation MSE")
        assert "naive: last value 0.06" in ax.get_legend_handles_labels()[1]
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, replace(data, naive=Level("zero", 9.0)), label="validation MSE")
        assert ax.get_ylim()[1] < 1 and labels(ax) == []
        assert "naive: zero 9, above the axis" in ax.get_legend_handles_labels()[1]


def test_what_is_off_below_is_named_in_the_legend_where_no_line_can_run_through_it() -> None:
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_level_along(ax, Level("mean", -3.0), Scale(0.0, 1.0))
        scale = Scale(0.0, 1.0).apply(ax, "y")
    assert not ax.texts and scale.get_ylim() == (0.0, 1.0)
    assert ax.get_legend_handles_labels()[1] == ["naive: mean \N{MINUS SIGN}3, below the axis"]


def confirmed(*, same: bool) -> Result:
    """A baseline whose last validation loss is its validation score, or is not."""
    runs = make_runs("confirmation", BASELINE, 0.5, seeds=6)
    if same:
        runs = [replace(run, scores=run.scores | {"validation": run.history["val_loss"][-1]}) for run in runs]
    return beside(make_result(runs, [make_configuration(BASELINE)]), mean=0.3)


def test_learning_curves_have_a_level_where_the_loss_is_the_metric() -> None:
    assert naive_loss(confirmed(same=False)) is None
    result = confirmed(same=True)
    level = naive_loss(result)
    assert level == Level("training mean", 0.6)
    assert curve_scale(curves(result), level) == curve_scale(curves(result))
    wide = curve_scale(curves(result), Level("zero", -1.0))
    assert wide.low < -1.0
    with figure_style():
        figure = LEARNING_CURVES.figure(result)
        assert figure is not None
        assert "naive: training mean 0.6" in figure.axes[0].get_legend_handles_labels()[1]


def test_captions_name_them() -> None:
    result = beside(usual_result(trials=6), **SCORES_OF)
    words = SCORES.caption(result)
    assert "naive forecasts" in words.text
    assert "Naive forecasts: last value 0.04, linear regression 0.05 and zero 0.37." in words.alternative
    assert "The best naive forecast scores 0.08 (last value)." in SEARCH_HISTORY.caption(result).text
    assert "naive" not in SCORES.caption(usual_result()).text
    assert "best naive forecast (training mean 0.6)" in LEARNING_CURVES.caption(confirmed(same=True)).text


def test_the_rule_for_logarithms_is_that_of_the_scale() -> None:
    assert near([Level("zero", 1.0)], [30.0, LOG_RATIO * 0.9]) == ()
