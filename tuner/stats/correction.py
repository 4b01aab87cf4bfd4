"""p-values and interval levels of several comparisons, adjusted for their number."""

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjustment: rejecting where the result is at most alpha holds the familywise error.

    Valid whatever the dependence, so the shared baseline is no obstacle.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = (p.size - np.arange(p.size)) * p[order]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return tuple(adjusted.tolist())


def holm_levels(p_values: Sequence[float], alpha: float) -> tuple[float, ...]:
    """Confidence levels at which each interval excludes 0 exactly where Holm's adjustment rejects at alpha.

    For p-values that agree with their intervals. The level is Bonferroni's, 1 - alpha / number, under which
    all intervals together hold 1 - alpha; only a p-value that Holm rejects at a later step and Bonferroni
    does not has the level of its step. Then the intervals together may hold somewhat less.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70; that two-sided intervals which follow
    a step-down test exactly have no finite joint guarantee: Strassburger & Bretz (2008),
    doi:10.1002/sim.3338.

    >>> [round(level, 4) for level in holm_levels([0.001, 0.02, 0.9], 0.05)]
    [0.9833, 0.975, 0.9833]
    """
    p = np.asarray(p_values, dtype=np.float64)
    divisors = np.full(p.size, float(p.size))
    rejected = np.asarray(holm(p_values)) <= alpha
    steps = p.size - np.argsort(np.argsort(p, kind="stable"))
    later = rejected & (p * p.size > alpha)
    divisors[later] = steps[later]
    return tuple((1.0 - alpha / divisors).tolist())
