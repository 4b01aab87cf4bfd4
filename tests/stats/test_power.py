"""Power and numbers of seeds against published tables, SciPy and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.stats.power import (
    MOST_SEEDS,
    Spread,
    power_of_difference,
    power_of_equivalence,
    seeds_for_difference,
    seeds_for_equivalence,
    seeds_for_superiority,
    spread,
)

EQUAL = Spread(math.sqrt(2.0), 2.0)
"""Both groups with standard deviation 1, not paired."""


@pytest.mark.parametrize(("d", "n"), [(0.2, 394), (0.5, 64), (0.8, 26), (1.0, 17)])
def test_published_sizes_for_two_groups(d: float, n: int) -> None:
    # Table 2.4.1 of Cohen (1988), two-sided 5 %, power 0.80 (G*Power: 394, 64, 26, 17).
    assert seeds_for_difference(d, EQUAL, alpha=0.05) == n


@pytest.mark.parametrize(("d", "n"), [(0.2, 199), (0.5, 34), (0.8, 15)])
def test_published_sizes_for_pairs(d: float, n: int) -> None:
    # G*Power, difference between two dependent means, two-sided 5 %, power 0.80.
    assert seeds_for_difference(d, Spread(1.0, 1.0), alpha=0.05) == n


def test_power_is_that_of_the_noncentral_t() -> None:
    shift, bound = 1.5 / math.sqrt(2 / 10), stats.t.ppf(0.975, 18)
    expected = stats.nct.sf(bound, 18, shift)
    assert power_of_difference(10, 1.5, EQUAL, 0.05) == pytest.approx(expected, rel=1e-9)
    assert power_of_difference(10, -1.5, EQUAL, 0.05) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("difference", [0.0, 0.3])
def test_power_of_equivalence_against_simulation(difference: float) -> None:
    rng = np.random.default_rng(0)
    n, margin = 30, 0.8
    first, second = rng.normal(difference, size=(20_000, n)), rng.normal(size=(20_000, n))
    above = stats.ttest_ind(first + margin, second, axis=1, equal_var=False, alternative="greater").pvalue
    below = stats.ttest_ind(first - margin, second, axis=1, equal_var=False, alternative="less").pvalue
    found = float(np.mean(np.maximum(above, below) <= 0.05))
    assert power_of_equivalence(n, difference, margin, EQUAL, 0.05) == pytest.approx(found, abs=0.015)


@given(st.floats(0.05, 20.0), st.floats(1.0, 2.0), st.sampled_from([0.05, 0.01, 0.001]))
@settings(deadline=None)
def test_the_number_is_the_smallest_with_that_power(ratio: float, freedom: float, alpha: float) -> None:
    noise = Spread(1.0, freedom)
    n = seeds_for_difference(ratio, noise, alpha=alpha)
    assert n == MOST_SEEDS or power_of_difference(n, ratio, noise, alpha) >= 0.8
    assert n == 2 or power_of_difference(n - 1, ratio, noise, alpha) < 0.8


@given(st.floats(0.0, 0.9), st.floats(0.1, 20.0), st.sampled_from([0.05, 0.01]))
@settings(deadline=None)
def test_the_number_for_equivalence_is_the_smallest(share: float, margin: float, alpha: float) -> None:
    difference = share * margin
    n = seeds_for_equivalence(difference, margin, EQUAL, alpha=alpha)
    assert n == MOST_SEEDS or power_of_equivalence(n, difference, margin, EQUAL, alpha) >= 0.8
    assert n == 2 or power_of_equivalence(n - 1, difference, margin, EQUAL, alpha) < 0.8


@pytest.mark.parametrize(("n", "m"), [(10, 10), (6, 25)])
def test_the_spread_keeps_the_degrees_of_freedom_of_welch(n: int, m: int) -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=n), rng.normal(scale=4.0, size=m)
    noise = spread(first, second, paired=False)
    a, b = first.var(ddof=1), second.var(ddof=1)
    assert noise.std == pytest.approx(math.sqrt(a + b))
    welch = ((a + b) / 20) ** 2 / ((a / 20) ** 2 / 19 + (b / 20) ** 2 / 19)  # 20 runs a group
    assert noise.freedom * 19 == pytest.approx(welch)


def test_the_spread_of_pairs_is_that_of_their_differences() -> None:
    first, second = np.array([1.0, 2.0, 4.0, np.inf]), np.array([0.0, 3.0, 1.0, np.inf])
    assert spread(first, second, paired=True) == Spread(2.0, 1.0)


def test_rank_based_sizes_by_hand() -> None:
    # Noether's formulas with (1.96 + 0.8416)^2 = 7.849: 7.849 / (6 * 0.04) and 7.849 / (4 * 0.04).
    assert seeds_for_superiority(0.7, paired=False, alpha=0.05) == 33
    assert seeds_for_superiority(0.3, paired=True, alpha=0.05) == 50


def test_hopeless_questions_stop_at_the_cap() -> None:
    assert seeds_for_difference(0.0, EQUAL, alpha=0.05) == MOST_SEEDS
    assert seeds_for_difference(1e-9, EQUAL, alpha=0.05) == MOST_SEEDS
    assert seeds_for_equivalence(0.5, 0.5, EQUAL, alpha=0.05) == MOST_SEEDS
    assert seeds_for_superiority(0.5, paired=False, alpha=0.05) == MOST_SEEDS
