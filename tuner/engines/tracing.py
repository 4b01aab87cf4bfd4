"""Functions traced once, with the numbers that hyperparameters put into them apart.

A learning rate is a variable of the optimizer, but a momentum, an L2 strength or a dropout rate is a
Python float that tracing turns into a constant of the program. Here those constants become inputs: models
that differ in nothing else then share one compiled program, and even one group of seeds. The same holds
for constant arrays, such as the mean of a `Normalization` layer that was adapted to the data of one seed.
"""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

from tuner.engines import convolution, loops, pooling
from tuner.engines.equations import bind, divides, multiplications, places
from tuner.engines.loops import whole

Tree = Any  # nested tuples, lists and dicts of arrays

_KINDS = 4096  # types and shapes that are known in words
# Calls whose body is one function of their arguments.
_INLINED = {
    "pjit": "jaxpr",
    "jit": "jaxpr",
    "closed_call": "call_jaxpr",
    "remat2": "jaxpr",
    "checkpoint": "jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
}
# What CPUs do slowly as it is: each gives a function to put in an equation's place, or None.
_WRITTEN_OUT = {
    "conv_general_dilated": convolution.written_out,
    "reduce_window_max": pooling.maximum,
    "select_and_scatter_add": pooling.gradient,
}


@dataclass(frozen=True, slots=True)
class Traced:
    """A function of arrays. `structure` is equal for functions that differ in numbers and constants only."""

    jaxpr: ClosedJaxpr
    outputs: Any  # the tree that the outputs form
    structure: str
    numbers: tuple[np.ndarray, ...]
    constants: tuple[np.ndarray, ...]

    def __call__(self, numbers: Sequence[Any], constants: Sequence[Any], *arguments: Tree) -> Tree:
        """The function's value with these numbers and constants in the place of its own."""
        flat = jax.tree.leaves(arguments)
        results = _evaluate(self.jaxpr.jaxpr, constants, flat, iter(numbers))
        return jax.tree.unflatten(self.outputs, results)


def trace(function: Callable[..., Tree], *arguments: Tree) -> Traced:
    """Trace a function for arguments of these shapes and types (arrays, or `jax.ShapeDtypeStruct`)."""
    jaxpr, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
    return Traced(
        jaxpr=jaxpr,
        outputs=jax.tree.structure(shape),
        structure=_structure(jaxpr),
        numbers=tuple(_numbers(jaxpr.jaxpr)),
        constants=tuple(map(np.asarray, jaxpr.consts)),
    )


def inputs_used(traced: Traced) -> frozenset[int]:
    """Places, among the flat arguments of a function, of those that its results depend on.

    A call, a loop or a branch counts as depending on all that it is given.
    """
    jaxpr = traced.jaxpr.jaxpr
    needed = {atom for atom in jaxpr.outvars if not isinstance(atom, Literal)}
    for equation in reversed(jaxpr.eqns):
        if needed.intersection(equation.outvars):
            needed.update(atom for atom in equation.invars if not isinstance(atom, Literal))
    return frozenset(place for place, one in enumerate(jaxpr.invars) if one in needed)


def is_identity(traced: Traced) -> bool:
    """Whether a function returns its first arguments as they are."""
    jaxpr = traced.jaxpr.jaxpr
    return not jaxpr.eqns and list(jaxpr.outvars) == list(jaxpr.invars[: len(jaxpr.outvars)])


def largest_product(traced: Traced) -> int:
    """Multiplications in the largest matrix product or convolution of a function."""
    return max((multiplications(equation) for equation in _equations(traced.jaxpr.jaxpr)), default=0)


def _bodies(equation: Any) -> list[Jaxpr]:
    """The functions inside a call, a loop or a branch, in an order that `_evaluate` keeps to."""
    name, params = equation.primitive.name, equation.params
    if name in _INLINED:
        return [_open(params[_INLINED[name]])]
    if name == "scan":
        return [params["jaxpr"].jaxpr]
    if name == "while":
        return [params["cond_jaxpr"].jaxpr, params["body_jaxpr"].jaxpr]
    if name == "cond":
        return [branch.jaxpr for branch in params["branches"]]
    return []


def _open(jaxpr: Any) -> Jaxpr:
    inner: Jaxpr = jaxpr.jaxpr if isinstance(jaxpr, ClosedJaxpr) else jaxpr
    return inner


def _consts(jaxpr: Any) -> list[Any]:
    return list(jaxpr.consts) if isinstance(jaxpr, ClosedJaxpr) else []


def _equations(jaxpr: Jaxpr) -> Iterator[Any]:
    for equation in jaxpr.eqns:
        yield equation
        for body in _bodies(equation):
            yield from _equations(body)


def _numbers(jaxpr: Jaxpr) -> Iterator[np.ndarray]:
    """The numbers of a program that become inputs, in the order in which `_evaluate` takes them."""
    for equation in jaxpr.eqns:
        literals: Any = itertools.compress(equation.invars, places(equation))
        values = [np.asarray(literal.val, literal.aval.dtype) for literal in literals]
        if divides(equation):
            values[-1] = np.divide(1, values[-1], dtype=values[-1].dtype)
        yield from values
        for body in _bodies(equation):
            yield from _numbers(body)


