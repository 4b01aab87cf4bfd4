"""Effect sizes against hand-computed numbers and brute force."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.stats.effects import (
    correlation,
    hedges_g,
    hedges_g_to_reference,
    paired_superiority,
    pooled_deviation,
    probability_of_superiority,
)

losses = st.lists(st.integers(0, 6).map(float) | st.just(math.inf), min_size=1, max_size=12).map(np.array)


def test_hedges_g_by_hand() -> None:
    # Means 2 and 4, variances 1 and 1, so d = -2; exact correction for 4 degrees of freedom:
    # gamma(2) / (sqrt(2) gamma(3/2)) = sqrt(2 / pi).
    g = hedges_g(np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0]))
    assert g == pytest.approx(-2.0 * math.sqrt(2.0 / math.pi))


def test_hedges_g_weighs_the_variances_by_their_degrees_of_freedom() -> None:
    # Variances 2 (1 degree) and 1 (2 degrees): pooled 4 / 3; correction for 3 degrees as published, 0.7236.
    g = hedges_g(np.array([0.0, 2.0]), np.array([4.0, 5.0, 6.0]))
    assert g == pytest.approx(0.7236 * -4.0 / math.sqrt(4 / 3), rel=1e-4)


def test_hedges_g_without_spread() -> None:
    constant = np.full(5, 0.3)
    assert hedges_g(constant, np.full(5, 0.1 + 0.2)) == 0.0
    assert math.isnan(hedges_g(constant, constant + 1.0))
    assert math.isnan(hedges_g(np.array([1.0]), np.array([1.0, 2.0])))


def test_hedges_g_is_over_finished_runs() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])
    assert hedges_g(np.append(first, np.nan), np.append(second, np.inf)) == hedges_g(first, second)


@given(losses, losses)
@settings(deadline=None)
def test_superiority_is_the_count_over_all_pairs(first: np.ndarray, second: np.ndarray) -> None:
    wins = sum((a < b) + (a == b) / 2 for a in first for b in second)
    assert probability_of_superiority(first, second) == pytest.approx(wins / (first.size * second.size))


@given(losses, losses)
@settings(deadline=None)
def test_superiority_of_the_other_group_is_the_rest(first: np.ndarray, second: np.ndarray) -> None:
    there, back = probability_of_superiority(first, second), probability_of_superiority(second, first)
    assert there + back == pytest.approx(1.0)


def test_superiority_is_the_statistic_of_mann_whitney() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 20, size=15).astype(float), rng.integers(0, 30, size=40).astype(float)
    greater = stats.mannwhitneyu(second, first).statistic / (15 * 40)
    assert probability_of_superiority(first, second) == pytest.approx(greater)


def test_paired_superiority_by_hand() -> None:
    first = np.array([1.0, 2.0, 3.0, np.inf, np.inf])
    second = np.array([2.0, 2.0, 1.0, 5.0, np.inf])
    assert paired_superiority(first, second) == pytest.approx((1 + 0.5 + 0 + 0 + 0.5) / 5)


def test_hedges_g_to_a_reference_by_hand() -> None:
    # Mean 2, deviation 1, so d = -2; the correction for 2 degrees is gamma(1) / gamma(1/2) = 1 / sqrt(pi).
    found = hedges_g_to_reference(np.array([1.0, 2.0, 3.0, np.nan]), 4.0)
    assert found == pytest.approx(-2.0 / math.sqrt(math.pi))
    assert hedges_g_to_reference(np.full(5, 0.1 + 0.2), 0.3) == 0.0
    assert math.isnan(hedges_g_to_reference(np.full(5, 0.3), 0.4))
    assert math.isnan(hedges_g_to_reference(np.array([0.3]), 0.4))


def test_pooled_deviation_by_hand() -> None:
    # Squares 2 (1 degree) and 2 (2 degrees): variance 4 / 3.
    assert pooled_deviation(np.array([0.0, 2.0]), np.array([4.0, 5.0, 6.0])) == pytest.approx(
        math.sqrt(4 / 3)
    )
    assert math.isnan(pooled_deviation(np.array([0.0]), np.array([4.0, 5.0])))


@pytest.mark.parametrize("scale", [1.0, 1e-120, 1e120])
def test_correlation_is_that_of_scipy(scale: float) -> None:
    rng = np.random.default_rng(2)
    first = rng.normal(size=9)
    second = first + rng.normal(size=9)
    expected = stats.pearsonr(first, second).statistic
    assert correlation(scale * first, second) == pytest.approx(expected, rel=1e-10)
    failed = np.append(first, [np.nan, 1.0]), np.append(second, [3.0, np.inf])
    assert correlation(*failed) == pytest.approx(expected, rel=1e-10)


def test_correlation_needs_something_that_varies() -> None:
    assert correlation(np.arange(5.0), 2.0 * np.arange(5.0)) == 1.0
    assert math.isnan(correlation(np.arange(5.0), np.full(5, 0.1)))
    assert math.isnan(correlation(np.array([1.0]), np.array([2.0])))
