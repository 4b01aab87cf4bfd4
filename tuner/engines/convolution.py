"""Convolutions as sums of matrix products, for seeds that each have kernels of their own.

Mapped over seeds, XLA sees one grouped convolution, which its CPU compiler turns into code that is slow to
compile and to run. A convolution with few taps is the sum over its taps of shifted inputs times a matrix;
one with few outputs (the gradient of such a kernel) is one matrix product for each of them.
"""

import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

_FEW = 64  # taps or outputs that are written out one by one


def written_out(equation: Any) -> Callable[..., Any] | None:
    """What computes this `conv_general_dilated` from products; None where it stays as it is.

    GPUs have kernels of their own.
    """
    params = equation.params
    if jax.default_backend() != "cpu" or params["feature_group_count"] * params["batch_group_count"] != 1:
        return None
    numbers = params["dimension_numbers"]
    taps = [equation.invars[1].aval.shape[axis] for axis in numbers.rhs_spec[2:]]
    outputs = [equation.outvars[0].aval.shape[axis] for axis in numbers.out_spec[2:]]
    if min(math.prod(taps), math.prod(outputs)) > _FEW:
        return None
    return partial(_convolve, params=params, dtype=equation.outvars[0].aval.dtype)


def _convolve(lhs: Any, rhs: Any, params: dict[str, Any], dtype: Any) -> Any:
    """What `jax.lax.conv_general_dilated` computes, without a convolution.

    out[n, p, f] = sum over w and c of padded[n, p * stride + w * dilation, c] * rhs[w, c, f]
    """
    numbers = params["dimension_numbers"]
    x = jnp.transpose(lhs, (numbers.lhs_spec[0], *numbers.lhs_spec[2:], numbers.lhs_spec[1]))
    kernel = jnp.transpose(rhs, (*numbers.rhs_spec[2:], numbers.rhs_spec[1], numbers.rhs_spec[0]))
    strides, dilation = params["window_strides"], params["rhs_dilation"]
    lhs_dilation = params["lhs_dilation"]
    inner = [(low, high, step - 1) for (low, high), step in zip(params["padding"], lhs_dilation, strict=True)]
    x = jax.lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *inner, (0, 0, 0)])
    taps = kernel.shape[:-2]
    reach = [(count - 1) * step + 1 for count, step in zip(taps, dilation, strict=True)]
    outputs = [
        (size - span) // stride + 1 for size, span, stride in zip(x.shape[1:-1], reach, strides, strict=True)
    ]
    if math.prod(taps) <= math.prod(outputs):
        y = _by_tap(x, kernel, strides, dilation, outputs)
    else:
        y = _by_output(x, kernel, strides, dilation, outputs)
    y = y.astype(dtype)
    order = (numbers.out_spec[0], *numbers.out_spec[2:], numbers.out_spec[1])
    return jnp.transpose(y, [order.index(axis) for axis in range(y.ndim)])


def _by_tap(x: Any, kernel: Any, strides: Any, dilation: Any, outputs: Any) -> Any:
    total: Any = 0
    for tap in itertools.product(*map(range, kernel.shape[:-2])):
        window = _window(
            x, [place * step for place, step in zip(tap, dilation, strict=True)], outputs, strides
        )
        total = total + jnp.matmul(window, kernel[tap], preferred_element_type=_sum_type(x))
    return total


def _by_output(x: Any, kernel: Any, strides: Any, dilation: Any, outputs: Any) -> Any:
    axes = list(range(kernel.ndim - 1))
    rows = []
    for place in itertools.product(*map(range, outputs)):
        start = [at * stride for at, stride in zip(place, strides, strict=True)]
        window = _window(x, start, kernel.shape[:-2], dilation)
        pairs = ([axis + 1 for axis in axes], axes)
        rows.append(jnp.tensordot(window, kernel, pairs, preferred_element_type=_sum_type(x)))
    return jnp.stack(rows, axis=1).reshape(x.shape[0], *outputs, kernel.shape[-1])


def _sum_type(x: Any) -> Any:
    """Half-precision numbers are added up in single precision, as convolutions do it."""
    return jnp.float32 if x.dtype.itemsize < 4 else x.dtype


def _window(x: Any, start: list[int], counts: Any, steps: Any) -> Any:
    """`counts` places from `start` on, `steps` apart, along the axes between the first and the last."""
    stops = [first + (count - 1) * step + 1 for first, count, step in zip(start, counts, steps, strict=True)]
    return jax.lax.slice(x, (0, *start, 0), (x.shape[0], *stops, x.shape[-1]), (1, *steps, 1))
