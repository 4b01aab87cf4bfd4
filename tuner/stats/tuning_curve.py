"""How good the best of k random trials is to be expected."""

import numpy as np

from tuner.stats.design import Direction
from tuner.stats.scores import FloatArray, Scores, as_scores


def tuning_curve(scores: Scores, *, direction: Direction = "minimize") -> FloatArray:
    """The expected best score of k trials, for k = 1 to n, from the scores of n trials; both of shape (n,).

    The average of the best of k over all choices of k among the n trials: unbiased where trials are drawn
    independently, as random search does and no other sampler. A score that is not finite is a failed trial,
    the worst there is: the expectation is infinite as long as all k may fail.

    Raises: StatisticsError where there are no scores, or they are not numbers.

    Source: Tang et al. (2020), doi:10.18653/v1/2020.acl-main.246, which is the unbiased form of Dodge et al.
    (2019), doi:10.18653/v1/D19-1224.

    >>> tuning_curve([3.0, 1.0, 2.0]).round(4)
    array([2.    , 1.3333, 1.    ])
    >>> tuning_curve([0.5, float("nan"), 0.7], direction="maximize").round(4)
    array([  -inf, 0.6333, 0.7   ])
    """
    values = as_scores(scores)
    sign = 1.0 if direction == "minimize" else -1.0
    ordered = np.sort(np.where(np.isfinite(values), sign * values, np.inf))
    count = ordered.size
    finite = int(np.isfinite(ordered).sum())
    behind = count - 1 - np.arange(count)  # how many trials rank behind each, best first
    chance = np.full(count, 1.0 / count)  # that it is the best of k: C(behind, k - 1) / C(count, k)
    curve = np.full(count, np.inf)
    for k in range(1, count + 1):
        if k > count - finite:
            curve[k - 1] = chance[:finite] @ ordered[:finite]
        chance *= (behind - k + 1.0).clip(0.0) / k * (k + 1.0) / max(count - k, 1)
    return sign * curve
