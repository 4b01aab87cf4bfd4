"""The record of one comparison, made from weighed evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tuner.cards import Card, Readable
from tuner.stats.design import Direction
from tuner.stats.effect_intervals import effect_interval, superiority_interval, wins_interval
from tuner.stats.effects import correlation, hedges_g, hedges_g_to_reference, pooled_deviation
from tuner.stats.evidence import Evidence
from tuner.stats.intervals import Interval
from tuner.stats.power import MOST_SEEDS
from tuner.stats.scores import finished, losses, standard_deviation
from tuner.stats.secondary import Sensitivity, analyse
from tuner.stats.verdict import Adjusted, Verdict, decide, reasons, seeds_needed


@dataclass(frozen=True, slots=True)
class Comparison(Readable):
    """One candidate against the baseline. Differences are candidate - baseline, in metric units.

    `interval` is that of the difference at the level asked for, not adjusted for other candidates;
    `interval_adjusted` is, and where a t-test decides it excludes 0 exactly where `p_adjusted` is
    significant. `p_value` belongs to the test that decides, `method`; `p_equivalence` to the two one-sided
    tests within the margin, None without one. The adjusted ones (divided by the `share` of the error rate
    that the comparison had, then Holm over all candidates of the call, `comparisons`) are those that the
    verdict uses: a verdict has one of at most 1 - level.

    `effect_size` is Hedges' g and has the sign of the difference; `probability_of_superiority` is the
    chance that a candidate run beats a baseline run, whichever direction is better. Their intervals,
    `interval_effect` and `interval_superiority`, are not adjusted. `correlation` is that of the pairs,
    None where runs are not paired. `seeds_needed` is None where the verdict is decided. `flags` are
    sentences. Against a fixed `reference`, otherwise None, the baseline has 0 runs.
    """

    name: str
    verdict: Verdict
    difference: float
    interval: Interval
    interval_adjusted: Interval
    p_value: float
    p_adjusted: float
    p_equivalence: float | None
    p_equivalence_adjusted: float | None
    effect_size: float
    interval_effect: Interval
    probability_of_superiority: float
    interval_superiority: Interval
    correlation: float | None
    seeds_needed: int | None
    flags: tuple[str, ...]
    method: str
    n_candidate: int
    n_baseline: int
    failures_candidate: int
    failures_baseline: int
    direction: Direction
    paired: bool
    margin: float | None
    reference: float | None
    comparisons: int
    share: float
    evidence: Evidence = field(repr=False, compare=False)

    @property
    def without_test(self) -> bool:
        """Whether no t-test exists, as the scores do not vary: then both p-values are 1 and say nothing.

        The statistic would be 0 / 0, or a difference / 0. Equal scores are no proof either: where the seeds
        do not reach the training they are one run, and a coarse metric can hide a spread.
        """
        return self.evidence.without_spread and not self.evidence.ranked

    @property
    def needed_with(self) -> str:
        """What `seeds_needed` allows for, in words: other candidates and further looks make it larger."""
        others = f"Holm's method for {self.comparisons} candidates" if self.comparisons > 1 else ""
        looks = "a further look" if self.share < 1.0 else ""
        allowed = " and ".join(filter(None, (others, looks)))
        return f"with {allowed} allowed for" if allowed else "without Holm's method and further looks"

    @property
    def cliffs_delta(self) -> float:
        """Cliff's delta, 2 P - 1 of the probability of superiority P: above 0 where the candidate is better.

        Source: Cliff (1993), doi:10.1037/0033-2909.114.3.494.
        """
        return 2.0 * self.probability_of_superiority - 1.0

    def sensitivity(self, rng: np.random.Generator | None = None) -> Sensitivity:
        """What other tests say of the same scores. They decide nothing; see `tuner.stats.secondary`.

        `rng` draws the permutations where there are too many to try them all; without it the same scores
        give the same answer every time.
        """
        return analyse(self.evidence, rng or np.random.default_rng(0))

    def _card(self) -> Card:
        return Card(_claim(self), tuple(_rows(self)), notes=self.flags)


def judge(evidence: Evidence, adjusted: Adjusted) -> Comparison:
    """Reach the verdict and write down all that belongs to it."""
    design, alone = evidence.design, evidence.reference is not None
    verdict = decide(evidence, adjusted)
    flags = reasons(evidence, adjusted, verdict)
    needed = None
    if verdict == "undecided":
        needed, more = seeds_needed(evidence, adjusted)
        flags += more
    effect, interval_effect = _effect(evidence)
    return Comparison(
        name=evidence.name,
        verdict=verdict,
        difference=evidence.estimate.value,
        interval=_interval(evidence, design.level),
        interval_adjusted=_interval(evidence, adjusted.level),
        p_value=evidence.p_value,
        p_adjusted=adjusted.p_value,
        p_equivalence=evidence.p_equivalence,
        p_equivalence_adjusted=adjusted.p_equivalence,
        effect_size=effect,
        interval_effect=interval_effect,
        probability_of_superiority=evidence.superiority,
        interval_superiority=_superiority(evidence),
        correlation=correlation(evidence.candidate, evidence.baseline) if design.paired else None,
        seeds_needed=needed,
        flags=flags,
        method=evidence.method,
        n_candidate=evidence.runs[0],
        n_baseline=0 if alone else evidence.runs[1],
        failures_candidate=evidence.failures[0],
        failures_baseline=evidence.failures[1],
        direction=design.direction,
        paired=design.paired,
        margin=design.margin,
        reference=evidence.reference,
        comparisons=adjusted.comparisons,
        share=adjusted.share,
        evidence=evidence,
    )


def _interval(evidence: Evidence, level: float) -> Interval:
    """The t interval, and none where groups differ without varying: one of no width would claim to know."""
    if evidence.without_spread and evidence.estimate.value != 0.0:
        return Interval(float("nan"), float("nan"), level)
    return evidence.estimate.interval(level)


def _effect(evidence: Evidence) -> tuple[float, Interval]:
    """Hedges' g with its interval, in the candidate's own deviations against a fixed reference."""
    first, second = finished(evidence.candidate), finished(evidence.baseline)
    if evidence.reference is None:
        effect, deviation = hedges_g(first, second), pooled_deviation(first, second)
    else:
        effect, deviation = hedges_g_to_reference(first, evidence.reference), standard_deviation(first)
    return effect, effect_interval(evidence.estimate, deviation, evidence.design.level)


def _superiority(evidence: Evidence) -> Interval:
    direction = evidence.design.direction
    first, second = losses(evidence.candidate, direction), losses(evidence.baseline, direction)
    return (wins_interval if evidence.matched else superiority_interval)(first, second, evidence.design.level)


def _claim(one: Comparison) -> str:
    """The verdict in a few words."""
    other = "the baseline" if one.reference is None else f"the reference {one.reference:g}"
    if one.verdict == "undecided":
        return f"Undecided: {one.name} is not shown to differ from {other}"
    return f"{one.name} is {one.verdict} {'to' if one.verdict == 'equivalent' else 'than'} {other}"


def _rows(one: Comparison) -> Iterator[tuple[str, str]]:
    """The numbers behind the verdict, each with its label."""
    adjusted = f", adjusted {one.p_adjusted:.2g}" if one.p_adjusted != one.p_value else ""
    lost = any((one.failures_candidate, one.failures_baseline))
    against = f" against {one.n_baseline}" if one.reference is None else ""
    failed = f"; failed {one.failures_candidate} against {one.failures_baseline}" if lost else ""
    yield "difference", one.interval.beside(one.difference)
    found = f"{one.p_value:.2g}{adjusted}; {one.method}, two-sided"
    yield "p-value", "none: without a spread there is no t-test" if one.without_test else found
    if one.margin is not None and one.p_equivalence_adjusted is not None:
        yield "margin", f"{one.margin:g}; p-value of equivalence {one.p_equivalence_adjusted:.2g}"
    yield "probability of superiority", one.interval_superiority.beside(one.probability_of_superiority)
    yield "Hedges' g", one.interval_effect.beside(one.effect_size)
    yield "runs", f"{one.n_candidate}{against}{failed}"
    if one.seeds_needed is not None:
        each = " of each" if one.reference is None else ""
        some = f"about {one.seeds_needed:,}{each}, {one.needed_with}" if one.seeds_needed < MOST_SEEDS else ""
        yield "runs needed", some or "more are not expected to settle it"
    yield "better is", "lower" if one.direction == "minimize" else "higher"
