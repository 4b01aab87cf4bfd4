"""Intervals of effect sizes against SciPy, published numbers and by their properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.stats.effect_intervals import effect_interval, superiority_interval, wins_interval
from tuner.stats.effects import paired_superiority, probability_of_superiority
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.significance import sign_test

losses = st.lists(st.integers(0, 6).map(float) | st.just(math.inf), min_size=1, max_size=12).map(np.array)


def solved(interval: Interval, share: float, variance: float, freedom: float) -> bool:
    """Whether the ends solve |share - P| = t * sqrt(variance scaled from the share to P)."""
    quantile = stats.t.ppf(0.5 + interval.level / 2, freedom)
    return all(
        abs(share - end)
        == pytest.approx(quantile * math.sqrt(variance * end * (1 - end) / (share * (1 - share))), rel=1e-9)
        for end in (interval.low, interval.high)
    )


@pytest.mark.parametrize(("n", "m"), [(5, 5), (10, 10), (8, 30), (40, 40)])
def test_superiority_has_variance_and_freedom_of_brunner_and_munzel(n: int, m: int) -> None:
    rng = np.random.default_rng([n, m])
    first, second = rng.normal(size=n).round(1), rng.normal(0.3, 2.0, size=m).round(1)
    share = probability_of_superiority(first, second)
    statistic = stats.brunnermunzel(first, second, distribution="t").statistic
    variance = ((share - 0.5) / statistic) ** 2
    # Their degrees of freedom from ranks, as in section 3 of the paper.
    ranks, own = stats.rankdata(np.append(first, second)), (stats.rankdata(first), stats.rankdata(second))
    spread = np.var(ranks[:n] - own[0], ddof=1) * n, np.var(ranks[n:] - own[1], ddof=1) * m
    freedom = sum(spread) ** 2 / (spread[0] ** 2 / (n - 1) + spread[1] ** 2 / (m - 1))
    assert share * (1 - share) / variance < max(n, m, 4 * n * m / (n + m + 2))
    assert solved(superiority_interval(first, second, 0.9), share, variance, freedom)


def test_groups_apart_have_the_exact_interval_of_the_smaller_number_of_wins() -> None:
    found = superiority_interval(np.arange(8.0), np.arange(9.0, 15.0), 0.95)
    exact = stats.binomtest(6, 6).proportion_ci(0.95)
    assert (found.low, found.high) == (pytest.approx(exact.low), 1.0)
    turned = superiority_interval(np.arange(9.0, 15.0), np.arange(8.0), 0.95)
    assert (turned.low, turned.high) == (0.0, pytest.approx(1.0 - exact.low))


@pytest.mark.parametrize(("runs", "excludes"), [(5, False), (6, True)])
def test_six_runs_apart_exclude_even_chances_and_five_do_not(runs: int, excludes: bool) -> None:
    found = superiority_interval(np.arange(runs), 100.0 + np.arange(runs), 0.95)
    assert (found.low > 0.5) == excludes


def test_one_run_says_nothing_of_superiority() -> None:
    assert superiority_interval(np.array([1.0]), np.arange(5.0), 0.95) == Interval(0.0, 1.0, 0.95)


@given(losses, losses)
@settings(deadline=None)
def test_superiority_lies_inside_a_proper_interval_that_turns_with_the_groups(first, second) -> None:
    there, back = superiority_interval(first, second, 0.95), superiority_interval(second, first, 0.95)
    assert 0.0 <= there.low <= probability_of_superiority(first, second) <= there.high <= 1.0
    assert there.high - there.low > 0.1
    assert (there.low, there.high) == pytest.approx((1.0 - back.high, 1.0 - back.low), abs=1e-9)


@pytest.mark.parametrize(("wins", "n"), [(0, 5), (3, 5), (9, 10), (10, 10)])
def test_wins_without_ties_are_those_of_scipy(wins: int, n: int) -> None:
    found = wins_interval(np.arange(n) >= wins, np.full(n, 0.5), 0.9)
    expected = stats.binomtest(wins, n).proportion_ci(0.9, method="exact")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-10)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
@settings(deadline=None)
def test_wins_are_inside_and_never_contradict_the_sign_test(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, dtype=float).T
    found = wins_interval(first, second, 0.95)
    assert 0.0 <= found.low <= paired_superiority(first, second) <= found.high <= 1.0
    if not found.low <= 0.5 <= found.high:
        assert sign_test(first, second) <= 0.05 + 1e-9
    elif (first != second).all():
        assert sign_test(first, second) > 0.05 - 1e-9


def test_published_noncentrality() -> None:
    # The example of conf.limits.nct of the R package MBESS: t = 2.83 with 126 degrees of freedom.
    found = effect_interval(Estimate(2.83, 1.0, 126.0), 1.0, 0.95)
    assert (found.low, found.high) == pytest.approx((0.8337502, 4.8153592), rel=1e-5)


def test_pairs_by_the_definition_of_algina_and_keselman() -> None:
    variances, covariance, n = (58.121, 49.016), 35.517, 30
    error = math.sqrt((sum(variances) - 2 * covariance) / n)
    pooled = math.sqrt(sum(variances) / 2)
    found = effect_interval(Estimate(32.5 - 22.467, error, n - 1.0), pooled, 0.95)
    t = (32.5 - 22.467) / error
    for end, probability in ((found.low, 0.975), (found.high, 0.025)):
        assert stats.nct.cdf(t, n - 1, end * pooled / error) == pytest.approx(probability, abs=1e-10)


@pytest.mark.parametrize("freedom", [1.0, 4.0, 7.3, 58.0, 1000.0])
@pytest.mark.parametrize("t", [0.0, 0.4, -2.0, 12.0, 80.0])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_the_limits_are_noncentralities(freedom: float, t: float, level: float) -> None:
    found = effect_interval(Estimate(t * 0.3, 0.3, freedom), 0.6, level)
    tail = (1 - level) / 2
    for end, probability in ((found.low, 1 - tail), (found.high, tail)):
        shift = end * 0.6 / 0.3
        # The probability of at most t, as a mean over the estimated deviation; SciPy's own is no truth there.
        below = stats.chi.expect(
            lambda x, shift=shift: stats.norm.cdf(t * x / math.sqrt(freedom) - shift), args=(freedom,)
        )
        assert below == pytest.approx(probability, abs=1e-7)


def test_far_from_zero_the_limits_go_on_smoothly() -> None:
    near, far = (effect_interval(Estimate(t, 1.0, 9.0), t, 0.95) for t in (499.0, 501.0))
    assert (near.low, near.high) == pytest.approx((far.low, far.high), rel=1e-4)
    huge = effect_interval(Estimate(1e80, 1e-80, 9.0), 1e80, 0.95)
    assert (huge.low, huge.high) == pytest.approx((far.low, far.high), rel=1e-4)


@given(st.floats(-50.0, 50.0), st.floats(1.0, 200.0))
@settings(deadline=None, max_examples=50)
def test_the_effect_excludes_zero_where_the_difference_does(t: float, freedom: float) -> None:
    estimate = Estimate(t, 1.0, freedom)
    plain, found = estimate.interval(0.95), effect_interval(estimate, 2.0, 0.95)
    turned = effect_interval(Estimate(-t, 1.0, freedom), 2.0, 0.95)
    assert found.low < found.high
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    if min(abs(plain.low), abs(plain.high)) > 1e-6:
        assert (found.low <= 0.0 <= found.high) == (plain.low <= 0.0 <= plain.high)


def test_no_spread_has_no_interval_of_the_effect() -> None:
    for estimate, deviation in ((Estimate(1.0, 0.0, 4.0), 1.0), (Estimate(1.0, math.nan, 0.0), math.nan)):
        assert math.isnan(effect_interval(estimate, deviation, 0.95).low)
