"""Compare candidates with a baseline: estimates first, then the test, then one of four words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.correction import holm
from tuner.stats.design import Design, Direction, check_share
from tuner.stats.effects import hedges_g
from tuner.stats.evidence import Evidence, gather
from tuner.stats.intervals import Interval
from tuner.stats.scores import Scores, as_scores
from tuner.stats.verdict import Adjusted, Verdict, decide, reasons, seeds_needed


@dataclass(frozen=True, slots=True)
class Comparison:
    """One candidate against the baseline. Differences are candidate - baseline, in metric units.

    `interval` is that of the difference at the level asked for, not adjusted for other candidates.
    `p_value` belongs to the test that decides, `method`; `p_equivalence` to the two one-sided tests within
    the margin, None without one. The adjusted ones (divided by the `share` of the error rate that the
    comparison had, then Holm over all candidates of the call, `comparisons`) are those that the verdict uses:
    a verdict has one of at most 1 - level. `effect_size` is Hedges' g and has the sign of the difference;
    `probability_of_superiority` is the chance that a candidate run beats a baseline run, whichever
    direction is better. `seeds_needed` is None where the verdict is decided. `flags` are sentences.
    """

    name: str
    verdict: Verdict
    difference: float
    interval: Interval
    p_value: float
    p_adjusted: float
    p_equivalence: float | None
    p_equivalence_adjusted: float | None
    effect_size: float
    probability_of_superiority: float
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
    comparisons: int
    share: float


def compare(
    candidate: Scores,
    baseline: Scores,
    *,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Comparison:
    """Compare the runs of a candidate with those of the baseline; scores of shapes (n,) and (m,).

    Welch's t-test decides, or the paired t-test where `paired` says that run k of both groups saw the
    same data; where a run failed (a score that is not finite), a rank-based test decides instead, with
    failures as the worst rank. `margin` is the smallest difference that matters, in metric units; without
    it nothing is equivalent. `rng` is for analyses by resampling; the verdict draws no random numbers.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> result = compare([0.8, 0.9, 0.7, 0.8, 0.9, 0.8], [1.2, 1.1, 1.3, 1.2, 1.0, 1.2])
    >>> result.verdict, round(result.difference, 3), result.seeds_needed
    ('better', -0.35, None)
    """
    design = Design(direction, paired, margin, level)
    second = as_scores(baseline, "baseline")
    return _weigh([gather("candidate", as_scores(candidate, "candidate"), second, design)])[0]


def compare_all(
    scores: Mapping[str, Scores],
    *,
    baseline: str,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
    share: float = 1.0,
    next_share: float | None = None,
    rng: np.random.Generator | None = None,
) -> tuple[Comparison, ...]:
    """Compare every named group with the one called `baseline`, in their order; none gives an empty tuple.

    The p-values are Holm-adjusted over the candidates, those of equivalence likewise, so that any false
    verdict of a kind among all candidates is as rare as in a single comparison. A look at a study that is
    looked at several times has a `share` of the error rate (`tuner.stats.spending`), and `seeds_needed` is
    planned for the `next_share`, the same one unless given. For the rest see `compare`.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> old = [1.2, 1.1, 1.3, 1.2, 1.0]
    >>> runs = {"old": old, "a": [0.8, 0.9, 0.7, 0.8, 0.9], "b": [1.1, 1.2, 1.0, 1.3, 1.3]}
    >>> [one.verdict for one in compare_all(runs, baseline="old")]
    ['better', 'undecided']
    """
    design = Design(direction, paired, margin, level)
    if baseline not in scores:
        raise StatisticsError(
            f"no scores for the baseline {baseline!r}; there are {', '.join(map(repr, scores))}"
        )
    planned = share if next_share is None else next_share
    for one in (share, planned):
        check_share(one)
    second = as_scores(scores[baseline], baseline)
    pairs = [
        gather(name, as_scores(values, name), second, design)
        for name, values in scores.items()
        if name != baseline
    ]
    return _weigh(pairs, share, planned)


def _weigh(pairs: Sequence[Evidence], share: float = 1.0, planned: float = 1.0) -> tuple[Comparison, ...]:
    """Adjust the p-values of all pairs for the share and for each other, and judge every pair by them."""

    def adjusted(p_values: Iterable[float]) -> tuple[float, ...]:
        return holm([min(1.0, p_value / share) for p_value in p_values])

    p_values = adjusted(pair.p_value for pair in pairs)
    checked = adjusted(pair.p_checked for pair in pairs)
    equivalence: Sequence[float | None] = [None] * len(pairs)
    within = [pair.p_equivalence for pair in pairs if pair.p_equivalence is not None]
    if within:
        equivalence = adjusted(within)
    return tuple(
        _judge(pair, Adjusted(p_value, p_checked, p_within, len(pairs), share, planned))
        for pair, p_value, p_checked, p_within in zip(pairs, p_values, checked, equivalence, strict=True)
    )


def _judge(evidence: Evidence, adjusted: Adjusted) -> Comparison:
    design = evidence.design
    verdict = decide(evidence, adjusted)
    flags = reasons(evidence, adjusted, verdict)
    needed = None
    if verdict == "undecided":
        needed, more = seeds_needed(evidence, adjusted)
        flags += more
    return Comparison(
        name=evidence.name,
        verdict=verdict,
        difference=evidence.estimate.value,
        interval=_interval(evidence),
        p_value=evidence.p_value,
        p_adjusted=adjusted.p_value,
        p_equivalence=evidence.p_equivalence,
        p_equivalence_adjusted=adjusted.p_equivalence,
        effect_size=hedges_g(evidence.candidate, evidence.baseline),
        probability_of_superiority=evidence.superiority,
        seeds_needed=needed,
        flags=flags,
        method=evidence.method,
        n_candidate=evidence.runs[0],
        n_baseline=evidence.runs[1],
        failures_candidate=evidence.failures[0],
        failures_baseline=evidence.failures[1],
        direction=design.direction,
        paired=design.paired,
        margin=design.margin,
        comparisons=adjusted.comparisons,
        share=adjusted.share,
    )


def _interval(evidence: Evidence) -> Interval:
    """The t interval, and none where groups differ without varying: one of no width would claim to know."""
    if evidence.without_spread and evidence.estimate.value != 0.0:
        return Interval(float("nan"), float("nan"), evidence.design.level)
    return evidence.estimate.interval(evidence.design.level)
