"""Intervals of one group against SciPy, hand-computed numbers and by their properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.stats import describe
from tuner.stats.group_intervals import bootstrap_interval, median_interval, std_interval


@pytest.mark.parametrize("n", [2, 5, 30])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_the_spread_is_bounded_by_chi_square(n: int, level: float) -> None:
    scores = np.random.default_rng(n).normal(size=n)
    found = std_interval(scores, level)
    tails = stats.chi2.ppf([(1 + level) / 2, (1 - level) / 2], n - 1)
    expected = np.sqrt((n - 1) * scores.var(ddof=1) / tails)
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-10)
    assert found.level == level


def test_the_spread_of_one_run_and_of_equal_runs() -> None:
    assert math.isnan(std_interval(np.array([1.0]), 0.95).low)
    found = std_interval(np.full(5, 0.1), 0.95)
    assert (found.low, found.high) == (0.0, 0.0)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 10, 23, 30, 100])
@pytest.mark.parametrize("level", [0.6, 0.9, 0.95, 0.99])
def test_the_median_is_bounded_as_by_scipy(n: int, level: float) -> None:
    scores = np.random.default_rng(n).lognormal(size=n)
    found = median_interval(scores, level)
    expected = stats.quantile_test(scores, p=0.5).confidence_interval(level)
    assert (found.low, found.high) == pytest.approx(tuple(expected), nan_ok=True)


def test_the_median_of_few_runs_has_no_interval() -> None:
    # Six runs miss the median on one side with probability 2 / 2^6 = 3.1 %, five with 6.3 %.
    assert math.isnan(describe([1.0, 2.0, 3.0, 4.0, 5.0]).interval_median.high)
    found = describe([6.0, 1.0, 2.0, 3.0, 4.0, 5.0]).interval_median
    assert (found.low, found.high) == (1.0, 6.0)


@given(st.integers(1, 60), st.floats(0.5, 0.999))
@settings(deadline=None)
def test_the_median_interval_covers_at_its_level_and_a_narrower_one_does_not(n: int, level: float) -> None:
    def coverage(left_out: int) -> float:
        return 1.0 - 2.0 * float(stats.binom.cdf(left_out, n, 0.5)) if left_out < n / 2 - 0.5 else 0.0

    found = median_interval(np.arange(float(n)), level)
    if math.isnan(found.low):
        assert 1.0 - 2.0 * 0.5**n < level + 1e-12
    else:
        assert found.low + found.high == n - 1.0
        assert coverage(int(found.low)) >= level - 1e-12
        assert coverage(int(found.low) + 1) < level + 1e-12


def test_the_bootstrap_is_that_of_scipy() -> None:
    scores = np.random.default_rng(1).lognormal(size=12)
    found = bootstrap_interval(scores, 0.9, np.random.default_rng(5))
    expected = stats.bootstrap(
        (np.sort(scores),), np.mean, confidence_level=0.9, method="BCa", rng=np.random.default_rng(5)
    ).confidence_interval
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-10)


def test_the_bootstrap_comes_when_asked_for_and_repeats_itself() -> None:
    scores = np.random.default_rng(2).lognormal(size=10)
    assert describe(scores).interval_bootstrap is None
    assert describe(scores[:9], bootstrap=True).interval_bootstrap is None
    found = describe(scores, bootstrap=True).interval_bootstrap
    assert found == describe(scores[::-1], bootstrap=True).interval_bootstrap
    other = describe(scores, bootstrap=True, rng=np.random.default_rng(9)).interval_bootstrap
    assert found is not None
    assert other is not None
    assert found != other
    assert found.low == pytest.approx(other.low, rel=0.05)
    assert found.low < scores.mean() < found.high


def test_the_bootstrap_of_equal_runs_has_no_width_and_failed_runs_do_not_count() -> None:
    found = describe([0.1] * 10, bootstrap=True).interval_bootstrap
    assert found is not None
    assert found.low == found.high
    assert describe([*range(9), math.nan], bootstrap=True).interval_bootstrap is None
