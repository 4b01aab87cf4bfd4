"""What a run folder says: its runs, and the statistics of the confirmation phase derived from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.records import BASELINE, Configuration, Look, Phase, Run, Setup, distinct
from tuner.stats import Comparison, Summary, compare_looks, describe
from tuner.stats.spending import shares


@dataclass(frozen=True, slots=True)
class Measured:
    """One configuration after confirmation.

    `test` and `validation` hold one score a confirmation seed, in the order of the seed indices (NaN
    where the run diverged or failed); `search` holds its search scores on the validation split.
    `comparison` is against the baseline, and None for the baseline itself.
    """

    configuration: Configuration
    test: tuple[float, ...]
    validation: tuple[float, ...]
    search: tuple[float, ...]
    summary: Summary
    comparison: Comparison | None

    @property
    def name(self) -> str:
        return self.configuration.name

    @property
    def search_mean(self) -> float:
        """Mean search score on the validation split; NaN where the search never measured it."""
        return sum(self.search) / len(self.search) if self.search else math.nan


@dataclass(frozen=True, slots=True)
class Result:
    """All that a run folder holds. `baseline` is None until a confirmation has finished."""

    setup: Setup
    configurations: Mapping[str, Configuration]  # every configuration tried, in the order of trial
    runs: tuple[Run, ...]
    baseline: Measured | None
    finalists: tuple[Measured, ...]  # best first, by mean test score
    folder: Path | None = None

    @property
    def epochs(self) -> int:
        """The most epochs that a run trained: build may ask for other numbers than the study."""
        lengths = [len(values) for run in self.runs for values in run.history.values()]
        return max(lengths, default=self.setup.epochs)

    @property
    def looks(self) -> tuple[tuple[Look, float], ...]:
        """The looks at this study so far, each with its share of the error rate."""
        looks = distinct(self.setup.looks)
        seeds = [look.repeats if len(look.configurations) > 1 else 0 for look in looks]
        return tuple(zip(looks, shares(seeds), strict=True))

    @property
    def better(self) -> tuple[Measured, ...]:
        """The finalists shown to be better than the baseline, best mean test score first."""
        return tuple(one for one in self.finalists if one.comparison and one.comparison.verdict == "better")

    @property
    def best(self) -> Measured | None:
        """The configuration to use: the first of those that are better, else the baseline.

        None before confirmation has finished.
        """
        return self.better[0] if self.better else self.baseline


def load(folder: str | Path) -> Result:
    """The result that a run folder holds, computed from its ledger.

    Raises: LedgerError where the folder is no run folder, or a file in it is damaged.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise LedgerError(f"{folder}: no such run folder; `tuner run` writes one under reports/")
    ledger = Ledger(folder)
    setup = ledger.read_setup()
    if setup is None:
        raise LedgerError(f"{folder}: holds no run of tuner (no run.json in it)")
    return derive(setup, ledger.configurations, ledger.runs, folder)


def derive(
    setup: Setup,
    configurations: Mapping[str, Configuration],
    runs: tuple[Run, ...],
    folder: Path | None = None,
) -> Result:
    """The statistics of the last look: each configuration described, and compared with the baseline.

    All looks share the error rate, and a verdict stays what it was at the look that reached it. Runs of a
    confirmation that has not finished are not looked at.
    """
    looks = distinct(setup.looks)
    if not looks:
        return Result(setup, configurations, runs, None, (), folder)
    seen = [_seen(runs, look) for look in looks]
    look, test = looks[-1], seen[-1]
    if not all(len(scores) == look.repeats for scores in test.values()):
        raise LedgerError(f"{folder}: runs of its confirmation are missing; `tuner run` trains them again")
    comparisons = compare_looks(
        seen,
        baseline=BASELINE,
        direction=setup.direction,
        paired=setup.paired,
        margin=setup.margin,
        level=setup.level,
    )
    by_name = {comparison.name: comparison for comparison in comparisons}
    measured = [
        Measured(
            configuration=configurations[name],
            test=scores,
            validation=_scores(runs, "confirmation", name, "validation")[: look.repeats],
            search=_scores(runs, "search", name, "validation"),
            summary=describe(scores, level=setup.level),
            comparison=by_name.get(name),
        )
        for name, scores in test.items()
    ]
    baseline = next(one for one in measured if one.name == BASELINE)
    sign = 1 if setup.direction == "minimize" else -1
    finalists = [one for one in measured if one is not baseline]
    finalists.sort(key=lambda one: (math.isnan(one.summary.mean), sign * one.summary.mean))
    return Result(setup, configurations, runs, baseline, tuple(finalists), folder)


def _seen(runs: Sequence[Run], look: Look) -> dict[str, tuple[float, ...]]:
    """The test scores that a look saw, by configuration."""
    return {name: _scores(runs, "confirmation", name, "test")[: look.repeats] for name in look.configurations}


def _scores(runs: Sequence[Run], phase: Phase, name: str, split: str) -> tuple[float, ...]:
    own = (run for run in runs if run.phase == phase and run.configuration == name)
    return tuple(
        run.scores.get(split, math.nan) if run.status == "complete" else math.nan
        for run in sorted(own, key=lambda run: run.seed_index)
    )
