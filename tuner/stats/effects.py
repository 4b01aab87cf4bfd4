"""How large a difference is, apart from whether it is significant."""

import math

import numpy as np
from scipy.special import gammaln

from tuner.stats.intervals import welch_difference
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
    if first.size < 2 or second.size < 2:
        return math.nan
    freedom = first.size + second.size - 2
    squares = (first.size - 1) * standard_deviation(first) ** 2
    squares += (second.size - 1) * standard_deviation(second) ** 2
    pooled = math.sqrt(squares / freedom)
    difference = welch_difference(first, second).value
    if pooled == 0.0:
        return 0.0 if difference == 0.0 else math.nan
    return _small_sample_correction(freedom) * difference / pooled


def _small_sample_correction(freedom: int) -> float:
    logarithm = gammaln(freedom / 2) - gammaln((freedom - 1) / 2) - 0.5 * math.log(freedom / 2)
    return float(np.exp(logarithm))


def probability_of_superiority(candidate: FloatArray, baseline: FloatArray) -> float:
    """P(a candidate run beats a baseline run) + P(tie) / 2, for losses of shapes (n,) and (m,).

    Lower is better and infinite is a failure, which loses to every run that finished.

    Source: Vargha & Delaney (2000), doi:10.3102/10769986025002101.

    >>> probability_of_superiority(np.array([1.0, 2.0]), np.array([2.0, np.inf]))
    0.875
    """
    ordered = np.sort(baseline)
    not_worse = ordered.size - np.searchsorted(ordered, candidate, side="left")
    better = ordered.size - np.searchsorted(ordered, candidate, side="right")
    return float((not_worse + better).sum() / (2 * candidate.size * ordered.size))


def paired_superiority(candidate: FloatArray, baseline: FloatArray) -> float:
    """Share of pairs in which the candidate has the lower loss, ties half, for losses of shape (n,).

    Source: Grissom & Kim (2012), Effect Sizes for Research, 2nd edition, chapter 5.

    >>> paired_superiority(np.array([1.0, 2.0, np.inf]), np.array([2.0, 2.0, 3.0]))
    0.5
    """
    return float(np.mean((candidate < baseline) + 0.5 * (candidate == baseline)))
