"""Choosing among many configurations by few noisy runs: shrunken means, and how the best of many flatters.

The model is normal-normal: a configuration has a true mean, drawn around a common center with a variance of
`spread`, and the mean of its runs scatters around it with its own `noise`. What is likely about the true mean
is then the observed mean pulled towards the center, the more so the noisier it is: a lucky mean of two runs
comes behind a slightly worse one of twelve. Everything is estimated from the scores themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, polygamma, psi

from tuner.stats.design import Direction
from tuner.stats.scores import FloatArray, Scores, as_scores, standard_deviation

FEWEST = 5
"""With fewer configurations nothing can be learned about how they spread, and means stay as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """Means of K groups of runs, shape (K,): as observed, and pulled towards `center`.

    A group with a failed run has the worst mean there is, in both, and takes no part in the model. `noise` is
    the variance of each observed mean, NaN where it is not known; `spread` is that of the true means.
    """

    observed: FloatArray
    means: FloatArray
    noise: FloatArray
    center: float
    spread: float


def shrunken_means(groups: Sequence[Scores], *, direction: Direction = "minimize") -> Shrunken:
    """Estimates of the true means of K groups of scores, which may differ in size.

    Each mean is pulled by the share noise / (noise + spread) of its distance. The spread is that of the
    better half of the groups about the median of all: how the bad half of a search space spreads, which may
    be without bound, says nothing about the good ones. The variance within a group is shrunken as well, for
    that of two runs is hardly known. With fewer than five groups, or a single run in each, the means stay as
    they are.

    Raises: StatisticsError where a group is empty or not numbers.

    Source: Efron & Morris (1975), doi:10.1080/01621459.1975.10479864; Casella (1985),
    doi:10.1080/00031305.1985.10479400; for groups of unequal noise Morris (1983),
    doi:10.1080/01621459.1983.10477920, and Xie, Kou & Brown (2012), doi:10.1080/01621459.2012.728154. Taking
    the better half is ours.

    >>> groups = [[1.0, 1.4], [1.1, 1.2, 1.3, 1.2], [1.5, 1.6], [1.9, 1.7], [1.4, 1.6], [2.4, 2.2]]
    >>> found = shrunken_means(groups)
    >>> found.observed[:2].round(3), found.means[:2].round(3)
    (array([1.2, 1.2]), array([1.246, 1.225]))
    """
    values = [as_scores(scores) for scores in groups]
    worst = np.inf if direction == "minimize" else -np.inf
    whole = np.array([bool(np.isfinite(one).all()) for one in values], dtype=bool)
    observed = np.array([one.mean() if ok else worst for one, ok in zip(values, whole, strict=True)])
    kept = [one for one, ok in zip(values, whole, strict=True) if ok]
    noise = np.full(observed.size, np.nan)
    noise[whole] = _noise(kept)
    if len(kept) < FEWEST or np.isnan(noise[whole]).any():
        return Shrunken(observed, observed.copy(), noise, float("nan"), float("nan"))
    sign = 1.0 if direction == "minimize" else -1.0
    center, spread = _prior(sign * observed[whole], noise[whole])
    total = noise[whole] + spread
    pull = np.divide(noise[whole], total, out=np.zeros_like(total), where=total > 0.0)
    means = observed.copy()
    means[whole] += pull * (sign * center - observed[whole])
    return Shrunken(observed, means, noise, sign * center, spread)


def _prior(means: FloatArray, noise: FloatArray) -> tuple[float, float]:
    """Center and variance of the true means, for losses: the median, and what the better half tells about it.

    By moments: the mean square about the center less the noise. A variance smaller than the standard error of
    its estimate cannot be told from that size, and is never taken as less: with none at all, all means would
    be pulled onto one point, and nothing but luck would be left of their order.

    Source: why an estimate of zero is to be avoided, Morris & Tang (2011), doi:10.1214/10-STS349.
    """
    center = float(np.median(means))
    better = means <= center
    spread = float(np.mean((means[better] - center) ** 2 - noise[better]))
    error = float(np.sqrt(2.0 * np.sum(noise[better] ** 2)) / better.sum())
    return center, max(spread, error)


