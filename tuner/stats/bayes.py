"""Posterior of the difference of two means: a secondary comparison; it decides no verdict."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import stdtr

from tuner.errors import StatisticsError
from tuner.stats.design import SECONDARY, Design, Direction
from tuner.stats.intervals import Estimate, mean, paired_difference, welch_difference
from tuner.stats.scores import FloatArray, Scores, as_scores

NODES = 1_025


@dataclass(frozen=True, slots=True)
class BayesianComparison:
    """What is believed of the difference of the true means after the runs, with a flat prior.

    `better`, `equivalent` and `worse` are probabilities and sum to 1; without a margin `equivalent` is None
    and the others sum to 1. NaN where there is no posterior, and `flags` say why. `difference` is candidate
    - baseline in metric units.
    """

    better: float
    equivalent: float | None
    worse: float
    difference: float
    margin: float | None
    direction: Direction
    paired: bool
    flags: tuple[str, ...]
    label: str = SECONDARY


def bayesian_comparison(
    candidate: Scores,
    baseline: Scores,
    *,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
) -> BayesianComparison:
    """Probabilities that the candidate's true mean is better, equivalent within the margin, or worse.

    Secondary: a description beside the verdict. The probabilities are no p-values, and a rule such as
    "better with probability above 0.95" has no guarded error rate: in a single look it is wrong about as
    often as a one-sided test at 5 %, among several candidates or looks more often, as
    `benchmarks/README.md` shows.

    Scores are taken as normal, with the reference prior 1 / (sigma_1 sigma_2) for independent groups: the
    posterior of each mean is a scaled t distribution, and that of their difference the Behrens-Fisher
    distribution (Jeffreys (1940), Annals of Eugenics 10, 48-51; Box & Tiao (1973), Bayesian Inference in
    Statistical Analysis, chapter 2). For pairs it is the t distribution of the mean difference (Benavoli,
    Corani, Demsar & Zaffalon (2017), JMLR 18(77), with no correlation between runs). The margin is the
    region of practical equivalence of Kruschke (2013), doi:10.1037/a0029146.

    Where a run failed there is no posterior, because a failed run has no place in a mean, and leaving it
    out would favour the group that fails more; the verdict, which goes by ranks there, stands alone.
    Likewise where the scores do not vary, or a group has one run.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> found = bayesian_comparison([0.8, 0.9, 0.7, 0.8], [0.9, 1.0, 0.8, 1.1], margin=0.05)
    >>> round(found.better, 3), round(found.equivalent, 3), round(found.worse, 3)
    (0.843, 0.115, 0.043)
    """
    design = Design(direction, paired, margin)
    first, second = as_scores(candidate, "candidate"), as_scores(baseline, "baseline")
    if paired and first.size != second.size:
        raise StatisticsError(
            f"{first.size} runs cannot be paired with {second.size} of the baseline; "
            "give both the same seeds in the same order, or paired=False"
        )
    estimate = (paired_difference if paired else welch_difference)(first, second)
    below, above = math.nan, math.nan
    flags = _flags(first, second, estimate)
    if not flags:
        reach = margin or 0.0
        below, above = _below(first, second, design, -reach), _below(second, first, design, -reach)
    better, worse = (below, above) if direction == "minimize" else (above, below)
    equivalent = None if margin is None else max(0.0, 1.0 - better - worse) if not flags else math.nan
    return BayesianComparison(better, equivalent, worse, estimate.value, margin, direction, paired, flags)


def _below(first: FloatArray, second: FloatArray, design: Design, limit: float) -> float:
    """Posterior probability that the mean of `first` minus that of `second` lies below the limit."""
    if design.paired:
        estimate = paired_difference(first, second)
        return float(stdtr(estimate.degrees_of_freedom, (limit - estimate.value) / estimate.standard_error))
    return behrens_fisher(limit, mean(first), mean(second))


def behrens_fisher(limit: float, first: Estimate, second: Estimate) -> float:
    """P(a - b <= limit) for independent a and b, each t-distributed around its value.

    The distribution function of the wider one, averaged over the narrower one by double-exponential
    quadrature (Takahasi & Mori (1974), doi:10.2977/prims/1195192451), which reaches far into heavy tails.

    Source: Box & Tiao (1973), Bayesian Inference in Statistical Analysis, chapter 2.

    >>> round(behrens_fisher(0.0, Estimate(-1.0, 1.0, 5.0), Estimate(0.0, 0.0, 5.0)), 4)  # t at 1
    0.8184
    """
    distance = limit - first.value + second.value
    wide, narrow = first, second
    if first.standard_error < second.standard_error:
        wide, narrow = second, first
    if narrow.standard_error == 0.0:
        return float(stdtr(wide.degrees_of_freedom, distance / wide.standard_error))
    points, steps = _quadrature()
    freedom = narrow.degrees_of_freedom
    weights = steps * np.exp(-(freedom + 1.0) / 2.0 * np.log1p(points**2 / freedom))
    shifted = (distance + narrow.standard_error * points) / wide.standard_error
    return min(1.0, float(stdtr(wide.degrees_of_freedom, shifted) @ weights / weights.sum()))


@cache
def _quadrature() -> tuple[FloatArray, FloatArray]:
    """Points on the whole line and the steps between them: t = sinh(pi / 2 * sinh(x)) for even x."""
    x = np.linspace(-4.0, 4.0, NODES)
    inner = np.pi / 2.0 * np.sinh(x)
    return np.sinh(inner), np.cosh(inner) * np.cosh(x)


def _flags(candidate: FloatArray, baseline: FloatArray, estimate: Estimate) -> tuple[str, ...]:
    """Why there is no posterior."""
    failed = [int(group.size - np.isfinite(group).sum()) for group in (candidate, baseline)]
    if any(failed):
        return (
            f"{failed[0]} of {candidate.size} candidate runs and {failed[1]} of {baseline.size} baseline "
            "runs failed: no posterior, because a failed run has no place in a mean.",
        )
    if min(candidate.size, baseline.size) < 2:
        return ("A group of one run says nothing about its spread: no posterior.",)
    if not estimate.standard_error > 0.0:
        return ("The scores do not vary, so that there is no noise to judge by: no posterior.",)
    return ()
