"""The scores of single test examples, where a metric is the mean of one number an example.

What is kept of a run is small: numbers of shape (examples,), or where there are very many the means of
neighbours. Their mean is the run's score, which is checked; where it is not, nothing is kept.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tuner.errors import described
from tuner.records import ExampleScores
from tuner.trees import at_rows, leaves

MOST = 100_000  # numbers that are kept of a run
MOST_CALLS = 1_000  # of a metric that has to be called once a number
_TOLERANCE = 1e-6  # of the mean against the score: rounding of float32, and no more
_LARGEST = float(np.finfo(np.float32).max)  # what a number that is kept may be
_NO_MEAN = "the metric is not the mean of one number an example, as mse, mae and accuracy are"

Each = Callable[[Any, Any], np.ndarray | None]


def of_run(each: Each, y_true: Any, y_pred: Any, score: float) -> ExampleScores:
    """The scores of the examples of a run from its predictions; `score` is what their mean must be.

    `each(y_true, y_pred)` gives one number an example, or an equal number of neighbours in a row, in
    metric units; None where the metric has none. A run without a finite score has no scores of examples.
    """
    if not math.isfinite(score):
        return ExampleScores()
    count = _count(y_true)
    try:
        values = each(y_true, y_pred)
    except Exception as error:  # the run has its score, and keeps it
        return ExampleScores(reason=f"the metric by example raises {described(error)}")
    if values is None:
        return ExampleScores(reason=_NO_MEAN)
    values = np.asarray(values, dtype=np.float64)
    if not np.all(np.abs(values) <= _LARGEST):
        return ExampleScores(reason="the metric of a single example is not finite or too large")
    size = math.ceil(count / len(values))
    if not _is_mean(values, size, count, score):
        return ExampleScores(reason=_NO_MEAN)
    merged = math.ceil(len(values) / MOST)
    starts = np.arange(0, len(values), merged)
    means = np.add.reduceat(values, starts) / np.diff([*starts, len(values)])
    return ExampleScores(means.astype(np.float32), each=size * merged, horizon=_horizon(y_true))


def of_group(runs: Sequence[ExampleScores | None]) -> ExampleScores:
    """The scores of the runs of a group as one table (runs, examples), NaN for a run that has none."""
    known = [run for run in runs if run is not None]
    if reason := next((run.reason for run in known if run.reason), ""):
        return ExampleScores(reason=reason)
    scored = [run for run in known if run.values.size]
    if not scored:
        return ExampleScores()
    first = scored[0]
    if any((run.values.shape, run.each) != (first.values.shape, first.each) for run in scored):
        return ExampleScores(reason="the runs were not scored on the same examples")
    nothing = np.full_like(first.values, np.nan)
    table = np.stack([nothing if run is None or not run.values.size else run.values for run in runs])
    return ExampleScores(table, first.each, first.horizon)


def in_calls(score: Callable[[Any, Any], float], y_true: Any, y_pred: Any) -> np.ndarray | None:
    """A metric called on one example after another, or on equal parts of neighbours where there are many.

    Two halves are tried first: they tell most metrics that are no means. None for such a metric, and for
    one that cannot be called on a part.
    """
    count = _count(y_true)
    whole, half = score(y_true, y_pred), (count + 1) // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a single example, where the metric is right about many
        try:
            halves = _on_parts(score, y_true, y_pred, half)
            if not _is_mean(halves, half, count, whole):
                return None
            return _on_parts(score, y_true, y_pred, math.ceil(count / MOST_CALLS))
        except Exception:  # of the user's code; on all examples it raised nothing
            return None


def _on_parts(score: Callable[[Any, Any], float], y_true: Any, y_pred: Any, size: int) -> np.ndarray:
    starts = range(0, _count(y_true), size)
    return np.array(
        [score(*(at_rows(tree, slice(at, at + size)) for tree in (y_true, y_pred))) for at in starts]
    )


def _is_mean(values: np.ndarray, size: int, count: int, score: float) -> bool:
    """Whether the mean over all examples of values over `size` examples each is the score."""
    sizes = np.full(len(values), size)
    sizes[-1] = count - size * (len(values) - 1)
    mean = float(np.sum(values * sizes)) / count
    return abs(mean - score) <= _TOLERANCE * max(float(np.abs(values).mean()), abs(score))


def _count(tree: Any) -> int:
    return len(next(leaves(tree)))


def _horizon(y_true: Any) -> int:
    """Steps of a target, were it one of a series: its second axis."""
    shape = next(leaves(y_true)).shape
    return int(shape[1]) if len(shape) > 1 else 1
