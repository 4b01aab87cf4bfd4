"""What one equation of a traced function says of itself."""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

# What XLA simplifies where it knows it; a model that has such a number shares no program with one that
# has another number in its place.
_KNOWN = frozenset({0.0, 1.0, 2.0, 0.5})


def is_number(atom: Any) -> bool:
    """Whether a number of the program becomes an input."""
    if not isinstance(atom, Literal):
        return False
    kind: Any = atom.aval
    if kind.shape or not jnp.issubdtype(kind.dtype, jnp.floating):
        return False
    return math.isfinite(value := float(atom.val)) and abs(value) not in _KNOWN


def places(equation: Any) -> list[bool]:
    """Which of an equation's arguments are such numbers; XLA simplifies a power that it knows."""
    fixed = 1 if equation.primitive.name == "pow" else None
    return [is_number(atom) and place != fixed for place, atom in enumerate(equation.invars)]


def divides(equation: Any) -> bool:
    """Whether an equation divides by a number. XLA multiplies by its reciprocal then, and so do we."""
    return equation.primitive.name == "div" and places(equation)[1]


def bind(equation: Any, inputs: Sequence[Any], **others: Any) -> list[Any]:
    """The equation's results for these inputs, with other parameters where they are given."""
    bound = equation.primitive.get_bind_params({**equation.params, **others})
    functions, params = bound if isinstance(bound, tuple) else ((), bound)  # JAX before 0.10 gives both
    results = equation.primitive.bind(*functions, *inputs, **params)
    return list(results) if equation.primitive.multiple_results else [results]


def multiplications(equation: Any) -> int:
    """Multiplications of a matrix product or a convolution; 0 for all others."""
    name = equation.primitive.name
    if name == "dot_general":
        (contracted, _), _ = equation.params["dimension_numbers"]
        shape = equation.invars[0].aval.shape
        return int(equation.outvars[0].aval.size * np.prod([shape[axis] for axis in contracted], dtype=int))
    if name == "conv_general_dilated":
        kernel = equation.invars[1].aval
        features = kernel.shape[equation.params["dimension_numbers"].rhs_spec[0]]
        return int(equation.outvars[0].aval.size * kernel.size // max(features, 1))
    return 0
