"""How sure a score over test examples is, of one model or of two: other examples would give another."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.series import block_length, degrees_of_freedom, variance_of_mean

_RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class ExampleMean:
    """The mean of the scores of single examples, with its interval; `block` neighbours enter it together."""

    mean: float
    interval: Interval
    block: int


def mean_of_examples(scores: NDArray[Any], *, series: bool = False, level: float = 0.95) -> ExampleMean:
    """The mean of scores of shape (examples,), with an interval over the examples.

    A t interval; of scores that are all 0 or 1, as of an accuracy, Wilson's. With `series` the examples are
    in the order of time, and the variance of their mean is that of blocks of neighbours: Wilson's interval is
    then that of as many independent ones as have it. Without an interval where there are fewer than two
    examples.

    Raises: StatisticsError where there are no finite scores of that shape.
    Source: Student (1908), doi:10.1093/biomet/6.1.1; Wilson (1927), doi:10.1080/01621459.1927.10502953;
    blocks: see `tuner.stats.series`.

    >>> found = mean_of_examples(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> found.mean, round(found.interval.low, 3), found.block
    (2.5, 0.446, 1)
    """
    check_level(level)
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise StatisticsError(f"scores of examples have shape {values.shape}; give finite ones (examples,)")
    average = float(values.mean())
    if values.size < 2:
        return ExampleMean(average, Interval(math.nan, math.nan, level), 1)
    block = block_length(values) if series else 1
    if np.isin(values, (0.0, 1.0)).all():
        return ExampleMean(average, wilson(values, level, block), block)
    return _by_blocks(values, block, level)


def wilson(values: NDArray[np.float64], level: float, block: int = 1) -> Interval:
    """The interval of the mean of values, each 0 or 1, of which `block` neighbours are alike.

    Where they are, it is that of as many independent values as would give the mean this variance, but at
    least one a block.

    Source: Wilson (1927), doi:10.1080/01621459.1927.10502953; the effective number of values: Korn &
    Graubard (1998), Survey Methodology 24, 193-201.

    >>> wilson(np.array([1.0] * 28 + [0.0] * 2), 0.95).high < 1.0
    True
    """
    share, size, z = float(values.mean()), float(values.size), float(ndtri(0.5 + level / 2.0))
    if block > 1:
        variance = float(variance_of_mean(values, block))
        alike = share * (1.0 - share) / variance if variance > 0.0 else 0.0
        size = min(size, max(alike, size / block))
        z = float(stdtrit(degrees_of_freedom(values.size, block), 0.5 + level / 2.0))
    middle = (share + z**2 / (2.0 * size)) / (1.0 + z**2 / size)
    half = z * math.sqrt(share * (1.0 - share) / size + (z / (2.0 * size)) ** 2) / (1.0 + z**2 / size)
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0), level)


def difference_of_examples(
    candidate: NDArray[Any], baseline: NDArray[Any], *, series: bool = False, level: float = 0.95
) -> ExampleMean:
    """The mean difference of two models' scores of the same examples, each (examples,): candidate - baseline.

    With a t interval over the examples, in pairs; with `series` in blocks of neighbours, as of one model. It
    knows one training of either, and nothing of other seeds. Without an interval where there are fewer than
    two examples, or all differ by the same: no spread tells how sure that is.

    Raises: StatisticsError where the scores are not finite ones of the same examples.
    Source: Student (1908), doi:10.1093/biomet/6.1.1; blocks: see `tuner.stats.series`.

    >>> found = difference_of_examples(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 4.0, 6.0]))
    >>> found.mean, round(found.interval.low, 3), round(found.interval.high, 3)
    (-1.0, -2.299, 0.299)
    """
    check_level(level)
    first, second = (np.asarray(one, dtype=np.float64) for one in (candidate, baseline))
    finite = np.isfinite(first).all() and np.isfinite(second).all()
    if first.ndim != 1 or first.shape != second.shape or not first.size or not finite:
        raise StatisticsError(
            f"scores of examples have shapes {first.shape} and {second.shape}; give finite ones of the same"
            " examples (examples,)"
        )
    apart = first - second
    if apart.size < 2 or (np.ptp(apart) == 0.0 and apart[0] != 0.0):
        return ExampleMean(float(apart.mean()), Interval(math.nan, math.nan, level), 1)
    return _by_blocks(apart, block_length(apart) if series else 1, level)


def _by_blocks(values: NDArray[np.float64], block: int, level: float) -> ExampleMean:
    """The mean of values with a t interval, whose variance is that of blocks of neighbours."""
    average = float(values.mean())
    error = math.sqrt(max(float(variance_of_mean(values, block)), 0.0))
    estimate = Estimate(average, error, degrees_of_freedom(values.size, block))
    return ExampleMean(average, estimate.interval(level), block)


def resampled_interval(
    score: Callable[[NDArray[np.int64]], float],
    examples: int,
    rng: np.random.Generator,
    *,
    block: int = 1,
    level: float = 0.95,
) -> Interval:
    """The percentile interval of a score that is no mean over examples, by resampling them.

    `score(places)` is the score of the examples at these places. Blocks of `block` neighbours, which go
    round the end, are drawn with replacement. Resamples without a finite score are left out; without an
    interval where most are.

    Source: Efron & Tibshirani (1993), chapter 13; blocks: Politis & Romano (1992), A circular
    block-resampling procedure for stationary data.

    >>> values = np.arange(100.0)
    >>> found = resampled_interval(lambda at: values[at].max(), 100, np.random.default_rng(0))
    >>> 90 < found.low < found.high == 99
    True
    """
    check_level(level)
    count, found = math.ceil(examples / block), []
    for _ in range(_RESAMPLES):
        starts = rng.integers(examples, size=(count, 1))
        found.append(score(((starts + np.arange(block)) % examples).reshape(-1)[:examples]))
    finite = np.asarray(found)[np.isfinite(found)]
    if finite.size < _RESAMPLES / 2:
        return Interval(math.nan, math.nan, level)
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)
