"""The networks of an ensemble: trained together, each with the seeds of its own streams."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np

from tuner.building import Built, build
from tuner.deploy.weights import put_weights
from tuner.engines import choice
from tuner.engines.base import Job, Outcome
from tuner.errors import BundleError, study_errors
from tuner.metrics import Metric
from tuner.records import Configuration
from tuner.seeds import Seed
from tuner.splits import Splits
from tuner.study import Build, Study
from tuner.trials import PinnedTrial

Purpose = Literal["final", "ensemble"]  # for use, on all data; to be measured, on the train part
Say = Callable[[str], None]

_WORDS: dict[Purpose, str] = {"final": "for use", "ensemble": "to be measured"}
_TRIES = 3  # trainings for a member, where members diverge
# Predictions have to be finite, and nothing chooses by their score.
_FINITE = Metric("finite", "minimize", lambda y_true, y_pred: 0.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is trained: a configuration of a study, by its build function; `key` enters the seeds' names."""

    study: Study
    configuration: Configuration
    build: Build
    key: str
    engine: str = "auto"

    def trial(self) -> PinnedTrial:
        """The configuration's values, as a trial that suggests them."""
        return PinnedTrial(self.configuration.params, self.configuration.name)

    def splits(self) -> Splits:
        """The study's data; where they vary with the seed, one draw that all networks share.

        Raises: StudyError where the data function fails.
        """
        rng = Seed(self.study.seed, "final", "", 0).generator("data")
        with study_errors(f"the data function, called for {self.configuration.name!r},"):
            return self.study.splits(self.trial(), rng)

    def built(self, purpose: Purpose, splits: Splits, index: int = 0) -> Built:
        """A model with its initial weights, as it is trained. Raises: StudyError where build fails."""
        with study_errors(f"build, called for {self.configuration.name!r},"):
            return build(self.study, self.build, self.trial(), splits, self.seed(purpose, index))

    def seed(self, purpose: Purpose, index: int) -> Seed:
        """The streams of a network, which no run of the search or the confirmation draws from."""
        return Seed(self.study.seed, purpose, self.key, index)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A trained network: its seed index, its weights in the order of `model.weights`."""

    seed: int
    weights: tuple[np.ndarray, ...]


def train(
    recipe: Recipe,
    purpose: Purpose,
    splits: Splits,
    members: int,
    *,
    say: Say,
    note: Say,
    on_progress: Callable[[float], None],
) -> tuple[Network, ...]:
    """Train `members` networks. One that diverges is trained again with the next seed, which `say` is told.

    Nothing is chosen by score. `note` is told what the engines say.

    Raises: BundleError where training fails, or too many diverge.
    """
    found: list[Network] = []
    tried = 0
    while len(found) < members and tried < _TRIES * members:
        indices = range(tried, tried + members - len(found))
        tried = indices.stop
        for index, outcome in zip(
            indices, _outcomes(recipe, purpose, splits, indices, note, on_progress), strict=True
        ):
            if outcome.error:
                raise BundleError(f"training {recipe.configuration.name!r} fails with {outcome.error}")
            if outcome.status == "complete":
                found.append(Network(index, outcome.weights))
            else:
                say(f"A network ({_WORDS[purpose]}, seed {index}) diverged, and another seed took its place")
    if len(found) < members:
        raise BundleError(
            f"of {tried} trainings of {recipe.configuration.name!r} only {len(found)} ended with finite"
            f" numbers, and {members} members are wanted; give --members {len(found)}"
            if found
            else f"all {tried} trainings of {recipe.configuration.name!r} diverged; finalize another one"
        )
    return tuple(found)


def _outcomes(
    recipe: Recipe,
    purpose: Purpose,
    splits: Splits,
    indices: range,
    note: Say,
    on_progress: Callable[[float], None],
) -> tuple[Outcome, ...]:
    job = Job(
        builds=tuple(partial(recipe.built, purpose, splits, index) for index in indices),
        metric=_FINITE,
        score_on=("validation",),
        seeds=tuple(recipe.seed(purpose, index) for index in indices),
        keep_weights=True,
    )
    with study_errors(f"training {recipe.configuration.name!r}"):
        return choice.Trainer(recipe.engine, job, note).train(range(len(indices)), on_progress)


def answers(network: Any, networks: tuple[Network, ...], x: Any, batch_size: int) -> list[Any]:
    """What each of some trained networks answers to prepared inputs, with the Keras model that they share."""
    found = []
    for one in networks:
        put_weights(network, one.weights)
        found.append(network.predict(x, batch_size=batch_size, verbose=0))
    return found
