"""Sensitivity to sizes: fresh seeds on parts of the train split, and ensembles of networks.

Both come after the confirmation, for the configuration to use and the baseline. They judge nothing: verdicts
rest on the confirmation alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tuner.ensemble_file import read_ensembles, write_ensembles
from tuner.ensembling import score_ensembles
from tuner.errors import StudyError, TunerError, written_into
from tuner.ledger import Ledger
from tuner.parts import part_for, sized
from tuner.plan import Plan
from tuner.records import Configuration, EnsembleScores, Phase, Run
from tuner.repeats import Preflight, Repeats
from tuner.reporter import Reporter
from tuner.seeds import sequence
from tuner.sizes import AUTO, FEWEST_NETWORKS, Sizes, checked_ensemble_sizes, checked_train_sizes, examples_of
from tuner.study import Study

if TYPE_CHECKING:
    from tuner.result import Result  # statistics, which nobody needs before


class Train(Protocol):
    """Trains seeds 0 to `count` - 1 of a configuration, where the ledger has them not."""

    def __call__(self, phase: Phase, configuration: Configuration, count: int) -> tuple[Run, ...]: ...


class Begin(Protocol):
    """Lets workers train them ahead."""

    def __call__(self, phase: Phase, configuration: Configuration, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class AskedSizes:
    """Which sizes a run is to measure: of the train split, and of ensembles; empty where none."""

    train: tuple[float, ...] = ()
    ensembles: tuple[int, ...] | str = ()

    @property
    def any(self) -> bool:
        return bool(self.train or self.ensembles)

    @property
    def runs(self) -> float:
        """About how many trainings on all examples a configuration takes for one seed."""
        return sum(one if isinstance(one, float) else 1.0 for one in self.train)


def asked(study: Study, plan: Plan) -> AskedSizes:
    """What the plan asks for, or else the study.

    Raises: TunerError where a number cannot be used.
    """

    def given(ours: Sizes, theirs: Sizes | None) -> Sizes:
        return ours if theirs is None else theirs

    return AskedSizes(
        checked_train_sizes(given(study.train_sizes, plan.train_sizes)),
        checked_ensemble_sizes(given(study.ensemble_sizes, plan.ensemble_sizes)),
    )


def check_asked(wanted: AskedSizes, study: Study, preflight: Preflight, repeats: int) -> None:
    """Raises: TunerError where that cannot be measured, before anything is trained."""
    sizes = preflight.sizes
    if wanted.train and "train" not in sizes:
        raise StudyError(
            "--train-sizes takes parts of the train split, which comes batch by batch here; give arrays, or"
            " leave --train-sizes out"
        )
    if wanted.train and (most := max(wanted.train)) > max(sizes["train"], 1):
        raise StudyError(
            f"--train-sizes asks for {most:,} examples, and the train split has {sizes['train']:,}; give so"
            " many at most, or shares such as 0.5"
        )
    if wanted.train and len(examples_of(wanted.train, sizes["train"])) < 2:
        raise StudyError(
            f"--train-sizes are one and the same number of the {sizes['train']:,} training examples; give"
            " sizes further apart"
        )
    if wanted.ensembles:
        _check_ensembles(wanted.ensembles, study, sizes, repeats)


def _check_ensembles(wanted: Sequence[int] | str, study: Study, sizes: dict[str, int], repeats: int) -> None:
    if study.data_vary:
        raise StudyError(
            "--ensemble-sizes needs the same test examples for all networks, and the data function has rng:"
            " every seed has examples of its own; leave --ensemble-sizes out"
        )
    if "test" not in sizes:
        raise StudyError(
            "--ensemble-sizes needs test examples in one order, and the test split comes batch by batch; give"
            " arrays, or leave --ensemble-sizes out"
        )
    least = FEWEST_NETWORKS if wanted == AUTO else max(FEWEST_NETWORKS, *map(int, wanted))
    if repeats < least:
        raise TunerError(
            f"--ensemble-sizes takes the networks of the confirmation, of which there are {repeats}; give"
            f" --repeats {least} or more, or smaller sizes"
        )


class Sensitivity:
    """Measures what is asked for with what a session has: its ledger, and who trains."""

    def __init__(
        self, wanted: AskedSizes, runner: Repeats, ledger: Ledger, reporter: Reporter, repeats: int
    ) -> None:
        self._wanted, self._runner, self._ledger = wanted, runner, ledger
        self._reporter, self._repeats = reporter, repeats

    def measure(self, result: "Result", train: Train, begin: Begin) -> None:
        """Measure the configuration to use and the baseline, each with as many seeds as the confirmation."""
        both = [one.configuration for one in (result.best, result.baseline) if one is not None]
        chosen = list({configuration.name: configuration for configuration in both}.values())
        if self._wanted.train:
            self._measure_sizes(chosen, train, begin)
        if self._wanted.ensembles:
            self._measure_ensembles(chosen, train, begin)

    def _measure_sizes(self, chosen: Sequence[Configuration], train: Train, begin: Begin) -> None:
        parts = [part for configuration in chosen for part in self._parts(configuration)]
        for part in parts:
            begin("sizes", part, self._repeats)
        self._each("sizes", parts, train)

    def _parts(self, configuration: Configuration) -> list[Configuration]:
        """The configuration under a name for each number of examples, the smallest first."""
        total = self._runner.source.splits_of(configuration).sizes["train"]
        series = self._runner.study.series
        return [
            sized(configuration, part_for(examples, total, series=series))
            for examples in examples_of(self._wanted.train, total)
        ]

    def _each(self, phase: Phase, configurations: Sequence[Configuration], train: Train) -> None:
        for place, configuration in enumerate(configurations):
            ahead = (self._untrained(phase, one) for one in configurations[place:])
            self._reporter.expect(sum(ahead))
            self._reporter.measured(phase, configuration, train(phase, configuration, self._repeats))

    def _untrained(self, phase: Phase, configuration: Configuration) -> int:
        done = sum(len(group.runs) for group in self._ledger.of(phase, configuration.name))
        return max(self._repeats - done, 0)

    def _measure_ensembles(self, chosen: Sequence[Configuration], train: Train, begin: Begin) -> None:
        """Of the networks of the confirmation, where their answers are kept, else of ones trained for it."""
        without = [one for one in chosen if self._kept("confirmation", one) is None]
        for configuration in without:
            begin("members", configuration, self._repeats)
        self._each("members", without, train)
        found = [
            self._scored("members" if configuration in without else "confirmation", configuration)
            for configuration in chosen
        ]
        before = read_ensembles(self._ledger.folder)
        others = [one for one in before if one.configuration not in {each.name for each in chosen}]
        if (now := (*found, *others)) != before:
            with written_into(self._ledger.folder):
                write_ensembles(self._ledger.folder, now)

    def _kept(self, phase: Phase, configuration: Configuration) -> object | None:
        return self._ledger.outputs(phase, configuration.name, self._repeats)

    def _scored(self, phase: Phase, configuration: Configuration) -> EnsembleScores:
        kept = self._ledger.outputs(phase, configuration.name, self._repeats)
        assert kept is not None  # else they were trained
        seeds, outputs = kept
        study = self._runner.study
        found = score_ensembles(
            configuration.name,
            phase,
            seeds,
            self._repeats - len(seeds),
            outputs,
            self._runner.source.splits_of(configuration).test[1],
            self._runner.metric,
            self._wanted.ensembles,
            np.random.default_rng(sequence(study.seed, 0, "ensembles")),
        )
        if found.reason:
            self._reporter.note(f"no ensembles of {configuration.name!r}: {found.reason}")
        return found
