"""Almost stochastic order: known answers, a slow independent ratio, and properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import bootstrap, norm

from tuner.errors import StatisticsError
from tuner.stats import almost_stochastic_order
from tuner.stats.aso import violation_ratio

RNG = np.random.default_rng(3)
A, B = RNG.normal(size=7), RNG.normal(0.4, 1.5, size=10)

groups = arrays(np.float64, st.integers(1, 9), elements=st.integers(-50, 50).map(float))


def slow_ratio(candidate: np.ndarray, baseline: np.ndarray) -> float:
    """The ratio on a grid that is fine enough to be exact: every cell lies within one step of both."""
    n, m = len(candidate), len(baseline)
    levels = (np.arange(n * m) + 0.5) / (n * m)
    gaps = np.quantile(candidate, levels, method="inverted_cdf")
    gaps = gaps - np.quantile(baseline, levels, method="inverted_cdf")
    total = float((gaps**2).sum())
    return float((gaps[gaps > 0] ** 2).sum() / total) if total else 0.5


def ratio(candidate: np.ndarray, baseline: np.ndarray) -> float:
    return float(violation_ratio(candidate[None], baseline[None])[0])


@given(groups, groups)
def test_the_ratio_is_the_exact_integral(candidate: np.ndarray, baseline: np.ndarray) -> None:
    assert ratio(candidate, baseline) == pytest.approx(slow_ratio(candidate, baseline), abs=1e-12)


@given(groups, groups)
def test_the_two_directions_sum_to_one(candidate: np.ndarray, baseline: np.ndarray) -> None:
    assert ratio(candidate, baseline) + ratio(baseline, candidate) == pytest.approx(1.0)


@given(groups, groups, st.floats(0.1, 10.0), st.floats(-10.0, 10.0))
def test_rescaling_changes_nothing(c: np.ndarray, b: np.ndarray, scale: float, shift: float) -> None:
    assert ratio(shift + scale * c, shift + scale * b) == pytest.approx(ratio(c, b), abs=1e-6)


def test_rows_are_independent_of_each_other() -> None:
    rows = violation_ratio(np.array([A, A + 5.0, A - 5.0]), np.array([B, B, B]))
    assert rows.tolist() == pytest.approx([ratio(A, B), ratio(A + 5.0, B), ratio(A - 5.0, B)])
    assert rows[1:].tolist() == [1.0, 0.0]


def test_many_draws_of_normal_groups_have_the_ratio_of_their_distributions() -> None:
    levels = (np.arange(200_000) + 0.5) / 200_000
    gaps = -0.5 + (2.0 - 1.0) * norm.ppf(levels)
    expected = (gaps[gaps > 0] ** 2).sum() / (gaps**2).sum()
    rng = np.random.default_rng(0)
    found = ratio(rng.normal(-0.5, 2.0, size=20_000), rng.normal(size=20_000))
    assert found == pytest.approx(expected, abs=0.02)


def test_the_bound_has_the_standard_error_of_scipys_bootstrap() -> None:
    found = almost_stochastic_order(A, B, level=0.9, rng=np.random.default_rng(0))
    theirs = bootstrap((A, B), lambda a, b: slow_ratio(a, b), vectorized=False, n_resamples=2_000, rng=1)
    assert found.violation == pytest.approx(slow_ratio(A, B))
    assert found.bound == pytest.approx(found.violation + 1.2816 * float(theirs.standard_error), abs=0.03)


def test_levels_are_adjusted_for_the_number_of_candidates() -> None:
    alone, among = (almost_stochastic_order(A, B, level=level) for level in (0.95, 0.99))
    adjusted = almost_stochastic_order(A, B, level=0.95, comparisons=5)
    assert adjusted.bound == pytest.approx(among.bound) and adjusted.bound > alone.bound
    assert (adjusted.level, adjusted.comparisons) == (0.95, 5)


def test_the_direction_turns_the_scores() -> None:
    lower = almost_stochastic_order(A, B)
    assert almost_stochastic_order(-A, -B, direction="maximize") == lower
    assert almost_stochastic_order(A, B, direction="maximize").violation == pytest.approx(1 - lower.violation)


def test_separated_groups_dominate_and_equal_ones_do_not() -> None:
    assert almost_stochastic_order(A - 9.0, B).dominates()
    assert almost_stochastic_order(A + 9.0, B).bound == 1.0
    same = almost_stochastic_order(A, A)
    assert same.violation == 0.5 and not same.dominates(0.5)
    assert almost_stochastic_order([2.0] * 5, [2.0] * 6).bound == 0.5


def test_few_runs_never_dominate() -> None:
    found = almost_stochastic_order([0.1] * 4, [0.9] * 10)
    assert found.bound == 0.0 and not found.dominates()
    assert "Fewer than 5 runs" in found.flags[0]


def test_a_failed_candidate_never_dominates() -> None:
    found = almost_stochastic_order([*(A - 9.0), math.nan], B)
    assert (found.violation, found.bound) == (1.0, 1.0)
    assert "1 of 8 candidate runs failed" in found.flags[0]


@pytest.mark.parametrize("failure", [math.nan, math.inf, -math.inf])
def test_a_failed_baseline_counts_as_the_worst_run_that_finished(failure: float) -> None:
    found = almost_stochastic_order(A, [*B, failure])
    assert found.violation == almost_stochastic_order(A, [*B, max(A.max(), B.max())]).violation
    assert "count as the worst run" in found.flags[0]
    assert almost_stochastic_order(A, [math.nan] * 5).bound <= 1.0


def test_it_is_labelled_as_secondary() -> None:
    assert almost_stochastic_order(A, B).label.startswith("secondary")


def test_the_same_generator_gives_the_same_bound() -> None:
    assert almost_stochastic_order(A, B) == almost_stochastic_order(A, B)
    other = almost_stochastic_order(A, B, rng=np.random.default_rng(9))
    assert other.bound != almost_stochastic_order(A, B).bound


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "up"}, "direction is 'up'"),
        ({"level": 1.0}, "level is 1.0"),
        ({"comparisons": 0}, "comparisons is 0"),
        ({"comparisons": 1.5}, "comparisons is 1.5"),
        ({"comparisons": True}, "comparisons is True"),
    ],
)
def test_settings_that_cannot_be_used(options: dict[str, object], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        almost_stochastic_order(A, B, **options)  # type: ignore[arg-type]
