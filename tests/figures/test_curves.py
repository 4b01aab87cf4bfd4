"""Learning curves: every seed is there, and the band says only what enough seeds say."""

import numpy as np
import pytest

from tests.factories import make_runs, usual_result
from tuner.figures.curves import (
    CROWD,
    FEWEST_POINTS,
    MOST_LINES,
    MOST_POINTS,
    band,
    curve_scale,
    curves,
    curves_of,
    draw_curves,
)
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.records import BASELINE
from tuner.report.captions import captions


def test_curves_hold_every_seed_and_epoch() -> None:
    result = usual_result(seeds=10, epochs=12)
    found = curves(result)
    assert [one.name for one in found] == [BASELINE, *(one.name for one in result.finalists)]
    run = next(r for r in result.runs if r.phase == "confirmation" and r.configuration == BASELINE)
    assert found[0].train.shape == found[0].validation.shape == (10, 12)
    assert tuple(found[0].train[0]) == run.history["loss"]
    assert tuple(found[0].validation[0]) == run.history["val_loss"]


def test_without_confirmation_the_best_of_the_search_are_shown() -> None:
    result = usual_result(trials=6)
    searched = tuple(run for run in result.runs if run.phase == "search")
    found = curves(type(result)(result.setup, result.configurations, searched, None, ()))
    assert [one.name for one in found][:2] == [BASELINE, "trial-1"]
    assert len(found) == 4


def test_a_shorter_seed_is_padded_and_the_band_ends_with_the_majority() -> None:
    losses = np.array([[4.0, 3.0, 2.0, 1.0], [4.0, 3.0, 2.0, np.nan], [4.0, 5.0, np.nan, np.nan]])
    middle = band(losses)
    np.testing.assert_array_equal(middle.median, [4.0, 3.0, 2.0, np.nan])
    np.testing.assert_array_equal(middle.low, [4.0, 3.0, 2.0, np.nan])
    np.testing.assert_array_equal(middle.high, [4.0, 4.0, 2.0, np.nan])


def test_the_band_is_that_of_numpy_where_all_seeds_train() -> None:
    losses = np.random.default_rng(0).gamma(2.0, size=(9, 30))
    middle = band(losses)
    np.testing.assert_allclose(middle.median, np.median(losses, axis=0))
    np.testing.assert_allclose(middle.low, np.quantile(losses, 0.25, axis=0))


def test_diverged_runs_are_marked_and_counted() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=6, diverged=(1, 4)))
    assert found.lost == (False, True, False, False, True, False)
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    assert sum(line.get_marker() == "X" for line in ax.lines) == 2
    assert ax.get_title(loc="left") == "a (2 of 6 diverged)"


def test_a_run_that_explodes_does_not_set_the_scale() -> None:
    runs = make_runs("confirmation", "a", 0.05, seeds=4, diverged=(0,))
    exploded = runs[0].__class__("confirmation", "a", 0, "diverged", {}, {"loss": (1.0, 1e30)}, 0.1)
    found = curves_of("a", [exploded, *runs[1:]])
    assert curve_scale([found]).high < 10


def test_all_diverged_still_has_a_scale() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=2, diverged=(0, 1)))
    scale = curve_scale([found])
    assert scale.low < scale.high < 10


def test_long_curves_are_thinned_for_drawing_only() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=2, epochs=3_000))
    assert found.train.shape == (2, 3_000)
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    epochs = np.asarray(ax.lines[0].get_xdata())
    assert len(epochs) <= MOST_POINTS
    assert (epochs[0], epochs[-1]) == (1, 3_000)


def test_a_history_without_validation_draws_training_alone() -> None:
    run = make_runs("confirmation", "a", 0.05, seeds=1)[0]
    bare = run.__class__("confirmation", "a", 0, "complete", run.scores, {"loss": (1.0, 0.5)}, 0.1)
    found = curves_of("a", [bare])
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, curve_scale([found]))
    assert ax.get_legend_handles_labels()[1] == ["training"]


def test_many_seeds_share_the_points_of_a_panel_and_the_caption_says_so() -> None:
    found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=MOST_LINES + 50, epochs=300))
    scale = curve_scale([found])
    with figure_style():
        _, (ax,) = new_figure(2.0)
        draw_curves(ax, found, scale)
    thin = [line for line in ax.lines if line.get_linewidth() < 1]
    assert len(thin) == 2 * MOST_LINES
    assert {len(np.asarray(line.get_xdata())) for line in thin} == {FEWEST_POINTS}
    median = next(line for line in ax.lines if line.get_label() == "training")
    places = np.asarray(median.get_xdata()) - 1
    assert len(places) == MOST_POINTS
    expected = scale.clip(band(found.train).median[places])
    np.testing.assert_allclose(np.asarray(median.get_ydata()), expected)
    caption = captions(usual_result(seeds=MOST_LINES + 50, epochs=300))["learning_curves"].text
    assert f"Thin lines join {FEWEST_POINTS} of 300 epochs" in caption
    assert "The first 200 seeds have one; the median and the band are of all 250." in caption
    assert "Thin lines join" not in captions(usual_result(seeds=30, epochs=200))["learning_curves"].text


def test_lines_of_few_seeds_are_seen_and_those_of_many_do_not_hide_the_median() -> None:
    solid = {}
    for seeds in (3, 10, CROWD, 4 * CROWD):
        found = curves_of("a", make_runs("confirmation", "a", 0.05, seeds=seeds))
        with figure_style():
            _, (ax,) = new_figure(2.0)
            draw_curves(ax, found, curve_scale([found]))
        median = next(line for line in ax.lines if line.get_label() == "training")
        thin = [line for line in ax.lines if line.get_linewidth() < 1]
        assert all(line.get_zorder() < median.get_zorder() for line in thin)
        set_off = [line for line in ax.lines if line.get_color() == PALETTE["paper"]]
        assert len(set_off) == (2 if seeds > CROWD else 0)
        solid[seeds] = thin[0].get_alpha()
    assert list(solid.values()) == pytest.approx([0.5, 0.3, 0.18, 120**-0.5])
