"""The score of an ensemble against its size, from networks that all sizes share.

The mean score over all ensembles of k of N networks is a U-statistic (Hoeffding 1948,
doi:10.1214/aoms/1177730196): it estimates what an ensemble of k new networks is expected to score. Its
ensembles share networks, so they are no sample; its error comes from leaving out one network after another.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.scores import ROUNDING, FloatArray
from tuner.stats.steps import Step, step_of

MOST = 200  # ensembles of a size

Subset = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OfSize:
    """Ensembles of `size` networks: their expected score with its interval, over so many `ensembles`.

    `spread` is the standard deviation of their scores: what one of them may differ from the mean. It is NaN
    where there is one.
    """

    size: int
    ensembles: int
    mean: float
    interval: Interval
    spread: float


@dataclass(frozen=True, slots=True)
class EnsembleCurve:
    """Ensembles of every size, from `networks` networks.

    `gain` is from the smallest size to the largest, `step` between the two largest of those that take at most
    half of the networks. Each is None where there are no two such sizes.
    """

    networks: int
    sizes: tuple[OfSize, ...]
    gain: Step | None
    step: Step | None


def draw_subsets(networks: int, size: int, rng: np.random.Generator, most: int = MOST) -> tuple[Subset, ...]:
    """Ensembles of `size` of so many networks: all of them, or about `most` of them at random.

    The random ones are the neighbours on circles, each a random order of all networks: every network is in
    equally many of them, which takes out the part of the draw that matters most (a balanced incomplete
    U-statistic: Blom (1976), doi:10.1093/biomet/63.3.573; Lee (1990), U-Statistics, chapter 4).

    >>> draw_subsets(3, 2, np.random.default_rng(0))
    ((0, 1), (0, 2), (1, 2))
    """
    if math.comb(networks, size) <= max(most, networks):
        return tuple(combinations(range(networks), size))
    found: list[Subset] = []
    for _ in range(max(1, most // networks)):
        circle = np.tile(rng.permutation(networks), 2)
        found += [tuple(sorted(circle[at : at + size].tolist())) for at in range(networks)]
    return tuple(found)


def needed_subsets(
    networks: int, sizes: Sequence[int], rng: np.random.Generator, most: int = MOST
) -> tuple[Subset, ...]:
    """The ensembles whose scores `ensemble_curve` takes.

    Where a size is above half of the networks, they include those of half of them, and for the ensemble of
    all networks those that lack one: its error is known by them.
    """
    half = {half_of(networks)} if max(sizes, default=0) > half_of(networks) else set()
    lacking = {networks - 1} - {0} if networks in sizes else set()
    wanted = sorted({*sizes, *half, *lacking})
    return tuple(subset for size in wanted for subset in draw_subsets(networks, size, rng, most))


def ensemble_curve(
    subsets: Sequence[Subset],
    scores: Sequence[float],
    networks: int,
    sizes: Sequence[int],
    *,
    direction: Literal["minimize", "maximize"] = "minimize",
    margin: float | None = None,
    level: float = 0.95,
) -> EnsembleCurve:
    """The expected score of ensembles of each size, from the scores of the `needed_subsets`.

    The interval is the mean -+ t * standard error with N - 1 degrees of freedom. The variance is the
    jackknife's, (N - 1) / N * sum (U_i - mean U_i)^2, where U_i is the mean over the ensembles without
    network i (Arvesen 1969, doi:10.1214/aoms/1177697287). Of a U-statistic it is on average not too small:
    the sum is expected to be at least the variance with N - 1 networks (Efron & Stein 1981,
    doi:10.1214/aos/1176345462), and that is at least N / (N - 1) times the one with N (Hoeffding 1948,
    section 5). Where ensembles are drawn, their chance adds to it. For one network it is Student's interval.

    Ensembles of more than half of the networks have most of them in common, and a metric with steps, as an
    accuracy, hardly moves where one network leaves: a jackknife that is right on average is then often too
    small (Shao & Wu 1989, doi:10.1214/aos/1176347263). So their standard error is at least that at half of
    the networks, where ensembles vary more. The one ensemble of all N loses one network after another, and
    the factor (N - 1) / N is left out. Differences of sizes are judged alike, so that what they have in
    common drops out.

    The intervals are over networks: on other test examples, or with other training data, all would move.

    Raises: StatisticsError where scores are missing.

    >>> scores = [1.0, 2.0, 3.0, 1.5, 2.0, 2.5]  # of networks, and of the means of two
    >>> subsets = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]
    >>> [(one.size, one.mean) for one in ensemble_curve(subsets, scores, 3, (1, 2)).sizes]
    [(1, 2.0), (2, 2.0)]
    """
    check_level(level)
    if networks < 2 or not sizes or max(sizes) > networks or len(subsets) != len(scores):
        raise StatisticsError(f"{networks} networks cannot tell of ensembles of {tuple(sizes)}")
    found = _Scored.of(subsets, scores, networks)
    ordered = sorted(set(sizes))
    made = tuple(_of_size(found, size, level) for size in ordered)

    def between(of: Sequence[int]) -> Step | None:
        if len(of) < 2:
            return None
        estimate = found.estimate(of[1], minus=of[0])
        return step_of(of[0], of[1], networks, 0, estimate, direction=direction, margin=margin, level=level)

    ends = [ordered[0], ordered[-1]] if len(ordered) > 1 else []
    few = [size for size in ordered if size <= half_of(networks)]
    return EnsembleCurve(networks, made, between(ends), between(few[-2:]))


def half_of(networks: int) -> int:
    """Half of the networks, 1 at least."""
    return max(1, networks // 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Ensembles (m, networks) as truth values, their sizes and scores (m,)."""

    members: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    scores: FloatArray

    @classmethod
    def of(cls, subsets: Sequence[Subset], scores: Sequence[float], networks: int) -> "_Scored":
        members = np.zeros((len(subsets), networks), dtype=bool)
        for row, subset in zip(members, subsets, strict=True):
            row[list(subset)] = True
        return cls(members, members.sum(axis=1), np.asarray(scores, dtype=np.float64))

    @property
    def networks(self) -> int:
        return int(self.members.shape[1])

    def at(self, size: int) -> FloatArray:
        """The scores of the ensembles of a size. Raises: StatisticsError where there are none."""
        found: FloatArray = self.scores[self.sizes == size]
        if not found.size:
            raise StatisticsError(f"there are no scores of ensembles of {size} of {self.networks} networks")
        return found

    def mean(self, size: int) -> float:
        return float(self.at(size).mean())

    def estimate(self, size: int, minus: int | None = None) -> Estimate:
        """The expected score at a size, or what it is more than at a smaller one."""
        networks, half = self.networks, half_of(self.networks)
        below = 0.0 if minus is None else self.mean(minus)
        error = self._error(size, minus)
        if size > half and (minus is None or minus < half):
            error = max(error, self._error(half, minus))
        if error <= ROUNDING * float(np.abs(self.scores).max()):  # of scores that do not vary
            error = 0.0
        freedom = float(networks - 1)
        return Estimate(self.mean(size) - below, error if networks >= 3 else math.nan, freedom)

    def _error(self, size: int, minus: int | None) -> float:
        """The jackknife's standard error."""
        without = self.without(size) - (0.0 if minus is None else self.without(minus))
        variance = float(((without - without.mean()) ** 2).sum())
        return math.sqrt(variance * (1.0 if size == self.networks else 1.0 - 1.0 / self.networks))

    def without(self, size: int) -> FloatArray:
        """The mean over the ensembles without each network; those of all networks lose it."""
        size = min(size, self.networks - 1)
        scores, absent = self.at(size), ~self.members[self.sizes == size]
        centre = scores.mean()  # keeps the sums small, and with them the rounding
        means: FloatArray = centre + (scores - centre) @ absent / absent.sum(axis=0)
        return means


def _of_size(found: _Scored, size: int, level: float) -> OfSize:
    scores = found.at(size)
    estimate = found.estimate(size)
    spread = float(scores.std(ddof=1)) if scores.size > 1 else math.nan
    return OfSize(size, int(scores.size), estimate.value, estimate.interval(level), spread)
