"""Which test examples are kept of a run, and what is kept of them.

Nobody chooses: the examples are spread evenly over the split, the same ones for every run.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuner.confusion import label_counts
from tuner.errors import described
from tuner.predictions import MOST_BYTES, TOO_LARGE, Predictions, bounded
from tuner.trees import Tree, flat, mapped, outline

MOST_EXAMPLES = 6
MOST_POINTS = 200  # of targets that are a single number

NO_NUMBERS = "the targets or the predictions are no numbers"

# Which of the evenly spread examples comes first, where only some can be kept: these are spread as well.
_ORDER = (2, 4, 0, 5, 1, 3)


def of_run(x: Tree, y_true: Tree, y_pred: Tree, *, own: bool = False) -> Predictions:
    """What is kept of a run: arrays with a first axis of length 1, under the seed index 0.

    `x` is None where nobody has it any more. With `own` another run has other examples, and one of each
    is enough. Whatever is wrong with them becomes a reason.
    """
    try:
        return _of_run(x, y_true, y_pred, own)
    except Exception as error:  # the run has its score, and keeps it
        return Predictions(reason=f"keeping some raises {described(error)}")


def _of_run(x: Tree, y_true: Tree, y_pred: Tree, own: bool) -> Predictions:
    count = len(flat(y_true)[0])
    counts = label_counts(y_true, y_pred)
    made = Predictions((0,), counts=None if counts is None else counts[None].astype(np.int32), own=own)
    points = None if counts is not None else _points(y_true, y_pred, count)
    if points is not None:
        made = replace(made, points_true=points[0], points_pred=points[1])
    rows = np.array([count // 2]) if own else _preferred(count)
    picked = [_picked(tree, rows) for tree in (x, y_true, y_pred)]
    if picked[1] is None or picked[2] is None:
        return replace(made, reason=TOO_LARGE if _are_numbers(y_true, y_pred) else NO_NUMBERS)
    said = mapped(lambda array: array.astype(np.float32), picked[2])
    return bounded(replace(made, rows=rows[None], x=picked[0], y_true=picked[1], y_pred=said))


def spread(count: int, most: int) -> np.ndarray:
    """Places of `most` examples, or of all, spread evenly over `count`.

    >>> spread(12, 3).tolist(), spread(2, 3).tolist()
    ([2, 6, 10], [0, 1])
    """
    size = min(count, most)
    return (2 * np.arange(size) + 1) * count // (2 * size)


def _preferred(count: int) -> np.ndarray:
    """The evenly spread examples, those first that are wanted most."""
    rows = spread(count, MOST_EXAMPLES)
    return rows[[place for place in _ORDER if place < len(rows)]]


def _picked(tree: Tree, rows: np.ndarray) -> Tree:
    """Some examples of every array, (1, kept, ...); None where they are too large, or no numbers."""
    if tree is None:
        return None
    outline(tree)  # raises where the tree cannot be kept
    arrays = flat(tree)
    if not _are_numbers(tree) or sum(array[:1].nbytes for array in arrays) > MOST_BYTES:
        return None
    return mapped(lambda array: _small(array[rows])[None], tree)


def _small(array: np.ndarray) -> np.ndarray:
    """Floats as float32; what is too large for that is infinite, and drawn as such."""
    if array.dtype.kind != "f":
        return np.ascontiguousarray(array)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def _points(y_true: Tree, y_pred: Tree, count: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Truth and prediction of many examples, (1, points) each, where both are a single number."""
    arrays: Sequence[np.ndarray] = (*flat(y_true), *flat(y_pred))
    if len(arrays) != 2 or not _are_numbers(y_true, y_pred) or any(array.size != count for array in arrays):
        return None
    rows = spread(count, MOST_POINTS)
    with np.errstate(over="ignore"):
        truth, said = (array.reshape(count)[rows].astype(np.float32)[None] for array in arrays)
    return truth, said


def _are_numbers(*trees: Tree) -> bool:
    return all(array.dtype.kind in "fiub" for tree in trees for array in flat(tree))
