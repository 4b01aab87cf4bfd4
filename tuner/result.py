"""What a run folder says: its runs, and the statistics of the confirmation phase derived from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tuner.cards import Card, Readable, between, digits, interval, number, p_text, percent, shown, signed
from tuner.ensemble_file import read_ensembles
from tuner.errors import LedgerError
from tuner.ledger import Ledger
from tuner.measured import Measured as Measured
from tuner.measured import comparable, measure
from tuner.naive_file import read_naive
from tuner.predictions import Predictions, scored
from tuner.records import (
    BASELINE,
    Configuration,
    ExampleScores,
    Group,
    Look,
    NaiveScores,
    Run,
    Setup,
    Shown,
    distinct,
    spent,
)
from tuner.shown import read_shown
from tuner.sized import EnsembleSizes, TrainSizes, ensembles_of, train_sizes_of
from tuner.skill import Skill, skill
from tuner.stats.spending import shares

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Result(Readable):
    """All that a run folder holds. `baseline` is None until a confirmation has finished."""

    setup: Setup
    configurations: Mapping[str, Configuration]  # every configuration tried, in the order of trial
    runs: tuple[Run, ...]
    baseline: Measured | None
    finalists: tuple[Measured, ...]  # best first, by mean test score
    folder: Path | None = None
    without_examples: str = ""  # why no difference is told over test examples, where none is
    examples_each: int = 1  # test examples that one stored score stands for
    groups: tuple[Group, ...] = ()  # those that have ended, where the runs come from a ledger
    # What is kept of the predictions for some test examples, by configuration; what the study shows of them.
    predictions: Mapping[str, Predictions] = field(default_factory=dict, repr=False, compare=False)
    shown: Shown | None = field(default=None, repr=False)
    naive: NaiveScores | None = None  # of the study's forecasts
    train_sizes: tuple[TrainSizes, ...] = ()  # test scores by numbers of training examples, and of networks
    ensemble_sizes: tuple[EnsembleSizes, ...] = ()
    skill: Skill | None = field(init=False, repr=False, compare=False)  # against the best naive forecast

    def __post_init__(self) -> None:
        object.__setattr__(self, "skill", skill(self))

    @property
    def epochs(self) -> int:
        """The most epochs that a run trained: build may ask for other numbers than the study."""
        lengths = [len(values) for run in self.runs for values in run.history.values()]
        return max(lengths, default=self.setup.epochs)

    @property
    def seconds(self) -> float:
        """What all sessions took together; of one that has not ended, up to its last group."""
        return spent(self.setup, self.groups)

    @property
    def looks(self) -> tuple[tuple[Look, float], ...]:
        """The looks at this study so far, each with its share of the error rate."""
        looks = distinct(self.setup.looks)
        seeds = [look.repeats if len(look.configurations) > 1 else 0 for look in looks]
        return tuple(zip(looks, shares(seeds), strict=True))

    @property
    def seen(self) -> tuple[Run, ...]:
        """The runs that a verdict rests on, and those of the search: while a confirmation is extended, none
        that the last look has not seen.
        """
        if not self.setup.looks:
            return self.runs
        most = self.setup.looks[-1].repeats
        return tuple(run for run in self.runs if run.phase == "search" or run.seed_index < most)

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

    def frame(self) -> "pd.DataFrame":
        """Every run as a table for pandas, one row a run and split: the columns of scores.csv."""
        from tuner.frames import scores_frame

        return scores_frame(self.runs, self.configurations)

    def history(self) -> "pd.DataFrame":
        """The learning curves as a table for pandas, one row a run and epoch."""
        from tuner.frames import history_frame

        return history_frame(self.runs)

    def __repr__(self) -> str:
        return f"<Result of {shown(self.setup.study)}: {self._claim()}; {len(self.runs):,} runs>"

    def _claim(self) -> str:
        """What was found, in a few words."""
        if self.baseline is None:
            return "confirmation has not finished"
        if not self.finalists:
            return "nothing was compared with the baseline"
        if self.better:
            return f"{shown(self.better[0].name)} is better than the baseline"
        return "no finalist is shown to be better than the baseline"

    def _card(self) -> Card:
        setup = self.setup
        title = f"{shown(setup.study)}: {self._claim()}"
        phases = [str(run.phase) for run in self.runs]
        if self.baseline is None:
            counted = ("search", "confirmation")
            return Card(title, tuple((f"runs in {phase}", f"{phases.count(phase):,}") for phase in counted))
        ends = f"{percent(setup.level)} interval"
        equivalence = () if setup.margin is None else ("p (equivalence)",)
        against = self.skill
        verdicts = ("verdict", "difference", ends, "p (adjusted)", *equivalence)
        head = ("configuration", "runs", f"test {shown(setup.metric)}", ends, "SD", *verdicts)
        several = len(self.finalists) > 1
        flags = [
            f"{shown(one.name)}: {flag}" if several else flag
            for one in self.finalists
            for flag in (one.comparison.flags if one.comparison else ())
        ]
        rows = [_row(one) for one in (self.baseline, *self.finalists)]
        rows = [(*row, *[""] * (len(head) - len(row))) for row in rows]
        if against is None:
            return Card(title, tuple(rows), head, tuple(dict.fromkeys(flags)))
        words = [against.comparisons[row.name].verdict for row in (self.baseline, *self.finalists)]
        rows = [(*row, word) for row, word in zip(rows, words, strict=True)]
        flags.insert(0, _skill(against, self.best or self.baseline))
        head = (*head, "vs naive")
        if against.without:
            title += "; all are worse than a naive forecast"
        return Card(title, tuple(rows), head, tuple(dict.fromkeys(flags)))


def load(folder: str | Path) -> Result:
    """The result that a run folder holds, computed from its ledger.

    Raises: LedgerError where the folder is no run folder, or a file in it is damaged.
    """
    folder = Path(folder)
    if folder.is_file():
        raise LedgerError(f"{folder}: is a file and no run folder; `tuner run` writes one under reports/")
    if not folder.is_dir():
        raise LedgerError(f"{folder}: no such run folder; `tuner run` writes one under reports/")
    ledger = Ledger(folder)
    setup = ledger.read_setup()
    if setup is None:
        raise LedgerError(f"{folder}: holds no run of tuner (no run.json in it)")
    examples, predictions = {}, {}
    if setup.looks:
        look = setup.looks[-1]
        for name in look.configurations:
            examples[name] = ledger.examples("confirmation", name, look.repeats)
            predictions[name] = scored(ledger.predictions("confirmation", name, look.repeats), examples[name])
    groups = tuple(group for group in ledger.groups if group.runs)
    result = derive(setup, ledger.configurations, ledger.runs, folder, examples, groups)
    sizes, ensembles = train_sizes_of(setup, ledger.groups), ensembles_of(setup, read_ensembles(folder))
    result = replace(result, predictions=predictions, train_sizes=sizes, ensemble_sizes=ensembles)
    return replace(result, naive=read_naive(folder), shown=_still_shown(result, read_shown(folder)))


def _still_shown(result: Result, found: Shown | None) -> Shown | None:
    """What the study showed, unless it is of another configuration or of fewer runs than are kept now."""
    if found is None or result.best is None or found.configuration != result.best.name:
        return None
    kept = result.predictions.get(found.configuration, Predictions())
    return found if found.runs == len(kept.seeds) else None


def derive(
    setup: Setup,
    configurations: Mapping[str, Configuration],
    runs: tuple[Run, ...],
    folder: Path | None = None,
    examples: Mapping[str, ExampleScores] = MappingProxyType({}),
    groups: tuple[Group, ...] = (),
) -> Result:
    """The result of these runs, with the statistics of the last look.

    Runs of a confirmation that has not finished are not looked at. `examples` are the scores of single test
    examples by configuration, as far as they are known; `groups` tell when the runs trained.

    Raises: LedgerError where runs that a look has seen are missing.
    """
    if not setup.looks:
        return Result(setup, configurations, runs, None, (), folder, groups=groups)
    known, without = comparable(examples, setup.looks[-1].configurations)
    found = measure(setup, configurations, runs, known)
    if found is None:
        raise LedgerError(f"{folder}: runs of its confirmation are missing; `tuner run` trains them again")
    each = known[BASELINE].each if known else 1
    return Result(setup, configurations, runs, found[0], found[1:], folder, without, each, groups)


def _skill(found: Skill, chosen: Measured) -> str:
    """Whether there is skill, in a sentence."""
    score = number(found.score)
    if found.without:
        return f"Every configuration is worse than {found.called(score)}: there is no skill here."
    return f"{shown(chosen.name)} {found.says(chosen.name, score)}."


def _row(one: Measured) -> tuple[str, ...]:
    """A configuration as a row of the card of its result; that of the baseline is short."""
    summary, compared = one.summary, one.comparison
    runs = f"{summary.n}" + (f" ({summary.failures} failed)" if summary.failures else "")
    ends = between(summary.interval.low, summary.interval.high)
    measured = (shown(one.name), runs, digits(summary.mean), ends, digits(summary.std))
    if compared is None:
        return measured
    ends = interval(compared.interval.low, compared.interval.high)
    p_values = [p_text(None if compared.without_test else compared.p_adjusted)]
    if compared.margin is not None:
        p_values.append(p_text(compared.p_equivalence_adjusted))
    return (*measured, compared.verdict, signed(compared.difference), ends, *p_values)
