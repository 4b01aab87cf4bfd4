"""From evidence to one of four words, with the reasons that a reader needs."""

from dataclasses import dataclass
from typing import Literal

from tuner.stats.evidence import Evidence
from tuner.stats.power import (
    MOST_SEEDS,
    seeds_for_difference,
    seeds_for_equivalence,
    seeds_for_superiority,
    spread,
)
from tuner.stats.significance import failure_rates_test, smallest_p_value

Verdict = Literal["better", "worse", "equivalent", "undecided"]

MINIMUM_RUNS = 5
"""With fewer runs in a group there is no verdict: a spread of so few says too little."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The p-values of one pair after adjustment for the number of candidates, `comparisons`, and the `share`
    of the error rate that they may use; `planned` is the share for which the seeds needed are counted.
    `level` is the confidence level of the interval that agrees with `p_value`.
    """

    p_value: float
    p_checked: float
    p_equivalence: float | None
    level: float
    comparisons: int
    share: float = 1.0
    planned: float = 1.0


def decide(evidence: Evidence, adjusted: Adjusted) -> Verdict:
    """The verdict. Equivalence goes first: a significant difference within the margin does not matter."""
    alpha = evidence.design.alpha
    if min(evidence.runs) < MINIMUM_RUNS:
        return "undecided"
    if adjusted.p_equivalence is not None and adjusted.p_equivalence <= alpha:
        return "equivalent"
    if adjusted.p_checked <= alpha:
        return "better" if evidence.candidate_leads else "worse"
    return "undecided"


def reasons(evidence: Evidence, adjusted: Adjusted, verdict: Verdict) -> tuple[str, ...]:
    """What the verdict alone does not say, in short sentences."""
    alpha = evidence.design.alpha
    found = [
        *_about_runs(evidence),
        *_about_failures(evidence, alpha * adjusted.share),
        *_about_shapes(evidence),
    ]
    if verdict == "equivalent" and adjusted.p_value <= alpha:
        side = "better" if evidence.candidate_leads else "worse"
        found.append(
            f"Significantly {side} than {evidence.design.called}, but within the margin: equivalent."
        )
    if verdict == "undecided" and _means_unreliable(evidence, adjusted):
        found.append(
            "The means are significantly different, but the Brunner-Munzel test does not confirm it in this "
            f"skewed or unequal-sized pair (p = {evidence.p_checked:.3g}): means unreliable."
        )
    enough = min(evidence.runs) >= MINIMUM_RUNS
    if verdict == "undecided" and enough and _missed_by_share(adjusted, alpha):
        found.append(
            "By the whole error rate this would be decided; this look has "
            f"{100 * adjusted.share:.3g} % of it, because the looks at a study share it."
        )
    return tuple(found)


def seeds_needed(evidence: Evidence, adjusted: Adjusted) -> tuple[int, tuple[str, ...]]:
    """Runs a group, those already there included, for 80 % power to settle an undecided pair; and flags.

    At the margin where there is one and it asks for more runs than there are; otherwise at the observed
    difference, which is optimistic. Among several candidates at the level of Holm's first and hardest
    step, alpha / comparisons, and at the planned share of it.
    """
    alpha = evidence.design.alpha * adjusted.planned / adjusted.comparisons
    matched, margin = evidence.matched, evidence.design.margin
    current = min(evidence.runs)
    least = max(current + 1, MINIMUM_RUNS)
    if evidence.ranked or _means_unreliable(evidence, adjusted):
        needed = seeds_for_superiority(evidence.superiority, paired=matched, alpha=alpha)
        return _capped(max(needed, least), "probability of superiority")
    if evidence.without_spread:
        return _capped(MOST_SEEDS)
    noise = spread(evidence.candidate, evidence.baseline, paired=matched)
    observed = evidence.estimate.value
    if not noise.std > 0.0:
        return least, ("One run has no spread: the number of seeds needed is only the least for a verdict.",)
    if margin is not None:
        planned = max(seeds_for_difference(margin, noise, alpha=alpha), MINIMUM_RUNS)
        if planned > current:
            return _capped(planned)
        within = seeds_for_equivalence(observed, margin, noise, alpha=alpha)
        needed = min(within, seeds_for_difference(observed, noise, alpha=alpha))
    else:
        needed = seeds_for_difference(observed, noise, alpha=alpha)
    return _capped(max(needed, least), "difference")


