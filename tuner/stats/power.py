"""How many seeds a group needs before a comparison is likely to be decided."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import nctdtr, ndtri, stdtrit

from tuner.stats.scores import FloatArray, finished, standard_deviation

POWER = 0.8
MOST_SEEDS = 10_000
"""No answer is larger: beyond it the number says only that seeds will not settle the question."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Noise of a difference of one seed: its standard deviation, and its degrees of freedom at n seeds
    divided by n - 1 (1 for pairs and where one group does all the varying, 2 for equal spreads).
    """

    std: float
    freedom: float


def spread(candidate: FloatArray, baseline: FloatArray, *, paired: bool) -> Spread:
    """The spread of candidate - baseline over finished runs; NaN where too few finished.

    >>> noise = spread(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), paired=False)
    >>> round(noise.std, 4), round(noise.freedom, 4)
    (1.4142, 2.0)
    """
    if paired:
        both = np.isfinite(candidate) & np.isfinite(baseline)
        return Spread(standard_deviation(candidate[both] - baseline[both]), 1.0)
    first, second = standard_deviation(finished(candidate)), standard_deviation(finished(baseline))
    std = math.hypot(first, second)
    return Spread(std, 1.0 / ((first / std) ** 4 + (second / std) ** 4) if std > 0.0 else math.nan)


def power_of_difference(seeds: int, difference: float, spread: Spread, alpha: float) -> float:
    """Probability that Welch's or the paired t-test finds the difference, in its true direction, with
    `seeds` runs a group: significant at the two-sided `alpha`.

    Source: noncentral t distribution, Cohen (1988), Statistical Power Analysis, 2nd edition, chapter 2,
    with the degrees of freedom of Welch (1947), doi:10.1093/biomet/34.1-2.28.

    >>> equal = Spread(math.sqrt(2.0), 2.0)
    >>> round(power_of_difference(64, 0.5, equal, 0.05), 4)
    0.8015
    """
    freedom = (seeds - 1) * spread.freedom
    shift = abs(difference) / spread.std * math.sqrt(seeds)
    bound = float(stdtrit(freedom, 1.0 - alpha / 2))
    # By symmetry the upper tail; SciPy's lower tail at a negative shift is finite where the other is NaN.
    return float(nctdtr(freedom, -shift, -bound))


def power_of_equivalence(seeds: int, difference: float, margin: float, spread: Spread, alpha: float) -> float:
    """Probability that both one-sided t-tests are significant at `alpha` with `seeds` runs a group.

    Source: noncentral t approximation of Julious (2004), doi:10.1002/sim.1783, section 5.

    >>> 0.8 < power_of_equivalence(70, 0.0, 0.5, Spread(math.sqrt(2.0), 2.0), 0.05) < 0.82
    True
    """
    freedom = (seeds - 1) * spread.freedom
    scale = math.sqrt(seeds) / spread.std
    bound = float(stdtrit(freedom, 1.0 - alpha))
    below = nctdtr(freedom, (difference - margin) * scale, -bound)
    above = 1.0 - nctdtr(freedom, -(difference + margin) * scale, -bound)
    return max(0.0, float(below - above))


def seeds_for_difference(difference: float, spread: Spread, *, alpha: float, power: float = POWER) -> int:
    """Runs a group for `power` to find a true `difference`, at most MOST_SEEDS.

    >>> seeds_for_difference(0.5, Spread(math.sqrt(2.0), 2.0), alpha=0.05)
    64
    """
    start = _normal_seeds(abs(difference), spread, float(ndtri(1.0 - alpha / 2) + ndtri(power)))
    return _smallest(lambda n: power_of_difference(n, difference, spread, alpha), start, power)


def seeds_for_equivalence(
    difference: float, margin: float, spread: Spread, *, alpha: float, power: float = POWER
) -> int:
    """Runs a group for `power` to find a true `difference` within `margin`, at most MOST_SEEDS.

    >>> seeds_for_equivalence(0.0, 0.5, Spread(math.sqrt(2.0), 2.0), alpha=0.05)
    70
    """
    distance = max(0.0, margin - abs(difference))
    start = _normal_seeds(distance, spread, float(ndtri(1.0 - alpha) + ndtri(power)))
    return _smallest(lambda n: power_of_equivalence(n, difference, margin, spread, alpha), start, power)


def seeds_for_superiority(superiority: float, *, paired: bool, alpha: float, power: float = POWER) -> int:
    """Runs a group for `power` of the rank-based test at a true probability of superiority.

    Source: Noether (1987), doi:10.1080/01621459.1987.10478478, for the Mann-Whitney and the sign test.

    >>> seeds_for_superiority(0.7, paired=False, alpha=0.05)
    33
    """
    quantiles = float(ndtri(1.0 - alpha / 2) + ndtri(power))
    distance = (superiority - 0.5) ** 2 * (4 if paired else 6)
    needed = quantiles**2 / distance if distance > 0.0 else math.inf
    return math.ceil(min(needed, MOST_SEEDS))


def _normal_seeds(distance: float, spread: Spread, quantiles: float) -> int:
    """Runs a group if the spread were known: never more than the t-test needs."""
    ratio = quantiles * spread.std / distance if distance > 0.0 else math.inf
    return max(2, math.ceil(min(ratio, math.sqrt(MOST_SEEDS)) ** 2))


def _smallest(power_at: Callable[[int], float], start: int, power: float) -> int:
    """The smallest number of seeds from `start` with that power: first up in steps that grow, then halving.

    Small steps first keep the noncentrality moderate, where the noncentral t is accurate.
    """
    low, high = start - 1, min(start, MOST_SEEDS)
    while high < MOST_SEEDS and power_at(high) < power:
        low, high = high, min(MOST_SEEDS, high + max(1, high // 4))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    return high
