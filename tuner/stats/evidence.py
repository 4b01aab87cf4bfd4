"""What one pair of groups shows, before it is weighed beside other pairs."""

from dataclasses import dataclass

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.design import Design
from tuner.stats.effects import paired_superiority, probability_of_superiority
from tuner.stats.intervals import Estimate, paired_difference, welch_difference
from tuner.stats.scores import FloatArray, finished, losses
from tuner.stats.shape import Shape, shape
from tuner.stats.significance import (
    equivalence_test,
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
    as well. `p_equivalence` is None without a margin. Where the candidate is compared with a fixed
    `reference`, `baseline` repeats that number for every run, and is one in no count.
    """

    name: str
    candidate: FloatArray
    baseline: FloatArray
    reference: float | None
    design: Design
    estimate: Estimate
    superiority: float
    method: str
    p_value: float
    p_checked: float
    p_equivalence: float | None
    failures: tuple[int, int]  # of the candidate and of the baseline
    shapes: tuple[Shape, Shape]  # of the finished runs of both

    @property
    def runs(self) -> tuple[int, int]:
        """All runs of the candidate and of the baseline."""
        return self.candidate.size, self.baseline.size

    @property
    def matched(self) -> bool:
        """Whether every candidate run has one value to beat: the run it is paired with, or the reference."""
        return self.design.paired or self.reference is not None

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


def gather(name: str, candidate: FloatArray, baseline: FloatArray | float, design: Design) -> Evidence:
    """Measure and test one candidate against the baseline; scores of shapes (n,) and (m,), or a fixed number.

    Raises: StatisticsError where a paired design has groups of different sizes, or no second group.
    """
    reference, baseline = _sides(name, candidate, baseline, design)
    matched = design.paired or reference is not None
    first, second = losses(candidate, design.direction), losses(baseline, design.direction)
    estimate = (paired_difference if matched else welch_difference)(candidate, baseline)
    failures = int(np.isinf(first).sum()), int(np.isinf(second).sum())
    ranked = any(failures)
    p_value = _p_value(estimate, first, second, ranked=ranked, matched=matched)
    shapes = shape(finished(candidate)), shape(finished(baseline))
    p_checked = p_value
    # Only a significant difference can be taken back, so the check need not run for any other.
    if not ranked and not matched and p_value <= design.alpha and _means_mislead(shapes):
        p_checked = max(p_value, rank_check(first, second))
    return Evidence(
        name=name,
        candidate=candidate,
        baseline=baseline,
        reference=reference,
        design=design,
        estimate=estimate,
        superiority=(paired_superiority if matched else probability_of_superiority)(first, second),
        method=_method(ranked=ranked, paired=design.paired, matched=matched),
        p_value=p_value,
        p_checked=p_checked,
        p_equivalence=_equivalence(estimate, design.margin, ranked=ranked),
        failures=failures,
        shapes=shapes,
    )


def _sides(
    name: str, candidate: FloatArray, baseline: FloatArray | float, design: Design
) -> tuple[float | None, FloatArray]:
    """The fixed reference, None where the baseline has runs; and a baseline value for every comparison."""
    if not isinstance(baseline, np.ndarray):
        if design.paired:
            raise StatisticsError(f"{name}: a fixed reference has no runs to pair; leave out paired")
        return baseline, np.full(candidate.size, baseline)
    if design.paired and candidate.size != baseline.size:
        raise StatisticsError(
            f"{name}: {candidate.size} runs cannot be paired with {baseline.size} of the baseline; "
            "give both the same seeds in the same order, or paired=False"
        )
    return None, baseline


def _method(*, ranked: bool, paired: bool, matched: bool) -> str:
    """The name of the deciding test: of means, or of ranks as soon as a run failed."""
    if ranked:
        return "sign test" if matched else "Mann-Whitney test"
    if paired:
        return "paired t-test"
    return "one-sample t-test" if matched else "Welch's t-test"


def _p_value(
    estimate: Estimate, candidate: FloatArray, baseline: FloatArray, *, ranked: bool, matched: bool
) -> float:
    """The p-value of the deciding test, for losses."""
    if not ranked:
        return t_test(estimate)
    return (sign_test if matched else mann_whitney)(candidate, baseline)


def _means_mislead(shapes: tuple[Shape, Shape]) -> bool:
    """Whether the t-test may be far from its level: a skewed group, or groups of different sizes."""
    first, second = shapes
    return first.n != second.n or first.skewed or second.skewed


def _equivalence(estimate: Estimate, margin: float | None, *, ranked: bool) -> float | None:
    if margin is None:
        return None
    return 1.0 if ranked else equivalence_test(estimate, margin)
