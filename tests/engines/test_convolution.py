"""Convolutions written out as matrix products equal JAX's own, and so do their gradients."""

import itertools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tuner.engines.tracing import trace

RNG = np.random.default_rng(3)


def convolved(x: Any, kernel: Any, **options: Any) -> Any:
    names = {3: ("NHC", "HIO", "NHC"), 4: ("NHWC", "HWIO", "NHWC")}[x.ndim]
    return jax.lax.conv_general_dilated(x, kernel, dimension_numbers=names, **options)


CASES = [
    {"window_strides": (stride,) * rank, "padding": padding, "rhs_dilation": (dilation,) * rank}
    for rank, stride, padding, dilation in itertools.product((1, 2), (1, 2, 3), ("SAME", "VALID"), (1, 2))
    if stride == 1 or dilation == 1
]


@pytest.mark.parametrize("options", CASES, ids=str)
def test_values_and_gradients(options: dict[str, Any]) -> None:
    rank = len(options["window_strides"])
    x = jnp.asarray(RNG.normal(size=(2, *(9, 8)[:rank], 3)), dtype="float32")
    kernel = jnp.asarray(RNG.normal(size=(*(3, 2)[:rank], 3, 4)), dtype="float32")

    def function(x: Any, kernel: Any) -> Any:
        return jnp.sum(jnp.sin(convolved(x, kernel, **options)))

    with_gradients = jax.value_and_grad(function, (0, 1))
    traced = trace(with_gradients, x, kernel)
    written_out = jax.make_jaxpr(lambda *xs: traced(traced.numbers, traced.constants, *xs))(x, kernel)
    assert "conv_general_dilated" not in str(written_out)
    found = traced(traced.numbers, traced.constants, x, kernel)
    for value, expected in zip(
        jax.tree.leaves(found), jax.tree.leaves(with_gradients(x, kernel)), strict=True
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


def test_many_taps_and_grouped_kernels_stay_convolutions() -> None:
    x, wide = jnp.ones((1, 200, 2)), jnp.ones((100, 2, 2))
    grouped = jnp.ones((3, 1, 2))
    for kernel, options in ((wide, {}), (grouped, {"feature_group_count": 2})):
        traced = trace(
            lambda x, kernel=kernel, options=options: convolved(
                x, kernel, window_strides=(1,), padding="VALID", **options
            ),
            x,
        )
        again = jax.make_jaxpr(lambda x, t=traced: t(t.numbers, t.constants, x))(x)
        assert "conv_general_dilated" in str(again)
