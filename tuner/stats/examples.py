"""Two sources of noise: the difference of two configurations over seeds and over test examples.

On a fixed test split the interval over seeds says where the mean over all seeds would be, on these very
examples. Other examples would move it as well. Every seed meets every example, so the two are crossed.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Estimate, Interval, welch_difference
from tuner.stats.scores import FloatArray
from tuner.stats.series import autocovariances, block_length, degrees_of_freedom, variance_of_mean


@dataclass(frozen=True, slots=True)
class OverExamples:
    """The difference of two means where both seeds and test examples are drawn: candidate - baseline.

    `examples` counts what both were scored on; `block` neighbours among them are drawn together, 1 where
    the examples are independent. `seeds` is the interval over seeds alone, from the same scores: the other is
    never narrower, and where the variance due to the examples is not above 0 it is the same one.
    `autocorrelation` is that of the difference at an example, averaged over
    seeds, with that at the next: near 0 for independent examples.
    """

    difference: float
    interval: Interval
    examples: int
    block: int
    autocorrelation: float
    seeds: Interval

    @property
    def adds_nothing(self) -> bool:
        """Whether the examples add nothing to the interval over seeds alone."""
        return (self.interval.low, self.interval.high) == (self.seeds.low, self.seeds.high)


def over_examples(
    candidate: NDArray[Any], baseline: NDArray[Any], *, series: bool = False, level: float = 0.95
) -> OverExamples:
    """Interval of the difference of means over seeds and examples, for scores (n, examples), (m, examples).

    Column k of both is the same example. The variance has three parts: of the seeds, from the means of the
    runs; of the examples, from the difference that each shows on average over seeds; and less what the two
    have in common, the part of the noise that belongs to one seed at one example. With `series` the
    examples are in the order of time, and enter in blocks of neighbours. The interval is a t interval with
    Satterthwaite's degrees of freedom, and never narrower than the one over seeds alone. A run with a score
    that is not finite is left out; with fewer than two runs of each there is no interval.

    Raises: StatisticsError where the scores are no two tables of the same examples, 2 or more.
    Source: Cameron, Gelbach & Miller (2011), doi:10.1198/jbes.2010.07136, two-way clusters; as components
    of variance: Searle, Casella & McCulloch (1992), doi:10.1002/9780470316856, section 4.3; Satterthwaite
    (1946), doi:10.2307/3002019. The alternative, resampling rows and columns, counts the common part three
    times: Owen (2007), doi:10.1214/07-AOAS122.

    >>> rng = np.random.default_rng(0)
    >>> hard = rng.normal(size=200)  # what makes an example hard for both
    >>> easy = hard - 0.5 + rng.normal(size=(10, 1)) / 10 + rng.normal(size=(10, 200)) / 10
    >>> found = over_examples(easy, hard + rng.normal(size=(10, 200)) / 10)
    >>> found.interval.low < -0.5 < found.interval.high, found.block
    (True, 1)
    """
    check_level(level)
    first, second = _runs(candidate, "candidate"), _runs(baseline, "baseline")
    _check_same(first, second)
    size = first.shape[1]
    if min(len(first), len(second)) < 2:
        none = Interval(math.nan, math.nan, level)
        return OverExamples(math.nan, none, size, 1, math.nan, none)
    each = first.mean(axis=0) - second.mean(axis=0)
    block = block_length(each) if series else 1
    common = _common(first, block) + _common(second, block)
    examples = max(float(variance_of_mean(each, block)) - common, 0.0)
    seeds = welch_difference(first.mean(axis=1), second.mean(axis=1))
    interval = _interval(seeds, examples, degrees_of_freedom(size, block), level)
    variance, covariance = autocovariances(each, 1)
    alike = float(covariance / variance) if variance > 0.0 else 0.0
    return OverExamples(float(each.mean()), interval, size, block, alike, seeds.interval(level))


def _runs(scores: NDArray[Any], name: str) -> FloatArray:
    """The runs that ended with a score for every example, as a table of shape (runs, examples)."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise StatisticsError(
            f"{name}: scores of examples have shape {values.shape}; give (runs, examples), 2 examples or more"
        )
    return values[np.isfinite(values).all(axis=1)]


def _check_same(first: FloatArray, second: FloatArray) -> None:
    if first.shape[1] != second.shape[1]:
        raise StatisticsError(
            f"the candidate was scored on {first.shape[1]} examples and the baseline on {second.shape[1]};"
            " give the scores of both on the same ones"
        )


def _common(scores: FloatArray, block: int) -> float:
    """The variance of the mean of all scores that comes from what belongs to one run at one example."""
    runs = len(scores)
    rest = scores - scores.mean(axis=0) - scores.mean(axis=1, keepdims=True) + scores.mean()
    return float(variance_of_mean(rest, block).sum()) / (runs * (runs - 1))


def _interval(seeds: Estimate, examples: float, freedom: float, level: float) -> Interval:
    """From the estimate over seeds, and the variance due to the examples with its degrees of freedom."""
    alone = seeds.interval(level)
    variance = seeds.standard_error**2 + examples
    if not examples > 0.0:
        return alone
    squares = examples**2 / freedom
    if seeds.standard_error > 0.0:
        squares += seeds.standard_error**4 / seeds.degrees_of_freedom
    both = Estimate(seeds.value, math.sqrt(variance), variance**2 / squares).interval(level)
    return Interval(min(alone.low, both.low), max(alone.high, both.high), level)
