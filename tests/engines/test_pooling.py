"""Maxima over windows written out as slices equal JAX's own, and so do their gradients."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tuner.engines.tracing import trace

RNG = np.random.default_rng(3)
CASES = list(itertools.product((1, 2, 3), (1, 2, 3), ("SAME", "VALID"), (1, 2)))


def pooled(x: Any, size: int, stride: int, padding: str) -> Any:
    inner = x.ndim - 2
    window, strides = (1, *(size,) * inner, 1), (1, *(stride,) * inner, 1)
    return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, strides, padding)


@pytest.mark.parametrize(("size", "stride", "padding", "rank"), CASES)
@pytest.mark.parametrize("ties", [False, True])
def test_values_and_gradients(size: int, stride: int, padding: str, rank: int, ties: bool) -> None:
    x = RNG.normal(size=(2, *(9, 8)[:rank], 3))
    x = jnp.asarray(np.round(x) if ties else x, dtype="float32")

    def function(x: Any) -> Any:
        return jnp.sum(jnp.sin(pooled(x, size, stride, padding)))

    with_gradient = jax.value_and_grad(function)
    traced = trace(with_gradient, x)
    text = str(jax.make_jaxpr(lambda x: traced(traced.numbers, traced.constants, x))(x))
    assert "reduce_window" not in text
    assert "select_and_scatter" not in text
    value, slope = traced(traced.numbers, traced.constants, x)
    expected, expected_slope = with_gradient(x)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-6, atol=1e-6)


def test_whole_numbers_are_pooled_too() -> None:
    x = jnp.asarray(RNG.integers(-9, 9, size=(2, 9, 3)), dtype="int32")
    least = int(jnp.iinfo("int32").min)

    def function(x: Any) -> Any:
        return jax.lax.reduce_window(x, least, jax.lax.max, (1, 2, 1), (1, 2, 1), "SAME")

    traced = trace(function, x)
    np.testing.assert_array_equal(traced(traced.numbers, traced.constants, x), function(x))


def test_a_large_window_stays_one() -> None:
    x = jnp.ones((1, 40, 2))
    traced = trace(lambda x: pooled(x, 20, 1, "VALID"), x)
    again = jax.make_jaxpr(lambda x: traced(traced.numbers, traced.constants, x))(x)
    assert "reduce_window" in str(again)
