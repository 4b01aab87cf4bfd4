"""The user's own noise as a test of the verdict: groups of one configuration, which do not differ."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.compare import compare
from tuner.stats.design import Direction
from tuner.stats.intervals import Interval
from tuner.stats.scores import FloatArray, Scores, as_scores, finished, standard_deviation
from tuner.stats.verdict import MINIMUM_RUNS

FEWEST_RUNS = 2 * MINIMUM_RUNS
"""Fewer runs have no two halves that a verdict could be formed on."""

SPLITS = 2_000
"""Splits that are drawn where there are more; a share near 5 % then has a standard error of 0.5 %."""

TOLERANCE = 1.5
"""Shares up to so many times the error rate are as promised: even an exact test has some of them."""


@dataclass(frozen=True, slots=True)
class Resplit:
    """How the verdict fared on two groups of `runs` runs each that come from one configuration.

    Of `splits` pairs of groups, `alarms` were called better or worse, which is wrong, and `equivalent`
    and `undecided` the rest. `exhaustive` says that these are all the halves that there are; `replaced`
    that runs were drawn with replacement. `interval` is that of the share of alarms over all such pairs
    of groups of these same runs. It knows nothing of other runs of the configuration.
    """

    runs: int
    splits: int
    alarms: int
    equivalent: int
    undecided: int
    exhaustive: bool
    replaced: bool
    level: float
    interval: Interval

    @property
    def share(self) -> float:
        """The share of pairs in which the verdict cried wolf."""
        return self.alarms / self.splits


def resplit(
    scores: Scores,
    *,
    rng: np.random.Generator,
    name: str = "scores",
    direction: Direction = "minimize",
    margin: float | None = None,
    level: float = 0.95,
    runs: int | None = None,
    splits: int = SPLITS,
) -> Resplit:
    """Split the runs of one configuration, scores of shape (n,), into halves, and compare these.

    Every pair of halves once where there are at most `splits` of them, otherwise so many random ones; of
    an odd number of runs one is left out of each. With `runs`, both groups are drawn with replacement
    and have that many runs: what would happen with more or fewer of such runs. Failed runs take part.

    Where nothing is drawn the interval is the share itself; otherwise that of Clopper & Pearson (1934),
    doi:10.1093/biomet/26.4.404. The pairs share their runs, so they are not independent experiments.

    Raises: StatisticsError where there are fewer than FEWEST_RUNS runs, these do not vary, or `runs` gives no
    verdict.

    >>> found = resplit([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], rng=np.random.default_rng(0))
    >>> found.splits, found.exhaustive, found.alarms
    (126, True, 7)
    """
    values = as_scores(scores, name)
    if values.size < FEWEST_RUNS:
        raise StatisticsError(
            f"{name}: {values.size} runs are too few to split; {FEWEST_RUNS} are the least "
            f"({MINIMUM_RUNS} in each half): raise --repeats"
        )
    if runs is not None and runs < MINIMUM_RUNS:
        raise StatisticsError(f"{runs} runs a group give no verdict; {MINIMUM_RUNS} are the least")
    if splits < 1:
        raise StatisticsError(f"{splits} splits say nothing; give 1 at least, such as {SPLITS}")
    _check_noise(values, name)
    half = values.size // 2
    exhaustive = runs is None and _halves(values.size) <= splits
    if exhaustive:
        pairs = _every_pair(values)
    elif runs is None:
        pairs = _random_pairs(values, rng)
    else:
        pairs = _drawn_pairs(values, runs, rng)
    words = [
        compare(first, second, direction=direction, margin=margin, level=level).verdict
        for first, second in islice(pairs, splits)
    ]
    alarms = words.count("better") + words.count("worse")
    return Resplit(
        runs=half if runs is None else runs,
        splits=len(words),
        alarms=alarms,
        equivalent=words.count("equivalent"),
        undecided=words.count("undecided"),
        exhaustive=exhaustive,
        replaced=runs is not None,
        level=level,
        interval=_interval(alarms, len(words), level, exhaustive),
    )


def opinion(found: Resplit) -> str:
    """What to think of the share of alarms, in sentences.

    Where the test is exact the share of one sample of normal scores is close to the error rate; it is
    below in heavy-tailed ones. Only a share that is clearly and by much above speaks against the verdict.
    """
    promised = 1.0 - found.level
    if found.share > TOLERANCE * promised and found.interval.low > promised:
        return (
            "More often than promised: a verdict on so few of these runs is not to be trusted. Look for runs "
            "far from the others, and take more runs a group."
        )
    if found.interval.high < promised / 2:
        return (
            "Far less often than promised: the verdict is cautious with these runs, as it is with heavy "
            "tails, failed runs or few different scores. It needs more runs than planned for a difference."
        )
    if found.share > promised:
        return (
            "A little above what was promised, which the halves of one sample of runs may well be: nothing "
            "here speaks against the verdict."
        )
    return "As promised, as far as one sample of runs can tell: the error rate holds for runs like these."


def _check_noise(values: FloatArray, name: str) -> None:
    """Raises: StatisticsError where no two runs differ: no split of them could raise an alarm."""
    kept = finished(values)
    if not kept.size:
        raise StatisticsError(f"{name}: all {values.size} runs failed, so there are no scores to split")
    if kept.size == values.size and standard_deviation(kept) == 0.0:
        raise StatisticsError(
            f"{name}: its {values.size} runs all have the same score, so there is no noise to try the "
            "verdict on: do the seeds reach the training?"
        )


def _halves(size: int) -> int:
    """Different ways to take two halves, whichever comes first, and one run left out of an odd number.

    >>> _halves(4), _halves(5)
    (3, 15)
    """
    half = size // 2
    return math.comb(size, half) * math.comb(size - half, half) // 2


def _every_pair(values: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    half = values.size // 2
    for chosen in combinations(range(values.size), 2 * half):
        first, *others = chosen
        for partners in combinations(others, half - 1):  # the first run fixes which half is which
            own = (first, *partners)
            yield values[list(own)], values[[place for place in others if place not in partners]]


def _random_pairs(values: FloatArray, rng: np.random.Generator) -> Iterator[tuple[FloatArray, FloatArray]]:
    half = values.size // 2
    while True:
        order = rng.permutation(values)
        yield order[:half], order[half : 2 * half]


def _drawn_pairs(
    values: FloatArray, runs: int, rng: np.random.Generator
) -> Iterator[tuple[FloatArray, FloatArray]]:
    while True:
        yield rng.choice(values, runs), rng.choice(values, runs)


def _interval(alarms: int, splits: int, level: float, exhaustive: bool) -> Interval:
    if exhaustive:
        return Interval(alarms / splits, alarms / splits, level)
    found = stats.binomtest(alarms, splits).proportion_ci(level, method="exact")
    return Interval(float(found.low), float(found.high), level)
