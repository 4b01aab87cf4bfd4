"""Data of any shape for the tests of models, and what these have in common.

Most sizes are 2: weights of shapes that another test has met need nothing compiled.
"""

from typing import Any

import numpy as np

from tuner.splits import Splits

EXAMPLES = 6
CLOSE = 1e-5


def splits(x: tuple[int, ...], y: tuple[int, ...], *, examples: int = EXAMPLES) -> Splits:
    """Normal numbers: x and y of these shapes an example, the same in all splits."""
    pair = (numbers(examples, *x, seed=1), numbers(examples, *y, seed=2))
    return Splits(pair, pair, pair)


def forced(source: tuple[int, ...], seen: tuple[int, ...], said: tuple[int, ...]) -> Splits:
    """Normal numbers for teacher forcing: what the encoder reads, what the decoder sees and says."""
    x = (numbers(EXAMPLES, *source, seed=1), numbers(EXAMPLES, *seen, seed=3))
    pair = (x, numbers(EXAMPLES, *said, seed=2))
    return Splits(pair, pair, pair)


def numbers(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def one_hot(labels: Any, count: int) -> np.ndarray:
    return np.eye(count, dtype="float32")[np.asarray(labels)]


def apart(one: Any, other: Any) -> float:
    """The largest difference between two arrays of one shape."""
    one, other = np.asarray(one), np.asarray(other)
    assert one.shape == other.shape
    return float(np.abs(one - other).max())


def weighted(model: Any, scale: float = 1.0) -> Any:
    """The model with normal weights, large enough for what it says to depend on every step and state."""
    rng = np.random.default_rng(3)
    model.set_weights([rng.normal(scale=scale, size=weight.shape) for weight in weights_of(model)])
    return model


def weights_of(layer: Any) -> list[np.ndarray]:
    """The weights of a model or a layer; Keras' own way to them warns, of numpy's old array protocol."""
    return [np.asarray(weight.value) for weight in layer.weights]


def said(model: Any, *x: Any) -> np.ndarray:
    """What a model says of a batch."""
    return np.asarray(model.predict_on_batch(x[0] if len(x) == 1 else list(x)))
