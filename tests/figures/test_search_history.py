"""Search history: trials in their order, the best so far, and what diverged."""

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.samples import Sample
from tuner.figures.search_history import (
    MOST_TRIALS,
    SearchHistory,
    best_so_far,
    draw_search_history,
    dropped_from_race,
    search_history,
)
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE, Direction
from tuner.report.panels.search_history import SEARCH_HISTORY
from tuner.result import Result


def test_trials_come_in_the_order_drawn_with_the_baseline_apart() -> None:
    result = usual_result(trials=6)
    data = search_history(result)
    assert data is not None
    assert [trial.name for trial in data.trials] == [f"trial-{number}" for number in range(6)]
    assert data.baseline.name == BASELINE and len(data.baseline.scores) == 3
    assert data.finalists == {"trial-1", "trial-2", "trial-3"}
    runs = [r for r in result.runs if r.phase == "search" and r.configuration == "trial-0"]
    assert data.trials[0].scores == tuple(run.scores["validation"] for run in runs)


@pytest.mark.parametrize(
    ("direction", "expected"), [("minimize", [3.0, 2.0, 2.0, 2.0]), ("maximize", [3.0, 3.0, 3.0, 5.0])]
)
def test_the_best_so_far_starts_at_the_baseline_and_skips_trials_that_lost_a_run(
    direction: Direction, expected: list[float]
) -> None:
    trials = [Sample("a", (3.0,)), Sample("b", (1.0, 3.0)), Sample("c", (9.0, 0.0), "1 diverged")]
    trials.append(Sample("d", (5.0,)))
    baseline = Sample(BASELINE, (3.0,))
    assert best_so_far(baseline, trials, direction).tolist() == expected


def test_every_seed_has_a_dot_and_a_lost_one_a_mark() -> None:
    data = search_history(usual_result(trials=6))
    assert data is not None and [trial.name for trial in data.trials if trial.lost] == ["trial-4"]
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, data, label="validation MSE")
    heights = [
        float(y) for line in ax.lines if line.get_marker() == "o" for y in np.asarray(line.get_ydata())
    ]
    expected = [score for trial in data.trials for score in trial.scores]
    expected += [trial.mean for trial in data.trials]
    assert sorted(heights) == pytest.approx(sorted(expected))
    (mark,) = (line for line in ax.lines if line.get_marker() == "X")
    assert np.asarray(mark.get_xdata()).tolist() == [4]
    assert "run without score (1)" in ax.get_legend_handles_labels()[1]


def test_a_mean_off_the_scale_is_marked_at_the_edge() -> None:
    names = [BASELINE, *(f"trial-{number}" for number in range(8))]
    runs = []
    for name in names:
        runs += make_runs("search", name, -1e9 if name == "trial-7" else -0.5, seeds=3)
    result = make_result(runs, [make_configuration(name) for name in names], direction="maximize")
    data = search_history(result)
    assert data is not None
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, data, label="R2")
    assert ax.get_ylim()[0] > -100
    (mark,) = (line for line in ax.lines if line.get_marker() == "v")
    assert np.asarray(mark.get_ydata()).tolist() == [ax.get_ylim()[0]] and not mark.get_clip_on()
    assert (
        "A triangle at the edge is a mean beyond the scale (1 trial)." in SEARCH_HISTORY.caption(result).text
    )


def test_no_trials_give_no_plot() -> None:
    runs = make_runs("search", BASELINE, 0.04, seeds=3)
    assert search_history(make_result(runs, [make_configuration(BASELINE)])) is None


def raced() -> Result:
    """A baseline, a trial that was dropped after two lucky seeds, and one that has all eight."""
    names = [BASELINE, "trial-0", "trial-1"]
    runs = make_runs("search", BASELINE, 0.05, seeds=8)
    runs += make_runs("search", "trial-0", 0.01, seeds=2) + make_runs("search", "trial-1", 0.04, seeds=8)
    return make_result(
        runs, [make_configuration(name) for name in names], search_repeats=2, most_search_repeats=8
    )


def test_a_trial_that_was_dropped_from_a_race_is_never_the_best_so_far() -> None:
    data = search_history(raced())
    assert data is not None and data.dropped == {"trial-0"}
    assert [len(trial.scores) for trial in data.trials] == [2, 8]
    assert data.best.tolist() == [data.baseline.mean, data.trials[1].mean]
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, data, label="validation MSE")
    (mark,) = (line for line in ax.lines if line.get_label() == "dropped from the race")
    assert np.asarray(mark.get_ydata()).tolist() == [data.trials[0].mean]
    assert "Small circles were dropped from the race before 8 seeds" in SEARCH_HISTORY.caption(raced()).text


def test_without_a_race_nobody_was_dropped() -> None:
    result = usual_result()
    assert dropped_from_race(result) == frozenset()
    assert "dropped" not in SEARCH_HISTORY.caption(result).text


def wide(trials: int, seeds: int = 1) -> SearchHistory:
    """A history of so many trials, of which the last one is a finalist and the worst."""
    rng = np.random.default_rng(0)
    samples = [
        Sample(f"trial-{number}", tuple(1 + rng.random(seeds)), "1 failed" if number % 7 == 3 else "")
        for number in range(trials - 1)
    ]
    samples.append(Sample(f"trial-{trials - 1}", (3.0,)))
    baseline = Sample(BASELINE, (2.0,))
    best = best_so_far(baseline, samples, "minimize")
    return SearchHistory(tuple(samples), baseline, best, frozenset({samples[-1].name}), "minimize")


def test_very_many_trials_share_circles_and_the_best_of_each_stretch_is_drawn() -> None:
    data = wide(2 * MOST_TRIALS + 500)
    means = np.array([sample.mean for sample in data.trials])
    assert data.stretch == 3
    assert len(data.shown) == -(-len(means) // 3) + 1  # the finalist is not the best of its stretch
    assert data.shown[-1] == len(means) - 1
    for place in data.shown[:-1]:
        start = 3 * (place // 3)
        assert means[place] == means[start : start + 3].min()
    assert wide(MOST_TRIALS).shown.tolist() == list(range(MOST_TRIALS))


def test_the_drawing_of_very_many_trials_is_that_of_those_shown() -> None:
    data = wide(2 * MOST_TRIALS, seeds=3)
    assert not data.has_dots and wide(1_000, seeds=3).has_dots
    with figure_style():
        _, (ax,) = new_figure(3.0)
        draw_search_history(ax, data, label="validation MSE")
    drawn = {line.get_label(): line for line in ax.lines if line.get_marker() == "o"}
    assert set(drawn) == {"trial (mean, seeds)", "finalist"}
    assert len(np.asarray(drawn["trial (mean, seeds)"].get_xdata())) == len(data.shown) - 1
    (step,) = (line for line in ax.lines if line.get_label() == "best mean so far")
    np.testing.assert_array_equal(np.asarray(step.get_ydata()), data.best)


def test_the_caption_says_what_is_left_out() -> None:
    names = [BASELINE, *(f"trial-{number}" for number in range(MOST_TRIALS + 1))]
    runs = [run for name in names for run in make_runs("search", name, 0.04, seeds=4, epochs=1)]
    said = SEARCH_HISTORY.caption(make_result(runs, [make_configuration(name) for name in names])).text
    assert "its line is the range of its seeds" in said
    assert "Of every 2 trials in a row, only the best mean is drawn." in said
    usual = SEARCH_HISTORY.caption(usual_result()).text
    assert "its line and dots are its seeds" in usual and "in a row" not in usual
