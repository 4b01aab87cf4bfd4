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
    of_x, of_h, bias = kernel[:width, : 3 * units], kernel[width:, : 3 * units], bias[: 3 * units]

    def cell(hidden: Any, row: Any) -> tuple[Any, Any]:
        parts, others = (jnp.split(one, 3, axis=1) for one in (row @ of_x, hidden @ of_h + bias))
        update, reset = (
            jax.nn.sigmoid(one + other) for one, other in zip(parts[:2], others[:2], strict=True)
        )
        hidden = update * hidden + (1 - update) * jnp.tanh(parts[2] + reset * others[2])
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


def found_and_left(x: Any, reverse: bool = False) -> Any:
    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        after = jnp.sin(carry) + row
        return after, (carry, after, after * carry - row, row, 1.5 * row)

    return jax.lax.scan(step, x[0], x, reverse=reverse)


def counted(x: Any) -> Any:
    """States that start from plain numbers."""

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        number, wave = carry
        after = number + 1, jnp.sin(wave) + jnp.sum(row)
        return after, (number, wave, after[0], after[1])

    return jax.lax.scan(step, (0, 0.0), x)


def sums(x: Any) -> Any:
    """Sums of what is read, of an output, of products and a linear function of one, and of another output."""
    fixed = jnp.cos(x[0])

    def step(carry: tuple[Any, ...], row: Any) -> tuple[tuple[Any, ...], Any]:
        a, b, c, d, e = carry
        wave = jnp.sin(row)
        product = wave.T @ row
        after = a + row, wave + b, c + -jnp.sum(product), d + wave.T @ wave, e + jnp.sum(wave, axis=1)
        return after, (wave, wave @ fixed.T)

    zeros = jnp.zeros_like(x[0])
    width = x.shape[-1]
    start = zeros, zeros, jnp.float32(0), jnp.zeros((width, width)), jnp.zeros(x.shape[1])
    return jax.lax.scan(step, start, x)


def no_sums(x: Any) -> Any:
    """Nothing that can be summed after the loop: each of them a little more than a sum."""
    fixed = jnp.cos(x[0])

    def step(carry: tuple[Any, ...], row: Any) -> tuple[tuple[Any, ...], Any]:
        a, _, c, d, e, n, f, g = carry
        total = d + row
        after = row + 1.5, row + 1.0, fixed + c, total, e + e, n + jnp.int32(2), row - f, g + jnp.sum(row)
        return after, (a, total, row + jnp.float32(1), g)

    one = jnp.zeros_like(fixed)
    return jax.lax.scan(step, (x[0], x[0], one, one, fixed, jnp.int32(0), one, jnp.float32(0)), x)


def constants(x: Any) -> Any:
    """Outputs that are no variable of the step, or made of none, and one that is there twice."""
    fixed = x[0] + 1

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        k = jax.lax.neg(2.0)
        return (carry[0], carry[1] + k), (fixed, 2.5, row, carry[0], k, row * row, row * row, row)

    return jax.lax.scan(step, (x[1], jnp.float32(0)), x)


def read_elsewhere(x: Any) -> Any:
    """What follows from an output is read by loops, by a branch, and is a result."""

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        wave = jnp.sin(row)
        return carry, (wave, wave * wave, 1 - wave)

    wave, square, rest = jax.lax.scan(step, 0.0, x)[1]
    read = jax.lax.scan(lambda carry, rows: (carry + rows[0] * rows[1], rows[1] - 1), x[0], (rest, square))
    again = jax.lax.scan(lambda carry, row: (jnp.tanh(carry) - row, carry), x[0], square, reverse=True)
    branch = jax.lax.cond(square[0, 0, 0] > 0, lambda one: one + 1, lambda one: one, square)
    return wave, read, again, branch, rest


def long_chain(x: Any) -> Any:
    """Many cheap operations on what is stored as well."""

    def step(carry: Any, row: Any) -> tuple[Any, Any]:
        wave = value = jnp.sin(row)
        for _ in range(600):
            value = value * wave + wave
        return carry, (wave, value)

    return jax.lax.scan(step, 0.0, x)


def nested(x: Any) -> Any:
    """The gradient of a loop in a loop, with whole numbers, truth and a generator carried along."""

    def inner(carry: Any, row: Any) -> tuple[Any, Any]:
        after = jnp.tanh(carry + row)
        return after, jax.nn.sigmoid(after)

    def outer(carry: Any, rows: Any) -> tuple[Any, Any]:
        value, number, even, key = carry
        value, states = jax.lax.scan(inner, value, rows)
        key, other = jax.random.split(key)
        value = value + jnp.where(even, 0.1, 0.2) * jax.random.normal(other, value.shape)
        return (value, number + 1, ~even, key), (number, even, key, jnp.sum(states**2))

    def loss(x: Any) -> Any:
        start = x[0, 0], jnp.int32(0), jnp.bool_(True), jax.random.PRNGKey(0)
        (value, *_), outputs = jax.lax.scan(outer, start, x, unroll=2)
        return jnp.sum(value) + jnp.sum(outputs[-1]), outputs[:-1]

    return jax.value_and_grad(loss, has_aux=True)(x)


