"""The level that scores are expected at, known from finitely many of them."""

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Interval
from tuner.stats.scores import FloatArray, Scores, as_scores, standard_deviation
from tuner.stats.series import block_length, degrees_of_freedom, memory, variance_of_mean

PIECES = 10
"""Blocks of neighbours that a mean must rest on before its error can be told from them.

Source: Schmeiser (1982), doi:10.1287/opre.30.3.556: 10 to 30 batches.
"""


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    """The mean of scores of shape (examples,) and how well they tell the level that is to be expected.

    `interval` is the plain t interval of that level. `block` neighbours are alike, 1 where examples are
    independent, and `long_run` is the variance of a mean of n of them, times n. `positive` says whether no
    score is below 0, as errors are, and `series` whether they are in the order of time. `other` is what
    is known of the model that will be watched where it is not the very one that had these scores. `bounds`
    are the lowest and the highest score that there can be, at which the interval is cut; nothing that is
    tested makes use of them. Each score is the mean of `each` neighbours, which count so in words alone.
    """

    mean: float
    interval: Interval
    std: float
    examples: int
    block: int
    long_run: float
    positive: bool
    series: bool = False
    other: "Other | None" = None
    bounds: tuple[float, float] = (-math.inf, math.inf)
    each: int = 1

    @property
    def farthest(self) -> float:
        """The largest change of the mean that there can be."""
        return max(self.mean - self.bounds[0], self.bounds[1] - self.mean)

    def around(
        self,
        long_run: FloatArray | float,
        freedom: float,
        alpha: FloatArray | float,
        *,
        beside: FloatArray | float = 0.0,
    ) -> FloatArray:
        """Half of the interval of the level, missed to one side at the rate `alpha`.

        `long_run` is the variance of a mean of examples, times their number, with its degrees of freedom.
        With the variance `beside` it of another mean, known as well, it is that of the difference of both.

        Source: Student (1908), doi:10.1093/biomet/6.1.1; Satterthwaite (1946), doi:10.2307/3002019.
        """
        variance = np.asarray(long_run, dtype=np.float64) / self.examples + beside
        squares = variance**2 / freedom
        if self.other is not None and self.other.variance > 0.0:
            squares = squares + self.other.variance**2 / self.other.degrees_of_freedom
            variance = variance + self.other.variance
        half = -stdtrit(variance**2 / squares, alpha) * np.sqrt(variance)
        return np.asarray(half, dtype=np.float64)

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


@dataclass(frozen=True, slots=True)
class Other:
    """The variance of the level between two models that were trained alike, with its degrees of freedom."""

    variance: float
    degrees_of_freedom: float


def expected_level(
    scores: Scores,
    *,
    series: bool = False,
    level: float = 0.95,
    other: Other | None = None,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    each: int = 1,
) -> ExpectedLevel:
    """The level of the scores of single test examples; with `series` they are in the order of time.

    Neighbours that are alike count so in any case; but only a series tells that others are not.

    `other` is given where the model to be watched is not the one that had these scores, but one trained alike
    with other seeds, whose level is another one; `bounds` where the range of the scores is known, and `each`
    where a score is the mean of so many neighbours.

    Raises: StatisticsError where they are no scores, or not all finite.
    Source: blocks as in `tuner.stats.series`.

    >>> found = expected_level(np.random.default_rng(0).normal(2.0, 1.0, size=400))
    >>> round(found.mean, 1), found.block, found.enough
    (2.0, 1, True)
    """
    check_level(level)
    values = as_scores(scores, "expected")
    if not np.isfinite(values).all():
        raise StatisticsError("expected: there are scores that are not finite; give one number an example")
    block = alike(values)
    mean, nothing = float(values.mean()), Interval(math.nan, math.nan, level)
    found = ExpectedLevel(
        mean=mean,
        interval=nothing,
        std=standard_deviation(values),
        examples=values.size,
        block=block,
        long_run=long_run_variance(values, block),
        positive=bool((values >= 0.0).all()),
        series=series,
        other=other,
        bounds=bounds,
        each=each,
    )
    if not found.long_run > 0.0:
        return found
    half = float(found.around(found.long_run, found.degrees_of_freedom, (1.0 - level) / 2.0))
    return replace(found, interval=Interval(mean - half, mean + half, level).within(*bounds))


def alike(scores: FloatArray) -> int:
    """How many neighbours are alike: the block that scores in a row ask for, 1 where no lag is significant.

    Chance alone gives independent scores blocks of 2 or 3, which cost degrees of freedom. What is too weak to
    be significant stays within what the test has to spare (benchmarks).

    Source: significance as Politis & White (2004), doi:10.1081/ETC-120028836, section 3.2, have it.
    """
    return block_length(scores) if memory(scores) else 1


def long_run_variance(scores: FloatArray, block: int) -> float:
    """Variance of the mean of n neighbours, times n, from scores (examples,); NaN below two blocks."""
    return float(variance_of_mean(scores, block)) * scores.size if scores.size > block else math.nan
