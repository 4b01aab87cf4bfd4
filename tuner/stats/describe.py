"""One group of scores in a few numbers."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import trim_mean

from tuner.cards import Card, Readable, number
from tuner.stats.design import check_level
from tuner.stats.group_intervals import bootstrap_interval, median_interval, std_interval
from tuner.stats.intervals import Interval, mean
from tuner.stats.scores import Scores, as_scores, finished, standard_deviation


@dataclass(frozen=True, slots=True)
class Summary(Readable):
    """One group of runs.

    `n` counts all runs and `failures` those among them that failed; every other number is over the runs
    that finished, `n - failures`, and NaN where too few did. `interval` is the t interval of the mean,
    `interval_bootstrap` the BCa bootstrap interval of the mean, None unless it was asked for and at least
    10 runs finished. `interval_std` assumes normal scores; `interval_median` assumes nothing, and needs 6
    finished runs at 95 %.
    """

    n: int
    mean: float
    std: float
    standard_error: float
    median: float
    quartiles: tuple[float, float]
    interval: Interval
    iqm: float
    failures: int
    interval_std: Interval
    interval_median: Interval
    interval_bootstrap: Interval | None

    def _card(self) -> Card:
        failed = f", {self.failures} of them failed" if self.failures else ""
        rows = [
            ("mean", self.interval.beside(self.mean)),
            ("standard deviation", self.interval_std.beside(self.std)),
            ("standard error", number(self.standard_error)),
            ("median", self.interval_median.beside(self.median)),
            ("quartiles", " to ".join(map(number, self.quartiles))),
            ("interquartile mean", number(self.iqm)),
        ]
        if self.interval_bootstrap is not None:
            rows.insert(1, ("mean, bootstrap", self.interval_bootstrap.beside(self.mean)))
        return Card(f"{self.n} run{'s' * (self.n != 1)}{failed}", tuple(rows))


def describe(
    scores: Scores, *, level: float = 0.95, bootstrap: bool = False, rng: np.random.Generator | None = None
) -> Summary:
    """Summarise the scores of shape (runs,) of one configuration; a non-finite score is a failed run.

    Standard deviation with ddof 1. Quartiles interpolate linearly between order statistics (definition 7
    of Hyndman & Fan (1996), doi:10.1080/00031305.1996.10473566). The interquartile mean leaves out a
    quarter of the runs, rounded down, at either end (Agarwal et al. (2021), arXiv:2108.13264). The sources
    of the intervals stand in `tuner.stats.group_intervals`. `rng` draws the resamples of `bootstrap`;
    without it the same scores give the same interval every time.

    Raises: StatisticsError where there are no scores, or they are not numbers.

    >>> summary = describe([3.0, 1.0, 2.0, 4.0, float("nan")])
    >>> summary.n, summary.failures, summary.mean, summary.quartiles, summary.iqm
    (5, 1, 2.5, (1.75, 3.25), 2.5)
    """
    check_level(level)
    values = as_scores(scores)
    kept = finished(values)
    estimate = mean(kept)
    low, median, high = (
        (float(q) for q in np.quantile(kept, (0.25, 0.5, 0.75))) if kept.size else (math.nan,) * 3
    )
    return Summary(
        n=values.size,
        mean=estimate.value,
        std=standard_deviation(kept),
        standard_error=estimate.standard_error,
        median=median,
        quartiles=(low, high),
        interval=estimate.interval(level),
        iqm=float(trim_mean(kept, 0.25)) if kept.size else math.nan,
        failures=values.size - kept.size,
        interval_std=std_interval(kept, level),
        interval_median=median_interval(kept, level),
        interval_bootstrap=bootstrap_interval(kept, level, rng or np.random.default_rng(0))
        if bootstrap
        else None,
    )
