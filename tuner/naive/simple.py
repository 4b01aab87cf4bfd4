"""The forecasts "zero", "mean", "majority" and "last"."""

import math

import numpy as np

from tuner.errors import StudyError
from tuner.naive.targets import ROWS, Forecast, Target, are_whole, input_of
from tuner.trees import Tree, leaves

MOST_CLASSES = 1_000  # different values of a target that "majority" takes for classes

_NAME_COLUMNS = "name the columns of x that it continues, Splits(..., targets=(0,))"


def _constant(values: np.ndarray, shape: tuple[int, ...]) -> Forecast:
    """The same prediction for every example."""
    one = values.reshape(1, *shape).astype(np.float32)
    return lambda x: np.repeat(one, len(next(leaves(x))), axis=0)


def zero(x: Tree, target: Target) -> Forecast:
    """Predict 0."""
    return _constant(np.zeros(target.size), target.shape)


def mean(x: Tree, target: Target) -> Forecast:
    """The mean of the training targets; of labels the shares of the classes."""
    if target.labels:
        means = _counts(target.values, target.shape[-1]) / len(target.values)
    else:
        means = target.values.mean(axis=0, dtype=np.float64)
    return _constant(means, target.shape)


def _counts(codes: np.ndarray, classes: int) -> np.ndarray:
    """How often each class is there at each position: labels (examples, ...) to (positions, classes)."""
    flattened = codes.reshape(len(codes), -1)
    positions = flattened.shape[1]
    found = np.zeros(positions * classes, dtype=np.int64)
    for start in range(0, len(flattened), ROWS):
        part = flattened[start : start + ROWS].astype(np.int64) + classes * np.arange(positions)
        found += np.bincount(part.ravel(), minlength=found.size)
    return found.reshape(positions, classes)


def majority(x: Tree, target: Target) -> Forecast:
    """The most frequent class at each position. Raises: StudyError where the targets are no classes."""
    if target.labels:
        return _constant(_largest(_counts(target.values, target.shape[-1])), target.shape)
    if _is_one_hot(rows := target.values.reshape(len(target.values), *target.shape)):
        return _constant(_largest(rows.sum(axis=0, dtype=np.float64)), target.shape)
    classes = np.unique(target.values) if are_whole(target.values) else None
    if classes is None or len(classes) > MOST_CLASSES:
        what = "are no whole numbers" if classes is None else f"have {len(classes):,} different values"
        raise StudyError(f"the targets {what}, so they are no classes; leave it out")
    counts = _counts(np.searchsorted(classes, target.values), len(classes))
    return _constant(classes[counts.argmax(axis=-1)], target.shape)


def _is_one_hot(rows: np.ndarray) -> bool:
    if rows.ndim < 2 or rows.shape[-1] < 2:
        return False
    return bool(np.all((rows == 0) | (rows == 1)) and np.all(rows.sum(axis=-1) == 1))


def _largest(numbers: np.ndarray) -> np.ndarray:
    """One-hot along the last axis, at its largest number; the first one of several."""
    found: np.ndarray = np.eye(numbers.shape[-1])[numbers.argmax(axis=-1)]
    return found


def last(x: Tree, target: Target) -> Forecast:
    """Repeat what x ends with. Raises: StudyError where it is open what to repeat."""
    if target.labels:
        raise StudyError("the targets are labels, no values that x could end with; leave it out")
    series, truth = input_of(x), target.values.shape[1:]
    if series.ndim < 2:
        raise StudyError(f"x has the shape {series.shape}, without an axis of steps; leave it out")
    end = _ends(series[:1], target.columns).shape[1:]
    times = _times(end, truth, told=bool(target.columns))
    if not times:
        hint = "" if target.columns else f"{_NAME_COLUMNS}, or "
        raise StudyError(
            f"x ends with values of the shape {end} and a target has the shape {truth}, so it is open what to"
            f" repeat; {hint}leave it out"
        )

    def forecast(inputs: Tree) -> np.ndarray:
        ends = _ends(input_of(inputs), target.columns)
        repeated = np.repeat(ends.reshape(len(ends), 1, -1), times, axis=1)
        return repeated.reshape(len(ends), *target.shape).astype(np.float32)

    return forecast


def _ends(series: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
    """What the examples of a series (examples, steps, ...) end with, in the columns that are named, if any.

    Raises: StudyError where there are no such columns.
    """
    ends = series[:, -1]
    if not columns:
        return ends
    if ends.ndim < 2 or max(columns) >= ends.shape[-1]:
        raise StudyError(f"x has the shape {series.shape[1:]} an example, and no column {max(columns)}")
    return np.asarray(ends[..., list(columns)])


def _times(last: tuple[int, ...], truth: tuple[int, ...], *, told: bool = False) -> int:
    """How often the last values, of this shape, are repeated to give a target of that one; 0: it is open.

    A target is a step like those of x, several of them, or of a single series any number of them. Where it
    is `told` which columns it continues, it may also be steps of several columns one after the other.
    """
    if truth == last:
        return 1
    if truth[1:] == last and truth:
        return truth[0]
    steps = math.prod(truth)
    if told and len(truth) == 1 and steps % math.prod(last) == 0:
        return steps // math.prod(last)
    return steps if math.prod(last) == 1 and max(truth, default=1) == steps else 0
