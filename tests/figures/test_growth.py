"""The growth panel: standard errors against seeds, and the one that would decide."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.figures.growth import (
    MOST_PANELS,
    MOST_POINTS,
    Growth,
    draw_growth,
    growths,
    needed_error,
    thinned,
)
from tuner.figures.style import figure_style, new_figure
from tuner.records import BASELINE, Look
from tuner.report.panels.growth import GROWTH
from tuner.result import Result
from tuner.stats.growth import standard_errors


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def compared(seeds: int, **setup: object) -> Result:
    """A baseline and one finalist."""
    runs = make_runs("confirmation", BASELINE, 0.05, seeds=seeds, epochs=1)
    runs += make_runs("confirmation", "a", 0.048, seeds=seeds, epochs=1)
    return make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"], **setup)


def test_the_last_standard_error_is_that_of_all_seeds() -> None:
    result = usual_result()
    rows = growths(result, rng())
    assert result.baseline is not None
    measured = (result.baseline, *result.finalists)
    assert [row.name for row in rows] == [one.name for one in measured]
    for row, one in zip(rows, measured, strict=True):
        kept = [score for score in one.test if math.isfinite(score)]
        assert row.seeds == len(kept)
        assert row.now == pytest.approx(stats.sem(kept))
        assert row.errors.expected[0] == pytest.approx(np.std(kept, ddof=1) / math.sqrt(2))


def test_at_the_needed_standard_error_the_interval_would_end_at_zero() -> None:
    (one,) = compared(20).finalists
    needed, aim = needed_error(one)
    assert aim == "difference" and one.comparison is not None
    baseline, candidate = one.comparison.evidence.baseline, one.comparison.evidence.candidate
    # Were both groups so much surer, by more seeds of the same spread, the t interval would just reach zero.
    factor = needed / stats.sem(candidate)
    welch = stats.ttest_ind(candidate, baseline, equal_var=False)
    ends = welch.confidence_interval(1 - 0.05 * one.comparison.share)
    half = (ends.high - ends.low) / 2
    assert factor * half == pytest.approx(abs(np.mean(candidate) - np.mean(baseline)))


def test_a_margin_counts_where_it_is_larger_than_the_difference() -> None:
    for margin, aim in ((0.5, "margin"), (1e-9, "difference")):
        (one,) = compared(20, margin=margin).finalists
        needed, told = needed_error(one)
        assert told == aim and one.comparison is not None
        interval = one.comparison.interval_adjusted
        effect = max(margin, abs(one.comparison.difference))
        half = (interval.high - interval.low) / 2
        assert needed / one.summary.standard_error == pytest.approx(effect / half)


def test_nothing_is_needed_of_the_baseline_or_without_an_interval() -> None:
    result = compared(20)
    assert result.baseline is not None
    assert math.isnan(needed_error(result.baseline)[0]) and needed_error(result.baseline)[1] == ""
    (alone,) = compared(1).finalists
    assert math.isnan(needed_error(alone)[0])


def test_too_few_seeds_or_no_confirmation_give_no_figure() -> None:
    assert growths(compared(2), rng()) == () and GROWTH.figure(compared(2)) is None
    searched = make_result(make_runs("search", BASELINE, 0.04, seeds=5), [make_configuration(BASELINE)])
    assert growths(searched, rng()) == ()


def test_the_first_configurations_are_shown_where_there_are_many() -> None:
    names = [f"c{place}" for place in range(9)]
    runs = [
        r for name in (BASELINE, *names) for r in make_runs("confirmation", name, 0.04, seeds=4, epochs=1)
    ]
    result = make_result(runs, [make_configuration(name) for name in (BASELINE, *names)], names)
    assert len(growths(result, rng())) == MOST_PANELS
    assert f"The first {MOST_PANELS} configurations" in GROWTH.caption(result).text


def test_thinning_keeps_both_ends_and_the_values_at_what_it_keeps() -> None:
    errors = standard_errors(np.random.default_rng(1).normal(size=3_000), rng=rng(), orders=50)
    less = thinned(errors)
    assert len(less.runs) <= MOST_POINTS
    assert (less.runs[0], less.runs[-1]) == (2, 3_000)
    assert less.low == tuple(errors.low[n - 2] for n in less.runs)
    assert thinned(errors, 10_000).runs == errors.runs


def test_the_needed_line_is_drawn_where_it_is_in_sight() -> None:
    data = growths(compared(20), rng())[1]
    for needed, lines in ((data.now, 1), (100.0, 0), (math.nan, 0)):
        with figure_style():
            _, (ax,) = new_figure(3.0)
            draw_growth(ax, replace(data, needed=needed), label="score")
        labelled = [line for line in ax.lines if line.get_label() == "enough to decide"]
        assert len(labelled) == lines
        assert [float(np.asarray(line.get_ydata())[0]) for line in labelled] == [needed] * lines
        (dot,) = (line for line in ax.lines if line.get_marker() == "o")
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (20, data.now)  # type: ignore[index]


def test_scores_that_do_not_vary_and_hostile_names_can_be_drawn() -> None:
    errors = standard_errors([0.5] * 5, rng=rng())
    with figure_style():
        figure, (ax,) = new_figure(3.0)
        draw_growth(ax, Growth("$x^2$ \\frac{\x00", errors), label="score")
        figure.draw_without_rendering()
    assert ax.get_title(loc="left") == r"\$x^2\$ \frac{"
    assert ax.texts[0].get_text() == "0 with 5 seeds"


def test_the_caption_tells_the_numbers() -> None:
    result = compared(20)
    baseline, row = growths(result, rng())
    words = GROWTH.caption(result)
    assert f"baseline {baseline.now:.4g} with 20 seeds" in words.alternative
    assert f"about {row.needed:.4g} would tell the difference" in words.alternative
    assert "the difference to the baseline from zero" in words.text
    assert "or the margin, where that is larger" in GROWTH.caption(compared(20, margin=0.006)).text


def test_a_line_that_is_not_drawn_is_not_spoken_of() -> None:
    far = GROWTH.caption(compared(20, margin=0.5)).text
    assert "dotted" not in far and "The whole curve of a is below what would be enough." in far
    lost = GROWTH.caption(usual_result()).text
    assert "For trial-3 that is not known: runs failed, so that ranks decide" in lost  # two of its runs did


def test_no_line_is_drawn_from_the_interval_of_an_earlier_look() -> None:
    looks = (Look(6, (BASELINE, "trial-1")), Look(24, (BASELINE, "trial-1")))
    decided, undecided = (
        make_result(
            make_runs("confirmation", BASELINE, 0.04, seeds=24)
            + make_runs("confirmation", "trial-1", center, seeds=24),
            [make_configuration(BASELINE), make_configuration("trial-1")],
            looks=looks,
            repeats=24,
        ).finalists[0]
        for center in (0.01, 0.0401)
    )
    assert decided.comparison is not None and decided.comparison.verdict == "better"
    assert any("Decided at the look at 6 seeds" in flag for flag in decided.comparison.flags)
    assert needed_error(decided)[1] == ""
    assert needed_error(undecided)[1] == "difference"


def test_no_line_is_drawn_where_ranks_decide() -> None:
    runs = make_runs("confirmation", BASELINE, 0.04, seeds=10)
    runs += make_runs("confirmation", "trial-1", 0.03, seeds=10, diverged=[2])
    names = [make_configuration(name) for name in (BASELINE, "trial-1")]
    (finalist,) = make_result(runs, names, ["trial-1"]).finalists
    assert needed_error(finalist)[1] == ""


def test_without_spread_an_axis_has_no_number_but_zero_and_the_caption_says_why() -> None:
    runs = [
        replace(run, scores=dict.fromkeys(run.scores, 0.25)) if run.configuration == "a" else run
        for run in compared(6).runs
    ]
    result = make_result(runs, [make_configuration(name) for name in (BASELINE, "a")], ["a"])
    with figure_style():
        figure = GROWTH.figure(result)
        assert figure is not None
        figure.draw_without_rendering()
    spread, same = figure.axes[:2]
    assert len(spread.get_yticks()) > 2 and same.get_yticks().tolist() == [0.0]
    assert "All seeds of a have the same score" in GROWTH.caption(result).text
    assert "same score" not in GROWTH.caption(compared(6)).text
