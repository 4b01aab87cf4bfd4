"""The gates of a recurrent cell that share an activation, activated together.

An LSTM splits one array into four gates and gives three of them to the same function. Where their values are
stored for the gradient, the whole array is activated and then split: one kernel in the place of three. The
fourth part is activated in vain, which costs less than two kernels.
"""

from collections.abc import Collection
from typing import Any

from jax.extend.core import Jaxpr, Var

_ACTIVATIONS = frozenset({"erf", "exp", "logistic", "tanh"})


def activated_together(jaxpr: Jaxpr, stored: Collection[Any]) -> Jaxpr:
    """The same function, with one activation for a split whose parts mostly get the same and are `stored`."""
    equations: list[Any] = []
    done: set[Any] = set()
    for equation in jaxpr.eqns:
        if equation.primitive.name == "split":
            for gates in _gates(equation, jaxpr, stored):
                equations += _together(equation, gates)
                done.update(gate.outvars[0] for gate in gates.values())
        if done.isdisjoint(equation.outvars):
            equations.append(equation)
    return jaxpr.replace(eqns=equations) if done else jaxpr


def _gates(split: Any, jaxpr: Jaxpr, stored: Collection[Any]) -> list[dict[int, Any]]:
    """By part, the activations of a split, where most parts have the same one."""
    parts = {variable: place for place, variable in enumerate(split.outvars)}
    found: dict[str, dict[int, Any]] = {}
    for equation in jaxpr.eqns:
        if equation.primitive.name not in _ACTIVATIONS or equation.outvars[0] not in stored:
            continue
        part = equation.invars[0]
        if isinstance(part, Var) and part in parts:
            found.setdefault(f"{equation.primitive} {equation.params}", {})[parts[part]] = equation
    return [gates for gates in found.values() if len(gates) > len(split.outvars) / 2]


def _together(split: Any, gates: dict[int, Any]) -> list[Any]:
    """The whole, activated, and its parts under the names that the gates have."""
    first, whole = next(iter(gates.values())), Var(split.invars[0].aval)
    parts = [
        gates[place].outvars[0] if place in gates else Var(part.aval)
        for place, part in enumerate(split.outvars)
    ]
    activation = first.replace(invars=list(split.invars), outvars=[whole])
    return [activation, split.replace(invars=[whole], outvars=parts)]