# The function, and how many terms, states and followers its first loop has.
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], tuple[int, int, int]]] = {
    "swapped": (swapped, (0, 0, 0)),
    "forward": (found_and_left, (0, 1, 1)),
    "backward": (lambda x: found_and_left(x, True), (0, 1, 1)),
    "counted": (counted, (0, 2, 0)),
    "sums": (sums, (5, 0, 0)),
    "no sums": (no_sums, (0, 0, 1)),
    "constants": (constants, (0, 0, 2)),
    "read elsewhere": (read_elsewhere, (0, 0, 2)),
    "long chain": (long_chain, (0, 0, 0)),
    "nested": (nested, (0, 0, 0)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_other_loops(name: str) -> None:
    function, counts = FUNCTIONS[name]
    same(function, X)
    first = loops(function, X)[0]
    assert (len(first.terms), len(first.states), len(first.followers)) == counts


def test_a_loop_of_no_steps() -> None:
    def empty(x: Any) -> Any:
        def step(carry: Any, row: Any) -> tuple[Any, Any]:
            after = jnp.sin(carry) + row
            return after, (carry, after)

        return [jax.lax.scan(step, x[0], x[:0], reverse=reverse) for reverse in (False, True)]

    same(empty, X)


def test_what_prints_within_a_step_is_heard() -> None:
    heard: list[float] = []

    def within(x: Any) -> Any:
        def step(carry: Any, row: Any) -> tuple[Any, Any]:
            jax.debug.callback(lambda number: heard.append(float(number)), 3.5)
            parts = [jnp.tanh(one) for one in jnp.split(row, 3, axis=1)]
            return carry * 0.7, (*parts, carry)

        return jax.lax.scan(step, x[0] * 1.1, x)

    traced = trace(within, X)
    found = traced(traced.numbers, traced.constants, X)
    jax.effects_barrier()
    assert heard == [3.5] * STEPS
    close(found, within(X))


def test_numbers_differ_by_seed() -> None:
    def decayed(decay: float) -> Callable[[Any], Any]:
        def step(carry: Any, row: Any) -> tuple[Any, Any]:
            gate = jax.nn.sigmoid(row)
            after = decay * carry + gate
            return after, (gate, gate * decay, 1 - gate, carry, after)

        return lambda x: jax.lax.scan(step, x[0], x)

    traced = [trace(decayed(decay), X) for decay in (0.3, 0.7)]
    numbers = jax.tree.map(lambda *values: np.stack(values), *(one.numbers for one in traced))
    found = jax.vmap(lambda numbers: traced[0](numbers, traced[0].constants, X))(numbers)
    for place, decay in enumerate((0.3, 0.7)):
        close(jax.tree.map(lambda array, place=place: array[place], found), decayed(decay)(X))


def test_factors_are_not_stored_where_they_are_large() -> None:
    def outer(x: Any) -> Any:
        def step(carry: Any, row: Any) -> tuple[Any, None]:
            return carry + jnp.sin(jnp.outer(row, row)) @ row, None

        return jax.lax.scan(step, jnp.zeros(x.shape[-1]), x)[0]

    (loop,) = loops(outer, X[:, 0])
    assert (loop.terms, loop.stored) == ({}, [])


def test_an_lstm_stores_seven_arrays_and_sums_no_products_in_its_steps() -> None:
    forward, backward = loops(gradient(lstm), KERNEL, BIAS, X)
    assert len(forward.outputs) > 7
    assert len(forward.stored) == 7  # four gates, the memory before, its tanh after, the state
    assert [one.primitive.name for one in forward.body.eqns].count("logistic") == 1
    assert (len(backward.terms), len(backward.kept)) == (3, 2)  # two kernels and a bias; state and memory
    assert len(backward.stored) == 1  # the gradient of all gates


def test_a_gru_sums_no_products_in_its_steps() -> None:
    forward, backward = loops(gradient(gru), KERNEL, BIAS, X)
    assert len(forward.followers) >= 4
    assert (len(backward.terms), len(backward.kept)) == (3, 1)


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
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True)
    for one, other in (tuple(map(jnp.asarray, pair)) for pair in pairs):
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        left, right = (np.asarray(array, dtype="float64") for array in (one, other))
        assert np.linalg.norm(left - right) <= rtol * np.linalg.norm(right)
