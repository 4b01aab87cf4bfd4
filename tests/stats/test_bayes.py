"""The posterior of a difference: scipy's t, large samples, published cases, and properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats import bayesian_comparison
from tuner.stats.bayes import behrens_fisher
from tuner.stats.intervals import Estimate

RNG = np.random.default_rng(8)
A, B = RNG.normal(1.0, 0.2, size=9), RNG.normal(1.1, 0.5, size=9)

estimates = st.builds(Estimate, st.floats(-3.0, 3.0), st.floats(0.01, 10.0), st.integers(1, 30).map(float))


def test_pairs_have_the_t_posterior_of_their_mean_difference() -> None:
    found = bayesian_comparison(A, B, paired=True, margin=0.1)
    posterior = stats.t(8, loc=(A - B).mean(), scale=(A - B).std(ddof=1) / 3)
    assert found.better == pytest.approx(posterior.cdf(-0.1), abs=1e-14)
    assert found.worse == pytest.approx(posterior.sf(0.1), abs=1e-14)
    assert found.equivalent == pytest.approx(posterior.cdf(0.1) - posterior.cdf(-0.1), abs=1e-14)


def test_without_a_margin_pairs_give_the_one_sided_p_value() -> None:
    found = bayesian_comparison(A, B, paired=True)
    assert found.equivalent is None
    assert found.worse == pytest.approx(stats.ttest_rel(A, B, alternative="less").pvalue, abs=1e-14)
    assert found.better + found.worse == pytest.approx(1.0)


def test_independent_groups_agree_with_a_large_sample_of_the_posterior() -> None:
    rng, draws = np.random.default_rng(0), 1_000_000
    first, second = (
        group.mean() + group.std(ddof=1) / math.sqrt(group.size) * rng.standard_t(group.size - 1, draws)
        for group in (A, B)
    )
    found = bayesian_comparison(A, B, margin=0.1)
    error = 4 * 0.5 / math.sqrt(draws)
    assert found.better == pytest.approx((first - second < -0.1).mean(), abs=error)
    assert found.worse == pytest.approx((first - second > 0.1).mean(), abs=error)
    assert found.equivalent == pytest.approx((abs(first - second) <= 0.1).mean(), abs=error)


@pytest.mark.parametrize("freedoms", [(1.0, 1.0), (1.0, 20.0), (4.0, 9.0), (29.0, 2.0)])
@pytest.mark.parametrize("scales", [(1.0, 1.0), (0.02, 1.0), (1.0, 0.3)])
def test_the_quadrature_is_accurate(freedoms: tuple[float, float], scales: tuple[float, float]) -> None:
    first, second = (Estimate(v, s, f) for v, s, f in zip((0.5, 0.0), scales, freedoms, strict=True))
    x = np.linspace(-40.0, 40.0, 20_001)
    wide, narrow = (first, second) if scales[0] >= scales[1] else (second, first)
    weights = stats.t.pdf(np.sinh(x), narrow.degrees_of_freedom) * np.cosh(x)
    for limit in (-3.0, 0.0, 0.4, 10.0):
        shifted = (limit - 0.5 + narrow.standard_error * np.sinh(x)) / wide.standard_error
        expected = (stats.t.cdf(shifted, wide.degrees_of_freedom) * weights).sum() / weights.sum()
        assert behrens_fisher(limit, first, second) == pytest.approx(expected, abs=1e-7)


def test_two_cauchy_posteriors_make_a_wider_one() -> None:
    """With two runs a group everything is Cauchy, and the scales of independent ones add."""
    found = behrens_fisher(2.0, Estimate(0.0, 1.0, 1.0), Estimate(0.0, 2.0, 1.0))
    assert found == pytest.approx(stats.cauchy.cdf(2.0, scale=3.0), abs=1e-8)


@given(estimates, estimates, st.floats(-5.0, 5.0))
def test_swapping_the_groups_turns_the_probability(first: Estimate, second: Estimate, limit: float) -> None:
    swapped = behrens_fisher(-limit, second, first)
    assert behrens_fisher(limit, first, second) == pytest.approx(1.0 - swapped, abs=1e-6)


@pytest.mark.parametrize("paired", [False, True])
def test_probabilities_sum_to_one_and_follow_the_direction(paired: bool) -> None:
    lower = bayesian_comparison(A, B, paired=paired, margin=0.05)
    higher = bayesian_comparison(A, B, paired=paired, margin=0.05, direction="maximize")
    assert lower.equivalent is not None
    assert lower.better + lower.equivalent + lower.worse == pytest.approx(1.0)
    assert (higher.better, higher.worse) == (lower.worse, lower.better)
    assert lower.difference == pytest.approx(A.mean() - B.mean())
    assert lower.label.startswith("secondary")


def test_a_wider_margin_is_more_equivalent() -> None:
    found = [bayesian_comparison(A, B, margin=margin).equivalent or 0.0 for margin in (0.01, 0.1, 1.0)]
    assert found == sorted(found) and found[-1] > 0.9


def test_one_group_without_spread_leaves_the_posterior_of_the_other() -> None:
    found = bayesian_comparison(A, [1.0] * 5)
    expected = stats.t.cdf((1.0 - A.mean()) / (A.std(ddof=1) / 3), 8)
    assert found.better == pytest.approx(expected)


@pytest.mark.parametrize(
    ("candidate", "baseline", "said"),
    [
        ([*A[:8], math.nan], B, "1 of 9 candidate runs and 0 of 9 baseline runs failed"),
        (A, [*B[:8], math.inf], "0 of 9 candidate runs and 1 of 9 baseline runs failed"),
        ([1.0], B, "one run"),
        ([1.0] * 5, [2.0] * 5, "do not vary"),
    ],
)
def test_where_there_is_no_posterior(candidate: list[float], baseline: list[float], said: str) -> None:
    found = bayesian_comparison(candidate, baseline, margin=0.1)
    assert found.equivalent is not None
    assert all(map(math.isnan, (found.better, found.equivalent, found.worse)))
    assert said in found.flags[0]


def test_settings_that_cannot_be_used() -> None:
    with pytest.raises(StatisticsError, match="margin is -1"):
        bayesian_comparison(A, B, margin=-1)
    with pytest.raises(StatisticsError, match="9 runs cannot be paired with 8"):
        bayesian_comparison(A, B[:8], paired=True)
