"""Pooling as operations on a few strided slices, which CPUs do many times faster than windows.

A maximum over windows of few places is the maximum of as many slices of the input, one for each place in
the window. Its gradient goes to the first place of a window that holds the maximum, as XLA has it.
"""

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

_FEW = 16  # places of a window that are written out one by one


def maximum(equation: Any) -> Callable[..., Any] | None:
    """What computes this `reduce_window_max` from slices; None where it stays as it is."""
    params = equation.params
    dilated = max(*params["base_dilation"], *params["window_dilation"]) > 1
    floats = jnp.issubdtype(equation.invars[0].aval.dtype, jnp.floating)
    if dilated or not floats or not _is_small(params["window_dimensions"]):
        return None

    def pooled(x: Any) -> Any:
        return functools.reduce(jnp.maximum, _slices(_padded(x, params), params))

    return pooled


def gradient(equation: Any) -> Callable[..., Any] | None:
    """What computes this `select_and_scatter_add` from slices; None where it stays as it is."""
    params = equation.params
    if str(params["select_prim"]) != "ge" or not _is_small(params["window_dimensions"]):
        return None

    def scattered(source: Any, x: Any) -> Any:
        padded = _padded(x, params)
        slices = _slices(padded, params)
        largest = functools.reduce(jnp.maximum, slices)
        total: Any = jnp.zeros((), source.dtype)
        taken: Any = jnp.zeros((), bool)
        for place, values in zip(_places(params), slices, strict=True):
            hit = values == largest
            part = jnp.where(hit & ~taken, source, 0)
            taken = taken | hit
            total = total + jax.lax.pad(part, jnp.zeros((), part.dtype), _around(place, padded, part, params))
        starts = [low for low, _ in params["padding"]]
        stops = [low + size for low, size in zip(starts, x.shape, strict=True)]
        return jax.lax.slice(total, starts, stops)

    return scattered


def _is_small(window: Any) -> bool:
    return jax.default_backend() == "cpu" and math.prod(window) <= _FEW


def _padded(x: Any, params: dict[str, Any]) -> Any:
    return jax.lax.pad(
        x, jnp.array(-jnp.inf, x.dtype), [(low, max(high, 0), 0) for low, high in params["padding"]]
    )


def _places(params: dict[str, Any]) -> Any:
    return itertools.product(*map(range, params["window_dimensions"]))


def _slices(padded: Any, params: dict[str, Any]) -> list[Any]:
    """For each place of a window, the values that stand there, one for each window."""
    window, strides = params["window_dimensions"], params["window_strides"]
    reach = [
        (size - span) // stride * stride + 1
        for size, span, stride in zip(padded.shape, window, strides, strict=True)
    ]
    return [
        jax.lax.slice(padded, place, [at + span for at, span in zip(place, reach, strict=True)], strides)
        for place in _places(params)
    ]


def _around(place: Any, padded: Any, part: Any, params: dict[str, Any]) -> list[tuple[int, int, int]]:
    """What puts a slice back to where it came from."""
    return [
        (at, size - at - ((count - 1) * stride + 1), stride - 1)
        for at, size, count, stride in zip(
            place, padded.shape, part.shape, params["window_strides"], strict=True
        )
    ]
