"""The model of one seed, traced, and whether models of different seeds can share a program."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import jax
import keras
import numpy as np

from tuner.building import Built
from tuner.engines.base import UnsupportedError
from tuner.engines.batches import split
from tuner.engines.callbacks import Rule, learning_rates, rate_place, rules
from tuner.engines.execution import own_loop
from tuner.engines.functions import Functions, functions
from tuner.engines.memory import too_large
from tuner.engines.states import state_of
from tuner.engines.tracing import Tree
from tuner.models.stateful import statefulness
from tuner.pipelines import kind

_ARRAYS = frozenset({"class_weight", "sample_weight"})  # fit arguments that are part of the data
_NUMBERS = frozenset({"batch_size", "epochs", "shuffle", "validation_batch_size"})
_KERAS_DEFAULTS = {"validation_freq": 1}  # None for the others


class Seeded:
    """A model with its data, and what a program needs of it.

    Raises: UnsupportedError where it can be trained by `fit` only.
    """

    def __init__(self, built: Built) -> None:
        if reason := unsupported_alone(built):
            raise UnsupportedError(reason)
        self.built = built
        self.state = state_of(built.model)
        self.peeks = _peeks(built.model)
        self.data = {name: split(built, name) for name in ("train", "validation", "test")}
        self.epochs = int(built.fit["epochs"])
        self.numbers = {name: value for name, value in built.fit.items() if name in _NUMBERS}

    @cached_property
    def functions(self) -> Functions:
        """What the model does; tracing it takes a moment."""
        return functions(self.built, self.data, self.state)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What its callbacks do at the end of every epoch."""
        return rules(self.built.callbacks, self.built.model, self.functions.logs)

    @property
    def weights(self) -> Tree:
        """The weights of the training examples, where there are any."""
        return self.data["train"][2:]

    @cached_property
    def rates(self) -> np.ndarray | None:
        """The learning rate of every epoch, where a callback sets it."""
        return learning_rates(self.built.callbacks, self.built.model, self.epochs)

    @property
    def rate(self) -> int | None:
        """Where the learning rate stands among the optimizer's variables."""
        return rate_place(self.built.model)


def unsupported_alone(built: Built) -> str | None:
    """Why a model can be trained by `fit` only, by what its build function returned."""
    for name, data in built.splits.pipelines.items():
        return f"the {name} split is {kind(data)}, which is read batch by batch"
    if reason := too_large(built.splits):
        return reason
    others = sorted(set(built.fit) - _ARRAYS - _NUMBERS - {"callbacks"})
    for name in others:
        if built.fit[name] != _KERAS_DEFAULTS.get(name):
            return f"build gives the fit argument {name!r}"
    if not isinstance(built.fit.get("shuffle", True), bool):
        return f"build gives shuffle={built.fit['shuffle']!r}"
    if keras.config.max_epochs() or keras.config.max_steps_per_epoch():
        return "Keras is set to limit the epochs, or the steps of an epoch"
    if loop := own_loop(built.model):
        return f"the model has a {loop} of its own"
    if built.model.run_eagerly or not built.model.jit_compile:
        return "the model is compiled with run_eagerly or without jit_compile"
    return statefulness(built.model) or None


def _peeks(model: Any) -> bool:
    """Whether `fit` draws an order to build losses and metrics, before that of the first epoch."""
    parts = (model._compile_loss, model._compile_metrics)
    return any(part is not None and not part.built for part in parts)


def check_alike(seeded: Sequence[Seeded]) -> None:
    """Raises: UnsupportedError where models cannot share a program.

    A program is traced from the first seed's model. Another one may hold other numbers and constant
    arrays, which are inputs of the program, but must do the same with them.
    """
    first, rules = seeded[0], seeded[0].rules
    for other in seeded[1:]:
        if first.numbers != other.numbers:
            raise UnsupportedError("build gives other fit arguments for other seeds")
        if rules != other.rules:
            raise UnsupportedError("build gives callbacks with other settings for other seeds")
        if reason := first.functions.difference(other.functions):
            raise UnsupportedError(f"build makes models that differ by seed in more than numbers: {reason}")


def equal(one: Tree, other: Tree) -> bool:
    """Whether two trees hold the same numbers."""
    if str(jax.tree.structure(one)) != str(jax.tree.structure(other)):
        return False
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True)
    return all(a is b or _same(np.asarray(a), np.asarray(b)) for a, b in pairs)


def _same(one: Any, other: Any) -> bool:
    floats = np.issubdtype(one.dtype, np.floating) and np.issubdtype(other.dtype, np.floating)
    return np.array_equal(one, other, equal_nan=floats)
