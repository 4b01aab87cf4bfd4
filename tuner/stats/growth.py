"""How the standard error of the mean falls as runs are added."""

from dataclasses import dataclass

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.scores import FloatArray, Scores, as_scores, finished, standard_deviation


@dataclass(frozen=True, slots=True)
class StandardErrors:
    """The standard error of the mean against the number of runs, from 2 to all of them.

    `expected` is the standard deviation of all runs over the square root of the number; the others are
    over the orders in which the same runs could have come: their median, and `low` and `high`, between
    which a share `level` of the orders lies. All are tuples of one length.
    """

    runs: tuple[int, ...]
    expected: tuple[float, ...]
    median: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float


def standard_errors(
    scores: Scores, *, rng: np.random.Generator, orders: int = 1_000, level: float = 0.9
) -> StandardErrors:
    """How the standard error of the mean falls as runs are added, over `orders` random orders of the runs.

    One order gives one path, which wanders with the luck of its first runs; many orders give a band. The
    band closes at the right end because every order ends with the same runs: it shows how unsure a small
    number of runs is, not how unsure all of them are. Failed runs are left out.

    Raises: StatisticsError where fewer than three runs finished.
    Source: Brownlee (2017), Long Short-Term Memory Networks With Python, section 12.1.5, for one order.
    """
    check_level(level)
    kept = finished(as_scores(scores))
    if kept.size < 3:
        raise StatisticsError(f"{kept.size} runs finished; a curve of standard errors takes at least 3")
    paths = _paths(rng.permuted(np.tile(kept, (orders, 1)), axis=1))
    runs = np.arange(2, kept.size + 1)
    low, median, high = np.quantile(paths, ((1 - level) / 2, 0.5, (1 + level) / 2), axis=0)
    return StandardErrors(
        runs=tuple(runs.tolist()),
        expected=tuple((standard_deviation(kept) / np.sqrt(runs)).tolist()),
        median=tuple(median.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        level=level,
    )


def _paths(orders: FloatArray) -> FloatArray:
    """Standard errors of the first 2, 3, ... runs of every order, (orders, n) to (orders, n - 1)."""
    count = np.arange(1, orders.shape[1] + 1)
    centred = orders - orders[0].mean()  # keeps the squares small, and with them the rounding
    means = np.cumsum(centred, axis=1) / count
    squares = np.maximum(np.cumsum(centred**2, axis=1) - count * means**2, 0.0)
    return np.asarray(np.sqrt(squares[:, 1:] / (count[1:] - 1) / count[1:]))
