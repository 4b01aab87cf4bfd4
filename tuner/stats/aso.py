"""Almost stochastic order: a secondary comparison of whole distributions; it decides no verdict."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tuner.errors import StatisticsError
from tuner.stats.design import SECONDARY, Design, Direction
from tuner.stats.scores import ROUNDING, FloatArray, Scores, as_scores, losses
from tuner.stats.verdict import MINIMUM_RUNS

RESAMPLES = 1_000

THRESHOLD = 0.2
"""The bound below which Ulmer, Hardmeier & Frellsen (2022), arXiv:2204.06815, call a candidate dominant."""


@dataclass(frozen=True, slots=True)
class AlmostStochasticOrder:
    """How far the candidate is from being better at every quantile.

    `violation` is the estimated violation ratio: 0 where the candidate is better at every quantile, 1 where
    it is worse at every one, 0.5 where the groups are equal. `bound` is its upper confidence bound at
    `level`, adjusted for `comparisons`. `flags` are sentences.
    """

    violation: float
    bound: float
    level: float
    comparisons: int
    n_candidate: int
    n_baseline: int
    flags: tuple[str, ...]
    label: str = SECONDARY

    def dominates(self, threshold: float = THRESHOLD) -> bool:
        """Whether the candidate is almost stochastically dominant: the bound lies below the threshold.

        Never with fewer than 5 runs in a group, where resamples are too much alike for a bound.
        """
        return min(self.n_candidate, self.n_baseline) >= MINIMUM_RUNS and self.bound < threshold


def almost_stochastic_order(
    candidate: Scores,
    baseline: Scores,
    *,
    direction: Direction = "minimize",
    level: float = 0.95,
    comparisons: int = 1,
    rng: np.random.Generator | None = None,
) -> AlmostStochasticOrder:
    """Violation ratio of "the candidate is better at every quantile" with its upper confidence bound.

    Secondary: a description beside the verdict, not a test that decides. The bound is a normal one with a
    bootstrap standard error, where groups from one distribution have no normal ratio: with 5 to 30 runs and
    level 0.95 it falls below 0.5 in about 19 % of comparisons of such groups, normal or lognormal, and
    below 0.2 in 3 to 6 % (`benchmarks/README.md`). So 0.5 is no threshold to decide by.

    The ratio is the integral of (F^-1 - G^-1)^2 over the quantiles at which the candidate F is worse than
    the baseline G, over that of all quantiles (the squared Wasserstein distance); the quantile functions are
    those of the samples, piecewise constant, integrated exactly. Groups without a distance have ratio 1/2.

    For several candidates against one baseline `comparisons` is their number: every bound then has level
    1 - (1 - level) / comparisons, so that together they hold what one alone holds at `level` (Bonferroni:
    Dunn (1961), doi:10.1080/01621459.1961.10482090).

    A failed run of the candidate is infinitely bad, so that ratio and bound are 1; one of the baseline
    counts as no worse than the worst run that finished in either group. Both make dominance harder to claim.

    Source: del Barrio, Cuesta-Albertos & Matran (2018), arXiv:1705.01788; for runs of neural
    networks Dror, Shlomov & Reichart (2019), doi:10.18653/v1/P19-1266.

    Raises: StatisticsError where scores or settings cannot be used.

    >>> found = almost_stochastic_order([0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.8, 0.9, 0.9])
    >>> found.violation, found.bound, found.dominates()
    (0.0, 0.0, True)
    """
    design = Design(direction=direction, level=level)
    if not isinstance(comparisons, Integral) or isinstance(comparisons, bool) or comparisons < 1:
        raise StatisticsError(f"comparisons is {comparisons!r}; give the number of candidates, 1 or more")
    first = losses(as_scores(candidate, "candidate"), direction)
    second = losses(as_scores(baseline, "baseline"), direction)
    violation, bound = 1.0, 1.0
    if np.isfinite(first).all():
        second_kept = _bounded(first, second)
        violation = float(violation_ratio(first[None], second_kept[None])[0])
        rng = np.random.default_rng(0) if rng is None else rng
        error = _standard_error(first, second_kept, rng)
        quantile = float(ndtri(1.0 - design.alpha / comparisons))
        bound = min(max(violation + quantile * error, 0.0), 1.0)
    return AlmostStochasticOrder(
        violation, bound, level, int(comparisons), first.size, second.size, _flags(first, second)
    )


def violation_ratio(candidates: FloatArray, baselines: FloatArray) -> FloatArray:
    """The violation ratio of each row, for finite losses of shapes (rows, n) and (rows, m); shape (rows,).

    Source: del Barrio et al. (2018), arXiv:1705.01788.

    >>> violation_ratio(np.array([[1.0, 4.0]]), np.array([[2.0, 2.0]]))
    array([0.8])
    """
    widths, first, second = _pieces(candidates.shape[1], baselines.shape[1])
    gaps = np.sort(candidates, axis=1)[:, first] - np.sort(baselines, axis=1)[:, second]
    size = np.maximum(np.abs(candidates).max(axis=1), np.abs(baselines).max(axis=1))
    gaps[np.abs(gaps) <= ROUNDING * size[:, None]] = 0.0
    largest = np.abs(gaps).max(axis=1, keepdims=True)
    scaled = np.divide(gaps, largest, out=np.zeros_like(gaps), where=largest > 0.0)  # squares stay in range
    squares: FloatArray = scaled**2 @ widths
    worse: FloatArray = np.maximum(scaled, 0.0) ** 2 @ widths
    ratios: FloatArray = np.divide(worse, squares, out=np.full_like(worse, 0.5), where=squares > 0.0)
    return ratios


def _pieces(n: int, m: int) -> tuple[FloatArray, NDArray[np.int_], NDArray[np.int_]]:
    """Where both quantile functions are constant: the widths of the pieces, and the order statistic of
    either sample on each.

    The quantile function of n scores is their k-th in ((k - 1) / n, k / n]; in units of 1 / (n m) all ends
    are whole numbers.
    """
    ends = np.union1d(m * np.arange(1, n + 1), n * np.arange(1, m + 1))
    starts = np.concatenate([[0], ends[:-1]])
    return (ends - starts) / (n * m), starts // m, starts // n


def _standard_error(candidate: FloatArray, baseline: FloatArray, rng: np.random.Generator) -> float:
    """Standard deviation of the ratio over resamples of both groups.

    Source: Dror et al. (2019), doi:10.18653/v1/P19-1266.
    """
    rows = [rng.choice(group, size=(RESAMPLES, group.size)) for group in (candidate, baseline)]
    return float(violation_ratio(*rows).std(ddof=1))


def _bounded(candidate: FloatArray, baseline: FloatArray) -> FloatArray:
    """The losses of the baseline, failures as the worst finite loss of either group."""
    finite = np.concatenate([candidate, baseline[np.isfinite(baseline)]])
    bounded: FloatArray = np.minimum(baseline, finite.max())
    return bounded


def _flags(candidate: FloatArray, baseline: FloatArray) -> tuple[str, ...]:
    found = []
    if failures := int(np.isinf(candidate).sum()):
        found.append(
            f"{failures} of {candidate.size} candidate runs failed, which is infinitely bad: no dominance."
        )
    if failures := int(np.isinf(baseline).sum()):
        found.append(
            f"{failures} of {baseline.size} baseline runs failed and count as the worst run that finished."
        )
    if min(candidate.size, baseline.size) < MINIMUM_RUNS:
        found.append(f"Fewer than {MINIMUM_RUNS} runs in a group: the bound says nothing.")
    return tuple(found)
