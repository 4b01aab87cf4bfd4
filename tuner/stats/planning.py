"""Planning: how many runs a question takes, what given runs can show, and how sure the noise is known.

Every answer comes three times: at the standard deviation itself, and at both ends of its interval. A
standard deviation of few runs is uncertain, and so is every number of runs that is planned with it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import chdtri, ndtri

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Interval
from tuner.stats.power import (
    MOST_SEEDS,
    POWER,
    Spread,
    power_of_difference,
    power_of_equivalence,
    seeds_for_difference,
    seeds_for_equivalence,
)
from tuner.stats.scores import Scores, as_scores, finished, standard_deviation
from tuner.stats.verdict import MINIMUM_RUNS

REPEATS = (5, 10, 20, 30, 50, 100)
"""Numbers of runs a group that a plan shows."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How much runs differ by their seeds alone.

    `std` is the standard deviation over the runs of one configuration, the same for both groups; for a
    `paired` plan that of the differences of pairs. `interval` is that of the standard deviation, NaN where
    nothing says how many `runs` it comes from.
    """

    std: float
    interval: Interval
    runs: int | None
    paired: bool

    def spread(self, std: float) -> Spread:
        """The noise of a difference where the standard deviation is `std`."""
        return Spread(std, 1.0) if self.paired else Spread(math.sqrt(2.0) * std, 2.0)


@dataclass(frozen=True, slots=True)
class Ranged:
    """An answer, and the least and the largest one within the interval of the standard deviation.

    The ends are NaN where that interval is not known.
    """

    value: float
    low: float
    high: float


def noise_of(std: float, *, runs: int | None = None, paired: bool = False, level: float = 0.95) -> Noise:
    """The noise with this standard deviation, estimated from `runs` runs (pairs where `paired`).

    Raises: StatisticsError where the standard deviation is no positive number, or comes from one run.

    >>> noise_of(1.0, runs=10).interval.high  # doctest: +ELLIPSIS
    1.8256...
    """
    if not 0.0 < std < math.inf:
        raise StatisticsError(f"the standard deviation is {std:g}; a plan needs runs that vary, so above 0")
    if runs is None:
        return Noise(std, Interval(math.nan, math.nan, level), None, paired)
    if runs < 2:
        raise StatisticsError(f"a standard deviation of {runs} runs does not exist; it takes 2 at least")
    return Noise(std, std_interval(std, runs, level), runs, paired)


def measured_noise(scores: Scores, name: str = "scores", *, level: float = 0.95) -> Noise:
    """The noise of the finished runs of one configuration, scores of shape (runs,).

    Raises: StatisticsError where fewer than two runs finished, or they do not vary.
    """
    kept = finished(as_scores(scores, name))
    if kept.size < 2:
        raise StatisticsError(
            f"{name}: {kept.size} of its runs finished; a standard deviation takes at least 2"
        )
    std = standard_deviation(kept)
    if std == 0.0:
        raise StatisticsError(
            f"{name}: its {kept.size} runs all have the same score, so there is no noise to plan with: "
            "do the seeds reach the training?"
        )
    return noise_of(std, runs=int(kept.size), level=level)


def std_interval(std: float, runs: int, level: float = 0.95) -> Interval:
    """The interval of a standard deviation of normal scores: std * sqrt((runs - 1) / chi-square quantile).

    Heavy tails or skew make it too narrow.

    Source: Browne (1995), doi:10.1002/sim.4780141709, who plans with its upper end.

    >>> found = std_interval(1.0, 30)
    >>> round(found.low, 3), round(found.high, 3)
    (0.796, 1.344)
    """
    check_level(level)
    freedom, tail = runs - 1, (1.0 - level) / 2
    low, high = (std * math.sqrt(freedom / float(chdtri(freedom, p))) for p in (tail, 1.0 - tail))
    return Interval(low, high, level)


def runs_for_difference(noise: Noise, difference: float, *, alpha: float, power: float = POWER) -> Ranged:
    """Runs a group that find a true `difference` with this power; MOST_SEEDS stands for as many or more.

    Never below the number of runs that a verdict takes. For the source see `tuner.stats.power`.

    >>> runs_for_difference(noise_of(1.0), 0.5, alpha=0.05).value
    64
    """
    _check_difference(difference)
    _check_power(power)
    return _over(
        noise,
        lambda spread: max(MINIMUM_RUNS, seeds_for_difference(difference, spread, alpha=alpha, power=power)),
    )


def runs_for_equivalence(
    noise: Noise, margin: float, *, difference: float = 0.0, alpha: float, power: float = POWER
) -> Ranged:
    """Runs a group that show a true `difference` to be within `margin`, with this power.

    Raises: StatisticsError where the difference is not inside the margin, and so never equivalent.

    >>> runs_for_equivalence(noise_of(1.0), 0.5, alpha=0.05).value
    70
    """
    _check_power(power)
    if abs(difference) >= margin:
        raise StatisticsError(
            f"a true difference of {difference:g} is not within the margin of {margin:g}, so no number of "
            "runs shows it to be equivalent; give a smaller difference"
        )
    return _over(
        noise,
        lambda spread: max(
            MINIMUM_RUNS, seeds_for_equivalence(difference, margin, spread, alpha=alpha, power=power)
        ),
    )


def detectable_difference(noise: Noise, runs: int, *, alpha: float, power: float = POWER) -> Ranged:
    """The smallest true difference that `runs` runs a group find with this power, in metric units.

    Source: noncentral t distribution, Cohen (1988), Statistical Power Analysis, 2nd edition, chapter 2.

    >>> round(detectable_difference(noise_of(1.0), 20, alpha=0.05).value, 3)
    0.909
    """
    check_runs(runs)
    _check_power(power)
    unit = noise.spread(1.0)

    def lacking(size: float) -> float:
        return power - power_of_difference(runs, size, unit, alpha)

    enough = float(ndtri(1.0 - alpha / 2) + ndtri(power)) * unit.std / math.sqrt(runs)
    while lacking(enough) > 0.0:  # were the spread known, it would be enough already
        enough *= 1.25
    # The answer is proportional to the standard deviation.
    ratio = float(brentq(lacking, 0.0, enough, xtol=1e-12))
    return Ranged(noise.std * ratio, noise.interval.low * ratio, noise.interval.high * ratio)


def power_for_difference(noise: Noise, runs: int, difference: float, *, alpha: float) -> Ranged:
    """Probability that `runs` runs a group find a true `difference`, in its direction."""
    check_runs(runs)
    _check_difference(difference)
    return _over(noise, lambda spread: power_of_difference(runs, difference, spread, alpha))


def power_for_equivalence(
    noise: Noise, runs: int, margin: float, *, difference: float = 0.0, alpha: float
) -> Ranged:
    """Probability that `runs` runs a group show a true `difference` to be within `margin`."""
    check_runs(runs)
    return _over(noise, lambda spread: power_of_equivalence(runs, difference, margin, spread, alpha))


def check_runs(runs: int) -> None:
    """Raises: StatisticsError where so many runs a group never reach a verdict."""
    if not MINIMUM_RUNS <= runs <= MOST_SEEDS:
        raise StatisticsError(
            f"{runs} runs a group cannot be planned with; a verdict takes {MINIMUM_RUNS} at least, and "
            f"{MOST_SEEDS:,} are the most that are computed"
        )


def _check_difference(difference: float) -> None:
    if not 0.0 < abs(difference) < math.inf:
        raise StatisticsError(f"difference is {difference:g}; give the size of a difference, other than 0")


def _check_power(power: float) -> None:
    if not 0.5 <= power <= 0.999:
        raise StatisticsError(f"power is {power:g}; give a probability such as 0.8, from 0.5 to 0.999")


def _over(noise: Noise, answer: Callable[[Spread], float]) -> Ranged:
    """The answer at the standard deviation, and at the ends of its interval, in the order of their size."""
    value = answer(noise.spread(noise.std))
    if noise.runs is None:
        return Ranged(value, math.nan, math.nan)
    low, high = sorted(answer(noise.spread(end)) for end in (noise.interval.low, noise.interval.high))
    return Ranged(value, low, high)
