"""The study's build function, as it makes the network that a bundle holds.

A build function may read numbers from the data that it is given, such as means to scale by, which are then
constants of the network and none of its weights. Weights say what the bundle says only under the constants
that they were trained under, which are those of the bundle's architecture. So it is tried once whether
what build makes with the newer data answers as the bundle does. If not, the network is always made with the
data that the bundle was finalized with, and only the arguments of `fit` are those for the data at hand.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from tuner.building import call_symbolically, called, tried
from tuner.deploy.bundle import Bundle
from tuner.deploy.refitting import joined
from tuner.deploy.serving import network_of
from tuner.deploy.storing import same_answers
from tuner.deploy.updating.parting import Parts
from tuner.errors import BundleError, StudyError, study_errors
from tuner.splits import Splits
from tuner.study import Build, Study
from tuner.trees import Tree, mapped
from tuner.trials import PinnedTrial

Weights = tuple[np.ndarray, ...]

_FEW = 32  # old and new examples each, by which two networks are known to be the same


@dataclass(frozen=True, slots=True)
class Maker:
    """A build function whose networks compute as that of the bundle, and what is to be said of it."""

    build: Build
    notes: tuple[str, ...] = ()


def maker_of(
    bundle: Bundle, study: Study, old: Splits, names: Sequence[str], new: Parts, weights: Weights
) -> Maker:
    """The build function of a bundle's configuration. The bundle was finalized with the splits `names` of the
    `old` data, and `weights` are those of a member.

    Raises: BundleError where no network that it makes is that of the bundle; StudyError where it fails.
    """
    candidate = study.candidates.get(bundle.configuration)
    build: Build = candidate if callable(candidate) else study.build
    x = mapped(_some, old.train[0], new.test[0])
    with suppress(BundleError, StudyError):  # of other data it may make other shapes, or nothing
        if _makes_it(bundle, build, Splits(new.train, new.validation, new.test), weights, x):
            return Maker(build)
    first = joined(old, keep_test="test" not in names)
    if not _makes_it(bundle, build, first, weights, x):
        raise BundleError(
            f"{bundle.place()}: with the weights of the bundle, what the study builds answers otherwise than"
            " the bundle, also where build is given the data that it was finalized with; let build read"
            " nothing that has changed since, or finalize a new run of the study"
        )
    return Maker(_given_first(build, first), (_NOTE,))


_NOTE = (
    "build makes another network of other data, as it reads numbers from them: networks are made with the old"
    " data, as the existing model was, and keep its constants"
)


def _makes_it(bundle: Bundle, build: Build, splits: Splits, weights: Weights, x: Tree) -> bool:
    """Whether build makes the network of the bundle of these data, as far as inputs `x` tell.

    Raises: BundleError where its weights have other shapes; StudyError where it fails.
    """
    with study_errors(f"build, called for {bundle.configuration!r},"):
        model, _ = tried(build, PinnedTrial(dict(bundle.params), bundle.configuration), splits, 0)
        if not isinstance(model, keras.Model):
            return False
        call_symbolically(model, splits)
    if [tuple(weight.shape) for weight in model.weights] != [array.shape for array in weights]:
        raise BundleError(
            f"{bundle.place()}: the study builds another architecture than that of the bundle; use"
            " the versions and the files that it was made with"
        )
    return same_answers(model, network_of(bundle), weights, x)


def _given_first(build: Build, first: Splits) -> Build:
    """A build function whose networks are made with the `first` data, whatever data it is given."""

    def made(trial: Any, data: Splits, seed_index: int) -> tuple[Any, Any]:
        model, _ = called(build, trial, first, seed_index)
        return model, tried(build, trial, data, seed_index)[1]

    return made


def _some(*arrays: np.ndarray) -> np.ndarray:
    """A few examples of each, as a network reads them."""
    some = np.concatenate([array[:_FEW] for array in arrays])
    return some.astype(np.float32) if some.dtype.kind == "f" else some
