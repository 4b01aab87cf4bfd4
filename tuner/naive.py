"""Naive forecasts: what a network has to beat, made from the training examples without any training.

    zero      predict 0
    mean      the mean of the training targets, each output on its own
    last      repeat the last value of the input
    linear    ordinary least squares with an intercept, from the flattened input to the flattened output
    majority  the most frequent class of the training targets, at each output position

A forecast is what a network would have predicted: an array (examples, ...) with the shape of its output,
or a tuple or dict of them. Where the targets are labels that pick one of the outputs, it has a number for
each class, as a network does: "mean" gives the shares of the classes. The input is the first array of x.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.errors import StudyError, study_errors
from tuner.trees import Tree, flat, leaves, outline, rebuilt

LABELS = {
    "zero": "zero",
    "mean": "training mean",
    "last": "last value",
    "linear": "linear regression",
    "majority": "most frequent class",
}
NAMES = tuple(LABELS)

MOST_COLUMNS = 2_000  # of the input of a linear regression
MOST_WORK = 2e10  # examples x columns squared of a linear regression: a few seconds
MOST_CLASSES = 1_000  # different values of a target that "majority" takes for classes
LARGEST = 1e150  # beyond it the square of a score leaves the range of a float

_ROWS = 8_192  # examples that are read at once

Pair = tuple[Tree, Tree]  # x and y
Forecast = Callable[[Tree], Tree]  # from x to predictions
Score = Callable[[Any, Any], float]  # of (y_true, y_pred)


class NotComputedError(Exception):
    """A forecast is too much to compute, or its numbers cannot be computed with; the message says why."""


def checked_names(names: Any) -> tuple[str, ...]:
    """The names of forecasts, each once; a single one may be a plain text.

    Raises: StudyError where one is unknown.
    """
    if not isinstance(names, str | tuple | list):
        raise StudyError(
            f"naive is a {type(names).__name__}; name forecasts, such as naive=('last', 'linear')"
        )
    given = (names,) if isinstance(names, str) else tuple(names)
    for name in given:
        if name not in NAMES:
            raise StudyError(f"there is no naive forecast {name!r}; choose from {', '.join(NAMES)}")
    return tuple(dict.fromkeys(given))


def predictions(name: str, train: Pair, x: Tree, like: Tree = None) -> Tree:
    """What a forecast made from the training examples says of x; see `fitted`.

    >>> x, y = np.arange(6.0).reshape(2, 3, 1), np.array([[3.0], [6.0]])
    >>> predictions("last", (x, y), x).tolist(), predictions("mean", (x, y), x).tolist()
    ([[2.0], [5.0]], [[4.5], [4.5]])
    """
    return fitted(name, train, like)(x)


def fitted(name: str, train: Pair, like: Tree = None) -> Forecast:
    """A forecast made from x and y of the training examples.

    `like` are predictions of the model, of any number of examples, in whose shape those of the forecast are
    made; without it they have the shape of the targets.

    Raises: StudyError where the forecast does not fit the data, NotComputedError where it is too much.
    """
    x, y = train
    truths, outputs = flat(y), flat(y if like is None else like)
    if len(truths) != len(outputs):
        raise StudyError(f"y has {len(truths)} arrays and the model {len(outputs)} outputs")
    targets = [_target(truth, output.shape[1:]) for truth, output in zip(truths, outputs, strict=True)]
    parts = [_MAKERS[name](x, target) for target in targets]
    plan = outline(y)
    return lambda inputs: rebuilt(plan, (part(inputs) for part in parts))


def scored(
    names: Sequence[str], train: Pair, splits: Mapping[str, Pair], score: Score, like: Tree = None
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """The score of every forecast on every split, by name and split; and by name why some have none.

    `score(y_true, y_pred)` is what scores the predictions of networks.

    Raises: StudyError where a forecast does not fit the data or the metric.
    """
    found: dict[str, dict[str, float]] = {}
    reasons: dict[str, str] = {}
    for name in names:
        try:
            with _about(name):
                forecast = fitted(name, train, like)
                said = {split: _score(name, score, y, forecast(x)) for split, (x, y) in splits.items()}
        except NotComputedError as error:
            reasons[name] = str(error)
            continue
        lost = [split for split, value in said.items() if not abs(value) <= LARGEST]
        if lost:
            reasons[name] = f"its score on the {lost[0]} split is not finite, or too large"
        else:
            found[name] = said
    return found, reasons


@contextmanager
def _about(name: str) -> Iterator[None]:
    try:
        yield
    except StudyError as error:
        raise StudyError(f"the naive forecast {name!r}: {error}") from error


def _score(name: str, score: Score, y_true: Tree, y_pred: Tree) -> float:
    """As for networks: a prediction that is not finite has no score, which an accuracy would hide."""
    if not all(np.isfinite(leaf).all() for leaf in leaves(y_pred)):
        return math.nan
    with study_errors("the metric"):
        return float(score(y_true, y_pred))


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """One array of targets, (examples, ...), and the `shape` of what the model outputs for an example.

    With `labels` each value is a label: it picks one of the numbers along the last axis of an output.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    labels: bool

    @property
    def size(self) -> int:
        """Numbers that the model outputs for an example."""
        return math.prod(self.shape)

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Some targets as float64 of shape (examples, size), one-hot where they are labels."""
        part = self.values[start:stop]
        if self.labels:
            part = np.eye(self.shape[-1])[part.reshape(len(part), -1).astype(np.int64)]
        return part.reshape(len(part), -1).astype(np.float64)


def _target(values: np.ndarray, shape: tuple[int, ...]) -> _Target:
    """Raises: StudyError where it is open how targets and outputs go together."""
    if values.dtype.kind not in "fiub":
        raise StudyError("the targets are no numbers")
    size = math.prod(values.shape[1:])
    if size == math.prod(shape):
        return _Target(values, shape, labels=False)
    picks = len(shape) > 0 and size == math.prod(shape[:-1])
    if picks and _are_whole(values) and values.min() >= 0 and values.max() < shape[-1]:
        return _Target(values, shape, labels=True)
    raise StudyError(
        f"a target has the shape {values.shape[1:]} and what the model outputs for it {shape}, so it is open"
        " what a forecast is; leave out naive"
    )


def _are_whole(values: np.ndarray) -> bool:
    return values.dtype.kind != "f" or bool(np.all(values == np.rint(values)))


def _constant(values: np.ndarray, shape: tuple[int, ...]) -> Forecast:
    """The same prediction for every example."""
    one = values.reshape(1, *shape).astype(np.float32)
    return lambda x: np.repeat(one, len(next(leaves(x))), axis=0)


def _zero(x: Tree, target: _Target) -> Forecast:
    return _constant(np.zeros(target.size), target.shape)


def _mean(x: Tree, target: _Target) -> Forecast:
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
    for start in range(0, len(flattened), _ROWS):
        part = flattened[start : start + _ROWS].astype(np.int64) + classes * np.arange(positions)
        found += np.bincount(part.ravel(), minlength=found.size)
    return found.reshape(positions, classes)


def _majority(x: Tree, target: _Target) -> Forecast:
    if target.labels:
        return _constant(_largest(_counts(target.values, target.shape[-1])), target.shape)
    if _is_one_hot(rows := target.values.reshape(len(target.values), *target.shape)):
        return _constant(_largest(rows.sum(axis=0, dtype=np.float64)), target.shape)
    classes = np.unique(target.values) if _are_whole(target.values) else None
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


def _last(x: Tree, target: _Target) -> Forecast:
    if target.labels:
        raise StudyError("the targets are labels, no values that x could end with; leave it out")
    series, truth = _input(x), target.values.shape[1:]
    if series.ndim < 2:
        raise StudyError(f"x has the shape {series.shape}, without an axis of steps; leave it out")
    times = _times(series.shape[2:], truth)
    if not times:
        raise StudyError(
            f"x ends with values of the shape {series.shape[2:]} and a target has the shape {truth}, so it is"
            " open what to repeat; leave it out"
        )

    def forecast(inputs: Tree) -> np.ndarray:
        ends = _input(inputs)[:, -1]
        repeated = np.repeat(ends.reshape(len(ends), 1, -1), times, axis=1)
        return repeated.reshape(len(ends), *target.shape).astype(np.float32)

    return forecast


def _times(last: tuple[int, ...], truth: tuple[int, ...]) -> int:
    """How often the last values, of this shape, are repeated to give a target of that one; 0: it is open.

    A target is a step like those of x, several of them, or of a single series any number of them.
    """
    if truth == last:
        return 1
    if truth[1:] == last and truth:
        return truth[0]
    steps = math.prod(truth)
    return steps if math.prod(last) == 1 and max(truth, default=1) == steps else 0


def _input(x: Tree) -> np.ndarray:
    """The first array of x. Raises: StudyError where it is open which is the first, or it is no numbers."""
    if isinstance(x, Mapping) and len(x) > 1:
        raise StudyError(
            f"x is a dict of {', '.join(map(repr, sorted(x)))}, and it is open which of them is the input;"
            " make x a tuple with it in front, or leave it out"
        )
    if isinstance(x, Mapping | tuple | list):
        return _input(next(iter(x.values())) if isinstance(x, Mapping) else x[0])
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise StudyError("x is no numbers; leave it out")
    return array


def _linear(x: Tree, target: _Target) -> Forecast:
    inputs = _input(x)
    columns = math.prod(inputs.shape[1:])
    work = len(inputs) * (1.0 + columns + target.size) ** 2
    if columns > MOST_COLUMNS or work > MOST_WORK:
        raise NotComputedError(
            f"{len(inputs):,} examples with {columns:,} inputs and {target.size:,} outputs are too many for a"
            " linear regression"
        )
    intercept, *slopes = _least_squares(inputs, columns, target)
    coefficients = np.reshape(slopes, (columns, target.size))

    def forecast(given: Tree) -> np.ndarray:
        rows = _input(given)
        said = np.empty((len(rows), target.size), dtype=np.float32)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            said[start : start + _ROWS] = part.reshape(len(part), -1) @ coefficients + intercept
        return said.reshape(len(rows), *target.shape)

    return forecast


def _least_squares(inputs: np.ndarray, columns: int, target: _Target) -> np.ndarray:
    """Intercept and slopes, (1 + columns, outputs), the shortest of all where several fit alike.

    By orthogonal triangles (QR), some rows at a time: normal equations would square the condition of the
    input, and neighbouring values of a series are much alike.
    """
    width = 1 + columns + target.size
    triangle: Any = np.empty((0, width))  # the kind of result that numpy declares depends on the mode
    for start in range(0, len(inputs), _ROWS):
        part = inputs[start : start + _ROWS].reshape(-1, columns).astype(np.float64)
        whole = np.hstack([np.ones((len(part), 1)), part, target.rows(start, start + _ROWS)])
        if not np.isfinite(whole).all():
            raise NotComputedError("the training examples are not all finite")
        triangle = np.linalg.qr(np.vstack([triangle, whole]), mode="r")
    ours, theirs = triangle[:, : 1 + columns], triangle[:, 1 + columns :]
    found: np.ndarray = np.linalg.lstsq(ours, theirs, rcond=None)[0]
    return found


_MAKERS: Mapping[str, Callable[[Tree, _Target], Forecast]] = {
    "zero": _zero,
    "mean": _mean,
    "last": _last,
    "linear": _linear,
    "majority": _majority,
}
