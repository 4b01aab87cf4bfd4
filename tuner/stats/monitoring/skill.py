"""Scores of a stretch of time as a mean with its plain interval, and whether means rise or fall with time."""

import math
from dataclasses import dataclass

import numpy as np

from tuner.stats.example_mean import wilson
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.scores import FloatArray, finished, standard_deviation
from tuner.stats.series import block_length, degrees_of_freedom, variance_of_mean

LEAST = 3
"""Blocks of a period below which it has no interval: with fewer a t interval says next to nothing."""


@dataclass(frozen=True, slots=True)
class Skill:
    """The mean score of a period with its plain interval, NaN where it holds few; `failed` have no score."""

    mean: float
    interval: Interval
    std: float
    examples: int
    failed: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The change of the mean score in one unit of time, with its plain interval: an estimate, and no test."""

    slope: float
    interval: Interval
    blocks: int


def skill_of(
    scores: FloatArray, block: int, level: float, bounds: tuple[float, float] | None = None
) -> Skill:
    """The skill in a period: scores of shape (examples,), of which `block` neighbours are alike.

    `bounds` are the lowest and the highest score that there can be: the interval is cut there, and of scores
    that are all 0 or 1 it is Wilson's. Differences of scores have none.

    Source: t interval of block means, see `tuner.stats.series.variance_of_mean`; Wilson (1927),
    doi:10.1080/01621459.1927.10502953.

    >>> skill_of(np.array([1.0, 2.0, 3.0, np.nan]), 1, 0.95).interval.low.__round__(3)
    -0.484
    """
    values = finished(scores)
    failed, nothing = scores.size - values.size, Interval(math.nan, math.nan, level)
    mean = float(values.mean()) if values.size else math.nan
    spread = standard_deviation(values)
    if values.size < LEAST * block:
        return Skill(mean, nothing, spread, values.size, failed)
    error = math.sqrt(float(variance_of_mean(values, block)))
    interval = Estimate(mean, error, degrees_of_freedom(values.size, block)).interval(level)
    if bounds is not None:
        proportion = bool(np.isin(values, (0.0, 1.0)).all())
        interval = wilson(values, level, block) if proportion else interval.within(*bounds)
    return Skill(mean, interval, spread, values.size, failed)


def trend_of(scores: FloatArray, places: FloatArray, level: float, block: int = 1) -> Trend:
    """The slope of scores over their places in time, both of shape (examples,), neighbours in a row.

    The least-squares line through the means of blocks of neighbours, at least `block` and at least as long
    as the memory of what the line leaves asks for, with the t interval of its slope. NaN where there are
    fewer than ten blocks, or all are at one place.

    Source: ordinary least squares on batch means; Weisberg (2014), Applied Linear Regression, section 2.6.

    >>> places = np.arange(400.0)
    >>> noise = np.random.default_rng(0).normal(size=400)
    >>> round(trend_of(places / 2 + noise, places, 0.95).slope, 2)
    0.5
    """
    nothing = Trend(math.nan, Interval(math.nan, math.nan, level), 0)
    if scores.size < _BLOCKS or not np.ptp(places) > 0.0:
        return nothing
    line = np.polynomial.Polynomial.fit(places, scores, 1)
    size = max(block, block_length(scores - line(places)))
    blocks = scores.size // size
    if blocks < _BLOCKS:
        return nothing
    kept = slice(scores.size - blocks * size, None)  # the newest
    y, x = (values[kept].reshape(blocks, size).mean(axis=1) for values in (scores, places))
    centred = x - x.mean()
    squares = float(centred @ centred)
    if not squares > 0.0:
        return nothing
    slope = float(centred @ y) / squares
    rest = y - y.mean() - slope * centred
    error = math.sqrt(float(rest @ rest) / (blocks - 2) / squares)
    return Trend(slope, Estimate(slope, error, float(blocks - 2)).interval(level), blocks)


_BLOCKS = 10
