"""Repeated evaluation: one configuration and its seeds become runs, through an engine.

This is where a seed index turns into streams, where the engine is chosen, and where a crash in the
user's code becomes a run with the status "failed".
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
from keras.backend import is_float_dtype

from tuner.building import Built, build, symbolic
from tuner.checkpoints import slot_of
from tuner.engines import choice
from tuner.engines.base import Job, OnProgress, ShouldPrune
from tuner.engines.checkpoints import Slot
from tuner.errors import StudyError, own, study_errors
from tuner.grouping import measured, of_this, plan
from tuner.ledger import Ledger
from tuner.metrics import Metric, resolve_metric, unlike
from tuner.naive_scores import of_seeds, of_splits
from tuner.outputs import LABELS
from tuner.parts import whole
from tuner.provenance import told_apart
from tuner.records import BASELINE, Configuration, Group, NaiveScores, Phase, Run
from tuner.seeds import Apart, Seed
from tuner.study import Build, Split, Splits, Study, digest
from tuner.taking import taken
from tuner.training import SCORE_ON, Kept, Trained, Training
from tuner.trees import leaves
from tuner.trials import MissingValueError, PinnedTrial

NONE_APART: Mapping[int, Apart] = MappingProxyType({})  # every stream of a run has its seed index

_FRAMED = "They are of the data as the baseline's hyperparameters frame them."

OnNote = Callable[[str], None]
# Called once with x and y of one test example and made-up predictions of two runs for it; x may be None.
TryShow = Callable[[Any, Any, Any], None]


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
        self._engine = engine
        self._on_note = on_note
        self._try_show = try_show
        self._noted: set[str] = set()
        self._fixed: Splits | None = None
        self._data = ""  # sha256 of the arrays of the first seed, once it is known
        self._test: Split = None  # of all trials, where the study says that it is the same

    def preflight(self, name: str = BASELINE, *, naive: bool = False) -> Preflight:
        """Make the data and build the baseline once, so that mistakes in a study are found at the start.

        `name` is what errors call it. With `naive` the naive forecasts of the data are scored as well.

        Raises: StudyError for whatever is wrong.
        """
        built, trial = self._try(Configuration(name, self.study.baseline))
        self._show_once(built)
        for candidate in self.candidates():
            self._try(candidate)
        with study_errors(f"training {name!r}"):
            engine, reason = choice.choose(self._engine, built)
        if engine == "fit":  # for every configuration
            self._engine = "fit"
        outputs = self._made_up(built, name, "validation")[2] if naive else None
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
        self._data = digest(self.splits_of(Configuration(BASELINE, self.study.baseline)))
        return self._data

    def splits_of(self, configuration: Configuration) -> Splits:
        """The data that a configuration meets, of the first seed where they vary.

        Raises: StudyError where the data function fails.
        """
        with study_errors(f"the data function, called for {configuration.name!r},"):
            trial = PinnedTrial(configuration.params, configuration.name)
            return self._splits(trial, Seed(self.study.seed, "search", "", 0))

    def kept(self, group: Group, slot: Slot) -> Kept:
        """A place for what is kept of a group in training, for whoever trains the same on equal packages."""
        values = sorted(group.configuration.params.items())
        what = group.phase, group.configuration.name, values, group.seed_indices
        return Kept(slot, told_apart(self.study, self._data, keras.config.backend(), what))

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
        framed = found is not None and "trial" in self.study.data_parameters
        return replace(found, remark=_FRAMED) if found is not None and framed else found

    def _naive_of(self, preflight: Preflight, index: int) -> NaiveScores | None:
        """Those of one seed; None where the user's code fails, as it does for the runs of that seed."""
        try:
            trial = PinnedTrial(self.study.baseline)
            splits = self._splits(trial, Seed(self.study.seed, "confirmation", "", index))
            return self._naive(splits, preflight.outputs)
        except Exception:
            return None

    def candidates(self) -> list[Configuration]:
        """The study's own candidates; one with a build function of its own gets the baseline's values."""
        return [
            Configuration(name, dict(self.study.baseline if callable(given) else given))
            for name, given in self.study.candidates.items()
        ]

    def _try(self, configuration: Configuration) -> tuple[Built, PinnedTrial]:
        """Build a named configuration once; its values must be those that the study asks for."""
        name = configuration.name
        trial = PinnedTrial(configuration.params, name)
        builder, _ = self.builder(configuration)
        try:
            built = self._build_once(configuration, builder, trial)
        except MissingValueError as error:
            raise self._misnamed(configuration, builder) or error from None
        if builder is self.study.build and (unused := trial.unused()):
            known = ", ".join(trial.params) or "nothing"
            raise StudyError(f"{name!r} names {unused[0]!r}, which build never suggests; it suggests {known}")
        for param, value in trial.params.items():
            if not isinstance(value, None | bool | int | float | str):
                raise StudyError(
                    f"{name!r} has a {type(value).__name__} for {param!r}; choose among numbers or texts,"
                    " and look the object up in build"
                )
        self._try_metric(built, name)
        return built, trial

    def _build_once(self, configuration: Configuration, builder: Build, trial: PinnedTrial) -> Built:
        name, seed = configuration.name, Seed(self.study.seed, "search", "", 0)
        with study_errors(f"the data function, called for {name!r},"):
            splits = self._splits(trial, seed)
        with study_errors(f"build, called for {name!r},"):
            return build(self.study, builder, trial, splits, seed)

    def _misnamed(self, configuration: Configuration, builder: Build) -> StudyError | None:
        """Every name that a configuration lacks, and what it has instead; None where build fails so."""
        trial = PinnedTrial(configuration.params, configuration.name, lenient=True)
        try:
            self._build_once(configuration, builder, trial)
        except StudyError:
            return None
        lacking = f"{configuration.name!r} has no value for {_listed(trial.missing)}, which build suggests"
        if builder is not self.study.build or not trial.unused():
            return StudyError(f"{lacking}; add {'it' if len(trial.missing) == 1 else 'them'}")
        return StudyError(f"{lacking}, and names {_listed(trial.unused())}, which it never suggests")

    def _try_metric(self, built: Built, name: str) -> None:
        """Score made-up predictions of the model's output shape, so that a wrong metric is found at once."""
        others = [split for split in built.splits.pipelines if split == "test"]  # arrays fit the validation's
        for split in ("validation", *others):
            _, y, y_pred = self._made_up(built, name, split)
            shapes = unlike(y, y_pred)
            tried = f"the metric, tried on {name!r},"
            with study_errors(f"the model of {name!r} {shapes}; {tried}" if shapes else tried):
                self.metric.score(y, y_pred)

    def _made_up(self, built: Built, name: str, split: str) -> tuple[Any, Any, Any]:
        """x and y of a few examples, and predictions of the model's output shape for them."""
        x, y = keras.tree.map_structure(lambda array: np.asarray(array)[:4], built.splits.peek(split))
        rows = len(next(leaves(y)))
        with study_errors(f"the model of {name!r}, called on the data,"):
            spec = built.model(keras.tree.map_structure(symbolic, x))
        if self.keep_outputs and not all(is_float_dtype(one.dtype) for one in keras.tree.flatten(spec)):
            raise StudyError(f"there are no ensembles of {name!r}: {LABELS}; leave --ensemble-sizes out")
        y_pred = keras.tree.map_structure(
            lambda output: np.full((rows, *output.shape[1:]), 0.5, "float32"), spec
        )
        return x, y, y_pred

    def _show_once(self, built: Built) -> None:
        """Let the study's show try one example, so that a mistake in it is not found after the training."""
        if self._try_show is None:
            return
        x, y, y_pred = self._made_up(built, BASELINE, "test")
        runs = keras.tree.map_structure(lambda array: np.stack([array[0]] * 2), y_pred)
        x, y = keras.tree.map_structure(lambda array: array[0], (x, y))
        with study_errors("show, tried on a test example with made-up predictions,"):
            self._try_show(None if "test" in built.splits.pipelines else x, y, runs)

    def try_build(self, trial: Any) -> None:
        """Call the study's functions once with a live trial, to learn which values it suggests."""
        seed = Seed(self.study.seed, "search", "", 0)
        splits = self._splits(trial, seed)
        build(self.study, self.study.build, trial, splits, seed)

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
        builder, key = self.builder(configuration)
        trial = PinnedTrial(configuration.params, configuration.name)
        vary = study.data_vary or (part is not None and part.drawn)
        shared: list[Splits] = []  # the same arrays for every seed, where they do not vary

        def seed_of(index: int) -> Seed:
            return Seed(study.seed, phase, key, index, apart.get(index, ()))

        def build_one(index: int) -> Built:
            seed = seed_of(index)
            splits = shared[0] if shared else self._splits(trial, seed)
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

    def _splits(self, trial: Any, seed: Seed) -> Splits:
        """The data of a run; those that depend on nothing are made once, but for pipelines, which may have
        a state: every run starts with fresh ones."""
        if self._fixed is not None:
            return self._fixed
        splits = self.study.splits(trial, seed.generator("data"))
        if self.study.same_test and "test" not in splits.pipelines:
            self._check_test(splits)
        if not self.study.data_parameters and not (splits.pipelines and splits is not self.study.data):
            self._fixed = splits
        return splits

    def _check_test(self, splits: Splits) -> None:
        """Raises: StudyError where the test split is not that of all other trials and seeds."""
        known = self._test = self._test or splits.test
        pairs = zip(leaves(known), leaves(splits.test), strict=False)
        if known is not splits.test and not all(np.array_equal(one, other) for one, other in pairs):
            raise StudyError(
                "same_test is set, and the data function gives different test splits; leave it out"
            )

    def builder(self, configuration: Configuration) -> tuple[Build, str]:
        """The build function of a configuration, and the configuration's part in the seeds' names."""
        candidate = self.study.candidates.get(configuration.name)
        builder = candidate if callable(candidate) else self.study.build
        if self.study.data_vary:
            return builder, ""
        values = json.dumps(dict(configuration.params), sort_keys=True, default=str)
        owner = configuration.name if callable(candidate) else ""
        return builder, hashlib.sha256(f"{owner}\0{values}".encode()).hexdigest()

    def _note(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._on_note(text)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
