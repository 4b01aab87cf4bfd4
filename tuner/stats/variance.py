"""Where the spread of scores comes from: each source of chance varied alone, beside all of them together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from tuner.errors import StatisticsError
from tuner.stats.design import check_level
from tuner.stats.intervals import Interval
from tuner.stats.scores import ROUNDING, FloatArray, Scores, as_scores, finished
from tuner.stats.shape import shape

RESAMPLES = 2_000
TOGETHER = "together"

LARGEST_LOGARITHM = 600.0
"""Beyond it a factor leaves the range of a float."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one source of chance does to the score.

    `n` counts its runs, `failures` those that failed; the rest is over the runs that finished, and NaN
    where too few did. `std` is in metric units. `share` is its variance over that of all sources together.
    """

    name: str
    n: int
    failures: int
    std: float
    interval: Interval
    share: float
    share_interval: Interval


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """The sources in their order, and all of them together, whose share is 1 without an interval.

    `flags` are sentences.
    """

    sources: tuple[Source, ...]
    together: Source
    flags: tuple[str, ...]

    @property
    def sum_of_shares(self) -> float:
        """1 where the sources add up, more where they act through each other; NaN where one is unknown."""
        return math.fsum(source.share for source in self.sources)


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """A pooled variance, its degrees of freedom, the bootstrap standard error of its logarithm, and whether
    the scores are strongly skewed around the means of their groups."""

    variance: float
    freedom: int
    error: float
    skewed: bool = False


def variance_shares(
    sources: Mapping[str, Sequence[Scores]],
    together: Scores,
    *,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> VarianceShares:
    """Standard deviation of the scores for every source of chance alone, and its share of the whole variance.

    `sources` maps a name to groups of scores of shape (runs,): within a group only this source varies, and
    every group has the others fixed at values of its own. A source without groups plays no part: exactly 0.
    `together` are scores with all sources varied.

    A source's variance is pooled over its groups, so it estimates the mean of Var(score | all other sources)
    over the groups. Over ever more groups its share is the total effect index of Homma & Saltelli (1996),
    doi:10.1016/0951-8320(96)00002-6, as Jansen (1999), doi:10.1016/S0010-4655(98)00154-4, estimates it. The
    shares of independent sources then sum to 1 where their effects add up, and to more where they interact.
    The idea to measure sources one by one: Bouthillier et al. (2021), arXiv:2103.03098.

    Intervals are logarithm of the variance, or of the ratio, -+ t * standard error by bootstrap within
    groups, with the fewer degrees of freedom of the two (Efron & Tibshirani (1993), An Introduction to the
    Bootstrap, sections 6 and 12). They are for the groups at hand, and each is for itself. For scores near
    the normal they hold their level; few runs of strongly skewed ones hardly show their tail, and a flag
    says so (`benchmarks/README.md`). `rng` draws the resamples; without one they are the same every
    time.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> sources = {"init": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "dropout": []}
    >>> found = variance_shares(sources, [0.0, 2.0, 4.0])
    >>> [(source.name, source.std, source.share) for source in found.sources]
    [('init', 1.0, 0.25), ('dropout', 0.0, 0.0)]
    """
    check_level(level)
    if TOGETHER in sources:
        raise StatisticsError(f"a source cannot be named {TOGETHER!r}; that is the name of all of them")
    rng = np.random.default_rng(0) if rng is None else rng
    groups = {name: [as_scores(group, name) for group in given] for name, given in sources.items()}
    whole = [as_scores(together, TOGETHER)]
    whole_spread = _spread(whole, rng)
    spreads = {name: _spread(own, rng) for name, own in groups.items()}
    found = tuple(_source(name, own, spreads[name], whole_spread, level) for name, own in groups.items())
    of_all = _source(TOGETHER, whole, whole_spread, whole_spread, level)
    skewed = [name for name, own in {**spreads, TOGETHER: whole_spread}.items() if own.skewed]
    return VarianceShares(found, of_all, _flags(found, of_all, skewed))


def _spread(groups: Sequence[FloatArray], rng: np.random.Generator) -> _Spread:
    """The spread within groups, over finished runs; without groups it is exactly 0."""
    kept = [own for own in map(finished, groups) if own.size > 1]
    freedom = sum(own.size - 1 for own in kept)
    if not groups:
        return _Spread(0.0, 0, 0.0)
    if not freedom:
        return _Spread(math.nan, 0, math.nan)
    variance = sum(float(own.var() * own.size) for own in kept) / freedom
    largest = max(float(np.abs(own).max()) for own in kept)
    rounding = (ROUNDING * largest) ** 2
    if variance <= rounding:
        return _Spread(0.0, freedom, 0.0)
    drawn = np.zeros(RESAMPLES)
    for own in kept:
        drawn += rng.choice(own, size=(RESAMPLES, own.size)).var(axis=1) * own.size
    drawn = drawn[drawn > rounding * freedom]  # the logarithm of a resample of equal scores says nothing
    error = float(np.log(drawn).std(ddof=1)) if drawn.size > RESAMPLES // 2 else math.nan
    return _Spread(variance, freedom, error, shape(np.concatenate([own - own.mean() for own in kept])).skewed)


def _source(name: str, groups: Sequence[FloatArray], own: _Spread, whole: _Spread, level: float) -> Source:
    share = own.variance / whole.variance if whole.variance > 0.0 else math.nan
    if name == TOGETHER:
        share_interval = Interval(math.nan, math.nan, level)
    else:
        error = math.hypot(own.error, whole.error) if own.variance > 0.0 else 0.0
        share_interval = _around(share, error, min(own.freedom, whole.freedom), level)
    low_high = _around(own.variance, own.error, own.freedom, level)
    return Source(
        name=name,
        n=sum(group.size for group in groups),
        failures=sum(int(group.size - finished(group).size) for group in groups),
        std=math.sqrt(own.variance),
        interval=Interval(math.sqrt(low_high.low), math.sqrt(low_high.high), level),
        share=share,
        share_interval=share_interval,
    )


def _around(value: float, error: float, freedom: int, level: float) -> Interval:
    """An interval around a positive value whose logarithm has this standard error; 0 is known exactly."""
    if value == 0.0:
        return Interval(0.0, 0.0, level)
    if not (math.isfinite(value) and math.isfinite(error)):
        return Interval(math.nan, math.nan, level)
    factor = math.exp(min(float(stdtrit(freedom, 0.5 + level / 2)) * error, LARGEST_LOGARITHM))
    return Interval(value / factor, value * factor, level)


def _flags(sources: Sequence[Source], together: Source, skewed: Sequence[str]) -> tuple[str, ...]:
    found = []
    failed = sum(source.failures for source in (*sources, together))
    if failed:
        total = sum(source.n for source in (*sources, together))
        found.append(
            f"{failed} of {total} runs failed: standard deviations and shares are over the runs that "
            "finished, so the whole of the chance is larger than they say."
        )
    if skewed:
        found.append(
            f"The scores are strongly skewed ({', '.join(skewed)}): more runs may show a larger spread, and "
            "intervals of so few are too narrow."
        )
    if together.std == 0.0:
        found.append("The scores do not vary with all sources together, so that there is nothing to share.")
    elif math.isnan(together.std):
        found.append("Fewer than two runs with all sources together finished, so that there are no shares.")
    return tuple(found)
