"""A study that is looked at again and again: with more seeds, or with more finalists."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from numbers import Real

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.compare import compare_all
from tuner.stats.comparison import Comparison
from tuner.stats.comparisons import Comparisons
from tuner.stats.design import Direction
from tuner.stats.scores import Scores
from tuner.stats.spending import next_share, shares

Look = Mapping[str, Scores | float]
"""All scores that a look sees, by name, those of earlier looks included; a baseline may be a fixed number."""


def compare_looks(
    looks: Sequence[Look],
    *,
    baseline: str,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
    called: str = "the baseline",
) -> Comparisons:
    """What is to be said after the last of several looks, each with more runs or names than the one before.

    Each look is tested at its share of the error rate (`shares`), Holm-adjusted over all its candidates, so
    that over all looks and candidates any false "better" or "worse", and likewise any false "equivalent", is
    at most as likely as 1 - level. A pair is decided once: its verdict and the p-values that decided it stay,
    while later looks go on to sharpen its estimates, and a flag says where they no longer bear it out. A pair
    without new runs keeps what was said of it, also where a look tests other candidates. `seeds_needed` of an
    undecided pair is planned for the share that the next look would have. Sentences call the baseline as
    `called` says.

    Raises: StatisticsError where there is no look, or scores or settings cannot be used.

    Source: testing stops at the first decisive look as in Pocock (1977), doi:10.1093/biomet/64.2.191, for
    several hypotheses each by itself, Glimm, Maurer & Bretz (2010), doi:10.1002/sim.3748.

    >>> old, new = [1.2, 1.1, 1.3, 1.2, 1.0, 1.1], [1.0, 1.2, 0.9, 1.1, 1.0, 1.1]
    >>> more = {"old": old + [1.2, 1.1, 1.3, 1.2, 1.2, 1.3], "new": new + [0.9, 0.9, 0.8, 0.9, 0.8, 0.9]}
    >>> for looks in ([{"old": old, "new": new}], [{"old": old, "new": new}, more]):
    ...     (one,) = compare_looks(looks, baseline="old")
    ...     one.verdict, one.share
    ('undecided', 0.8)
    ('better', 0.1)
    """
    if not looks:
        raise StatisticsError("there is no look to compare; give the scores of one or more")
    seeds = [_seeds(look, baseline) for look in looks]
    said: dict[str, Comparison] = {}
    decided: dict[str, Comparison] = {}
    for number, share in enumerate(shares(seeds)):
        found = compare_all(
            looks[number],
            baseline=baseline,
            direction=direction,
            paired=paired,
            margin=margin,
            level=level,
            share=share,
            next_share=next_share(seeds[: number + 1]),
            called=called,
        )
        for one in found:
            said[one.name] = _after(said.get(one.name), decided.get(one.name), one, 1.0 - level)
            if said[one.name].verdict != "undecided":
                decided.setdefault(one.name, said[one.name])
    return Comparisons(said[name] for name in looks[-1] if name != baseline)


def _seeds(look: Look, baseline: str) -> int:
    """The most runs that both sides of a pair have."""
    ours = max((_runs(scores) for name, scores in look.items() if name != baseline), default=0)
    reference = look.get(baseline, ())
    return ours if isinstance(reference, Real) else min(ours, _runs(reference))


def _runs(scores: Scores | float) -> int:
    return len(scores) if isinstance(scores, Sequence | np.ndarray) else 1


def _after(
    before: Comparison | None, decision: Comparison | None, now: Comparison, alpha: float
) -> Comparison:
    """What is said of a pair after one more look; `decision` is what was said when it was decided."""
    if decision is not None:
        return decision if _same_runs(decision, now) else _kept(decision, now, alpha)
    if before is not None and _same_runs(before, now):
        return replace(before, seeds_needed=now.seeds_needed or before.seeds_needed)
    return now


def _same_runs(before: Comparison, now: Comparison) -> bool:
    return (before.n_candidate, before.n_baseline) == (now.n_candidate, now.n_baseline)


def _kept(decision: Comparison, now: Comparison, alpha: float) -> Comparison:
    """The verdict of an earlier look, and the p-values that it rests on, beside the estimates of all runs."""
    reached = (
        f"Decided at the look at {decision.n_candidate} seeds, whose p-values are shown; "
        f"the estimates are of all {now.n_candidate}."
    )
    flags = (*decision.flags, reached)
    failures = now.failures_candidate + now.failures_baseline
    if failures > decision.failures_candidate + decision.failures_baseline:
        flags += (
            f"{now.failures_candidate} candidate and {now.failures_baseline} baseline runs have failed by "
            "now: the estimates are over the runs that finished.",
        )
    if not _borne_out(decision, now, alpha):
        p_value = now.p_equivalence if decision.verdict == "equivalent" else now.p_value
        flags += (
            f"All {now.n_candidate} seeds together do not bear the verdict out (alone p = {p_value:.3g}): "
            "treat it with caution.",
        )
    return replace(
        now,
        verdict=decision.verdict,
        interval_adjusted=decision.interval_adjusted,
        p_value=decision.p_value,
        p_adjusted=decision.p_adjusted,
        p_equivalence=decision.p_equivalence,
        p_equivalence_adjusted=decision.p_equivalence_adjusted,
        method=decision.method,
        comparisons=decision.comparisons,
        share=decision.share,
        seeds_needed=None,
        flags=flags,
    )


def _borne_out(decision: Comparison, now: Comparison, alpha: float) -> bool:
    """Whether all runs, judged alone and by the whole error rate, point the way of the decision."""
    if decision.verdict == "equivalent":
        return now.p_equivalence is not None and now.p_equivalence <= alpha
    leads = now.probability_of_superiority > 0.5
    if not now.failures_candidate and not now.failures_baseline:
        leads = (now.difference < 0.0) == (now.direction == "minimize")
    return now.p_value <= alpha and leads == (decision.verdict == "better")
