"""Each test against SciPy, enumeration or published numbers."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from tuner.stats.intervals import Estimate, paired_difference, welch_difference
from tuner.stats.significance import (
    equivalence_test,
    failure_rates_test,
    mann_whitney,
    rank_check,
    sign_test,
    smallest_p_value,
    t_test,
)


@pytest.mark.parametrize(("n", "m"), [(2, 3), (5, 5), (5, 30), (100, 10)])
def test_t_tests_are_those_of_scipy(n: int, m: int) -> None:
    rng = np.random.default_rng([n, m])
    first, second = rng.normal(size=n), rng.normal(0.5, 3.0, size=m)
    expected = stats.ttest_ind(first, second, equal_var=False).pvalue
    assert t_test(welch_difference(first, second)) == pytest.approx(expected, rel=1e-10)
    paired = stats.ttest_rel(first[:2], second[:2]).pvalue
    assert t_test(paired_difference(first[:2], second[:2])) == pytest.approx(paired, rel=1e-10)


def test_welch_published() -> None:
    # Third example of Welch's t-test in Wikipedia's article of that name: t = -2.22, 24.5 degrees, p = 0.036.
    first = [19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0]
    second = [28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7]
    second += [23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2]
    estimate = welch_difference(np.array(first), np.array(second))
    assert estimate.value / estimate.standard_error == pytest.approx(-2.22, abs=0.02)
    assert t_test(estimate) == pytest.approx(0.036, abs=0.001)


@pytest.mark.parametrize("shift", [-2.0, -0.1, 0.0, 0.4, 3.0])
def test_equivalence_is_the_larger_of_two_one_sided_tests(shift: float) -> None:
    rng = np.random.default_rng(5)
    first, second, margin = rng.normal(shift, 1.0, size=12), rng.normal(size=9), 0.8
    above = stats.ttest_ind(first + margin, second, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(first - margin, second, equal_var=False, alternative="less").pvalue
    found = equivalence_test(welch_difference(first, second), margin)
    assert found == pytest.approx(max(above, below), rel=1e-10)


def test_without_spread_or_runs_nothing_is_significant() -> None:
    assert t_test(Estimate(1.0, 0.0, 8.0)) == 1.0
    assert t_test(Estimate(1.0, math.nan, 0.0)) == 1.0
    assert equivalence_test(Estimate(0.0, 0.0, 8.0), 0.1) == 0.0
    assert equivalence_test(Estimate(0.05, 0.0, 8.0), 0.1) == 1.0
    assert equivalence_test(Estimate(0.05, math.nan, 0.0), 0.1) == 1.0


@pytest.mark.parametrize("failed", [0, 1, 3, 5])
def test_mann_whitney_with_failures_is_close_to_the_exact_distribution(failed: int) -> None:
    values = np.append(np.arange(12.0 - failed), [np.inf] * failed)
    first = values[[0, 1, 2, 4, 5, 7]]
    rank = stats.rankdata(values)
    sums = np.array([sum(chosen) for chosen in itertools.combinations(rank, 6)])
    observed = abs(rank[[0, 1, 2, 4, 5, 7]].sum() - 39.0)
    exact = np.mean(np.abs(sums - 39.0) >= observed - 1e-9)
    assert mann_whitney(first, np.delete(values, [0, 1, 2, 4, 5, 7])) == pytest.approx(exact, abs=0.01)


def test_mann_whitney_where_all_runs_failed() -> None:
    assert mann_whitney(np.full(5, np.inf), np.full(5, np.inf)) == 1.0


def test_sign_test_by_hand() -> None:
    first = np.array([1.0] * 9 + [np.inf, 2.0, np.inf])
    second = np.array([2.0] * 8 + [np.inf, 2.0, 2.0, np.inf])
    assert sign_test(first, second) == pytest.approx(2 * 11 / 2**10)  # 9 wins of 10, two ties
    assert sign_test(np.array([1.0, np.inf]), np.array([1.0, np.inf])) == 1.0


def test_the_smallest_p_value_is_that_of_groups_that_do_not_overlap() -> None:
    first, second = np.arange(5.0), np.arange(10.0, 16.0)
    exact = stats.mannwhitneyu(first, second, method="exact").pvalue
    assert smallest_p_value(5, 6, paired=False) == pytest.approx(exact)
    assert smallest_p_value(5, 5, paired=True) == sign_test(first, second[:5])


def test_rank_check_is_the_brunner_munzel_test() -> None:
    # Neubert & Brunner (2007), pain scores, as in SciPy's documentation: p = 0.0057862.
    first = np.array([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1], dtype=float)
    second = np.array([3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4], dtype=float)
    assert rank_check(first, second) == pytest.approx(0.0057862, rel=1e-4)
    assert rank_check(second, first) == pytest.approx(0.0057862, rel=1e-4)


def test_rank_check_denies_means_that_point_the_other_way() -> None:
    first = np.append(np.zeros(9) + np.arange(9) / 100, 50.0)  # lower but for one run
    second = np.arange(10) / 100 + 0.05
    assert stats.brunnermunzel(first, second).pvalue < 0.05
    assert first.mean() > second.mean()
    assert rank_check(first, second) == 1.0


def test_rank_check_of_groups_that_do_not_overlap() -> None:
    assert rank_check(np.arange(5.0), np.arange(9.0, 14.0)) == 0.0
    assert rank_check(np.arange(9.0, 14.0), np.full(5, 1.0)) == 0.0


def test_failure_rates_by_hand() -> None:
    # All 3 failures in the group of 5, of 10 runs: 10 of 120 tables; the mirror image is as unlikely.
    assert failure_rates_test((3, 0), (5, 5)) == pytest.approx(20 / 120)
