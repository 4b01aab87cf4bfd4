"""Keras' random initial values on JAX, without a compiled program for every shape.

JAX compiles what an initializer does anew for every shape of a weight, which takes longer than many a
training. Its generator counts the elements of an array, so that a longer draw begins with the shorter one:
draws of a few lengths, compiled once, are cut to size. Zeros and ones are filled in by numpy. What Keras
draws remains what it was.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

_LENGTHS = (1 << 14, 1 << 18)  # longer draws are compiled for their own shape
_DRAWS = ("uniform", "normal", "truncated_normal")
_CONSTANTS = ("zeros", "ones")


@contextmanager
def compiled_once() -> Iterator[None]:
    """Keras draws initial values by programs that serve every shape, where it runs on JAX."""
    if keras.config.backend() != "jax" or not _counts_elements():
        yield
        return
    from keras.src.backend.jax import numpy, random

    orthogonal = keras.initializers.OrthogonalInitializer
    replaced = [
        *((random, name, _cut(getattr(random, name))) for name in _DRAWS),
        *((numpy, name, _filled(name, getattr(numpy, name))) for name in _CONSTANTS),
        (orthogonal, "__call__", _orthogonal(orthogonal.__call__)),
    ]
    kept = [getattr(owner, name) for owner, name, _ in replaced]
    for owner, name, ours in replaced:
        setattr(owner, name, ours)
    try:
        yield
    finally:
        for (owner, name, _), own in zip(replaced, kept, strict=True):
            setattr(owner, name, own)


def _counts_elements() -> bool:
    """Whether element k of a draw depends on the key and on k alone."""
    import jax

    generator = getattr(jax.config, "jax_default_prng_impl", None)
    return generator == "threefry2x32" and bool(getattr(jax.config, "jax_threefry_partitionable", False))


def _cut(draw: Callable[..., Any]) -> Callable[..., Any]:
    """`draw` for any shape, by a draw of one of a few lengths."""

    def cut(shape: Any, *arguments: Any, **named: Any) -> Any:
        import jax

        size = math.prod(shape)
        length = next((length for length in _LENGTHS if size <= length), None)
        if length is None or _traced():
            return draw(shape, *arguments, **named)
        drawn = np.asarray(draw((length,), *arguments, **named))
        return jax.device_put(drawn[:size].reshape(shape))

    return cut


def _filled(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
    """`own`, which is the backend's `zeros` or `ones`, by numpy's function of that name."""

    def filled(shape: Any, dtype: Any = None) -> Any:
        import jax

        if _traced():
            return own(shape, dtype)
        return jax.device_put(getattr(np, name)(shape, jax.numpy.dtype(dtype or keras.config.floatx())))

    return filled


def _orthogonal(own: Callable[..., Any]) -> Callable[..., Any]:
    """Keras' orthogonal initializer with the decomposition by numpy."""

    def call(self: Any, shape: Any, dtype: Any = None) -> Any:
        import jax

        if len(shape) < 2 or _traced():
            return own(self, shape, dtype)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = max(rows, columns), min(rows, columns)
        drawn = keras.random.normal(tall, seed=self.seed, dtype=dtype)
        q, r = np.linalg.qr(np.asarray(drawn))
        q = q * np.sign(np.diag(r))
        return jax.device_put(self.gain * (q if rows >= columns else q.T).reshape(shape))

    return call


def _traced() -> bool:
    """Whether what JAX is asked now becomes a part of a larger program."""
    import jax

    return isinstance(jax.numpy.zeros(()), jax.core.Tracer)
