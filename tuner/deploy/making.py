"""All that goes into a bundle: networks for use, networks to be measured, and what is said of them."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from tuner.building import Built
from tuner.deploy.bundle import (
    Bundle,
    Epochs,
    ExampleErrors,
    Member,
    Origin,
    Trained,
    sha256_of,
    write,
    write_examples,
)
from tuner.deploy.card import card_of
from tuner.deploy.choosing import check_unchanged, confirmed, verdict_of
from tuner.deploy.describing import check_inputs, check_servable, kind_of, raw_of, schema_of
from tuner.deploy.expecting import of_ensemble
from tuner.deploy.names import ARCHITECTURE, CARD, PREPARATION
from tuner.deploy.networks import Network, Purpose, Recipe, answers, train
from tuner.deploy.refitting import joined, refit
from tuner.deploy.storing import check_same, rebuilt, write_members
from tuner.engines.base import scoring_batch_size
from tuner.engines.choice import ENGINES
from tuner.errors import BundleError, StudyError
from tuner.metrics import Metric
from tuner.options import wherever
from tuner.prepare import Preparation
from tuner.provenance import versions
from tuner.records import Phase
from tuner.repeats import Repeats
from tuner.reporter import Reporter
from tuner.result import Measured, Result
from tuner.splits import NAMES, Splits
from tuner.study import Study


@dataclass(frozen=True, slots=True)
class FinalizeOptions:
    """What was asked for; `backend` is the one that Keras runs on."""

    members: int
    keep_test: bool
    accept_changes: bool
    engine: str
    backend: str

    @property
    def trained(self) -> tuple[str, ...]:
        """The splits that the members are trained on."""
        return NAMES[:2] if self.keep_test else NAMES


class Telling:
    """Tells a reporter what happens, and keeps what whoever uses the model must know."""

    def __init__(self, reporter: Reporter, name: str, members: int) -> None:
        self._reporter, self._name, self._members = reporter, name, members
        self.notes: list[str] = []

    def say(self, *texts: str) -> None:
        """Sentences to be told and kept; empty ones are none."""
        for text in filter(None, texts):
            self.notes.append(text)
            self._reporter.note(text)

    def note(self, text: str) -> None:
        """A sentence to be told."""
        self._reporter.note(text)

    def expect(self, networks: int) -> None:
        """How many networks are to be trained."""
        self._reporter.expect(networks)

    def progress(self, purpose: Purpose) -> Callable[[float], None]:
        """What the share that is done of a training is told to."""
        return lambda share: self._reporter.training(cast(Phase, purpose), self._name, self._members, share)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What goes into a folder; `bundle` has yet to learn the checksums of its files."""

    bundle: Bundle
    architecture: str
    network: Any
    networks: tuple[Network, ...]
    preparation: Preparation | None
    examples: ExampleErrors | None


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How networks are trained: as confirmation did, on `splits`, and for use, on all examples in `every`."""

    metric: Metric
    recipe: Recipe
    final: Recipe
    splits: Splits
    every: Splits
    built: Built
    epochs: Epochs
    data: str  # checksum of the arrays


def make(result: Result, measured: Measured, study: Study, asked: FinalizeOptions, telling: Telling) -> Made:
    """Train the members of a bundle and measure what to expect of them.

    Raises: TunerError where the study is not that of the run, or its model or its data cannot be finalized.
    """
    plan = _plan(result, measured, study, asked, telling)
    telling.expect(asked.members if asked.keep_test else 2 * asked.members)
    model = _on_all(plan)
    architecture, network = rebuilt(model, study.path)  # what cannot be stored need not be trained
    networks = _train(plan.final, "final", plan.every, asked, telling)
    check_same(model, network, networks[0].weights, plan.every.test[0])
    scored = networks if asked.keep_test else _train(plan.recipe, "ensemble", plan.splits, asked, telling)
    answering = model if asked.keep_test else plan.built.model
    size = scoring_batch_size(plan.built.batch_size)
    said = answers(answering, scored, plan.splits.test[0], size)
    raw = raw_of(plan.splits)
    kind = kind_of(plan.built.model, plan.metric, plan.splits.test[1], said)
    telling.say(kind.note)
    how = _how_measured(asked)
    found = of_ensemble(result.setup, measured, plan.metric, kind, plan.splits, raw, said, how)
    verdict, _ = verdict_of(result, measured)
    bundle = Bundle(
        study=study.name,
        configuration=measured.name,
        params=dict(measured.configuration.params),
        metric=plan.metric.name,
        direction=plan.metric.direction,
        task=kind.task,
        logits=kind.logits,
        schema=schema_of(network, plan.splits, raw, said[0], kind, asked.trained),
        members=tuple(Member(one.seed, "", "") for one in networks),
        epochs=plan.epochs,
        trained=Trained({name: plan.splits.sizes[name] for name in asked.trained}, asked.keep_test),
        expected=found.expected,
        verdict=verdict,
        origin=_origin(result, study, asked, plan.data, plan.splits.credit),
        architecture="",
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        identity=uuid.uuid4().hex,
        series=study.series,
        margin=study.margin,
        batch_size=size,
        target_shape=tuple(plan.splits.test[1].shape[1:]) if kind.task == "classes" else None,
        notes=tuple(telling.notes),
    )
    return Made(bundle, architecture, network, networks, plan.splits.preparation, found.examples)


def store(made: Made, folder: Path) -> None:
    """Put a bundle into an empty folder.

    Raises: BundleError where it holds what JSON cannot.
    """
    members = write_members(folder, made.architecture, made.network, made.networks)
    preparation = examples = ""
    if made.preparation is not None:
        made.preparation.save(folder / PREPARATION)
        preparation = sha256_of(folder / PREPARATION)
    if made.examples is not None:
        examples = write_examples(folder, made.examples)
    bundle = replace(
        made.bundle,
        members=members,
        architecture=sha256_of(folder / ARCHITECTURE),
        preparation=preparation,
        examples=examples,
    )
    (folder / CARD).write_text(card_of(bundle), encoding="utf-8")
    write(bundle, folder)


def _plan(
    result: Result, measured: Measured, study: Study, asked: FinalizeOptions, telling: Telling
) -> _Plan:
    if asked.engine not in ENGINES:
        raise BundleError(f"engine {asked.engine!r} is unknown; use {', '.join(ENGINES)}")
    runner = Repeats(study, engine=asked.engine)
    data = runner.digest()
    telling.say(check_unchanged(result, study, data, asked.backend, accept=asked.accept_changes))
    configuration = measured.configuration
    recipe = Recipe(study, configuration, *runner.source.builder(configuration), asked.engine)
    splits = recipe.splits()
    every = joined(splits, keep_test=asked.keep_test)
    check_inputs(splits)
    built = recipe.built("ensemble", splits)
    check_servable(built.model)
    plan = refit(recipe.build, built, confirmed(result, measured))
    telling.say(*verdict_of(result, measured)[1], *plan.notes, *_on_data(study, splits))
    final = replace(recipe, build=plan.build)
    return _Plan(runner.metric, recipe, final, splits, every, built, plan.epochs, data)


def _on_all(plan: _Plan) -> Any:
    """A model for all examples, with initial weights. Raises: StudyError where build fails on these."""
    try:
        return plan.final.built("final", plan.every).model
    except StudyError as error:
        raise StudyError(f"{error} (finalize calls build with all examples in data.train)") from None


def _train(
    recipe: Recipe, purpose: Purpose, splits: Splits, asked: FinalizeOptions, telling: Telling
) -> tuple[Network, ...]:
    return train(
        recipe,
        purpose,
        splits,
        asked.members,
        say=telling.say,
        note=telling.note,
        on_progress=telling.progress(purpose),
    )


def _on_data(study: Study, splits: Splits) -> tuple[str, ...]:
    """What is to be said of the data that the members are trained on."""
    found = []
    if study.data_vary:
        found.append("The study's data vary with the seed; all networks were trained on one draw of them")
    if splits.preparation is not None and raw_of(splits) is None:
        found.append(
            "The raw data were not at hand: the expected score is in the units of the prepared data, and no"
            " ranges of the raw data are known"
        )
    return tuple(found)


def _how_measured(asked: FinalizeOptions) -> str:
    networks = f"{asked.members} networks" if asked.members > 1 else "one network"
    if asked.keep_test:
        return f"the {networks} of this bundle, which have not seen the test split"
    return f"{networks} with other seeds, trained on the train split alone, as the confirmation did"


def _origin(result: Result, study: Study, asked: FinalizeOptions, data: str, credit: str) -> Origin:
    setup = result.setup
    return Origin(
        path=study.path,
        options={name: wherever(value) for name, value in setup.options.items()},
        source=study.source or setup.source,
        file=study.file,
        run=str(result.folder or ""),
        data=data,
        seed=setup.seed,
        backend=asked.backend,
        engine=asked.engine,
        versions=versions(),
        credit=credit,
    )
