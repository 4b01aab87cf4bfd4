"""The level that scores are expected at, known from finitely many of them."""

import math
from dataclasses import dataclass

import numpy as np

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.scores import FloatArray, Scores, as_scores, standard_deviation
from tuner.stats.series import block_length, degrees_of_freedom, variance_of_mean

PIECES = 10
"""Blocks of neighbours that a mean must rest on before its error can be told from them.

Source: Schmeiser (1982), doi:10.1287/opre.30.3.556: 10 to 30 batches.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """The mean of scores of shape (examples,) and how well they tell the level that they come from.

    `interval` is the plain t interval of that level. `block` neighbours are alike, 1 where examples are
    independent, and `long_run` is the variance of a mean of n of them, times n. `positive` says whether no
    score is below 0, as errors are.
    """

    mean: float
    interval: Interval
    std: float
    examples: int
    block: int
    long_run: float
    positive: bool

    @property
    def pieces(self) -> float:
        """Blocks of neighbours: about so many independent pieces of evidence."""
        return self.examples / self.block

    @property
    def enough(self) -> bool:
        """Whether the error of the mean can be told."""
        return self.pieces >= PIECES and self.long_run > 0.0

    @property
    def degrees_of_freedom(self) -> float:
        """Those of `long_run`."""
        return degrees_of_freedom(self.examples, self.block)


def expected_level(scores: Scores, *, series: bool = False, level: float = 0.95) -> Expected:
    """The level of the scores of single test examples; with `series` they are in the order of time.

    Raises: StatisticsError where they are no scores, or not all finite.
    Source: blocks as in `tuner.stats.series`.

    >>> found = expected_level([1.0, 2.0, 3.0, 2.0] * 10)
    >>> found.mean, found.block, found.enough
    (2.0, 1, True)
    """
    check_level(level)
    values = as_scores(scores, "expected")
    if not np.isfinite(values).all():
        raise StatisticsError("expected: there are scores that are not finite; give one number an example")
    block = block_length(values) if series else 1
    long_run = long_run_variance(values, block)
    error = math.sqrt(long_run / values.size)
    estimate = Estimate(float(values.mean()), error, degrees_of_freedom(values.size, block))
    return Expected(
        mean=estimate.value,
        interval=estimate.interval(level),
        std=standard_deviation(values),
        examples=values.size,
        block=block,
        long_run=long_run,
        positive=bool((values >= 0.0).all()),
    )


def long_run_variance(scores: FloatArray, block: int) -> float:
    """Variance of the mean of n neighbours, times n, from scores of shape (examples,); NaN below two blocks."""
    return float(variance_of_mean(scores, block)) * scores.size if scores.size > block else math.nan
