"""Skill: what the confirmed configurations score against the best naive forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tuner.naive import LABELS
from tuner.records import Direction, NaiveScores, Setup, distinct
from tuner.stats import Comparison, compare_looks
from tuner.stats.scores import finished, standard_deviation


class Scored(Protocol):
    """A configuration with its test scores, one a seed."""

    @property
    def name(self) -> str: ...

    @property
    def test(self) -> tuple[float, ...]: ...


class Confirmed(Protocol):
    """What a result has: the setup, the naive forecasts, and the configurations that were confirmed."""

    @property
    def setup(self) -> Setup: ...

    @property
    def naive(self) -> NaiveScores | None: ...

    @property
    def baseline(self) -> Scored | None: ...

    @property
    def finalists(self) -> Sequence[Scored]: ...


@dataclass(frozen=True, slots=True)
class Skill:
    """The best naive forecast on the test split, and by configuration what a comparison with it says.

    `score` is its score, or the mean over the seeds where every seed has data of its own; then the runs are
    compared with it in pairs, each on the data of its own seed.
    """

    forecast: str
    score: float
    comparisons: Mapping[str, Comparison]

    @property
    def without(self) -> bool:
        """Whether every configuration is worse than it."""
        return all(one.verdict == "worse" for one in self.comparisons.values())

    def gain(self, configuration: str) -> float:
        """By how much a configuration's mean is better than the forecast; below 0 where it is worse.

        NaN where no run of it has a score.
        """
        compared = self.comparisons[configuration]
        return -compared.difference if compared.direction == "minimize" else compared.difference

    def called(self, number: str) -> str:
        """The forecast in a sentence; `number` is its score, written out."""
        return f"the best naive forecast ({LABELS[self.forecast]}, {number})"

    def says(self, configuration: str, number: str) -> str:
        """That a configuration beats it, or what else its verdict is, as the end of a sentence."""
        words = {"better": "beats", "equivalent": "is equivalent to", "worse": "is worse than"}
        word = words.get(self.comparisons[configuration].verdict, "is not shown to beat")
        return f"{word} {self.called(number)}"


def means(scores: NaiveScores | None, split: str, seeds: int | None = None) -> dict[str, float]:
    """The score of every naive forecast on a split; where seeds have their own, the mean over `seeds`.

    >>> means(NaiveScores({"zero": (1.0, 3.0)}, {}, own=True), "test")
    {'zero': 2.0}
    """
    if scores is None:
        return {}
    found = {name: np.array(values[:seeds]) for name, values in getattr(scores, split).items()}
    kept = {name: values[np.isfinite(values)] for name, values in found.items()}
    return {name: float(values.mean()) for name, values in kept.items() if values.size}


def means_of(result: Confirmed, split: str) -> dict[str, float]:
    """The same of a result, over the seeds of its last look."""
    looks = result.setup.looks
    return means(result.naive, split, looks[-1].repeats if looks else None)


def spreads_of(result: Confirmed) -> dict[str, float]:
    """The standard deviation of every naive forecast over those seeds, on the test split.

    Nothing where all seeds have the same data.
    """
    if result.naive is None or not result.naive.own:
        return {}
    seeds = result.setup.looks[-1].repeats if result.setup.looks else None
    return {
        name: standard_deviation(finished(np.array(scores[:seeds])))
        for name, scores in result.naive.test.items()
    }


def ordered(found: Mapping[str, float], direction: Direction) -> tuple[str, ...]:
    """The names of some scores, the best first."""
    sign = 1.0 if direction == "minimize" else -1.0
    return tuple(sorted(found, key=lambda name: sign * found[name]))


def skill(result: Confirmed) -> Skill | None:
    """The baseline and the finalists against the best naive forecast on the test split.

    A verdict is reached as that against the baseline is: by the one-sample t-test against a fixed number, or
    the paired one where every seed has data of its own; adjusted for the configurations and for the looks.
    None before confirmation has finished, and where there is no naive forecast for all its seeds.
    """
    looks, scores = distinct(result.setup.looks), result.naive
    if result.baseline is None or scores is None or (scores.own and scores.seeds < looks[-1].repeats):
        return None
    found = means_of(result, "test")
    if not found:
        return None
    best = ordered(found, result.setup.direction)[0]
    confirmed = {one.name: one.test for one in (result.baseline, *result.finalists)}
    reference = "naive"
    while reference in confirmed:
        reference += "'"
    comparisons = compare_looks(
        [
            {reference: scores.test[best][: look.repeats] if scores.own else found[best]}
            | {name: test[: look.repeats] for name, test in confirmed.items() if name in look.configurations}
            for look in looks
        ],
        baseline=reference,
        direction=result.setup.direction,
        paired=scores.own,
        margin=result.setup.margin,
        level=result.setup.level,
    )
    return Skill(best, found[best], {one.name: one for one in comparisons})
