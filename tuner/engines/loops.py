"""Loops over time, run with what `residuals.py` leaves of their bodies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Jaxpr, Literal

from tuner.engines.residuals import Follower, Known, Loop

Run = Callable[[Jaxpr, Sequence[Any]], list[Any]]


@dataclass(frozen=True, slots=True)
class Derived:
    """An output that follows from others, step by step: a loop that reads it computes it in its own steps."""

    follower: Follower
    sources: tuple[Any, ...]  # arrays of shape (steps, ...)


def whole(value: Any) -> Any:
    """The array of a value that may be derived only."""
    return jax.vmap(value.follower)(*value.sources) if isinstance(value, Derived) else value


def scan(params: dict[str, Any], inputs: Sequence[Any], run: Run) -> list[Any]:
    """The results of a scan, where `run` gives those of a body. Some of the outputs may be `Derived`."""
    fixed, carried = params["num_consts"], params["num_carry"]
    jaxpr: Jaxpr = params["jaxpr"].jaxpr
    loop = Loop(jaxpr, fixed, carried)
    constants, start = list(map(whole, inputs[:fixed])), list(map(whole, inputs[fixed : fixed + carried]))
    read = inputs[fixed + carried :]
    sources = {id(one): one for value in read for one in _sources(value)}

    def step(carry: list[Any], parts: list[Any]) -> tuple[list[Any], list[Any]]:
        own = dict(zip(sources, parts, strict=True))
        before = _replaced(start, loop.kept, carry)
        results = run(loop.body, [*constants, *before, *(_of_step(value, own) for value in read)])
        return results[: len(carry)], results[len(carry) :]

    carry, stored = jax.lax.scan(
        step,
        [start[place] for place in loop.kept],
        list(sources.values()),
        length=params["length"],
        reverse=params["reverse"],
        unroll=params["unroll"],
    )
    known: Known = dict(zip(loop.stored, stored, strict=True))
    known.update((one, whole(value)) for one, value in zip(loop.read, read, strict=True) if one in loop.used)
    for variable, (place, left) in loop.states.items():
        known[variable] = _found(start[place], known[left], reverse=params["reverse"])
    ends = _replaced(start, loop.kept, carry)
    for place, term in loop.terms.items():
        ends[place] = start[place] + loop.total(term, known)
    for variable in loop.products:
        known[variable] = loop.product(variable, known, dict(zip(jaxpr.invars, constants, strict=False)))
    return [*ends, *(_output(loop, atom, known, params["length"]) for atom in loop.outputs)]


def _output(loop: Loop, atom: Any, known: Known, steps: int) -> Any:
    if isinstance(atom, Literal):
        kind: Any = atom.aval
        return jnp.full((steps, *kind.shape), atom.val, kind.dtype)
    if follower := loop.followers.get(atom):
        return Derived(follower, tuple(known[leaf] for leaf in follower.leaves))
    return known[atom]


def _sources(value: Any) -> tuple[Any, ...]:
    return value.sources if isinstance(value, Derived) else (value,)


def _of_step(value: Any, own: dict[int, Any]) -> Any:
    """What a step reads, from its own parts of the sources."""
    parts = [own[id(one)] for one in _sources(value)]
    return value.follower(*parts) if isinstance(value, Derived) else parts[0]


def _found(start: Any, left: Any, *, reverse: bool) -> Any:
    """The values that steps find, from the first one and those that they leave."""
    first = jnp.expand_dims(start, 0)[: len(left)]  # there may be no steps
    return jnp.concatenate((left[1:], first) if reverse else (first, left[:-1]))


def _replaced(values: Sequence[Any], places: Sequence[int], others: Sequence[Any]) -> list[Any]:
    given = dict(zip(places, others, strict=True))
    return [given.get(place, value) for place, value in enumerate(values)]