def _noise(groups: Sequence[FloatArray]) -> FloatArray:
    """The variance of each group's mean, from its own runs and those of all others; NaN where none is known.

    The variances of the groups are taken as draws from a scaled inverse chi-square distribution, fitted by
    the first two moments of their logarithms; a group without a variance of its own has the common one.

    Source: Smyth (2004), doi:10.2202/1544-6115.1027, section 6.2.
    """
    sizes = np.array([one.size for one in groups], dtype=np.float64)
    variances = np.array([standard_deviation(one) ** 2 for one in groups])
    freedom = sizes - 1.0
    known = freedom > 0.0
    if not known.any():
        return np.full(sizes.size, np.nan)
    usual, weight = _usual_variance(variances[known], freedom[known])
    own = np.where(known, np.nan_to_num(variances), 0.0)
    if np.isinf(weight):
        return usual / sizes
    return (weight * usual + freedom * own) / (weight + freedom) / sizes


def _usual_variance(variances: FloatArray, freedom: FloatArray) -> tuple[float, float]:
    """The variance of a usual group and how many degrees of freedom it is worth, infinite where all agree."""
    pooled = float(np.sum(freedom * variances) / np.sum(freedom))
    varies = variances > 0.0
    if varies.sum() < FEWEST:
        return pooled, np.inf
    half = freedom[varies] / 2.0
    logs = np.log(variances[varies]) - psi(half) + np.log(half)
    beyond = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if beyond <= 0.0:
        return pooled, np.inf
    weight = 2.0 * _inverse_trigamma(beyond)
    return float(np.exp(logs.mean() + psi(weight / 2.0) - np.log(weight / 2.0))), weight


def _inverse_trigamma(value: float) -> float:
    """The x > 0 with trigamma(x) = value, by Newton's method on 1 / trigamma.

    Source: Smyth (2004), doi:10.2202/1544-6115.1027, appendix.

    >>> round(_inverse_trigamma(float(polygamma(1, 3.7))), 6)
    3.7
    """
    x = 0.5 + 1.0 / value
    for _ in range(20):
        there = float(polygamma(1, x))
        x += there * (1.0 - there / value) / float(polygamma(2, x))
    return x


def best_first(groups: Sequence[Scores], *, direction: Direction = "minimize") -> tuple[int, ...]:
    """The places of the groups by their shrunken means, the best one first, those with a failed run last.

    >>> best_first([[2.0, 2.2], [1.0, float("nan")], [1.1, 1.2]])
    (2, 0, 1)
    """
    means = shrunken_means(groups, direction=direction).means
    order = np.argsort(means if direction == "minimize" else -means, kind="stable")
    return tuple(int(place) for place in order)


def best_of_many_bias(found: Shrunken) -> float:
    """By how much the observed mean of the best group is expected to flatter it, in units of the scores.

    E[Z_K] * noise / sqrt(noise + spread) with the average noise: the best of K observed means is expected
    E[Z_K] standard deviations from the center, and of that distance the share noise / (noise + spread) is
    luck. Where all are equal in truth (spread 0), all of it is. NaN where the model is not known. Where
    better groups were given more runs, this is an upper bound.

    Source: Smith & Winkler (2006), doi:10.1287/mnsc.1050.0451.

    >>> equal = Shrunken(np.zeros(10), np.zeros(10), np.full(10, 0.25), 0.0, 0.0)
    >>> round(best_of_many_bias(equal), 4)
    0.7694
    """
    noise = found.noise[np.isfinite(found.observed)]
    if noise.size == 0 or np.isnan(found.spread):
        return float("nan")
    total = float(noise.mean()) + found.spread
    return expected_maximum(noise.size) * float(noise.mean()) / total**0.5 if total > 0.0 else 0.0


def expected_maximum(count: int) -> float:
    """The expected largest of `count` independent standard normal numbers.

    Source: Harter (1961), doi:10.1093/biomet/48.1-2.151, by the trapezoidal rule, exact to 9 digits.

    >>> round(expected_maximum(2), 5), round(expected_maximum(10), 5)
    (0.56419, 1.53875)
    """
    z, step = np.linspace(-12.0, 12.0, 4801, retstep=True)
    density = np.exp(np.log(count) + (count - 1) * log_ndtr(z) - z**2 / 2.0) / np.sqrt(2.0 * np.pi)
    return float(np.sum(z * density) * step)
