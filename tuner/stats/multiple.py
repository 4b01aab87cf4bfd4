"""Many candidates: all pairs, the set that may hold the best one, and Dunnett's test beside Holm's."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.compare import weigh
from tuner.stats.comparison import Comparison
from tuner.stats.design import Design, Direction
from tuner.stats.evidence import Evidence, gather
from tuner.stats.intervals import Interval
from tuner.stats.scores import FloatArray, Scores, as_scores, finished, standard_deviation
from tuner.stats.verdict import MINIMUM_RUNS


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared: `first` as the candidate, `second` as the baseline of the comparison."""

    first: str
    second: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Contender:
    """One group in the contest for the best. `mean` is over finished runs, NaN where there is none.

    `p_value` is that of "no other group is better", adjusted for the number of others; `may_be_best` says
    that it is above 1 - level.
    """

    name: str
    mean: float
    p_value: float
    may_be_best: bool


@dataclass(frozen=True, slots=True)
class Simultaneous:
    """One candidate against the baseline by Dunnett's test; interval and p-value hold for all together."""

    name: str
    difference: float
    interval: Interval
    p_value: float


def all_pairs(
    scores: Mapping[str, Scores],
    *,
    direction: Direction = "minimize",
    paired: bool = False,
    margin: float | None = None,
    level: float = 0.95,
) -> tuple[Pair, ...]:
    """Compare every group with every later one, by the tests and rules of `compare`.

    Welch's or the paired t-test, or ranks where a run failed; p-values Holm-adjusted over all pairs, so
    that any false verdict of a kind among all pairs is as rare as in a single comparison.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> low, high, other = [0.8, 0.9, 0.7, 0.8, 0.9], [1.1, 1.2, 1.0, 1.3, 1.3], [1.2, 1.1, 1.3, 1.2, 1.0]
    >>> pairs = all_pairs({"a": low, "b": high, "c": other})
    >>> [(pair.first, pair.second, pair.comparison.verdict) for pair in pairs]
    [('a', 'b', 'better'), ('a', 'c', 'better'), ('b', 'c', 'undecided')]
    """
    design = Design(direction, paired, margin, level)
    names = list(combinations(scores, 2))
    groups = {name: as_scores(values, name) for name, values in scores.items()}
    weighed = weigh([gather(first, groups[first], groups[second], design) for first, second in names])
    return tuple(Pair(*pair, comparison) for pair, comparison in zip(names, weighed, strict=True))


def best_set(
    scores: Mapping[str, Scores],
    *,
    direction: Direction = "minimize",
    paired: bool = False,
    level: float = 0.95,
) -> tuple[Contender, ...]:
    """The groups that cannot be told from the best one, and those that can; best mean first.

    The groups that may be best hold the truly best one with probability `level`. A group is ruled out where
    any other is shown to be better, one-sided at (1 - level) / (number of others): only the comparisons of
    the truly best one with the others can go wrong, so nothing more is needed. Spreads may be unequal; the
    price of Bonferroni's bound is a set that is a little too large. Tests and checks are those of `compare`:
    below 5 runs nothing is shown, and failures rank worst.

    Raises: StatisticsError where scores or settings cannot be used.

    Source: multiple comparisons with the best, Hsu (1984), doi:10.1214/aos/1176346732, and Hsu (1996),
    Multiple Comparisons, chapter 4.

    >>> high, low, other = [1.1, 1.2, 1.0, 1.3, 1.3], [0.8, 0.9, 0.7, 0.8, 0.9], [0.9, 0.8, 0.9, 1.0, 0.7]
    >>> [one.name for one in best_set({"a": high, "b": low, "c": other}) if one.may_be_best]
    ['b', 'c']
    """
    design = Design(direction, paired, None, level)
    groups = {name: as_scores(values, name) for name, values in scores.items()}
    # At the lowest level the check of skewed pairs runs for every p-value that could rule a group out.
    lowest = Design(direction, paired, None, 0.5)
    beaten: dict[str, list[float]] = {name: [1.0] for name in groups}
    for first, second in combinations(groups, 2):
        evidence = gather(first, groups[first], groups[second], lowest)
        loser = second if evidence.candidate_leads else first
        beaten[loser].append(_one_sided(evidence))
    means = {name: _mean(values) for name, values in groups.items()}
    others = len(groups) - 1
    found = []
    for name in sorted(groups, key=lambda name: _worst_last(means[name], direction)):
        p_value = min(1.0, others * min(beaten[name])) if others else 1.0
        found.append(Contender(name, means[name], p_value, p_value > design.alpha))
    return tuple(found)


def dunnett(
    scores: Mapping[str, Scores],
    *,
    baseline: str,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> tuple[Simultaneous, ...]:
    """Dunnett's two-sided test of every group against the one called `baseline`, with joint intervals.

    It knows that all candidates share the baseline, so its intervals are shorter than Bonferroni's; it
    takes all groups to be normal with one spread, which `compare_all` does not. It is slow, and its
    integrals are drawn: p-values and intervals carry an error of about 0.001 of themselves. Without `rng` the
    same scores give the same answer every time.

    Raises: StatisticsError where a run failed, a group has fewer than 2 runs, or nothing varies.

    Source: Dunnett (1955), doi:10.1080/01621459.1955.10501294.
    """
    Design(level=level)
    if baseline not in scores:
        raise StatisticsError(
            f"no scores for the baseline {baseline!r}; there are {', '.join(map(repr, scores))}"
        )
    groups = {name: _complete(as_scores(values, name), name) for name, values in scores.items()}
    control = groups.pop(baseline)
    if not groups:
        return ()
    if not any(standard_deviation(values) > 0.0 for values in (control, *groups.values())):
        raise StatisticsError("no group varies, so Dunnett's test has no noise to judge by")
    result = stats.dunnett(*groups.values(), control=control, rng=rng or np.random.default_rng(0))
    limits = np.stack(result.confidence_interval(level), axis=1).tolist()
    return tuple(
        Simultaneous(name, float(values.mean() - control.mean()), Interval(low, high, level), p_value)
        for (name, values), (low, high), p_value in zip(
            groups.items(), limits, result.pvalue.tolist(), strict=True
        )
    )


def _one_sided(evidence: Evidence) -> float:
    """p-value of "the one behind is not worse than the one ahead"; 1 with too few runs to say so."""
    if min(evidence.runs) < MINIMUM_RUNS:
        return 1.0
    return evidence.p_checked / 2.0 if evidence.p_checked < 1.0 else 1.0


def _mean(values: FloatArray) -> float:
    kept = finished(values)
    return float(kept.mean()) if kept.size else float("nan")


def _worst_last(mean: float, direction: Direction) -> tuple[bool, float]:
    return bool(np.isnan(mean)), -mean if direction == "maximize" else mean


def _complete(values: FloatArray, name: str) -> FloatArray:
    """Scores that Dunnett's test can use: at least two runs, none of which failed."""
    if not np.isfinite(values).all():
        raise StatisticsError(f"{name}: a run failed, which Dunnett's test cannot rank; use compare_all")
    if values.size < 2:
        raise StatisticsError(f"{name}: Dunnett's test takes at least 2 runs of every group, not 1")
    return values
