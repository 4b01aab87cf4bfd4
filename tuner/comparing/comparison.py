"""Compare what was lined up: every group described, every candidate judged, and the answer in words."""

from dataclasses import dataclass
from typing import Any

from tuner.cards import interval, number, p_equation, percent, shown, signed, typeset
from tuner.comparing.lineup import Lineup
from tuner.comparing.scorefiles import ScoreSet
from tuner.stats import Comparison, Summary, compare_all, describe
from tuner.stats.design import Design
from tuner.stats.power import MOST_SEEDS
from tuner.stats.verdict import MINIMUM_RUNS


@dataclass(frozen=True, slots=True)
class Described:
    """One group of runs: its scores (NaN where a run failed) and their summary."""

    name: str
    scores: tuple[float, ...]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its comparison to the baseline, and what that says in a sentence."""

    group: Described
    comparison: Comparison
    sentence: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A baseline and all its candidates. `baseline` is a plain number where that was the reference."""

    baseline: Described | float
    candidates: tuple[Judged, ...]
    design: Design
    metric: str
    remarks: tuple[str, ...]

    @property
    def groups(self) -> tuple[Described, ...]:
        """Every group of runs, the baseline first where it is one."""
        candidates = tuple(one.group for one in self.candidates)
        return (self.baseline, *candidates) if isinstance(self.baseline, Described) else candidates


def compare_lineup(lineup: Lineup) -> Compared:
    """Compare every candidate with the baseline, Holm-adjusted over the candidates, where that is not done.

    Raises: StatisticsError where scores cannot be used.
    """
    design, baseline = lineup.design, lineup.baseline
    comparisons = _compared(lineup) if lineup.decided is None else lineup.decided
    against = described(baseline, design.level) if isinstance(baseline, ScoreSet) else baseline
    judged = tuple(
        Judged(group, comparison, verdict_sentence(group, against, comparison))
        for group, comparison in zip(
            (described(one, design.level) for one in lineup.candidates), comparisons, strict=True
        )
    )
    return Compared(against, judged, design, lineup.metric, lineup.remarks)


def _compared(lineup: Lineup) -> tuple[Comparison, ...]:
    design, baseline = lineup.design, lineup.baseline
    candidates = {one.name: one.scores for one in lineup.candidates}
    name = baseline.name if isinstance(baseline, ScoreSet) else "reference"
    while name in candidates:  # of the reference: the names of sets differ
        name += "'"
    groups: dict[str, Any] = {name: baseline.scores if isinstance(baseline, ScoreSet) else baseline}
    return compare_all(
        groups | candidates,
        baseline=name,
        direction=design.direction,
        paired=design.paired,
        margin=design.margin,
        level=design.level,
    )


def described(one: ScoreSet, level: float) -> Described:
    """A set of scores with its summary."""
    return Described(one.name, one.scores, describe(one.scores, level=level))


def verdict_sentence(group: Described, baseline: Described | float, compared: Comparison) -> str:
    """The verdict on a candidate in one plain sentence."""
    name = shown(group.name)
    other = shown(baseline.name) if isinstance(baseline, Described) else f"the reference {number(baseline)}"
    each = "runs of each" if isinstance(baseline, Described) else "runs"
    numbers = _numbers(compared)
    means = f"{typeset(number(group.summary.mean))} against {typeset(_mean(baseline))} on average"
    if compared.verdict == "equivalent":
        return f"{name} is equivalent to {other}: {numbers}, within the margin of {compared.margin:g}."
    if compared.verdict == "undecided":
        return (
            f"Undecided whether {name} is better than {other}: {means} ({numbers}). {_needed(compared, each)}"
        )
    ranks = ""
    if compared.failures_candidate or compared.failures_baseline:
        means = f"{means} over the runs that finished"
        if not compared.method.endswith("t-test"):  # that of an earlier look, without failures
            ranks = " by ranks, failed runs being the worst"
    better = "lower" if compared.direction == "minimize" else "higher"
    return f"{name} is {compared.verdict} than {other}{ranks}: {means}, {better} is better ({numbers})."


def _mean(baseline: Described | float) -> str:
    return number(baseline.summary.mean if isinstance(baseline, Described) else baseline)


def _numbers(compared: Comparison) -> str:
    ends = interval(compared.interval.low, compared.interval.high)
    said = [f"difference {signed(compared.difference)}"]
    said.append(f"{percent(compared.interval.level)} interval {ends}" if ends else "no interval is possible")
    adjusted = "adjusted " if compared.comparisons > 1 else ""
    p_value = compared.p_adjusted
    if compared.verdict == "equivalent" and compared.p_equivalence_adjusted is not None:
        adjusted, p_value = f"{adjusted}equivalence ", compared.p_equivalence_adjusted
    if not compared.without_test or "equivalence" in adjusted:
        said.append(f"{adjusted}{p_equation(p_value)}")
    return typeset(", ".join(said))


def _needed(compared: Comparison, each: str) -> str:
    needed = compared.seeds_needed
    if needed is None:
        return "More runs may settle it."
    if needed >= MOST_SEEDS:
        return "More runs are not expected to settle it."
    if needed <= MINIMUM_RUNS:
        return f"A verdict takes at least {MINIMUM_RUNS} {each}."
    return f"About {needed:,} {each} are expected to settle it, {compared.needed_with}."


def as_json(compared: Compared) -> dict[str, Any]:
    """The answer for other programs."""
    baseline = compared.baseline
    design = compared.design
    return {
        "metric": compared.metric,
        "direction": design.direction,
        "paired": design.paired,
        "margin": design.margin,
        "level": design.level,
        "baseline": group_json(baseline)
        if isinstance(baseline, Described)
        else {"name": "reference", "value": baseline},
        "candidates": [_candidate(one) for one in compared.candidates],
        "remarks": compared.remarks,
    }


def group_json(group: Described) -> dict[str, Any]:
    """One group for other programs."""
    summary = group.summary
    return {
        "name": group.name,
        "n": summary.n,
        "failures": summary.failures,
        "mean": summary.mean,
        "std": summary.std,
        "interval": (summary.interval.low, summary.interval.high),
    }


def _candidate(one: Judged) -> dict[str, Any]:
    found = one.comparison
    return {
        **group_json(one.group),
        "difference": found.difference,
        "difference_interval": (found.interval.low, found.interval.high),
        "method": found.method,
        "p_value": found.p_value,
        "p_adjusted": found.p_adjusted,
        "p_equivalence": found.p_equivalence,
        "p_equivalence_adjusted": found.p_equivalence_adjusted,
        "probability_of_superiority": found.probability_of_superiority,
        "probability_of_superiority_interval": (
            found.interval_superiority.low,
            found.interval_superiority.high,
        ),
        "effect_size": found.effect_size,
        "effect_size_interval": (found.interval_effect.low, found.interval_effect.high),
        "verdict": found.verdict,
        "seeds_needed": found.seeds_needed,
        "flags": found.flags,
        "sentence": one.sentence,
    }
