"""What a loop over time must store and add up in every step, and what follows from it after the loop.

The gradient of a loop (`jax.lax.scan`) is two loops. The one forward stores what the one backward reads, its
residuals; the one backward adds up the gradients of weights. JAX stores whatever the chain rule names, and
adds one small matrix product a step. On a CPU a step of a small recurrent layer is dozens of small kernels,
and starting each takes longer than its arithmetic. Here a value is not stored where it follows from others
that are, such as s (1 - s) from s, or the states that steps find from those that they leave; and small
products that are summed over the steps become one product over steps and examples.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, cast

import jax.numpy as jnp
from jax.extend.core import Jaxpr, Literal, Var

from tuner.engines.equations import bind, multiplications, places
from tuner.engines.gates import activated_together

Known = dict[Any, Any]  # arrays by variable

# Element by element, and quicker to compute again than to store and to read.
_CHEAP = frozenset({"add", "integer_pow", "mul", "neg", "square", "sub"})
_FEW = 8  # equations of which that is true
_SUMS = frozenset({"add", "add_any"})
_LINEAR = frozenset({"neg", "reduce_sum", "reshape", "squeeze", "transpose"})
# Multiplications of a product in one step. A product over all steps needs its factors in another order,
# and where they are large, copying them takes longer than the products of single steps do.
_SMALL = 1 << 18


@dataclass(frozen=True, slots=True)
class Follower:
    """A value of a step as a function of other values, its `leaves`."""

    variable: Any
    leaves: tuple[Any, ...]
    equations: tuple[Any, ...]

    def __call__(self, *values: Any) -> Any:
        known = dict(zip(self.leaves, values, strict=True))
        for equation in self.equations:
            inputs = [atom.val if isinstance(atom, Literal) else known[atom] for atom in equation.invars]
            known.update(zip(equation.outvars, bind(equation, inputs), strict=True))
        return known[self.variable]


class Loop:
    """The body of a scan: constants, carried values, what a step reads -> carried values, outputs.

    `body` does the same and returns less: the carried values at the places `kept`, then what is `stored`.
    The other outputs are read, or `products` of something known with a constant, or `states`: what steps find
    at a place of the carried values, where what they leave there is stored. Some are `followers` of others.
    Carried values that are not kept are their start and the sum over the steps of `terms`. What must be
    known for all this is `used`.
    """

    def __init__(self, jaxpr: Jaxpr, fixed: int, carried: int) -> None:
        self.outputs = jaxpr.outvars[carried:]
        wanted = dict.fromkeys(_variables(self.outputs))
        jaxpr = activated_together(jaxpr, wanted)
        self._made = {variable: one for one in jaxpr.eqns for variable in one.outvars}
        self._order = {variable: place for place, variable in enumerate(self._made)}
        self._uses = Counter(_variables(atom for one in jaxpr.eqns for atom in one.invars))
        self._uses.update(_variables(jaxpr.outvars))
        self._constants = frozenset(jaxpr.invars[:fixed])
        self._before, self._after = jaxpr.invars[fixed : fixed + carried], jaxpr.outvars[:carried]
        self.read = jaxpr.invars[fixed + carried :]
        self.terms, needed = self._find_terms(wanted)
        self.products = {one: made for one in wanted if (made := self._product(one, needed)) is not None}
        self.states = self._find_states(wanted)
        decided = {*needed, *self.products, *self.states, *_variables(self._after)}
        self.followers = self._find_followers(wanted, decided)
        leaves = [leaf for one in self.followers.values() for leaf in one.leaves]
        self.used = dict.fromkeys((*wanted, *needed, *leaves))
        known = {*self.products, *self.states, *self.followers, *self.read}
        self.stored = [one for one in self.used if one not in known]
        self.kept = [place for place in range(carried) if place not in self.terms]
        self.body = jaxpr.replace(outvars=[*(self._after[place] for place in self.kept), *self.stored])

    def total(self, variable: Any, known: Known) -> Any:
        """The sum of a value over the steps."""
        if variable in known:
            return jnp.sum(known[variable], axis=0)
        made = self._made[variable]
        if made.primitive.name in _LINEAR:
            return bind(made, [self.total(made.invars[0], known)])[0]
        (left, right), batch = made.params["dimension_numbers"]
        contracted = (0, *(axis + 1 for axis in left)), (0, *(axis + 1 for axis in right))
        return bind(made, [known[atom] for atom in made.invars], dimension_numbers=(contracted, batch))[0]

    def product(self, variable: Any, known: Known, constants: Known) -> Any:
        """The products of all steps with a constant of the loop."""
        made = self.products[variable]
        (left, right), batch = made.params["dimension_numbers"]
        factors = [known[made.invars[0]], constants[made.invars[1]]]
        contracted = tuple(axis + 1 for axis in left), right
        return bind(made, factors, dimension_numbers=(contracted, batch))[0]

    def _find_terms(self, wanted: Collection[Any]) -> tuple[dict[int, Any], dict[Any, None]]:
        """What steps add to carried values and do not need before the end, and what must be known for it.

        All sums stay where they are if a product is large, or if the factors to be stored are larger than
        what steps read and store anyway.
        """
        terms = {place: one for place in range(len(self._before)) if (one := self._term(place)) is not None}
        sources = {place: self._source(term) for place, term in terms.items()}
        products = [one for one in sources.values() if self._is_product(one)]
        factors = dict.fromkeys(atom for one in products for atom in self._made[one].invars)
        there = {*wanted, *self.read}
        if any(multiplications(self._made[one]) > _SMALL for one in products):
            return {}, {}
        if _elements(one for one in factors if one not in there) > _elements(there):
            return {}, {}
        ready = {*products, *factors, *there} - self._constants
        terms = {place: term for place, term in terms.items() if sources[place] in ready}
        others = [sources[place] for place in terms if sources[place] not in products]
        return terms, dict.fromkeys((*factors, *others))

    def _term(self, place: int) -> Any:
        """What a step adds to a carried value, where it does nothing else with it."""
        old, new = self._before[place], self._after[place]
        made = self._made.get(new) if isinstance(new, Var) else None
        if made is None or made.primitive.name not in _SUMS or self._uses[old] > 1 or self._uses[new] > 1:
            return None
        terms = [atom for atom in made.invars if atom is not old]
        if len(terms) != 1 or not isinstance(terms[0], Var):
            return None
        added, kind = (cast("Any", one.aval) for one in (terms[0], new))
        return terms[0] if added.shape == kind.shape and jnp.issubdtype(kind.dtype, jnp.floating) else None

    def _source(self, variable: Any) -> Any:
        """What a value is made of by linear functions."""
        made = self._made.get(variable)
        while made is not None and made.primitive.name in _LINEAR and isinstance(made.invars[0], Var):
            variable = made.invars[0]
            made = self._made.get(variable)
        return variable

    def _is_product(self, variable: Any) -> bool:
        """Whether a value is a matrix product of values that differ by step."""
        made = self._made.get(variable)
        if made is None or not _plain_product(made):
            return False
        return all(atom in self._made or atom in self.read for atom in made.invars)

    def _product(self, variable: Any, needed: Collection[Any]) -> Any:
        """The matrix product of something known with a constant that gives an output and nothing else."""
        made = self._made.get(variable)
        if made is None or not _plain_product(made) or self._uses[variable] > 1 or variable in needed:
            return None
        left, right = made.invars
        return made if left in needed and right in self._constants else None

    def _find_states(self, wanted: Collection[Any]) -> dict[Any, tuple[int, Any]]:
        """Carried values as steps find them, where what steps leave in their place is stored as well."""
        return {
            old: (place, new)
            for place, (old, new) in enumerate(zip(self._before, self._after, strict=True))
            if old in wanted and isinstance(new, Var) and new in wanted and new in self._made
        }

    def _find_followers(self, wanted: Collection[Any], decided: Collection[Any]) -> dict[Any, Follower]:
        """Outputs that follow from other outputs, and from what steps read."""
        leaves = {*wanted, *self.read}
        found: dict[Any, Follower] = {}
        for variable in self._made:  # in the order of a step
            if variable not in wanted or variable in decided:
                continue
            leaves.discard(variable)
            if (follower := self._follower(variable, leaves)) is not None:
                found[variable] = follower
            else:
                leaves.add(variable)
        return found

    def _follower(self, variable: Any, leaves: Collection[Any]) -> Follower | None:
        """A value as a function of leaves, where a few cheap equations make it from them."""
        used: dict[Any, None] = {}
        equations: dict[int, Any] = {}
        missing = [variable]
        while missing:
            made = self._made.get(missing.pop())
            if made is None or made.primitive.name not in _CHEAP or any(places(made)):
                return None
            equations[id(made)] = made
            if len(equations) > _FEW:
                return None
            for atom in _variables(made.invars):
                if atom in leaves:
                    used[atom] = None
                elif id(self._made.get(atom)) not in equations:
                    missing.append(atom)
        ordered = sorted(equations.values(), key=lambda one: self._order[one.outvars[0]])
        return Follower(variable, tuple(used), tuple(ordered)) if used else None


def _variables(atoms: Iterable[Any]) -> list[Any]:
    return [atom for atom in atoms if isinstance(atom, Var)]


def _elements(variables: Iterable[Any]) -> int:
    return sum(variable.aval.size for variable in variables)


def _plain_product(equation: Any) -> bool:
    """Whether an equation is a matrix product without axes of a batch."""
    if equation.primitive.name != "dot_general" or len(_variables(equation.invars)) < 2:
        return False
    return not equation.params["dimension_numbers"][1][0]
