"""Scores as they come in: one number a run, checked once; a run that failed is a non-finite number."""

from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.errors import StatisticsError

FloatArray = NDArray[np.float64]
Scores = Sequence[float] | NDArray[Any]

LARGEST = 1e150
"""Beyond this size the square of a score leaves the range of a float."""

ROUNDING = 8 * float(np.finfo(np.float64).eps)
"""Scores whose spread is below this share of their size differ by rounding only."""


def as_scores(scores: Scores | float, name: str = "scores") -> FloatArray:
    """The scores of one group as an array of shape (runs,).

    Raises: StatisticsError where they are no numbers, not 1-D, none at all, or too large to square.

    >>> as_scores([1, 2, float("nan")])
    array([ 1.,  2., nan])
    """
    try:
        values = np.asarray(scores)
    except ValueError as error:
        raise StatisticsError(f"{name}: scores are a flat list of numbers, one for each run") from error
    if values.ndim != 1:
        raise StatisticsError(
            f"{name}: scores have shape {values.shape}; give a 1-D list of numbers, one for each run"
        )
    if values.size == 0:
        raise StatisticsError(f"{name}: there are no scores; give one number for each run")
    if values.dtype.kind not in "iuf":
        wrong = (
            one
            for one in np.asarray(scores, dtype=object)
            if isinstance(one, bool) or not isinstance(one, Real)
        )
        raise StatisticsError(
            f"{name}: scores are numbers, not {next(wrong, values[0])!r}; write nan for a run that failed"
        )
    values = values.astype(np.float64)
    if np.any(np.isfinite(values) & (np.abs(values) > LARGEST)):
        raise StatisticsError(
            f"{name}: scores beyond {LARGEST:g} cannot be averaged; write inf or nan for a run that diverged"
        )
    return values


def as_baseline(scores: Scores | float, name: str = "baseline") -> FloatArray | float:
    """The scores of the runs of a baseline, or the plain number that stands for it: a fixed reference.

    Raises: StatisticsError where scores cannot be used, or the number is not finite or too large to square.

    >>> as_baseline(0.5), as_baseline([0.5])
    (0.5, array([0.5]))
    """
    if isinstance(scores, bool) or not isinstance(scores, Real):
        return as_scores(scores, name)
    reference = float(scores)
    if not abs(reference) <= LARGEST:
        raise StatisticsError(
            f"{name}: a fixed reference is a finite number up to {LARGEST:g}, not {scores!r}"
        )
    return reference


def finished(scores: FloatArray) -> FloatArray:
    """The scores of the runs that ended with a number.

    >>> finished(np.array([1.0, np.inf, 2.0]))
    array([1., 2.])
    """
    return scores[np.isfinite(scores)]


def losses(scores: FloatArray, direction: str) -> FloatArray:
    """The scores turned so that lower is better, with failures as the worst value there is.

    Source: worst-rank scores, Lachin (1999), doi:10.1016/S0197-2456(99)00022-7.

    >>> losses(np.array([0.9, 0.8, np.nan]), "maximize")
    array([-0.9, -0.8,  inf])
    """
    turned = -scores if direction == "maximize" else scores
    return np.where(np.isfinite(scores), turned, np.inf)


def standard_deviation(values: FloatArray) -> float:
    """Standard deviation (ddof 1) of finite scores: NaN below two, and 0 where they differ by rounding only.

    >>> standard_deviation(np.array([0.1, 0.1, 0.1]))
    0.0
    """
    if values.size < 2:
        return float("nan")
    std = float(values.std(ddof=1))
    return 0.0 if std <= ROUNDING * float(np.abs(values).max()) else std
