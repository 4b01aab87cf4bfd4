"""Means and differences of means with their t intervals.

An `Estimate` carries what the t-test, the interval and the two one-sided tests have in common, so that
the three can never contradict each other.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from tuner.cards import between, number, percent
from tuner.stats.scores import ROUNDING, FloatArray, finished, standard_deviation


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval from `low` to `high` at `level`; NaN on both sides where there is none."""

    low: float
    high: float
    level: float

    def within(self, lowest: float, highest: float) -> "Interval":
        """It, cut at the range of what it tells; as it is where not even its middle is in that range.

        >>> Interval(0.78, 1.06, 0.95).within(0.0, 1.0)
        Interval(low=0.78, high=1.0, level=0.95)
        """
        if not lowest <= (self.low + self.high) / 2.0 <= highest:
            return self
        return Interval(max(self.low, lowest), min(self.high, highest), self.level)

    def beside(self, value: float) -> str:
        """A number with this interval in brackets, where there is one, as text.

        >>> Interval(0.25, 0.75, 0.95).beside(0.5)
        '0.5 (95 % interval 0.25 to 0.75)'
        """
        ends = between(self.low, self.high)
        return f"{number(value)} ({percent(self.level)} interval {ends})" if ends else number(value)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or a difference of means, with its standard error and the degrees of freedom of that error.

    The standard error is NaN where too few runs finished to know it, and 0 where the scores do not vary.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float

    def interval(self, level: float) -> Interval:
        """The t interval, value -+ t * standard error.

        Source: Student (1908), doi:10.1093/biomet/6.1.1.
        """
        if math.isnan(self.standard_error):
            return Interval(math.nan, math.nan, level)
        if self.standard_error == 0.0:
            return Interval(self.value, self.value, level)
        half = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2)) * self.standard_error
        return Interval(self.value - half, self.value + half, level)


def mean(values: FloatArray) -> Estimate:
    """The mean of finite scores of shape (runs,).

    >>> mean(np.array([1.0, 2.0, 3.0])).degrees_of_freedom
    2.0
    """
    value = float(values.mean()) if values.size else math.nan
    error = standard_deviation(values) / math.sqrt(values.size) if values.size else math.nan
    return Estimate(value, error, float(values.size - 1))


def welch_difference(candidate: FloatArray, baseline: FloatArray) -> Estimate:
    """Mean of `candidate` minus mean of `baseline` over finished runs, for groups of unequal spread.

    Source: Welch (1947), doi:10.1093/biomet/34.1-2.28; degrees of freedom by Satterthwaite (1946),
    doi:10.2307/3002019.

    >>> welch_difference(np.array([1.0, 2.0, 3.0]), np.array([4.0, 4.0, 4.0])).value
    -2.0
    """
    first, second = mean(finished(candidate)), mean(finished(baseline))
    error = math.hypot(first.standard_error, second.standard_error)
    value = _without_rounding(first.value - second.value, max(abs(first.value), abs(second.value)))
    if not error > 0.0:
        return Estimate(value, error, math.nan)
    share = (first.standard_error / error) ** 2
    freedom = 1.0 / (share**2 / first.degrees_of_freedom + (1.0 - share) ** 2 / second.degrees_of_freedom)
    return Estimate(value, error, freedom)


def paired_difference(candidate: FloatArray, baseline: FloatArray) -> Estimate:
    """Mean of candidate - baseline over the pairs in which both runs finished.

    Source: Student (1908), doi:10.1093/biomet/6.1.1.

    >>> paired_difference(np.array([1.0, 2.0, 9.0]), np.array([2.0, 4.0, np.nan])).value
    -1.5
    """
    both = np.isfinite(candidate) & np.isfinite(baseline)
    first, second = candidate[both], baseline[both]
    estimate = mean(first - second)
    size = float(max(np.abs(first).max(), np.abs(second).max())) if first.size else 0.0
    # Subtracting a constant shift leaves rounding of the size of the scores, not of their differences.
    if estimate.standard_error <= ROUNDING * size:
        return Estimate(_without_rounding(estimate.value, size), 0.0, estimate.degrees_of_freedom)
    return estimate


def _without_rounding(difference: float, size: float) -> float:
    return 0.0 if abs(difference) <= ROUNDING * size else difference
