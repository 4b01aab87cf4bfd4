"""Data of any shape for the tests of models, and what they have in common."""

from typing import Any

import numpy as np

from tuner.study import Splits

EXAMPLES = 6
CLOSE = 1e-5


def splits(x: tuple[int, ...], y: tuple[int, ...], *, examples: int = EXAMPLES) -> Splits:
    """Normal numbers: x and y of these shapes an example, the same in all splits."""
    pair = (numbers(examples, *x, seed=1), numbers(examples, *y, seed=2))
    return Splits(pair, pair, pair)


def forced(source: tuple[int, int], seen: tuple[int, int], said: tuple[int, int]) -> Splits:
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


def enlarged(model: Any) -> Any:
    """The model with larger weights, so that what it says depends on every step and state."""
    model.set_weights([3 * weight for weight in weights_of(model)])
    return model


def weights_of(layer: Any) -> list[np.ndarray]:
    """The weights of a model or a layer; Keras' own way to them warns, of numpy's old array protocol."""
    return [np.asarray(weight.value) for weight in layer.weights]
