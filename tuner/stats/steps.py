"""What the last step to a larger size has changed, and what that lets expect of the next one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Estimate, Interval, paired_difference
from tuner.stats.scores import Scores, as_scores

FEWEST = 5  # seeds or networks below which nothing is said, as of a verdict

Outlook = Literal["improves", "worsens", "flat", "unclear"]


@dataclass(frozen=True, slots=True)
class Step:
    """What changed from the size `before` to the size `after`: the mean score at `after` minus at `before`.

    `n` counts the seeds or networks that it rests on, `failures` what has no score at one of the two sizes.
    `per_doubling` is the difference over the number of doublings between the sizes.
    """

    before: int
    after: int
    n: int
    failures: int
    difference: float
    interval: Interval
    per_doubling: float
    per_doubling_interval: Interval
    outlook: Outlook


def last_step(
    scores: Mapping[int, Scores],
    *,
    direction: Literal["minimize", "maximize"] = "minimize",
    margin: float | None = None,
    level: float = 0.95,
) -> Step:
    """The step between the two largest sizes, of scores of shape (runs,) by size.

    Run k of every size has the same seed, so the difference is that of pairs, with Student's t interval; a
    run without a score leaves its pair out. The outlook is a statement on this step and no extrapolation:
    "improves" or "worsens" where the interval lies on one side of 0, "flat" where it lies within the margin,
    else "unclear", and always so with fewer than five pairs or where a run failed. No law is fitted: learning
    curves follow a power law often (Hestness et al. 2017, arXiv:1712.00409) but need not, may even rise, and
    the last step says more of the next one than a curve through few points does (Viering & Loog 2022,
    doi:10.1109/TPAMI.2022.3220744).

    Raises: StatisticsError where there are fewer than two sizes, or they have other numbers of runs.

    >>> step = last_step({10: [5, 5, 6, 5, 6], 20: [4, 5, 4, 4, 5], 40: [3, 3, 3, 2, 3]})
    >>> step.before, step.after, round(step.difference, 1), step.outlook
    (20, 40, -1.6, 'improves')
    """
    check_level(level)
    if len(scores) < 2:
        raise StatisticsError(f"there are scores at {len(scores)} sizes; a step takes two")
    before, after = sorted(scores)[-2:]
    first, second = (as_scores(scores[size], f"size {size}") for size in (before, after))
    if len(first) != len(second):
        raise StatisticsError(f"{len(first)} runs at size {before} and {len(second)} at {after}; give pairs")
    both = int((np.isfinite(first) & np.isfinite(second)).sum())
    estimate = paired_difference(second, first)
    return step_of(
        before, after, both, len(first) - both, estimate, direction=direction, margin=margin, level=level
    )


def step_of(
    before: int,
    after: int,
    n: int,
    failures: int,
    estimate: Estimate,
    *,
    direction: Literal["minimize", "maximize"],
    margin: float | None,
    level: float,
) -> Step:
    """A step from the estimate of its difference."""
    interval, doublings = estimate.interval(level), math.log2(after / before)
    return Step(
        before,
        after,
        n,
        failures,
        estimate.value,
        interval,
        estimate.value / doublings,
        Interval(interval.low / doublings, interval.high / doublings, level),
        "unclear" if n < FEWEST or failures else _outlook(interval, direction, margin),
    )


def _outlook(interval: Interval, direction: str, margin: float | None) -> Outlook:
    low, high = interval.low, interval.high
    if margin is not None and -margin < low and high < margin:
        return "flat"
    if not (low > 0.0 or high < 0.0):
        return "unclear"
    return "improves" if (high < 0.0) == (direction == "minimize") else "worsens"
