"""The forecast "linear": ordinary least squares with an intercept."""

import math
from typing import Any

import numpy as np

from tuner.naive.targets import ROWS, Forecast, NotComputedError, Target, input_of
from tuner.trees import Tree

MOST_COLUMNS = 2_000  # of the input
MOST_WORK = 2e10  # examples x columns squared: a few seconds


def linear(x: Tree, target: Target) -> Forecast:
    """The regression of the output on the input. Raises: NotComputedError where it is too much."""
    inputs = input_of(x)
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
        rows = input_of(given)
        said = np.empty((len(rows), target.size), dtype=np.float32)
        for start in range(0, len(rows), ROWS):
            part = rows[start : start + ROWS]
            said[start : start + ROWS] = part.reshape(len(part), -1) @ coefficients + intercept
        return said.reshape(len(rows), *target.shape)

    return forecast


def _least_squares(inputs: np.ndarray, columns: int, target: Target) -> np.ndarray:
    """Intercept and slopes, (1 + columns, outputs), the shortest of all where several fit alike.

    By orthogonal triangles (QR), some rows at a time: normal equations would square the condition of the
    input, and neighbouring values of a series are much alike.
    """
    width = 1 + columns + target.size
    triangle: Any = np.empty((0, width))  # the kind of result that numpy declares depends on the mode
    for start in range(0, len(inputs), ROWS):
        part = inputs[start : start + ROWS].reshape(-1, columns).astype(np.float64)
        whole = np.hstack([np.ones((len(part), 1)), part, target.rows(start, start + ROWS)])
        if not np.isfinite(whole).all():
            raise NotComputedError("the training examples are not all finite")
        triangle = np.linalg.qr(np.vstack([triangle, whole]), mode="r")
    ours, theirs = triangle[:, : 1 + columns], triangle[:, 1 + columns :]
    found: np.ndarray = np.linalg.lstsq(ours, theirs, rcond=None)[0]
    return found