def _evaluate(
    jaxpr: Jaxpr, consts: Sequence[Any], arguments: Sequence[Any], numbers: Iterator[Any]
) -> list[Any]:
    """Run a traced function on arrays or tracers, taking its numbers from an iterator."""
    values: dict[Any, Any] = dict(zip(jaxpr.constvars, consts, strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))

    def read(atom: Any) -> Any:
        return atom.val if isinstance(atom, Literal) else values[atom]

    for equation in jaxpr.eqns:
        atoms = zip(equation.invars, places(equation), strict=True)
        inputs = [next(numbers) if is_number else read(atom) for atom, is_number in atoms]
        # A body may run more than once: its numbers are taken here, in order.
        own = [[next(numbers) for _ in _numbers(body)] for body in _bodies(equation)]
        values.update(zip(equation.outvars, _apply(equation, inputs, own), strict=True))
    return [whole(read(atom)) for atom in jaxpr.outvars]


def _apply(equation: Any, inputs: list[Any], own: list[list[Any]]) -> list[Any]:
    name, params = equation.primitive.name, equation.params
    if name == "scan":
        return _scan(params, inputs, own[0])
    inputs = [whole(value) for value in inputs]
    if divides(equation):
        return [jax.lax.mul(*inputs)]
    if name in _INLINED:
        body = params[_INLINED[name]]
        return _evaluate(_open(body), _consts(body), inputs, iter(own[0]))
    if name == "while":
        return _while(params, inputs, own)
    if name == "cond":
        return _cond(params, inputs, own)
    if name in _WRITTEN_OUT and (faster := _WRITTEN_OUT[name](equation)):
        return [faster(*inputs)]
    return bind(equation, inputs)


def _scan(params: dict[str, Any], inputs: list[Any], numbers: list[Any]) -> list[Any]:
    consts = params["jaxpr"].consts
    return loops.scan(params, inputs, lambda body, values: _evaluate(body, consts, values, iter(numbers)))


def _while(params: dict[str, Any], inputs: list[Any], own: list[list[Any]]) -> list[Any]:
    test, body = params["cond_jaxpr"], params["body_jaxpr"]
    of_test, of_body = params["cond_nconsts"], params["body_nconsts"]
    for_test, for_body = inputs[:of_test], inputs[of_test : of_test + of_body]
    return list(
        jax.lax.while_loop(
            lambda carry: _evaluate(test.jaxpr, test.consts, [*for_test, *carry], iter(own[0]))[0],
            lambda carry: _evaluate(body.jaxpr, body.consts, [*for_body, *carry], iter(own[1])),
            inputs[of_test + of_body :],
        )
    )


def _cond(params: dict[str, Any], inputs: list[Any], own: list[list[Any]]) -> list[Any]:
    index, *operands = inputs

    def branch(body: ClosedJaxpr, numbers: list[Any]) -> Callable[..., list[Any]]:
        return lambda *operands: _evaluate(body.jaxpr, body.consts, operands, iter(numbers))

    branches = [branch(body, numbers) for body, numbers in zip(params["branches"], own, strict=True)]
    return list(jax.lax.switch(index, branches, *operands))


def _structure(jaxpr: ClosedJaxpr) -> str:
    """A hash of everything that a program is but its numbers and constant arrays."""
    found = hashlib.sha256()
    for part in _described(jaxpr.jaxpr):
        found.update(part.encode())
    found.update(repr([(value.shape, value.dtype) for value in map(np.asarray, jaxpr.consts)]).encode())
    return found.hexdigest()


def _described(jaxpr: Jaxpr) -> Iterator[str]:
    names: dict[Any, int] = {}

    def name(atom: Any, is_number: bool = False) -> str:
        kind = _kind(atom.aval)
        if isinstance(atom, Literal):
            return f"number {kind}" if is_number else f"{atom.val!r} {kind}"
        return f"{names.setdefault(atom, len(names))} {kind}"

    yield repr([name(variable) for variable in (*jaxpr.constvars, *jaxpr.invars)])
    for equation in jaxpr.eqns:
        bodies = _bodies(equation)
        yield repr([equation.primitive.name, *map(name, equation.invars, places(equation))])
        for key, value in sorted(equation.params.items()):
            if not (bodies and ("jaxpr" in key or key == "branches" or callable(value))):
                yield f"{key}={_text(value, equation.primitive.name)}"
        for body in bodies:
            yield from _described(body)
        for closed in equation.params.values():
            yield from (_text(const, "") for const in _consts(closed))
        yield repr([name(variable) for variable in equation.outvars])
    yield repr([name(variable) for variable in jaxpr.outvars])


@lru_cache(_KINDS)
def _kind(aval: Any) -> str:
    """The type and shape of a value, in words: there are few of them, and the words take a while."""
    return str(aval)


def _text(value: Any, primitive: str) -> str:
    """A parameter in words; where it calls back into Python, it is no other program's."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        array = np.asarray(value)
        return f"{array.shape} {array.dtype} {array.tolist()}"
    if "callback" in primitive:
        return f"{value!r} {id(value)}"
    return re.sub(r"0x[0-9a-f]+", "", repr(value))  # functions are shown with their addresses
