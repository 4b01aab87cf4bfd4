"""Repeated evaluation: one configuration and its seeds become runs, through an engine.

This is where a seed index turns into streams, where the engine is chosen, and where a crash in the
user's code becomes a run with the status "failed".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import keras

from tuner.building import Built, build
from tuner.checkpoints import slot_of
from tuner.engines import choice
from tuner.engines.base import Job, OnProgress, ShouldPrune
from tuner.engines.checkpoints import Slot
from tuner.errors import own, study_errors
from tuner.grouping import measured, of_this, plan
from tuner.ledger import Ledger
from tuner.metrics import Metric, resolve_metric
from tuner.naive_scores import of_seeds, of_splits
from tuner.parts import whole
from tuner.provenance import fingerprint, told_apart
from tuner.records import BASELINE, THE_BASELINE, Configuration, Group, NaiveScores, Phase, Run
from tuner.seeds import Apart, Seed
from tuner.sources import Source
from tuner.splits import Splits, digest
from tuner.study import Study
from tuner.taking import taken
from tuner.training import SCORE_ON, Kept, Trained, Training
from tuner.trials import PinnedTrial
from tuner.trying import Trying, TryShow

NONE_APART: Mapping[int, Apart] = MappingProxyType({})  # every stream of a run has its seed index

OnNote = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What building the baseline once has shown."""

    metric: Metric
    engine: str
    engine_reason: str
    backend: str
    sizes: dict[str, int]
    data: str  # sha256 of the arrays of the first seed
    trial: PinnedTrial
    naive: NaiveScores | None = None  # of those splits, where they were asked for
    outputs: Any = None  # with them made-up predictions of the model for a few examples
    credit: str = ""  # whose data they are


