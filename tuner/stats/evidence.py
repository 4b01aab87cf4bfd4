"""What one pair of groups shows, before it is weighed beside other pairs."""

from dataclasses import dataclass

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.design import Design
from tuner.stats.effects import paired_superiority, probability_of_superiority
from tuner.stats.intervals import Estimate, paired_difference, welch_difference
from tuner.stats.scores import FloatArray, losses
from tuner.stats.significance import (
    equivalence_test,
    is_skewed,
    mann_whitney,
    rank_check,
    sign_test,
    t_test,
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Estimates and unadjusted p-values of one candidate, with the scores that they come from.

    `p_value` is that of the one test that decides, called `method`. `p_checked` is not smaller, and
    larger where ranks contradict the means of a skewed or unequal-sized pair: better and worse need it
    as well. `p_equivalence` is None without a margin.
    """

    name: str
    candidate: FloatArray
    baseline: FloatArray
    design: Design
    estimate: Estimate
    superiority: float
    method: str
    p_value: float
    p_checked: float
    p_equivalence: float | None
    failures: tuple[int, int]  # of the candidate and of the baseline

    @property
    def runs(self) -> tuple[int, int]:
        """All runs of the candidate and of the baseline."""
        return self.candidate.size, self.baseline.size

    @property
    def ranked(self) -> bool:
        """Whether ranks decide instead of means, because a run failed."""
        return any(self.failures)

    @property
    def without_spread(self) -> bool:
        """Whether the scores do not vary, so that no t-test exists."""
        return self.estimate.standard_error == 0.0

    @property
    def candidate_leads(self) -> bool:
        """Whether the candidate looks better by the measure that decides."""
        if self.ranked:
            return self.superiority > 0.5
        return (self.estimate.value < 0.0) == (self.design.direction == "minimize")


def gather(name: str, candidate: FloatArray, baseline: FloatArray, design: Design) -> Evidence:
    """Measure and test one candidate against the baseline; scores of shapes (n,) and (m,).

    Raises: StatisticsError where a paired design has groups of different sizes.
    """
    if design.paired and candidate.size != baseline.size:
        raise StatisticsError(
            f"{name}: {candidate.size} runs cannot be paired with {baseline.size} of the baseline; "
            "give both the same seeds in the same order, or paired=False"
        )
    first, second = losses(candidate, design.direction), losses(baseline, design.direction)
    estimate = (paired_difference if design.paired else welch_difference)(candidate, baseline)
    failures = int(np.isinf(first).sum()), int(np.isinf(second).sum())
    ranked = any(failures)
    method, p_value = _deciding_test(estimate, first, second, ranked=ranked, paired=design.paired)
    p_checked = p_value
    # Only a significant difference can be taken back, so the check need not run for any other.
    if not ranked and not design.paired and p_value <= design.alpha and _means_mislead(first, second):
        p_checked = max(p_value, rank_check(first, second))
    return Evidence(
        name=name,
        candidate=candidate,
        baseline=baseline,
        design=design,
        estimate=estimate,
        superiority=(paired_superiority if design.paired else probability_of_superiority)(first, second),
        method=method,
        p_value=p_value,
        p_checked=p_checked,
        p_equivalence=_equivalence(estimate, design.margin, ranked=ranked),
        failures=failures,
    )


def _deciding_test(
    estimate: Estimate, candidate: FloatArray, baseline: FloatArray, *, ranked: bool, paired: bool
) -> tuple[str, float]:
    """Name and p-value of the test for these losses: of means, or of ranks as soon as a run failed."""
    if not ranked:
        return ("paired t-test" if paired else "Welch's t-test"), t_test(estimate)
    if paired:
        return "sign test", sign_test(candidate, baseline)
    return "Mann-Whitney test", mann_whitney(candidate, baseline)


def _means_mislead(candidate: FloatArray, baseline: FloatArray) -> bool:
    """Whether the t-test may be far from its level: a skewed group, or groups of different sizes."""
    return candidate.size != baseline.size or is_skewed(candidate) or is_skewed(baseline)


def _equivalence(estimate: Estimate, margin: float | None, *, ranked: bool) -> float | None:
    if margin is None:
        return None
    return 1.0 if ranked else equivalence_test(estimate, margin)
