"""A summary against SciPy and hand-computed numbers."""

import math

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats import describe

# Hand-computed: mean 5, squares 9 1 1 1 0 0 4 16 = 32, std sqrt(32 / 7); middle four 4 4 5 5.
HAND = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]


def test_hand_computed() -> None:
    summary = describe(HAND)
    assert summary.n == 8
    assert summary.failures == 0
    assert summary.mean == 5.0
    assert summary.std == pytest.approx(math.sqrt(32 / 7))
    assert summary.standard_error == pytest.approx(math.sqrt(4 / 7))
    assert summary.median == 4.5
    assert summary.quartiles == (4.0, 5.5)
    assert summary.iqm == 4.5


def test_quartiles_interpolate_linearly() -> None:
    assert describe([1.0, 2.0, 3.0, 4.0]).quartiles == (1.75, 3.25)


def test_a_quarter_is_rounded_down_for_the_interquartile_mean() -> None:
    assert describe([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 100.0]).iqm == 3.0
    assert describe([0.0, 1.0, 100.0]).iqm == pytest.approx(101 / 3)


@pytest.mark.parametrize("n", [2, 5, 30])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_the_interval_is_that_of_scipy(n: int, level: float) -> None:
    scores = np.random.default_rng(n).lognormal(size=n)
    interval = describe(scores, level=level).interval
    expected = stats.ttest_1samp(scores, 0.0).confidence_interval(level)
    assert (interval.low, interval.high) == pytest.approx(tuple(expected), rel=1e-10)
    assert interval.level == level


def test_failures_are_counted_and_left_out_of_the_means() -> None:
    summary = describe([1.0, math.nan, 3.0, math.inf, -math.inf])
    assert (summary.n, summary.failures) == (5, 3)
    assert (summary.mean, summary.median) == (2.0, 2.0)
    assert summary.std == pytest.approx(math.sqrt(2))


def test_one_run_has_a_mean_but_no_spread() -> None:
    summary = describe([3.0])
    assert (summary.n, summary.mean, summary.median, summary.iqm) == (1, 3.0, 3.0, 3.0)
    unknown = (summary.std, summary.standard_error, summary.interval.low, summary.interval.high)
    assert all(map(math.isnan, unknown))


def test_no_finished_run_has_nothing_but_its_count() -> None:
    summary = describe([math.nan, math.inf])
    assert (summary.n, summary.failures) == (2, 2)
    assert all(map(math.isnan, (summary.mean, summary.std, summary.median, *summary.quartiles, summary.iqm)))


def test_equal_scores_have_an_interval_of_no_width() -> None:
    summary = describe([0.1] * 3)
    assert summary.std == 0.0
    assert summary.interval.low == summary.interval.high == summary.mean


def test_no_scores_are_refused() -> None:
    with pytest.raises(StatisticsError, match="no scores"):
        describe([])
    with pytest.raises(StatisticsError, match="level is 5"):
        describe([1.0], level=5)
