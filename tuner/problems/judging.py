"""Whole answers: right or wrong, and what the seeds said in one line.

An answer is a sequence of classes: one-hot vectors or probabilities of shape (examples, steps, classes), or
of shape (examples, steps, 1) the probability of yes at each step.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np


def labels(vectors: np.ndarray) -> np.ndarray:
    """The class at every step, of shape (...) for vectors of shape (..., classes) or (..., 1).

    >>> labels(np.array([[0.2, 0.8], [0.9, 0.1]])).tolist(), labels(np.array([[0.2], [0.8]])).tolist()
    ([1, 0], [0, 1])
    """
    vectors = np.asarray(vectors)
    if vectors.shape[-1] == 1:
        return (vectors[..., 0] > 0.5).astype(np.int64)
    return np.asarray(vectors.argmax(axis=-1))


def sequence_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """1 for each example whose answer is right at every step, else 0: shape (examples,). More is better.

    >>> right, half = [[1, 0], [0, 1]], [[1, 0], [1, 0]]
    >>> sequence_accuracy(np.array([right, right]), np.array([right, half])).tolist()
    [1.0, 0.0]
    """
    same = labels(y_true) == labels(y_pred)
    return np.asarray(same.reshape(len(same), -1).all(axis=1), dtype=np.float64)


def step_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """The share of its steps at which the answer to an example is right, of shape (examples,)."""
    same = labels(y_true) == labels(y_pred)
    return np.asarray(same.reshape(len(same), -1).mean(axis=1))


def votes(said: Iterable[str]) -> str:
    """What each seed said, as one line: the most frequent answer first.

    >>> votes(["21"] * 9 + ["20"]), votes(["21", "21"])
    ('21 (9 of 10 seeds), 20 (1)', '21 (2 of 2 seeds)')
    """
    counts = Counter(said).most_common()
    total = sum(count for _, count in counts)
    return ", ".join(
        f"{answer} ({count}{'' if place else f' of {total} seeds'})"
        for place, (answer, count) in enumerate(counts)
    )
