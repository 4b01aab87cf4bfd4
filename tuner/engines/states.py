"""The initial state of every seed's model, without building every model.

Keras draws the seeds of its initializers from Python's global generator, and a build function whose only
chance are those draws is a function of them. So two models are built, the initializer behind each weight
is found, and one compiled call makes the weights of all seeds. Where a build function draws anything
else, or a weight is not found, every model is built.
"""

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import keras
import numpy as np

from tuner.building import GENERATOR_STATE, Built, restart
from tuner.drawing import compiled_once
from tuner.seeds import Seed

State = tuple[list[Any], list[Any], list[Any]]  # trainable, other and optimizer variables

_MOST_DRAWS = 10_000
_SAME = 1e-5  # a compiled initializer may round differently


def state_of(model: keras.Model) -> State:
    """The values of a model's variables, on the host."""
    return (
        [np.asarray(variable) for variable in model.trainable_variables],
        [np.asarray(variable) for variable in model.non_trainable_variables],
        [np.asarray(variable) for variable in model.optimizer.variables],
    )


def stacked(trees: Sequence[Any]) -> Any:
    """Trees of arrays, such as states, along a new first axis."""
    return jax.tree.map(lambda *values: np.stack(values), *trees)


class UnknownOriginError(Exception):
    """The initial state of a model is more than what Keras' initializers have drawn."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A variable that comes from the initializer with the seed that was drawn as number `draw`."""

    draw: int
    initializer: Any
    shape: tuple[int, ...]
    dtype: str


class Initial:
    """The initial states of a model for any seeds, made in one compiled call.

    Raises: UnknownOriginError where they do not follow from Keras' own draws alone.
    """

    def __init__(self, first: Built, second: Built) -> None:
        count = known_draws(first)
        if count is None or known_draws(second) != count:
            raise UnknownOriginError
        self._count = count
        self._variables = _variables(first.model)
        self._structure = jax.tree.structure(state_of(first.model))
        self._known, other = (jax.tree.leaves(state_of(built.model)) for built in (first, second))
        with compiled_once():  # as the models were built
            self._drawn = self._origins(first, other)
        self._draw = jax.jit(jax.vmap(self._draw_one))
        made = self._made([first.seed, second.seed])
        for place, values in made.items():
            for value, known in zip(values, (self._known[place], other[place]), strict=True):
                if not np.allclose(value, known, rtol=_SAME, atol=_SAME):
                    raise UnknownOriginError

    def states(self, seeds: Sequence[Seed]) -> State:
        """The states of these seeds, arrays of shape (seeds, ...)."""
        made = self._made(seeds)
        generators = [seed.generator("dropout") for seed in seeds]
        columns = []
        for place, (variable, known) in enumerate(zip(self._variables, self._known, strict=True)):
            if variable.name == GENERATOR_STATE:
                columns.append(np.stack([restart(generator) for generator in generators]))
            elif place in made:
                columns.append(made[place])
            else:
                columns.append(np.broadcast_to(known, (len(seeds), *known.shape)))
        states: State = jax.tree.unflatten(self._structure, columns)
        return states

    def _origins(self, first: Built, other: list[np.ndarray]) -> dict[int, _Drawn]:
        """Where the variables come from that differ between two seeds, by their place."""
        sources = _sources(first.model, _stream(first.seed, self._count))
        drawn = {}
        for place, (variable, one) in enumerate(zip(self._variables, self._known, strict=True)):
            if variable.name != GENERATOR_STATE and not np.array_equal(one, other[place]):
                drawn[place] = _origin(variable, one, sources)
        return drawn

    def _made(self, seeds: Sequence[Seed]) -> dict[int, np.ndarray]:
        """The weights that are drawn, by their place, for all seeds."""
        if not self._drawn:
            return {}
        draws = np.array([_stream(seed, self._count) for seed in seeds], dtype="uint32")
        return {place: np.asarray(values) for place, values in self._draw(draws).items()}

    def _draw_one(self, draws: Any) -> dict[int, Any]:
        made = {}
        for place, one in self._drawn.items():
            initializer = copy.copy(one.initializer)
            initializer.seed = jax.numpy.stack([draws[one.draw], 0])  # the state of a fresh generator
            made[place] = initializer(one.shape, dtype=one.dtype)
        return made


def _variables(model: keras.Model) -> list[Any]:
    return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _stream(seed: Seed, count: int) -> list[int]:
    """The first seeds that Keras draws for a model that is built with this seed."""
    generator = random.Random(seed.integer("init"))
    return [_draw(generator) for _ in range(count)]


def _draw(generator: random.Random) -> int:
    return generator.randint(1, int(1e9))  # as keras.src.random.make_default_seed does


def known_draws(built: Built) -> int | None:
    """How many seeds Keras drew while the model was built; None where anything else was drawn too."""
    if built.drew_numpy:
        return None
    generator = random.Random(built.seed.integer("init"))
    for count in range(_MOST_DRAWS):
        if generator.getstate() == built.drew_until:
            return count
        _draw(generator)
    return None


def _sources(model: keras.Model, draws: list[int]) -> dict[int, list[tuple[int, Any]]]:
    """The initializers with a drawn seed of the layer that owns each variable, by the variable's id."""
    found: dict[int, list[tuple[int, Any]]] = {}
    for layer in model._flatten_layers():
        own = [value for value in vars(layer).values() if isinstance(value, keras.initializers.Initializer)]
        seeded = [(draws.index(one.seed), one) for one in own if getattr(one, "seed", None) in draws]
        for variable in layer.variables:
            found.setdefault(id(variable), []).extend(seeded)
    return found


def _origin(variable: Any, value: np.ndarray, sources: dict[int, list[tuple[int, Any]]]) -> _Drawn:
    for draw, initializer in sources.get(id(variable), ()):
        made = np.asarray(initializer(variable.shape, dtype=variable.dtype))
        if np.array_equal(made, value):
            return _Drawn(draw, initializer, tuple(variable.shape), variable.dtype)
    raise UnknownOriginError
