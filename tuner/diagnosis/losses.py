"""Losses as callers have them, one seed or several, and where they stop being numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.errors import StatisticsError
from tuner.stats.scores import LARGEST, FloatArray

Losses = Sequence[float] | Sequence[Sequence[float]] | NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The curves of one seed, each of shape (epochs,), with nothing after its last epoch.

    `lost_at` is the index of the first loss that is no finite number, in the split `lost_in`; None where all
    are. `stopped` is True where somebody said that the seed diverged.
    """

    train: FloatArray
    validation: FloatArray | None
    lost_at: int | None = None
    lost_in: str = ""
    stopped: bool = False

    @property
    def diverged(self) -> bool:
        return self.stopped or self.lost_at is not None


def stacked(rows: Sequence[Sequence[float] | NDArray[Any]]) -> FloatArray:
    """Curves of different lengths as rows, shape (rows, longest), NaN after the end of each.

    >>> stacked([(3.0, 2.0), (1.0,)]).tolist()
    [[3.0, 2.0], [1.0, nan]]
    """
    matrix = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for place, values in zip(matrix, rows, strict=True):
        place[: len(values)] = values
    return matrix


def as_pairs(
    train: Losses, validation: Losses | None, diverged: Sequence[bool] | bool | None
) -> tuple[Pair, ...]:
    """The curves of every seed.

    Raises: StatisticsError where losses are no numbers, the two do not fit each other, or `diverged` does
    not have one value for each seed.
    """
    learned, single = _matrix(train, "train")
    checked = None if validation is None else _matrix(validation, "validation")[0]
    if checked is not None and not checked.size:
        checked = None
    if checked is not None and checked.shape != learned.shape:
        raise StatisticsError(
            f"train has {_shape(learned)} and validation {_shape(checked)}; give one loss of each for every "
            "epoch, with nan after the last epoch of a seed"
        )
    stopped = np.zeros(len(learned), bool) if diverged is None else np.atleast_1d(np.asarray(diverged))
    if stopped.shape != (len(learned),) or stopped.dtype != np.bool_:
        raise StatisticsError(f"diverged must say true or false for each of {len(learned)} seeds")
    whole = single and diverged is None
    return tuple(
        _pair(learned[seed], None if checked is None else checked[seed], bool(stopped[seed]), whole)
        for seed in range(len(learned))
    )


def _pair(train: FloatArray, validation: FloatArray | None, stopped: bool, whole: bool) -> Pair:
    """One seed. In a row of several, nan at the end of all losses is padding; `whole` says it is none."""
    if validation is not None and np.isnan(validation).all():
        validation = None
    there = ~np.isnan(train) if validation is None else ~(np.isnan(train) & np.isnan(validation))
    length = train.size if whole else int(np.flatnonzero(there)[-1]) + 1 if there.any() else 0
    train, validation = train[:length], None if validation is None else validation[:length]
    lost = {
        name: int(np.flatnonzero(~np.isfinite(losses))[0])
        for name, losses in (("training", train), ("validation", validation))
        if losses is not None and not np.isfinite(losses).all()
    }
    if not lost:
        return Pair(train, validation, stopped=stopped)
    first = min(lost, key=lambda name: lost[name])
    return Pair(train, validation, lost[first], first, stopped)


def _matrix(losses: Losses, name: str) -> tuple[FloatArray, bool]:
    """Losses of shape (seeds, epochs), shorter rows ending in nan, and whether there was a single one."""
    try:
        values = np.asarray(losses)
    except ValueError:
        values = _padded(losses, name)
    if values.size and values.dtype.kind not in "iuf":
        raise StatisticsError(f"{name}: losses are numbers, not {values.ravel()[0]!r}")
    if values.ndim not in (1, 2):
        raise StatisticsError(
            f"{name}: losses have shape {values.shape}; give (epochs,), or (seeds, epochs) of several seeds"
        )
    matrix = np.atleast_2d(values.astype(np.float64))
    matrix[np.abs(matrix) > LARGEST] = np.inf  # no sum of squares of these is finite
    return matrix, values.ndim == 1


def _padded(losses: Losses, name: str) -> NDArray[Any]:
    """Rows of different lengths as a matrix."""
    rows = [np.asarray(row) for row in losses]
    if any(row.ndim != 1 or (row.size and row.dtype.kind not in "iuf") for row in rows):
        raise StatisticsError(f"{name}: give one list of losses for each seed")
    return stacked(rows)


def _shape(matrix: FloatArray) -> str:
    return f"{matrix.shape[0]} seeds x {matrix.shape[1]} epochs"
