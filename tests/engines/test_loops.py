"""Loops that store and add up less give what JAX's own give."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.core import Jaxpr

from tuner.engines.residuals import Loop
from tuner.engines.tracing import trace

STEPS, EXAMPLES, UNITS = 7, 4, 3
drawn = np.random.default_rng(0)


def draw(*shape: int) -> Any:
    return jnp.asarray(drawn.normal(size=shape), dtype="float32")


X = draw(STEPS, EXAMPLES, UNITS)
KERNEL, BIAS = draw(2 * UNITS, 4 * UNITS), draw(4 * UNITS)
LARGE = draw(3, 128, 32), draw(64, 128), draw(128)  # 128 * 32 * 128 multiplications a step
Weights = tuple[Any, Any]


def lstm(kernel: Any, bias: Any, x: Any, reverse: bool = False) -> Any:
    """The states of all steps."""
    units, width = kernel.shape[1] // 4, x.shape[-1]
    of_x, of_h = kernel[:width], kernel[width:]

    def cell(carry: Weights, row: Any) -> tuple[Weights, Any]:
        hidden, memory = carry
        z = row @ of_x + hidden @ of_h + bias
        i, f, g, o = jnp.split(z, 4, axis=1)
        memory = jax.nn.sigmoid(f) * memory + jax.nn.sigmoid(i) * jnp.tanh(g)
        hidden = jax.nn.sigmoid(o) * jnp.tanh(memory)
        return (hidden, memory), hidden

    start = jnp.zeros((x.shape[1], units))
    return jax.lax.scan(cell, (start, start), x, reverse=reverse)[1]


def gru(kernel: Any, bias: Any, x: Any) -> Any:
    units, width = kernel.shape[1] // 4, x.shape[-1]

    def cell(hidden: Any, row: Any) -> tuple[Any, Any]:
        of_x = jnp.split((row @ kernel[:width])[:, : 3 * units], 3, axis=1)
        of_h = jnp.split((hidden @ kernel[width:])[:, : 3 * units] + bias[: 3 * units], 3, axis=1)
        update, reset = (jax.nn.sigmoid(one + other) for one, other in zip(of_x[:2], of_h[:2], strict=True))
        hidden = update * hidden + (1 - update) * jnp.tanh(of_x[2] + reset * of_h[2])
        return hidden, hidden

    return jax.lax.scan(cell, jnp.zeros((x.shape[1], units)), x)[1]


def gradient(states: Callable[..., Any], *more: Any) -> Callable[..., Any]:
    def loss(weights: Weights, x: Any) -> Any:
        return jnp.sum(states(*weights, x, *more) ** 2)

    return lambda kernel, bias, x: jax.value_and_grad(loss, argnums=(0, 1))((kernel, bias), x)


def two_layers(kernel: Any, bias: Any, x: Any) -> Any:
    return lstm(kernel, bias, lstm(kernel, bias, x))


def both_ways(kernel: Any, bias: Any, x: Any) -> Any:
    return lstm(kernel, bias, x) * lstm(kernel, bias, x, True)


def last_and_mean(kernel: Any, bias: Any, x: Any) -> Any:
    states = lstm(kernel, bias, x)
    return states[-1] + jnp.mean(jnp.tanh(states), axis=0)


@pytest.mark.parametrize("states", [lstm, gru, two_layers, both_ways, last_and_mean])
def test_gradients(states: Callable[..., Any]) -> None:
    same(gradient(states), KERNEL, BIAS, X)


@pytest.mark.parametrize("states", [lstm, gru])
def test_gradients_backwards_and_of_large_products(states: Callable[..., Any]) -> None:
    x, kernel, bias = LARGE
    same(gradient(states), kernel, bias, x, rtol=1e-4)
    if states is lstm:
        same(gradient(lstm, True), KERNEL, BIAS, X)


def test_gradients_of_many_seeds() -> None:
    many = jnp.stack([KERNEL, 2 * KERNEL, -KERNEL])
    traced = trace(gradient(two_layers), KERNEL, BIAS, X)
    found = jax.vmap(lambda kernel: traced(traced.numbers, traced.constants, kernel, BIAS, X))(many)
    close(found, jax.vmap(lambda kernel: gradient(two_layers)(kernel, BIAS, X))(many))


def swapped(x: Any) -> Any:
    """What each step finds in one place is what the one before found in the other."""

    def step(carry: Weights, row: Any) -> tuple[Weights, Weights]:
        one, other = carry
        return (other, one + row), (one, other)

    return jax.lax.scan(step, (x[0], x[1]), x)


def found_and_left(x: Any, reverse: bool) -> Any:
    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        after = jnp.sin(carry) + row
        return after, (carry, after, after * carry, row, 1.5 * row)

    return jax.lax.scan(step, x[0], x, reverse=reverse)


def sums(x: Any) -> Any:
    """Sums of what is read, of an output, of a product, a constant, twice the same, and of whole numbers."""
    fixed = x[0] + 1

    def step(carry: tuple[Any, ...], row: Any) -> tuple[tuple[Any, ...], Any]:
        a, b, c, d, e, n = carry
        wave, other = jnp.sin(row), row @ fixed.T
        after = (a + row, wave + b, c - jnp.sum(wave.T @ row), fixed + d, e + e, n + 1)
        return after, (wave, 2.0 * wave, other)

    zeros = jnp.zeros_like(fixed)
    return jax.lax.scan(step, (zeros, zeros, jnp.float32(0), zeros, fixed, 0), x)


def constants(x: Any) -> Any:
    """Outputs that are no variable of the step."""
    fixed = x[0] + 1
    return jax.lax.scan(lambda carry, row: (carry, (fixed, 2.5, row, carry)), x[1], x)


def read_elsewhere(x: Any) -> Any:
    """What follows from an output is read by a loop, by a branch, and is a result."""
    wave, square = jax.lax.scan(lambda carry, row: (carry, (jnp.sin(row), jnp.sin(row) ** 2)), 0.0, x)[1]
    total = jax.lax.scan(lambda carry, rows: (carry + rows[0] * rows[1], rows[1] - 1), x[0], (wave, square))
    return total, square, jax.lax.cond(square[0, 0, 0] > 0, lambda one: one + 1, lambda one: one, square)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "swapped": swapped,
    "forward": lambda x: found_and_left(x, False),
    "backward": lambda x: found_and_left(x, True),
    "sums": sums,
    "constants": constants,
    "read elsewhere": read_elsewhere,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_loops(name: str) -> None:
    same(FUNCTIONS[name], X[:, :UNITS, :])


def test_an_lstm_stores_seven_arrays_and_sums_no_products_in_its_steps() -> None:
    forward, backward = loops(gradient(lstm), KERNEL, BIAS, X)
    assert len(forward.outputs) > 7
    assert len(forward.stored) == 7  # three gates, the fourth, the memory before and after, the state
    assert [one.primitive.name for one in forward.body.eqns].count("logistic") == 1
    assert (len(backward.terms), len(backward.kept)) == (3, 2)  # two kernels and a bias; state and memory
    assert len(backward.stored) == 1  # the gradient of all gates


def test_large_products_are_summed_step_by_step() -> None:
    x, kernel, bias = LARGE
    forward, backward = loops(gradient(lstm), kernel, bias, x)
    assert len(forward.stored) == 7
    assert not backward.terms


def test_what_is_not_stored_is_activated_part_by_part() -> None:
    (only,) = loops(lstm, KERNEL, BIAS, X)
    assert [one.primitive.name for one in only.body.eqns].count("logistic") == 3


def loops(function: Callable[..., Any], *arguments: Any) -> list[Loop]:
    """The loops of a function, in order."""
    return [Loop(*one) for one in scans(trace(function, *arguments).jaxpr.jaxpr)]


def scans(jaxpr: Jaxpr) -> list[tuple[Jaxpr, int, int]]:
    found = [one.params for one in jaxpr.eqns if one.primitive.name == "scan"]
    return [(one["jaxpr"].jaxpr, one["num_consts"], one["num_carry"]) for one in found]


def same(function: Callable[..., Any], *arguments: Any, rtol: float = 1e-5) -> None:
    traced = trace(function, *arguments)
    assert scans(traced.jaxpr.jaxpr)
    found = jax.jit(lambda *given: traced(traced.numbers, traced.constants, *given))(*arguments)
    close(found, function(*arguments), rtol)


def close(found: Any, expected: Any, rtol: float = 1e-5) -> None:
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        assert np.linalg.norm(one - other) <= rtol * np.linalg.norm(other)
