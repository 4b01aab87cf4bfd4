"""Traced functions compute what they were traced from, with any numbers in the place of their own."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tuner.engines.tracing import is_identity, largest_product, trace

X = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3)), dtype="float32")


def scanned(x: Any, decay: float) -> Any:
    return jax.lax.scan(lambda carry, row: (decay * carry + row, carry), jnp.zeros(3), x)


def looped(x: Any, decay: float) -> Any:
    def shrink(value: Any) -> Any:
        return value * decay

    return jax.lax.while_loop(lambda value: jnp.sum(value**2) > decay / 7, shrink, x)


def branched(x: Any, decay: float) -> Any:
    return jax.lax.cond(x[0, 0] > 0, lambda x: x * decay, lambda x: x - decay, x)


def nested(x: Any, decay: float) -> Any:
    inner = jax.jit(lambda x: jax.nn.relu(x - decay) * 1.7)
    return jax.grad(lambda x: jnp.sum(inner(x) ** 2 + jax.nn.gelu(x) * decay))(x)


FUNCTIONS: list[Callable[[Any, float], Any]] = [scanned, looped, branched, nested]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_another_number_in_the_place_of_its_own(function: Callable[[Any, float], Any]) -> None:
    one, other = (trace(lambda x, decay=decay: function(x, decay), X) for decay in (0.3, 0.7))
    assert one.structure == other.structure
    assert one.numbers != other.numbers
    for numbers, decay in ((one.numbers, 0.3), (other.numbers, 0.7)):
        found = jax.jit(lambda x, numbers=numbers: one(numbers, one.constants, x))(X)
        for value, expected in zip(jax.tree.leaves(found), jax.tree.leaves(function(X, decay)), strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_numbers_can_differ_by_seed() -> None:
    traced = [trace(lambda x, decay=decay: scanned(x, decay), X) for decay in (0.3, 0.7, 0.9)]
    numbers = jax.tree.map(lambda *values: np.stack(values), *(one.numbers for one in traced))
    together = jax.vmap(lambda numbers: traced[0](numbers, traced[0].constants, X))(numbers)
    for place, decay in enumerate((0.3, 0.7, 0.9)):
        np.testing.assert_allclose(together[0][place], scanned(X, decay)[0], rtol=1e-6)


def test_constant_arrays_are_inputs_too() -> None:
    means = [np.full(3, value, dtype="float32") for value in (1.5, 2.5)]
    one, other = (trace(lambda x, mean=mean: x - mean, X) for mean in means)
    assert one.structure == other.structure
    np.testing.assert_allclose(one(one.numbers, other.constants, X), X - means[1])


@pytest.mark.parametrize(
    "another",
    [
        lambda x: jnp.sin(x) * 0.4,
        lambda x: jnp.cos(x) * 1.0,  # what XLA simplifies is no input
        lambda x: jnp.cos(x[:2]) * 0.4,
        lambda x: jnp.cos(x) + 0.4,
        lambda x: jnp.cos(x.T).T * 0.4,
    ],
)
def test_another_function_has_another_structure(another: Callable[[Any], Any]) -> None:
    assert trace(lambda x: jnp.cos(x) * 0.3, X).structure == trace(lambda x: jnp.cos(x) * 0.4, X).structure
    assert trace(lambda x: jnp.cos(x) * 0.3, X).structure != trace(another, X).structure


def test_what_calls_back_into_python_is_never_another_s() -> None:
    def call_back(scale: float) -> Callable[[Any], Any]:
        def host(x: Any) -> Any:
            return np.asarray(x) * np.float32(scale)

        return lambda x: jax.pure_callback(host, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    one, other = (trace(call_back(scale), X) for scale in (2.0, 3.0))
    assert one.structure != other.structure


def test_the_largest_product() -> None:
    wide = jnp.ones((3, 50))

    def function(x: Any) -> Any:
        return jax.lax.scan(lambda carry, row: (carry @ jnp.ones((50, 50)), row), x @ wide, x)

    assert largest_product(trace(function, X)) == 4 * 50 * 50
    assert largest_product(trace(lambda x: x + 1, X)) == 0


def test_what_returns_its_first_arguments() -> None:
    one, other = np.zeros(2), np.zeros(2)
    assert is_identity(trace(lambda first, second: first, one, other))
    assert not is_identity(trace(lambda first, second: second, one, other))
    assert not is_identity(trace(lambda first, second: first + 0 * second, one, other))
    assert not is_identity(trace(lambda first, second: np.ones(2), one, other))
