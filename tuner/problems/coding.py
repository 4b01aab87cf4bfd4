"""Whole numbers as one-hot vectors, and back."""

import numpy as np

from tuner.errors import StudyError


def one_hot(integers: np.ndarray, cardinality: int) -> np.ndarray:
    """Numbers 0 .. cardinality - 1 of any shape as float32 of shape (..., cardinality).

    Raises: StudyError where a number lies outside.

    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    integers = np.asarray(integers)
    if integers.size and not 0 <= integers.min() <= integers.max() < cardinality:
        raise StudyError(
            f"one_hot: the numbers reach from {integers.min()} to {integers.max()};"
            f" {cardinality} symbols are the numbers 0 to {cardinality - 1}"
        )
    vectors: np.ndarray = (integers[..., None] == np.arange(cardinality)).astype("float32")
    return vectors


def from_one_hot(vectors: np.ndarray) -> np.ndarray:
    """The numbers behind one-hot vectors of shape (..., cardinality), or the likeliest of probabilities.

    >>> from_one_hot(np.array([[0.2, 0.7, 0.1], [1.0, 0.0, 0.0]])).tolist()
    [1, 0]
    """
    return np.asarray(np.argmax(vectors, axis=-1))
