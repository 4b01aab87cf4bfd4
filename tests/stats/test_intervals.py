"""Differences of means and their intervals against SciPy."""

import math

import numpy as np
import pytest
from scipy import stats

from tuner.stats.intervals import paired_difference, welch_difference


@pytest.mark.parametrize(("n", "m"), [(2, 2), (5, 5), (5, 30), (100, 10)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_welch_is_that_of_scipy(n: int, m: int, level: float) -> None:
    rng = np.random.default_rng([n, m])
    first, second = rng.normal(size=n), rng.lognormal(1.0, 2.0, size=m)
    expected = stats.ttest_ind(first, second, equal_var=False)
    estimate = welch_difference(first, second)
    interval = estimate.interval(level)
    assert estimate.degrees_of_freedom == pytest.approx(expected.df, rel=1e-10)
    assert (interval.low, interval.high) == pytest.approx(
        tuple(expected.confidence_interval(level)), rel=1e-10
    )


@pytest.mark.parametrize("n", [2, 5, 30])
def test_paired_is_that_of_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    first = rng.normal(size=n)
    second = first + rng.normal(0.3, 0.1, size=n)
    expected = stats.ttest_rel(first, second)
    estimate = paired_difference(first, second)
    interval = estimate.interval(0.95)
    assert estimate.degrees_of_freedom == expected.df
    assert (interval.low, interval.high) == pytest.approx(
        tuple(expected.confidence_interval(0.95)), rel=1e-10
    )


def test_failed_runs_leave_the_other_group_or_take_their_pair_along() -> None:
    first, second = np.array([1.0, 2.0, 3.0, np.nan]), np.array([5.0, np.inf, 6.0, 7.0])
    assert welch_difference(first, second).value == pytest.approx(2.0 - 6.0)
    assert paired_difference(first, second).value == pytest.approx((-4.0 - 3.0) / 2)


def test_too_few_runs_have_no_interval() -> None:
    for estimate in (
        welch_difference(np.array([1.0]), np.array([2.0, 3.0])),
        paired_difference(np.array([1.0]), np.array([2.0])),
        paired_difference(np.array([1.0, np.nan]), np.array([np.nan, 2.0])),
        welch_difference(np.array([np.nan]), np.array([2.0, 3.0])),
    ):
        interval = estimate.interval(0.95)
        assert math.isnan(interval.low)
        assert math.isnan(interval.high)


def test_a_shift_that_is_constant_but_for_rounding_has_no_spread() -> None:
    first = np.random.default_rng(0).normal(0.0, 1e4, size=20)
    assert np.ptp((first + 0.1) - first) > 1e-12
    assert paired_difference(first + 0.1, first).standard_error == 0.0


def test_equal_constants_differ_by_nothing_but_rounding() -> None:
    assert 0.1 + 0.2 != 0.3
    assert welch_difference(np.full(5, 0.1 + 0.2), np.full(5, 0.3)).value == 0.0


def test_tiny_scores_keep_their_degrees_of_freedom() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=8), rng.normal(size=9)
    tiny = welch_difference(first * 1e-90, second * 1e-90)
    assert tiny.degrees_of_freedom == pytest.approx(welch_difference(first, second).degrees_of_freedom)