class Repeats:
    """Trains configurations of one study with as many seeds as asked for, each seed once.

    With `keep_outputs` confirmed networks keep what they answer for all test examples.

    Raises: StudyError where the metric is none.
    """

    def __init__(
        self,
        study: Study,
        *,
        engine: str = "auto",
        on_note: OnNote = lambda text: None,
        try_show: TryShow | None = None,
        keep_outputs: bool = False,
    ) -> None:
        self.study = study
        self.keep_outputs = keep_outputs
        self.metric = resolve_metric(study)
        self.source = Source(study)
        self._engine = engine
        self._on_note = on_note
        self._try_show = try_show
        self._noted: set[str] = set()
        self._data = ""  # sha256 of the arrays of the first seed, once it is known

    def preflight(self, name: str = BASELINE, *, naive: bool = False) -> Preflight:
        """Make the data and build the baseline once, so that mistakes in a study are found at the start.

        `name` is what errors call it. With `naive` the naive forecasts of the data are scored as well.

        Raises: StudyError for whatever is wrong.
        """
        trying = Trying(self.source, self.metric, keep_outputs=self.keep_outputs)
        built, trial = trying.configuration(Configuration(name, self.study.baseline))
        if self._try_show is not None:
            trying.show(built, self._try_show)
        for candidate in self.source.candidates():
            trying.configuration(candidate)
        with study_errors(f"training {name!r}"):
            engine, reason = choice.choose(self._engine, built)
        if engine == "fit":  # for every configuration
            self._engine = "fit"
        outputs = trying.made_up(built, name, "validation")[2] if naive else None
        self._data = digest(built.splits)
        return Preflight(
            metric=self.metric,
            engine=engine,
            engine_reason=reason,
            backend=keras.config.backend(),
            sizes=built.splits.sizes,
            data=self._data,
            trial=trial,
            naive=self._naive(built.splits, outputs) if naive else None,
            outputs=outputs,
            credit=built.splits.credit,
        )

    @property
    def engine(self) -> str:
        """What is asked for; `fit` where preflight found that nothing else can train the study."""
        return self._engine

    def digest(self) -> str:
        """sha256 of the arrays of the first seed, as preflight finds it, without building a model.

        Raises: StudyError where the data function fails.
        """
        self._data = digest(self.source.splits_of(Configuration(BASELINE, self.study.baseline)))
        return self._data

    def kept(self, group: Group, slot: Slot) -> Kept:
        """A place for what is kept of a group in training, for whoever trains the same on equal packages."""
        values = sorted(group.configuration.params.items())
        what = group.phase, group.configuration.name, values, group.seed_indices
        return Kept(slot, told_apart(self.study, self._code, self._data, keras.config.backend(), what))

    @cached_property
    def _code(self) -> str:
        """sha256 of what defines the study."""
        return self.study.source or fingerprint(self.study)

    @contextmanager
    def noting(self, on_note: OnNote) -> Iterator[None]:
        """Within it, notes are told to somebody else."""
        before, self._on_note = self._on_note, on_note
        try:
            yield
        finally:
            self._on_note = before

    def naive_of_seeds(
        self, preflight: Preflight, count: int, known: NaiveScores | None = None
    ) -> NaiveScores | None:
        """The scores of the naive forecasts on the data of each of the first `count` confirmation seeds.

        Seeds that are `known` are not scored again; None where there are none at all. For data that do not
        vary it is what preflight found.
        """
        found = preflight.naive
        if found is None or not self.study.data_vary or not found.test:
            return found
        made = of_seeds(tuple(found.test), count, partial(self._naive_of, preflight), known)
        return made and replace(made, reasons={**found.reasons, **made.reasons}, remark=found.remark)

    def _naive(self, splits: Splits, outputs: Any) -> NaiveScores | None:
        found = of_splits(splits, self.metric, outputs)
        framed = "trial" in self.study.data_parameters
        if found is None or not framed:
            return found
        whose = self.study.baseline_words or THE_BASELINE
        return replace(found, remark=f"They are of the data as {whose}'s hyperparameters frame them.")

    def _naive_of(self, preflight: Preflight, index: int) -> NaiveScores | None:
        """Those of one seed; None where the user's code fails, as it does for the runs of that seed."""
        try:
            trial = PinnedTrial(self.study.baseline)
            splits = self.source.splits(trial, Seed(self.study.seed, "confirmation", "", index))
            return self._naive(splits, preflight.outputs)
        except Exception:
            return None

    def measure(
        self,
        ledger: Ledger,
        phase: Phase,
        configuration: Configuration,
        count: int,
        on_progress: Callable[[int, float], None] = lambda seeds, share: None,
        should_prune: ShouldPrune | None = None,
    ) -> tuple[Run, ...]:
        """The runs of seeds 0..count-1, trained where the ledger has them not.

        Groups are planned on disk before any of them trains; `on_progress` gets the number of seeds in
        training and the share done. `should_prune` is asked about the first group after every epoch; where
        that is pruned the others are skipped.

        Raises: LedgerError where the ledger holds other values under the configuration's name.
        """
        groups = of_this(ledger, phase, configuration)
        done = {run.seed_index for group in groups for run in group.runs}
        planned = {index for group in groups if group.seed_indices[0] < count for index in group.seed_indices}
        if ahead := sorted((planned | set(range(count))) - done):
            training = self.training(phase, configuration, ahead)
            plan(ledger, phase, configuration, count, training.size)
            self._train_planned(ledger, training, configuration, count, on_progress, should_prune)
        return measured(ledger, phase, configuration, count)

    def _train_planned(
        self,
        ledger: Ledger,
        training: "Training",
        configuration: Configuration,
        count: int,
        on_progress: Callable[[int, float], None],
        should_prune: ShouldPrune | None,
    ) -> None:
        """Train the planned groups of a configuration that have seeds below `count` and no runs yet."""
        pruned = False
        for place, group in enumerate(ledger.of(training.phase, configuration.name)):
            if not group.runs and group.seed_indices[0] < count:
                indices, slot = group.seed_indices, slot_of(ledger.folder, group)
                if pruned:
                    trained = Trained(training.skip(indices))
                else:
                    ask = None if place else should_prune
                    kept = self.kept(group, slot)
                    trained = training.measure(indices, partial(on_progress, len(indices)), ask, kept)
                group = Group(training.phase, configuration, indices, trained.runs, started=trained.started)
                ledger.write(group, trained.examples, trained.predictions, trained.outputs)
                slot.clear()
            pruned = pruned or any(run.status == "pruned" for run in group.runs)

    def train(
        self, phase: Phase, configuration: Configuration, indices: Sequence[int], on_progress: OnProgress
    ) -> tuple[Run, ...]:
        """Train the given seeds now. An exception of the user's code makes them failed runs."""
        return self.training(phase, configuration, indices).train(indices, on_progress)

    def training(
        self,
        phase: Phase,
        configuration: Configuration,
        indices: Sequence[int],
        apart: Mapping[int, Apart] = NONE_APART,
    ) -> Training:
        """A configuration ready to be trained with any of the given seeds.

        `apart` maps a seed index to the streams that have another index than that.
        """
        job = self._job(phase, configuration, indices, apart)
        trainer = choice.Trainer(self._engine, job, own(self._note))
        return Training(phase, configuration.name, tuple(indices), job, trainer, self.study.without_examples)

    def _job(
        self,
        phase: Phase,
        configuration: Configuration,
        indices: Sequence[int],
        apart: Mapping[int, Apart] = NONE_APART,
    ) -> Job:
        study, part = self.study, None
        if phase == "sizes":
            configuration, part = whole(configuration)
        builder, key = self.source.builder(configuration)
        trial = PinnedTrial(configuration.params, configuration.name)
        vary = study.data_vary or (part is not None and part.drawn)
        shared: list[Splits] = []  # the same arrays for every seed, where they do not vary

        def seed_of(index: int) -> Seed:
            return Seed(study.seed, phase, key, index, apart.get(index, ()))

        def build_one(index: int) -> Built:
            seed = seed_of(index)
            splits = shared[0] if shared else self.source.splits(trial, seed)
            if part is not None and not shared:
                splits = taken(splits, part, study.seed, index)
            if not vary and not (splits.pipelines and splits is not study.data):
                shared[:] = [splits]
            return build(study, builder, trial, splits, seed)

        confirmed = phase == "confirmation"
        return Job(
            builds=tuple(partial(build_one, index) for index in indices),
            metric=self.metric,
            score_on=SCORE_ON[phase],
            examples_of="test" if confirmed and not study.without_examples else "",
            predictions_of="test" if confirmed else "",
            own_examples=study.data_vary and not study.same_test,
            outputs_of="test" if phase == "members" or (confirmed and self.keep_outputs) else "",
            seeds=() if vary else tuple(map(seed_of, indices)),
        )

    def _note(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._on_note(text)
