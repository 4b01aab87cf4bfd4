"""Intervals of one group beyond the t interval: of its spread, its median, and its mean by resampling."""

import math

import numpy as np
from scipy import stats
from scipy.special import bdtr, chdtri

from tuner.stats.intervals import Interval
from tuner.stats.scores import FloatArray, standard_deviation

RESAMPLES = 9_999
LEAST_FOR_BOOTSTRAP = 10
"""With fewer runs the bootstrap distribution is too coarse and its intervals are too short."""


def std_interval(values: FloatArray, level: float) -> Interval:
    """Chi-square interval of the standard deviation of finite scores of shape (runs,).

    It assumes normal scores, and unlike the interval of a mean it does not forgive other shapes, however
    many runs there are. NaN below two runs; no width where the scores do not vary.

    Source: Casella & Berger (2002), Statistical Inference, 2nd edition, example 9.2.

    >>> found = std_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (0.9473, 4.5435)
    """
    std, freedom = standard_deviation(values), values.size - 1
    if math.isnan(std):
        return Interval(math.nan, math.nan, level)
    low, high = (std * math.sqrt(freedom / chdtri(freedom, tail)) for tail in _tails(level))
    return Interval(low, high, level)


def median_interval(values: FloatArray, level: float) -> Interval:
    """The shortest pair of order statistics, as many from either end, that covers the median at `level`.

    Whatever the distribution; NaN where even the smallest and the largest score do not reach the level
    (below 6 runs at 95 %).

    Source: Conover (1999), Practical Nonparametric Statistics, 3rd edition, section 3.2.

    >>> median_interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), 0.95)
    Interval(low=1.0, high=6.0, level=0.95)
    """
    n = values.size
    # Leaving out k scores at either end misses the median with probability 2 P(Binomial(n, 1/2) <= k).
    left_out = int(np.sum(bdtr(np.arange(n // 2), n, 0.5) <= _tails(level)[0])) - 1
    if left_out < 0:
        return Interval(math.nan, math.nan, level)
    ordered = np.sort(values)
    return Interval(float(ordered[left_out]), float(ordered[n - 1 - left_out]), level)


def bootstrap_interval(values: FloatArray, level: float, rng: np.random.Generator) -> Interval | None:
    """BCa bootstrap interval of the mean of finite scores, from 9,999 resamples; None below 10 runs.

    The scores are sorted first, so that their order does not matter. No width where they do not vary.

    Source: Efron (1987), doi:10.1080/01621459.1987.10478410.
    """
    if values.size < LEAST_FOR_BOOTSTRAP:
        return None
    if standard_deviation(values) == 0.0:
        return Interval(float(values.mean()), float(values.mean()), level)
    low, high = stats.bootstrap(
        (np.sort(values),), np.mean, n_resamples=RESAMPLES, confidence_level=level, method="BCa", rng=rng
    ).confidence_interval
    return Interval(float(low), float(high), level)


def _tails(level: float) -> tuple[float, float]:
    """The probability left out at either end, and the rest: both without the rounding of 1 - level twice."""
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0
