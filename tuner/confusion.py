"""Which label was predicted where another, or the same, is true: counts over all examples of a split.

Whether a model classifies is read off its targets and predictions, so that nothing has to be said twice.
"""

import math

import numpy as np

MOST_CLASSES = 20
_FEW = 64  # rows that are looked at first: they tell most numbers from labels
_TOLERANCE = 1e-3  # of a sum of probabilities


def label_counts(y_true: object, y_pred: object) -> np.ndarray | None:
    """Counts of shape (classes, classes), true label by predicted one; None where these are no labels.

    Targets are labels where each row of them is one-hot, where they are whole numbers that pick one of the
    model's outputs, or where they are 0 and 1 and the predictions are probabilities (above 0.5 is 1).
    Steps of a sequence count one by one. There may be `MOST_CLASSES` classes.

    >>> label_counts(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])).tolist()
    [[1, 0], [1, 1]]
    """
    if isinstance(y_true, tuple | list | dict) or isinstance(y_pred, tuple | list | dict):
        return None
    truth, said = np.asarray(y_true), np.asarray(y_pred)
    if not said.ndim or not said.size or any(array.dtype.kind not in "fiub" for array in (truth, said)):
        return None
    if truth.size == said.size:
        truth = truth.reshape(said.shape)  # (n,) beside (n, 1)
    elif truth.shape == (*said.shape[:-1], 1):
        truth = truth[..., 0]
    if not _are_whole(truth[:_FEW]) or not _are_whole(truth):
        return None
    labels = _one_hot(truth, said) or _sparse(truth, said) or _binary(truth, said)
    if labels is None:
        return None
    classes, true, predicted = labels
    pairs = true.astype(np.int64).ravel() * classes + predicted.ravel()
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


Labels = tuple[int, np.ndarray, np.ndarray]  # number of classes, true ones, predicted ones


def _one_hot(truth: np.ndarray, said: np.ndarray) -> Labels | None:
    classes = said.shape[-1]
    if truth.shape != said.shape or said.ndim < 2 or not 2 <= classes <= MOST_CLASSES:
        return None
    if not _are_zero_or_one(truth) or not np.all(truth.sum(axis=-1) == 1):
        return None
    return classes, truth.argmax(axis=-1), said.argmax(axis=-1)


def _sparse(truth: np.ndarray, said: np.ndarray) -> Labels | None:
    classes = said.shape[-1]
    if truth.shape != said.shape[:-1] or not 2 <= classes <= MOST_CLASSES:
        return None
    if truth.min() < 0 or truth.max() >= classes:
        return None
    # Whole numbers may be counts, beside quantiles of them; logits, unlike those, are negative somewhere.
    logits = truth.dtype.kind != "f" and bool(said.min() < 0)
    if not (logits or _are_probabilities(said)):
        return None
    return classes, truth, said.argmax(axis=-1)


def _binary(truth: np.ndarray, said: np.ndarray) -> Labels | None:
    if truth.shape != said.shape or not _are_zero_or_one(truth) or truth.min() == truth.max():
        return None
    if said.min() < 0 or said.max() > 1:
        return None
    return 2, truth, (said > 0.5).astype(np.int64)


def _are_whole(values: np.ndarray) -> bool:
    return values.dtype.kind != "f" or bool(np.all(values == np.rint(values)))


def _are_zero_or_one(values: np.ndarray) -> bool:
    return bool(np.all((values == 0) | (values == 1)))


def _are_probabilities(said: np.ndarray) -> bool:
    sums = said.sum(axis=-1, dtype=np.float64)
    return bool(said.min() >= 0 and math.isfinite(sums.max()) and np.all(np.abs(sums - 1) <= _TOLERANCE))
