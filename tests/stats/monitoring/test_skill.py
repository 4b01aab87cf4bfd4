"""The skill of a period and the trend over time, against textbook formulas."""

import numpy as np
import pytest
from scipy import stats

from tuner.stats.monitoring import skill_of, trend_of


def test_the_skill_of_independent_scores_has_the_t_interval() -> None:
    scores = np.random.default_rng(0).normal(size=30)
    found = skill_of(scores, 1, 0.9)
    low, high = stats.t.interval(0.9, 29, scores.mean(), stats.sem(scores))
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert (found.examples, found.failed) == (30, 0)


@pytest.mark.parametrize(("examples", "block"), [(0, 1), (2, 1), (20, 7)])
def test_a_period_with_few_has_no_interval(examples: int, block: int) -> None:
    found = skill_of(np.ones(examples), block, 0.95)
    assert np.isnan(found.interval.low) and found.examples == examples


def test_failures_are_counted_and_never_averaged() -> None:
    found = skill_of(np.array([1.0, np.nan, 2.0, np.inf, 3.0]), 1, 0.95)
    assert (found.mean, found.examples, found.failed) == (2.0, 3, 2)


def test_the_slope_is_that_of_ordinary_least_squares() -> None:
    rng = np.random.default_rng(2)
    places = np.sort(rng.uniform(0, 10, size=60))
    scores = 0.3 * places + rng.normal(size=60)
    found = trend_of(scores, places, 0.95)
    line = stats.linregress(places, scores)
    half = stats.t.ppf(0.975, 58) * line.stderr
    assert found.blocks == 60
    assert found.slope == pytest.approx(line.slope)
    assert found.interval.high - found.slope == pytest.approx(half)


def test_the_interval_of_a_slope_holds_in_series_with_memory() -> None:
    """95 % nominal; 200 series hold it in at least 170 with a probability above 0.99 where 90 % do."""
    rng = np.random.default_rng(2)
    places = np.arange(400) / 20
    hits = 0
    for _ in range(200):
        scores = 0.1 * places + np.convolve(rng.normal(size=404), np.ones(5), "valid")
        found = trend_of(scores, places, 0.95)
        hits += found.interval.low <= 0.1 <= found.interval.high
    assert hits >= 170


@pytest.mark.parametrize("places", [np.zeros(50), np.arange(5.0)])
def test_no_trend_without_time(places: np.ndarray) -> None:
    assert np.isnan(trend_of(np.random.default_rng(3).normal(size=places.size), places, 0.95).slope)


def test_the_interval_of_hits_is_wilsons_and_others_are_cut_at_the_range() -> None:
    hits = np.array([1.0] * 28 + [0.0] * 2)
    found = skill_of(hits, 1, 0.95, (0.0, 1.0)).interval
    ends = stats.binomtest(28, 30).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))
    twice = skill_of(np.repeat(hits, 2), 2, 0.95, (0.0, 1.0)).interval  # neighbours are alike
    assert (twice.low, twice.high) == pytest.approx((found.low, found.high), abs=0.02)
    always = skill_of(np.ones(24), 2, 0.95, (0.0, 1.0)).interval
    assert 0.6 < always.low < stats.binomtest(12, 12).proportion_ci(0.95, method="wilson").low
    assert always.high == 1.0
    errors = np.array([0.1, 0.0, 0.2, 9.0])
    assert (
        skill_of(errors, 1, 0.95, (0.0, np.inf)).interval.low == 0.0 > skill_of(errors, 1, 0.95).interval.low
    )
    wrong = skill_of(-errors, 1, 0.95, (0.0, np.inf)).interval  # no such metric: it is left as it is
    assert wrong.low == skill_of(-errors, 1, 0.95).interval.low
