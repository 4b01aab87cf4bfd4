"""Plans against published tables, the noncentral t distribution and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.planning import (
    MOST_SEEDS,
    Noise,
    Ranged,
    detectable_difference,
    measured_noise,
    noise_of,
    power_for_difference,
    power_for_equivalence,
    runs_for_difference,
    runs_for_equivalence,
    std_interval,
)

ONE = noise_of(1.0)
KNOWN = noise_of(2.0, runs=12)


@pytest.mark.parametrize(
    ("difference", "power", "runs"),
    # Table 2.4.1 of Cohen (1988), two-sided 5 %: d = 0.2, 0.5, 0.8, 1.0 at powers 0.80 and 0.90.
    [(0.2, 0.8, 393), (0.5, 0.8, 64), (0.8, 0.8, 26), (1.0, 0.8, 17), (0.5, 0.9, 85), (0.8, 0.9, 34)],
)
def test_published_numbers_of_runs(difference: float, power: float, runs: int) -> None:
    found = runs_for_difference(ONE, difference, alpha=0.05, power=power).value
    assert abs(found - runs) <= 1  # his tables round


@pytest.mark.parametrize(("runs", "size"), [(10, 1.3249), (20, 0.9091), (30, 0.7356), (50, 0.5659)])
def test_published_detectable_differences(runs: int, size: float) -> None:
    # G*Power, sensitivity of two independent means: two-sided 5 %, power 0.80.
    assert detectable_difference(ONE, runs, alpha=0.05).value == pytest.approx(size, abs=1e-4)


def test_published_detectable_differences_of_pairs() -> None:
    # G*Power, sensitivity of two dependent means: 20 pairs, two-sided 5 %, power 0.80.
    pairs = noise_of(1.0, paired=True)
    assert detectable_difference(pairs, 20, alpha=0.05).value == pytest.approx(0.6604, abs=1e-4)


def test_power_is_that_of_simulated_comparisons() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(1.0, 1.0, (20_000, 15)), rng.normal(0.0, 1.0, (20_000, 15))
    found = stats.ttest_ind(first, second, axis=1, equal_var=False)
    share = float(np.mean((found.pvalue <= 0.05) & (found.statistic > 0)))
    planned = power_for_difference(ONE, 15, -1.0, alpha=0.05).value
    assert planned == pytest.approx(share, abs=0.012)


@given(st.integers(5, 400), st.floats(1e-6, 1e6), st.sampled_from([0.05, 0.01]), st.floats(0.5, 0.99))
@settings(deadline=None, max_examples=50)
def test_the_detectable_difference_is_found_with_that_power(
    runs: int, std: float, alpha: float, power: float
) -> None:
    noise = noise_of(std)
    size = detectable_difference(noise, runs, alpha=alpha, power=power).value
    assert power_for_difference(noise, runs, size, alpha=alpha).value == pytest.approx(power, abs=1e-6)


@given(st.floats(0.3, 3.0), st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=25)
def test_the_unit_of_the_scores_does_not_matter(size: float, unit: float) -> None:
    scaled = runs_for_difference(noise_of(unit, runs=12), size * unit, alpha=0.05)
    assert abs(scaled.value - runs_for_difference(noise_of(1.0, runs=12), size, alpha=0.05).value) <= 1


def test_ranges_are_the_answers_at_both_ends_of_the_standard_deviation() -> None:
    low, high = noise_of(KNOWN.interval.low), noise_of(KNOWN.interval.high)
    needed = runs_for_difference(KNOWN, 1.5, alpha=0.05)
    assert needed.low == runs_for_difference(low, 1.5, alpha=0.05).value
    assert needed.high == runs_for_difference(high, 1.5, alpha=0.05).value
    power = power_for_difference(KNOWN, 20, 1.5, alpha=0.05)
    assert power.low == power_for_difference(high, 20, 1.5, alpha=0.05).value
    assert power.high == power_for_difference(low, 20, 1.5, alpha=0.05).value
    size = detectable_difference(KNOWN, 20, alpha=0.05)
    assert size.high == pytest.approx(detectable_difference(high, 20, alpha=0.05).value)
    assert power_for_equivalence(KNOWN, 50, 2.0, alpha=0.05).low < 1.0
    assert (
        runs_for_equivalence(KNOWN, 2.0, alpha=0.05).high > runs_for_equivalence(low, 2.0, alpha=0.05).value
    )
    for answer in (needed, power, size):
        assert answer.low < answer.value < answer.high


def test_without_a_number_of_runs_there_is_no_range() -> None:
    found = runs_for_difference(ONE, 0.5, alpha=0.05)
    assert found.value == 64 and math.isnan(found.low) and math.isnan(found.high)


def test_a_plan_never_asks_for_fewer_runs_than_a_verdict_takes() -> None:
    assert runs_for_difference(ONE, 100.0, alpha=0.05).value == 5
    assert runs_for_equivalence(ONE, 100.0, alpha=0.05).value == 5
    assert runs_for_difference(ONE, 1e-9, alpha=0.05) == Ranged(
        MOST_SEEDS, pytest.approx(math.nan, nan_ok=True), pytest.approx(math.nan, nan_ok=True)
    )


def test_the_interval_of_the_standard_deviation_covers_it_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)
    stds = rng.normal(0.0, 3.0, (4_000, 8)).std(axis=1, ddof=1)
    ends = [std_interval(float(std), 8, 0.9) for std in stds]
    assert np.mean([one.low <= 3.0 <= one.high for one in ends]) == pytest.approx(0.9, abs=0.015)


def test_the_interval_by_hand() -> None:
    # Chi-square quantiles with 9 degrees of freedom: 2.700 and 19.023 (any printed table).
    found = std_interval(1.0, 10)
    assert found.low == pytest.approx(math.sqrt(9 / 19.023), abs=1e-4)
    assert found.high == pytest.approx(math.sqrt(9 / 2.700), abs=1e-3)


def test_noise_of_runs_leaves_failed_ones_out() -> None:
    found = measured_noise([1.0, 2.0, math.nan, 3.0, math.inf])
    assert (found.std, found.runs) == (1.0, 3)


@pytest.mark.parametrize(
    ("scores", "message"),
    [([1.0, math.nan], "1 of its runs finished"), ([0.3, 0.3, 0.3], "all have the same score")],
)
def test_runs_without_noise_are_refused(scores: list[float], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        measured_noise(scores)


def planned(noise: Noise = ONE, **changes: float) -> Ranged:
    return runs_for_difference(noise, **({"difference": 1.0, "alpha": 0.05} | changes))


def test_impossible_questions_are_refused() -> None:
    for std in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(StatisticsError, match="standard deviation is"):
            noise_of(std)
    with pytest.raises(StatisticsError, match="takes 2 at least"):
        noise_of(1.0, runs=1)
    with pytest.raises(StatisticsError, match="other than 0"):
        planned(difference=0.0)
    for power in (0.0, 0.4, 1.0, math.nan):
        with pytest.raises(StatisticsError, match="power is"):
            planned(power=power)
    for runs in (4, MOST_SEEDS + 1):
        with pytest.raises(StatisticsError, match="cannot be planned with"):
            detectable_difference(ONE, runs, alpha=0.05)
    with pytest.raises(StatisticsError, match="not within the margin"):
        runs_for_equivalence(ONE, 0.5, difference=0.5, alpha=0.05)
