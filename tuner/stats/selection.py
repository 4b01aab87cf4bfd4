"""Choosing among many configurations by few noisy runs: shrunken means, and how the best of many flatters.

The model is normal-normal: a configuration has a true mean, drawn around a common center with a variance of
`spread`, and the mean of its runs scatters around it with its own `noise`. What is likely about the true mean
is then the observed mean pulled towards the center, the more so the noisier it is: a lucky mean of two runs
comes behind a slightly worse one of twelve. Everything is estimated from the scores themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from tuner.stats.design import Direction
from tuner.stats.scores import FloatArray, Scores, as_scores
from tuner.stats.trial_noise import FEWEST, noise_of_means

_REACH = np.linspace(-8.0, 8.0, 17)  # of a normal distribution, in standard deviations
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(5)
_PANELS = 200  # of an integral, at the most


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """Means of K groups of runs, shape (K,): as observed, and pulled towards `center`.

    A group with a failed run has the worst mean there is, in both, and takes no part in the model. `noise` is
    the variance of each observed mean, NaN where it is not known; `spread` is that of the true means, and
    `error` the standard error of this estimate.
    """

    observed: FloatArray
    means: FloatArray
    noise: FloatArray
    center: float
    spread: float
    error: float = 0.0
    direction: Direction = "minimize"


def shrunken_means(groups: Sequence[Scores], *, direction: Direction = "minimize") -> Shrunken:
    """Estimates of the true means of K groups of scores, which may differ in size.

    Each mean is pulled by the share noise / (noise + spread) of its distance. The spread is that of the
    better half of the groups about the median of all: how the bad half of a search space spreads, which may
    be without bound, says nothing about the good ones. A spread smaller than the standard error of its
    estimate cannot be told from that size, and pulls as if it were as large: with none at all, all means
    would be pulled onto one point, and nothing but luck would be left of their order. With fewer than five
    groups, or a single run in each, the means stay as they are. For the noise see `tuner.stats.trial_noise`.

    Raises: StatisticsError where a group is empty or not numbers.

    Source: Efron & Morris (1975), doi:10.1080/01621459.1975.10479864; Casella (1985),
    doi:10.1080/00031305.1985.10479400; for groups of unequal noise Morris (1983),
    doi:10.1080/01621459.1983.10477920, and Xie, Kou & Brown (2012), doi:10.1080/01621459.2012.728154; why a
    spread of zero is to be avoided, Morris & Tang (2011), doi:10.1214/10-STS349. Taking the better half is
    ours.

    >>> groups = [[1.0, 1.4], [1.1, 1.2, 1.3, 1.2], [1.5, 1.6], [1.9, 1.7], [1.4, 1.6], [2.4, 2.2]]
    >>> found = shrunken_means(groups)
    >>> found.observed[:2].round(3), found.means[:2].round(3)
    (array([1.2, 1.2]), array([1.246, 1.225]))
    """
    values = [as_scores(scores) for scores in groups]
    sign = 1.0 if direction == "minimize" else -1.0
    whole = np.array([bool(np.isfinite(one).all()) for one in values], dtype=bool)
    observed = np.array([one.mean() if ok else sign * np.inf for one, ok in zip(values, whole, strict=True)])
    kept = [one for one, ok in zip(values, whole, strict=True) if ok]
    noise = np.full(observed.size, np.nan)
    noise[whole] = noise_of_means(kept)
    if len(kept) < FEWEST or np.isnan(noise[whole]).any():
        nothing = float("nan")
        return Shrunken(observed, observed.copy(), noise, nothing, nothing, nothing, direction)
    center, spread, error = _prior(sign * observed[whole], noise[whole])
    means = observed.copy()
    means[whole] = _pulled(observed[whole], noise[whole], sign * center, max(spread, error))
    return Shrunken(observed, means, noise, sign * center, spread, error, direction)


def _pulled(means: FloatArray, noise: FloatArray, center: float, spread: float) -> FloatArray:
    total = noise + spread
    pull = np.divide(noise, total, out=np.zeros_like(total), where=total > 0.0)
    return means + pull * (center - means)


def _prior(means: FloatArray, noise: FloatArray) -> tuple[float, float, float]:
    """Center and variance of the true means, for losses: the median, and what the better half tells about it.

    By moments: the mean square about the center less the noise, 0 at the least, and its standard error where
    there is no spread.
    """
    center = float(np.median(means))
    better = means <= center
    spread = float(np.mean((means[better] - center) ** 2 - noise[better]))
    error = float(np.sqrt(2.0 * np.sum(noise[better] ** 2)) / better.sum())
    return center, max(spread, 0.0), error


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

    What the best of these groups would owe to luck if they were all measured once more, with as many runs:
    the true mean of each is where the model puts it, and its new mean scatters around that with its noise.
    So group i has a new mean X_i, normal with mean m_i, its shrunken mean, and variance t_i + noise_i, where
    t_i = noise_i spread / (noise_i + spread). The expected flattery is the sum over i of
    E[noise_i / (t_i + noise_i) (m_i - X_i); X_i is the best]. Of K groups that are equal in truth and in
    noise it is E[Z_K] sqrt(noise), with the largest Z_K of K standard normal numbers. NaN where the model is
    not known. Where better groups were given more runs, those that came off badly at first were left behind,
    and this is an upper bound.

    Source: Smith & Winkler (2006), doi:10.1287/mnsc.1050.0451, for groups that differ in their noise.

    >>> equal = Shrunken(np.zeros(10), np.zeros(10), np.full(10, 0.25), 0.0, 0.0)
    >>> round(best_of_many_bias(equal), 4)
    0.7694
    """
    kept = np.isfinite(found.observed)
    noise = found.noise[kept]
    if noise.size == 0 or np.isnan(found.spread):
        return float("nan")
    if not noise.any():
        return 0.0
    sign = 1.0 if found.direction == "minimize" else -1.0
    means = sign * _pulled(found.observed[kept], noise, found.center, found.spread)
    total = noise + found.spread
    unsure = np.divide(noise * found.spread, total, out=np.zeros_like(total), where=total > 0.0)
    return _luck_of_the_lowest(means, noise, np.sqrt(unsure + noise))


def _luck_of_the_lowest(means: FloatArray, noise: FloatArray, deviations: FloatArray) -> float:
    """The sum over i of E[noise_i / deviations_i^2 (means_i - X_i); X_i is the lowest of all], X normal.

    By Gauss-Legendre quadrature on panels between places where the distributions lie.
    """
    deviations = np.maximum(deviations, 1e-9 * deviations.max())
    reach = np.unique(means[:, None] + deviations[:, None] * _REACH)
    reach = reach[reach <= (means + _REACH[-1] * deviations).min()]  # above, one of them is lower
    edges = reach[np.linspace(0, reach.size - 1, min(reach.size, _PANELS + 1)).astype(int)]
    halves = np.diff(edges)[:, None] / 2.0
    places = (edges[:-1, None] + halves * (1.0 + _NODES)).ravel()
    scaled = (places[:, None] - means) / deviations
    above = log_ndtr(-scaled)  # the logarithm of how likely each is above a place
    others = np.exp(above.sum(axis=1, keepdims=True) - above)
    density = np.exp(-(scaled**2) / 2.0) / np.sqrt(2.0 * np.pi) / deviations
    luck = np.sum(-noise / deviations * scaled * density * others, axis=1)
    return float(luck @ (halves * _WEIGHTS).ravel())
