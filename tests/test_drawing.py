"""Initial values are Keras' own, whatever program drew them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import jax
import keras
import numpy as np
import pytest
from keras.src.backend.jax import random

from tuner.drawing import compiled_once

INITIALIZERS = {
    "glorot uniform": keras.initializers.GlorotUniform(seed=3),
    "he normal": keras.initializers.HeNormal(seed=5),
    "normal": keras.initializers.RandomNormal(mean=1.0, seed=7),
    "uniform": keras.initializers.RandomUniform(-1.0, 3.0, seed=8),
    "truncated normal": keras.initializers.TruncatedNormal(seed=9),
    "zeros": keras.initializers.Zeros(),
    "ones": keras.initializers.Ones(),
    "orthogonal": keras.initializers.Orthogonal(gain=1.3, seed=4),
}
SHAPES = [(5, 3), (3, 5), (40, 30), (3, 3, 2, 5)]


@contextmanager
def compilations() -> Iterator[list[str]]:
    """The names of what is compiled meanwhile."""
    names: list[str] = []

    def listen(name: str, seconds: float, **_: Any) -> None:
        if name.endswith("backend_compile_duration"):
            names.append(name)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        yield names
    finally:
        with suppress(AttributeError):  # the oldest JAX has no such function, and goes on telling
            jax.monitoring.unregister_event_duration_listener(listen)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_the_values_are_those_of_keras(name: str, dtype: str) -> None:
    if name == "orthogonal" and dtype == "float16":
        return  # Keras has none
    initializer = INITIALIZERS[name]
    for shape in SHAPES:
        expected = np.asarray(initializer(shape, dtype=dtype))
        with compiled_once():
            made = initializer(shape, dtype=dtype)
        assert isinstance(made, jax.Array)
        assert (made.shape, made.dtype) == (expected.shape, expected.dtype)
        # Two libraries of linear algebra round differently; nothing else does.
        np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6 if name == "orthogonal" else 0)


def test_a_generator_moves_on_once() -> None:
    own, ours = keras.random.SeedGenerator(1), keras.random.SeedGenerator(1)
    expected = [keras.random.uniform((2, 2), seed=own) for _ in range(2)]
    with compiled_once():
        made = [keras.random.uniform((2, 2), seed=ours) for _ in range(2)]
    np.testing.assert_array_equal(made, expected)
    np.testing.assert_array_equal(own.state, ours.state)


def test_inside_a_program_keras_draws_itself() -> None:
    initializer = INITIALIZERS["orthogonal"]
    expected = jax.jit(lambda: initializer((4, 4)))()
    with compiled_once():
        made = jax.jit(lambda: initializer((4, 4)))()
    np.testing.assert_array_equal(made, expected)


def test_other_shapes_compile_nothing() -> None:
    with compiled_once():
        for name in INITIALIZERS:
            INITIALIZERS[name]((6, 7))
        with compilations() as compiled:
            for rows in range(8, 12):
                for name in INITIALIZERS:
                    INITIALIZERS[name]((rows, 13))
    assert compiled == []


def test_an_optimizer_of_other_shapes_compiles_nothing() -> None:
    weights = [keras.Variable(np.zeros((rows, 3), "float32")) for rows in (4, 5)]
    optimizers = [keras.optimizers.Adam() for _ in weights]
    with compiled_once():
        optimizers[0].build(weights[:1])
        with compilations() as compiled:
            (optimizer := optimizers[1]).build(weights[1:])
    assert compiled == []
    assert {variable.shape for variable in optimizer.variables[2:]} == {(5, 3)}
    assert all(isinstance(variable.value, jax.Array) for variable in optimizer.variables)


def test_keras_is_left_as_it_was() -> None:
    before = random.uniform, random.normal, keras.initializers.Orthogonal.__call__
    with pytest.raises(ZeroDivisionError), compiled_once():
        assert random.uniform is not before[0]
        1 / 0  # noqa: B018
    assert (random.uniform, random.normal, keras.initializers.Orthogonal.__call__) == before
