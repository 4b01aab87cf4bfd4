"""How large a difference is, apart from whether it is significant."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from tuner.stats.intervals import paired_difference, welch_difference
from tuner.stats.scores import FloatArray, finished, standard_deviation


def hedges_g(candidate: FloatArray, baseline: FloatArray) -> float:
    """Difference of the means of the finished runs in pooled standard deviations, corrected for small n.

    Its sign is that of candidate - baseline in metric units: where lower is better, a better candidate
    has a negative effect. Paired groups use the same pooled standard deviation, so that the effect does
    not depend on the design. NaN where the groups differ but do not vary, or a group has one run.

    Source: Hedges (1981), doi:10.3102/10769986006002107, with the exact correction; the choice for pairs:
    Lakens (2013), doi:10.3389/fpsyg.2013.00863.

    >>> round(hedges_g(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])), 4)
    -0.7979
    """
    first, second = finished(candidate), finished(baseline)
    difference = welch_difference(first, second).value
    return _corrected(difference, pooled_deviation(first, second), first.size + second.size - 2)


def hedges_g_to_reference(candidate: FloatArray, reference: float) -> float:
    """Mean of the finished runs minus a fixed reference, in standard deviations, corrected for small n.

    Source: Hedges (1981), doi:10.3102/10769986006002107, with the n - 1 degrees of freedom of one group.

    >>> round(hedges_g_to_reference(np.array([1.0, 2.0, 3.0]), 4.0), 4)
    -1.1284
    """
    values = finished(candidate)
    difference = paired_difference(values, np.full_like(values, reference)).value
    return _corrected(difference, standard_deviation(values), values.size - 1)


def pooled_deviation(first: FloatArray, second: FloatArray) -> float:
    """Standard deviation of two groups of finite scores pooled by degrees of freedom; NaN for a single run.

    >>> pooled_deviation(np.array([0.0, 2.0, 4.0]), np.array([5.0, 7.0, 9.0]))
    2.0
    """
    if first.size < 2 or second.size < 2:
        return math.nan
    squares = (first.size - 1) * standard_deviation(first) ** 2
    squares += (second.size - 1) * standard_deviation(second) ** 2
    return math.sqrt(squares / (first.size + second.size - 2))


def _corrected(difference: float, deviation: float, freedom: int) -> float:
    """Cohen's d times the correction of Hedges, gamma(f/2) / (sqrt(f/2) gamma((f - 1)/2))."""
    if deviation == 0.0:
        return 0.0 if difference == 0.0 else math.nan
    if math.isnan(deviation):
        return math.nan
    logarithm = gammaln(freedom / 2) - gammaln((freedom - 1) / 2) - 0.5 * math.log(freedom / 2)
    return float(np.exp(logarithm)) * difference / deviation


def correlation(candidate: FloatArray, baseline: FloatArray) -> float:
    """Pearson's correlation over the pairs in which both runs finished; NaN where a side does not vary.

    How much pairing helps: the variance of a difference is smaller by 2 r times both deviations.

    Source: Pearson (1895), doi:10.1098/rspl.1895.0041.

    >>> round(correlation(np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 3.0, 2.0, 9.0])), 4)
    0.5
    """
    both = np.isfinite(candidate) & np.isfinite(baseline)
    first, second = candidate[both], baseline[both]
    if not (standard_deviation(first) > 0.0 and standard_deviation(second) > 0.0):
        return math.nan
    first, second = first - first.mean(), second - second.mean()
    first, second = first / np.abs(first).max(), second / np.abs(second).max()
    return float(np.clip(first @ second / math.sqrt((first @ first) * (second @ second)), -1.0, 1.0))


def probability_of_superiority(candidate: FloatArray, baseline: FloatArray) -> float:
    """P(a candidate run beats a baseline run) + P(tie) / 2, for losses of shapes (n,) and (m,).

    Lower is better and infinite is a failure, which loses to every run that finished.

    Source: Vargha & Delaney (2000), doi:10.3102/10769986025002101.

    >>> probability_of_superiority(np.array([1.0, 2.0]), np.array([2.0, np.inf]))
    0.875
    """
    return float(twice_beaten(candidate, baseline).sum() / (2 * candidate.size * baseline.size))


def twice_beaten(candidate: FloatArray, baseline: FloatArray) -> NDArray[np.int64]:
    """For each candidate loss, shape (n,): baseline losses that it beats, times two, and those that it ties.

    >>> twice_beaten(np.array([1.0, 2.0]), np.array([2.0, np.inf]))
    array([4, 3])
    """
    ordered = np.sort(baseline)
    not_worse = ordered.size - np.searchsorted(ordered, candidate, side="left")
    better = ordered.size - np.searchsorted(ordered, candidate, side="right")
    return np.asarray(not_worse + better, dtype=np.int64)


def paired_superiority(candidate: FloatArray, baseline: FloatArray) -> float:
    """Share of pairs in which the candidate has the lower loss, ties half, for losses of shape (n,).

    Source: Grissom & Kim (2012), Effect Sizes for Research, 2nd edition, chapter 5.

    >>> paired_superiority(np.array([1.0, 2.0, np.inf]), np.array([2.0, 2.0, 3.0]))
    0.5
    """
    return float(np.mean((candidate < baseline) + 0.5 * (candidate == baseline)))
