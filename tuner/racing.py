"""The race of the search: every trial against the best so far, with more seeds while it can still win.

The baseline is the first incumbent. A challenger starts with a few seeds and gets more in blocks until it
is dropped or has as many as a trial may have; then it becomes the incumbent where its objective is better.
The incumbent has at least as many seeds as any challenger: before a challenger gets another block, the
incumbent does, where it lacks it. What drops a challenger:

- a run without a score (diverged or failed) or a pruned one, at once, whatever the incumbent has;
- the test of `stats.racing` at a planned look, and nothing else: to be merely behind drops nobody. It
  counts the rivals among which the incumbent was chosen, those that were not dropped.

An incumbent that loses a run drops nobody from then on and gets no more seeds, for its objective cannot
become better again; the first challenger that reaches the most seeds without a failure takes its place.
Every decision follows from scores in the ledger, so an interrupted race goes on as if it had not been.
"""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from tuner.engines.base import ShouldPrune
from tuner.errors import TunerError
from tuner.objective import evaluate_objective, parse_objective
from tuner.records import BASELINE, Configuration, Direction, Run

Measure = Callable[[Configuration, int, ShouldPrune | None], tuple[Run, ...]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A configuration that the search measured, with its runs by seed index.

    `objective` is over the seeds that it has: infinite in the losing direction where a run has no score,
    NaN where it was pruned or every run failed. `dropped` says that it left the race before its end.
    """

    configuration: Configuration
    runs: tuple[Run, ...]
    objective: float
    dropped: bool = False

    @property
    def scores(self) -> tuple[float, ...]:
        """One validation score a run; NaN where it has none."""
        return validation_scores(self.runs)

    @property
    def pruned(self) -> bool:
        return any(run.status == "pruned" for run in self.runs)


def validation_scores(runs: Iterable[Run]) -> tuple[float, ...]:
    """One validation score a run; NaN where it has none."""
    return tuple(run.scores["validation"] if run.status == "complete" else math.nan for run in runs)


def check_objective(objective: str, first: int, most: int) -> None:
    """Raises: TunerError where trials are raced and the objective is not the mean, which the races test."""
    if first < most and objective != "mean":
        raise TunerError(
            f"trials are raced by their means, and the objective is {objective!r}; give one number of seeds,"
            f" such as --search-repeats {most}, or use --objective mean"
        )


class Race:
    """One search: `enter` the baseline, then every trial.

    `measure` gives the runs of seeds 0..count-1 of a configuration; `on_measured` is told of every
    configuration that has left the race, and of an incumbent that was given more seeds.
    """

    def __init__(
        self,
        seeds: tuple[int, int],
        measure: Measure,
        *,
        objective: str,
        direction: Direction,
        paired: bool,
        on_measured: Callable[[Tried], None] = lambda tried: None,
    ) -> None:
        self.first, self.most = seeds
        self._measure, self._on_measured = measure, on_measured
        self._objective, self._direction, self._paired = parse_objective(objective), direction, paired
        self._tried: dict[str, Tried] = {}  # by the values of the configuration
        self._incumbent = ""  # a key of those
        self._trials = self._runs = self._rivals = 0  # trials, their runs, and who could win the race so far
        self._measured, self._seconds = 0, 0.0  # runs, the baseline's too, and what they took

    @property
    def trials(self) -> tuple[Tried, ...]:
        """What was tried besides the baseline, in the order of entering."""
        return tuple(one for one in self._tried.values() if one.configuration.name != BASELINE)

    @property
    def typical_seeds(self) -> float:
        """Seeds that a trial has taken so far, on average; the most before there was any."""
        return self._runs / self._trials if self._trials else self.most

    @property
    def seconds_a_run(self) -> float:
        """What a run has taken so far, on average; 0 before there was any."""
        return self._seconds / max(self._measured, 1)

    @property
    def most_ahead(self) -> int:
        """The most runs that one more trial can take, with those that the incumbent would be given."""
        return self.most + self.most - len(self._tried[self._incumbent].runs)

    def known(self, configuration: Configuration) -> Tried | None:
        """The configuration with the same values that was tried before; None where there is none."""
        return self._tried.get(key_of(configuration))

    def enter(self, configuration: Configuration, should_prune: ShouldPrune | None = None) -> Tried:
        """Race a configuration against the incumbent; the first one to enter becomes the incumbent."""
        key = key_of(configuration)
        tried = self._with(configuration, self.first, should_prune)
        if not self._incumbent:
            self._incumbent = key
        else:
            tried = self._race(tried, should_prune)
        self._keep(key, tried)
        if not tried.dropped and self._is_better(tried, self._tried[self._incumbent]):
            self._incumbent = key
        self._on_measured(tried)
        return tried

    def _race(self, challenger: Tried, should_prune: ShouldPrune | None) -> Tried:
        """Give the challenger block after block until it is dropped or has them all."""
        from tuner.stats.racing import Rules  # SciPy, which nobody needs before the first training

        rules, rivals = Rules(self.first, self.most, self._paired, self._direction), self._rivals
        for _, following in pairwise(rules.counts):
            incumbent = self._tried[self._incumbent]
            if rules.drops(np.array(challenger.scores), np.array(incumbent.scores), rivals):
                return replace(challenger, dropped=True)
            self._strengthen(following)
            challenger = self._with(challenger.configuration, following, should_prune)
        return challenger

    def _strengthen(self, count: int) -> None:
        """Give the incumbent as many seeds as its challenger is about to have."""
        incumbent = self._tried[self._incumbent]
        if len(incumbent.runs) < count and math.isfinite(incumbent.objective):
            incumbent = self._with(incumbent.configuration, count, None)
            self._keep(self._incumbent, incumbent)
            self._on_measured(incumbent)

    def _keep(self, key: str, tried: Tried) -> None:
        """Store what was tried, and count it, so that a trial costs the same after thousands of others."""
        before = self._tried.get(key)
        more = tried.runs[len(before.runs) if before else 0 :]
        self._rivals += _may_win(tried) - (before is not None and _may_win(before))
        if tried.configuration.name != BASELINE:
            self._trials += before is None
            self._runs += len(more)
        self._measured += len(more)
        self._seconds += sum(run.seconds for run in more)
        self._tried[key] = tried

    def _with(self, configuration: Configuration, count: int, should_prune: ShouldPrune | None) -> Tried:
        """The configuration with its first `count` seeds."""
        runs = self._measure(configuration, count, should_prune)
        pruned = any(run.status == "pruned" for run in runs)
        if pruned or all(run.status == "failed" for run in runs):
            return Tried(configuration, runs, math.nan)
        return Tried(
            configuration, runs, evaluate_objective(self._objective, validation_scores(runs), self._direction)
        )

    def _is_better(self, one: Tried, other: Tried) -> bool:
        if not math.isfinite(one.objective) or not math.isfinite(other.objective):
            return math.isfinite(one.objective)
        sign = 1 if self._direction == "minimize" else -1
        return sign * one.objective < sign * other.objective


def _may_win(tried: Tried) -> bool:
    return not tried.dropped and math.isfinite(tried.objective)


def ranked(trials: Iterable[Tried], objective: str, direction: Direction) -> list[Configuration]:
    """The trials with a finite objective, best first (`tuner.ranking`); those dropped come after all others.

    A dropped trial has another number of seeds, and where the data vary with the seed it has seen other
    data: its mean is not to be laid beside that of one that has them all.
    """
    from tuner.ranking import ranked as by_scores  # SciPy, which nobody needs before the end of the search

    finite = [one for one in trials if math.isfinite(one.objective)]
    parts = [[one for one in finite if one.dropped is dropped] for dropped in (False, True)]
    return [
        configuration
        for part in parts
        for configuration in by_scores(
            [(one.configuration, one.scores) for one in part], objective, direction
        )
    ]


def key_of(configuration: Configuration) -> str:
    """Equal for configurations with equal values."""
    return json.dumps(dict(configuration.params), sort_keys=True)