def _missed_by_share(adjusted: Adjusted, alpha: float) -> bool:
    """Whether a p-value is too large only because this look may not use the whole error rate.

    Not known of one that was capped at 1: then nothing is said.
    """
    found = (adjusted.p_checked, adjusted.p_equivalence)
    return any(p is not None and p < 1.0 and p * adjusted.share <= alpha < p for p in found)


def _means_unreliable(evidence: Evidence, adjusted: Adjusted) -> bool:
    return adjusted.p_value <= evidence.design.alpha < adjusted.p_checked


def _capped(needed: int, observed: str = "") -> tuple[int, tuple[str, ...]]:
    """The number with what must be said about it; `observed` names what was taken for the truth."""
    if needed >= MOST_SEEDS:
        return MOST_SEEDS, (f"Not even {MOST_SEEDS:,} runs in each group are expected to settle this.",)
    if observed:
        return needed, (
            f"The number of seeds is optimistic: it takes the observed {observed} for the true one.",
        )
    return needed, ()


def _about_runs(evidence: Evidence) -> list[str]:
    """Too few runs, or runs that do not vary."""
    found = []
    first, second = evidence.runs
    if min(evidence.runs) < MINIMUM_RUNS:
        of_both = f" and {second} of {evidence.design.called}, at least {MINIMUM_RUNS} of each are needed."
        alone = f", at least {MINIMUM_RUNS} are needed."
        found.append(
            f"Too few runs for a verdict: {first} of the candidate"
            + (of_both if evidence.reference is None else alone)
        )
    if evidence.without_spread and not evidence.ranked:
        what = "The difference is the same in every pair" if evidence.design.paired else "No group varies"
        zero = " and the difference is zero," if evidence.estimate.value == 0.0 else ""
        found.append(
            f"{what},{zero} so there is no noise to judge by, and the t-test cannot be used: do the seeds "
            "reach the training, or is the metric too coarse to show it?"
        )
    return found


def _about_failures(evidence: Evidence, alpha: float) -> list[str]:
    """Failed runs, what they change, and whether the rates differ; `alpha` is what the test may use."""
    if not evidence.ranked:
        return []
    (first, second), (n, m) = evidence.failures, evidence.runs
    over = "the pairs in which both runs finished" if evidence.design.paired else "the finished runs"
    both = f" and {second} of {m} baseline runs" if evidence.reference is None else ""
    found = [
        f"{first} of {n} candidate runs{both} failed: failures rank worst, the "
        f"{evidence.method} alone decides, and the difference of the means is over {over}."
    ]
    if evidence.reference is None:
        p_value = failure_rates_test(evidence.failures, evidence.runs)
        found.append(
            f"Failure rates {first / n:.0%} and {second / m:.0%}: p = {p_value:.3g} (Fisher's exact test)."
        )
    if evidence.design.margin is not None:
        found.append("The margin is not used where runs failed: it is about means.")
    if smallest_p_value(n, m, paired=evidence.matched) > alpha:
        runs = f"{n} and {m}" if evidence.reference is None else f"{n}"
        found.append(
            f"With {runs} runs the {evidence.method} cannot reach p <= {alpha:.3g}, whatever the scores."
        )
    return found


def _about_shapes(evidence: Evidence) -> list[str]:
    """Groups whose mean describes few of their runs."""
    found = []
    for name, shape in zip(("the candidate", evidence.design.called), evidence.shapes, strict=True):
        if shape.clearly_skewed:
            found.append(
                f"The scores of {name} are skewed (skewness {shape.skewness:.1f}): a few runs move the "
                "mean, so look at the median as well."
            )
        if shape.bimodal:
            found.append(
                f"The scores of {name} look bimodal (bimodality coefficient {shape.bimodality:.2f} "
                "of at most 1): the mean may describe no run, so look at every one."
            )
    if evidence.reference is not None and not evidence.ranked and evidence.shapes[0].skewed:
        found.append(
            "Skewed scores against a fixed reference: the one-sample t-test is wrong more often than it says."
        )
    return found
