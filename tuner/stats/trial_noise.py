"""How noisy the mean of each of many trials is, where every trial has only a few runs of its own.

The variance of two runs has one degree of freedom, and says next to nothing. So the variances of all trials
are pooled: they scatter about a usual one, which may grow or fall with the mean, and each is pulled towards
it, the more so the fewer runs it comes from.

Assumed is that the runs of a trial are independent and normal, and that the true variances scatter about the
usual one as draws from a scaled inverse chi-square distribution do. They need not be equal, and where they
are not so distributed their average is still right.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, polygamma, psi

from tuner.stats.scores import FloatArray, standard_deviation

FEWEST = 5
"""With fewer trials nothing can be learned about how they differ."""


def noise_of_means(groups: Sequence[FloatArray]) -> FloatArray:
    """The variance of the mean of each of K groups of finite scores, shape (K,); NaN where none is known.

    A group of a single run has the usual variance of a group with its mean; where all are such, none is
    known.

    Source: one pooled variance, the one-way analysis of variance, Fisher (1925); pulled towards it, Smyth
    (2004), doi:10.2202/1544-6115.1027, section 6.2; a usual variance that depends on the mean, Sartor et al.
    (2006), doi:10.1186/1471-2105-7-538. Smyth estimates the reciprocal of a variance, which here would make
    the noise too small, so the variances are scaled to the pooled one on average; the line through the ranks
    of the means is ours.

    >>> noise_of_means([np.array([1.0, 3.0]), np.array([2.0, 2.0]), np.array([5.0])])
    array([0.5, 0.5, 1. ])
    """
    sizes = np.array([one.size for one in groups], dtype=np.float64)
    freedom = sizes - 1.0
    known = freedom > 0.0
    if not known.any():
        return np.full(sizes.size, np.nan)
    variances = np.array([standard_deviation(one) ** 2 if one.size > 1 else 0.0 for one in groups])
    means = np.array([one.mean() for one in groups])
    trend = _trend(means, variances, freedom)
    ratios = variances / trend
    noise: FloatArray = trend * _moderated(ratios, freedom, known) / sizes
    return noise


def _moderated(variances: FloatArray, freedom: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Every variance pulled towards the usual one, so that their average remains the pooled one."""
    pooled = float(np.sum(freedom * variances) / np.sum(freedom))
    usual, weight = _usual_variance(variances[known], freedom[known])
    if np.isinf(weight):
        return np.full(variances.size, pooled)
    pulled = (weight * usual + freedom * variances) / (weight + freedom)
    return pulled * pooled * np.sum(freedom) / np.sum(freedom * pulled)


def _usual_variance(variances: FloatArray, freedom: FloatArray) -> tuple[float, float]:
    """The variance of a usual group and how many degrees of freedom it is worth, infinite where all agree.

    By the first two moments of the logarithms, which a few large variances hardly move.
    """
    pooled = float(np.sum(freedom * variances) / np.sum(freedom))
    varies = variances > 0.0
    if varies.sum() < FEWEST:
        return pooled, np.inf
    logs, expected = _logarithms(variances[varies], freedom[varies])
    beyond = float(logs.var(ddof=1) - expected.mean())
    if beyond <= 0.0:
        return pooled, np.inf
    weight = 2.0 * inverse_trigamma(beyond)
    return float(np.exp(logs.mean() + psi(weight / 2.0) - np.log(weight / 2.0))), weight


def _trend(means: FloatArray, variances: FloatArray, freedom: FloatArray) -> FloatArray:
    """How large the usual variance of a group with this mean is, to a common factor: 1 where it is the same.

    A straight line of the logarithm through the normal scores of the ranks of the means, which groups far
    away do not bend. Its slope is pulled towards 0 by what it is likely to be by chance.

    Source: normal scores, Blom (1958); the positive-part estimator, James & Stein (1961).
    """
    flat = np.ones(means.size)
    varies = variances > 0.0
    if varies.sum() < FEWEST:
        return flat
    scores = _normal_scores(means)
    logs, expected = _logarithms(variances[varies], freedom[varies])
    weights = 1.0 / expected
    centered = scores[varies] - np.average(scores[varies], weights=weights)
    size = float(np.sum(weights * centered**2))
    if size == 0.0:
        return flat
    slope = float(np.sum(weights * centered * logs)) / size
    rest = logs - np.average(logs, weights=weights) - slope * centered
    chance = max(1.0, float(np.sum(weights * rest**2)) / (varies.sum() - 2)) / size
    kept = max(0.0, 1.0 - chance / slope**2) if slope else 0.0
    return np.asarray(np.exp(kept * slope * scores))


def _logarithms(variances: FloatArray, freedom: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logarithms of sample variances without their bias, and the variance that each has by chance."""
    half = freedom / 2.0
    return np.log(variances) - psi(half) + np.log(half), np.asarray(polygamma(1, half))


def _normal_scores(values: FloatArray) -> FloatArray:
    """Where the ranks of the values lie in a normal distribution; equals share their rank.

    >>> _normal_scores(np.array([3.0, 1.0, 2.0])).round(2)
    array([ 0.87, -0.87,  0.  ])
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[places]
    return np.asarray(ndtri((ranks - 0.375) / (values.size + 0.25)))


def inverse_trigamma(value: float) -> float:
    """The x > 0 with trigamma(x) = value, by Newton's method on 1 / trigamma.

    Source: Smyth (2004), doi:10.2202/1544-6115.1027, appendix.

    >>> round(inverse_trigamma(float(polygamma(1, 3.7))), 6)
    3.7
    """
    x = 0.5 + 1.0 / value
    for _ in range(20):
        there = float(polygamma(1, x))
        x += there * (1.0 - there / value) / float(polygamma(2, x))
    return x
