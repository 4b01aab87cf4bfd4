"""Secondary tests: what other tests say of the same scores. They decide nothing.

The deciding test follows from the design, before the scores are seen. These show whether its answer hangs on
what it assumes.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tuner.cards import Card, Readable
from tuner.stats.evidence import Evidence
from tuner.stats.scores import ROUNDING, FloatArray, losses
from tuner.stats.significance import mann_whitney

MOST_ARRANGEMENTS = 20_000
"""Up to so many splits or signs are all tried; otherwise as many as RESAMPLES are drawn."""
RESAMPLES = 9_999
LEAST_FOR_BRUNNER_MUNZEL = 10
"""Below, its t approximation is too liberal: Brunner & Munzel (2000), section 4."""


@dataclass(frozen=True, slots=True)
class SecondaryTest:
    """A two-sided test. `error` is the Monte Carlo standard error of its p-value, None where it is exact."""

    name: str
    p_value: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity(Readable):
    """The secondary tests of one comparison; `flags` say in sentences which contradict the deciding test.

    Their p-values are not adjusted for other candidates, and are set beside the unadjusted deciding one.
    """

    tests: tuple[SecondaryTest, ...]
    flags: tuple[str, ...]

    def _card(self) -> Card:
        title = "What other tests say of the same scores; they decide nothing"
        rows = (
            (
                one.name,
                f"p = {one.p_value:.2g}" + (f" (simulated, error {one.error:.1g})" if one.error else ""),
            )
            for one in self.tests
        )
        return Card(title, tuple(rows), notes=self.flags)


def analyse(evidence: Evidence, rng: np.random.Generator) -> Sensitivity:
    """All tests that the design allows for, but for the one that decides.

    Two groups: permutation test of the means, Mann-Whitney test, and Brunner-Munzel test from 10 runs a
    group on, unless the groups do not overlap. Pairs or a fixed reference: sign-flip test of the mean
    difference, Wilcoxon's signed-rank test. Where a run failed there are no means to permute, and failures
    are the worst rank.
    """
    first = losses(evidence.candidate, evidence.design.direction)
    second = losses(evidence.baseline, evidence.design.direction)
    tests = tuple((_of_pairs if evidence.matched else _of_groups)(evidence, first, second, rng))
    untested = evidence.without_spread and not evidence.ranked  # which has a flag of its own
    flags = (_disagreement(evidence, test) for test in tests if not untested and _disagrees(evidence, test))
    return Sensitivity(tests, tuple(flags))


def _of_groups(
    evidence: Evidence, first: FloatArray, second: FloatArray, rng: np.random.Generator
) -> Iterator[SecondaryTest]:
    if not evidence.ranked:
        if min(first.size, second.size) >= 2:  # a single run has no spread to studentise by
            yield permutation_test(first, second, rng)
        yield SecondaryTest("Mann-Whitney test", mann_whitney(first, second), None)
    overlap = first.min() <= second.max() and second.min() <= first.max()
    if min(first.size, second.size) >= LEAST_FOR_BRUNNER_MUNZEL and overlap:
        p_value = _brunner_munzel(first, second)
        if not math.isnan(p_value):
            yield SecondaryTest("Brunner-Munzel test", p_value, None)


def _of_pairs(
    evidence: Evidence, first: FloatArray, second: FloatArray, rng: np.random.Generator
) -> Iterator[SecondaryTest]:
    both_failed = np.isinf(first) & np.isinf(second)
    differences = np.subtract(first, second, out=np.zeros_like(first), where=~both_failed)
    if not evidence.ranked and differences.size >= 2:
        yield sign_flip_test(differences, rng)
    yield SecondaryTest("Wilcoxon's signed-rank test", signed_rank(differences), None)


def permutation_test(first: FloatArray, second: FloatArray, rng: np.random.Generator) -> SecondaryTest:
    """Permutation test of the difference of the means, studentised as in Welch's test; shapes (n,) and (m,).

    Exact where both groups come from one distribution, and right for large groups where only their means
    are equal. All splits are tried up to 20,000; otherwise 9,999 are drawn.

    Source: Janssen (1997), doi:10.1016/S0167-7152(97)00043-6; Chung & Romano (2013),
    doi:10.1214/13-AOS1090; p-values of drawn splits: Phipson & Smyth (2010), doi:10.2202/1544-6115.1585.

    >>> permutation_test(np.arange(5.0), np.arange(10.0, 15.0), np.random.default_rng(0)).p_value * 252
    2.0
    """
    splits = math.comb(first.size + second.size, first.size)
    p_value, error = _permute(np.sort(first), np.sort(second), _welch_t, "independent", splits, rng)
    return SecondaryTest("permutation test of the means, studentised", p_value, error)


def sign_flip_test(differences: FloatArray, rng: np.random.Generator) -> SecondaryTest:
    """Sign-flip test of "the differences, shape (n,), are as likely to be positive as negative, mean 0".

    Exact where they are symmetric about 0. All signs are tried up to 20,000; otherwise 9,999 are drawn.

    Source: Fisher (1935), The Design of Experiments, section 21.

    >>> sign_flip_test(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.random.default_rng(0)).p_value
    0.0625
    """
    signs = 2**differences.size
    zeros = np.zeros_like(differences)
    p_value, error = _permute(np.sort(differences), zeros, _mean_difference, "samples", signs, rng)
    return SecondaryTest("sign-flip test of the mean", p_value, error)


def signed_rank(differences: FloatArray) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test; zeros are left out, infinite ones rank highest.

    Exact for small numbers without ties and zeros, otherwise as SciPy chooses.

    Source: Wilcoxon (1945), doi:10.2307/3001968.

    >>> signed_rank(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    0.0625
    """
    kept = differences[differences != 0.0]
    if kept.size == 0:
        return 1.0
    # Only ranks matter, and they are finite where differences are not.
    ranks = stats.rankdata(np.abs(kept)) * np.sign(kept)
    return float(stats.wilcoxon(ranks).pvalue)


def _permute(
    first: FloatArray,
    second: FloatArray,
    statistic: Callable[..., NDArray[np.float64]],
    kind: Literal["independent", "samples"],
    arrangements: int,
    rng: np.random.Generator,
) -> tuple[float, float | None]:
    """p-value of a large statistic among the arrangements, and its Monte Carlo error unless all are tried.

    Scores come sorted, so that their order does not matter.
    """
    exact = arrangements <= MOST_ARRANGEMENTS
    result = stats.permutation_test(
        (first, second),
        statistic,
        permutation_type=kind,
        vectorized=True,
        n_resamples=MOST_ARRANGEMENTS if exact else RESAMPLES,
        batch=2_000,
        alternative="greater",
        rng=rng,
    )
    p_value = float(result.pvalue)
    return p_value, None if exact else math.sqrt(p_value * (1.0 - p_value) / RESAMPLES)


def _welch_t(first: FloatArray, second: FloatArray, axis: int = -1) -> NDArray[np.float64]:
    """Size of Welch's t. What is due to rounding counts as nothing: splits may lack any spread."""
    squares = first.var(axis=axis, ddof=1) / first.shape[axis]
    squares = squares + second.var(axis=axis, ddof=1) / second.shape[axis]
    least = ROUNDING * np.maximum(np.abs(first).max(axis=axis), np.abs(second).max(axis=axis))
    difference = np.abs(first.mean(axis=axis) - second.mean(axis=axis))
    error = np.maximum(np.sqrt(squares), np.maximum(least, np.finfo(np.float64).tiny))
    return np.asarray(np.where(difference <= least, 0.0, difference) / error)


def _mean_difference(first: FloatArray, second: FloatArray, axis: int = -1) -> NDArray[np.float64]:
    return np.asarray(np.abs((first - second).mean(axis=axis)))


def _brunner_munzel(first: FloatArray, second: FloatArray) -> float:
    """Two-sided p-value, NaN where no run of either group tells anything; for losses that overlap.

    Source: Brunner & Munzel (2000),
    doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.
    """
    if min(first.max(), second.max()) == max(first.min(), second.min()):
        return math.nan  # the groups meet in one value at most, and the statistic may be infinite
    return float(stats.brunnermunzel(first, second).pvalue)


def _disagrees(evidence: Evidence, test: SecondaryTest) -> bool:
    """Whether a test is on the other side of the level, and by more than twice its Monte Carlo error."""
    alpha = evidence.design.alpha
    if (evidence.p_value <= alpha) == (test.p_value <= alpha):
        return False
    return abs(test.p_value - alpha) > 2.0 * (test.error or 0.0)


def _disagreement(evidence: Evidence, test: SecondaryTest) -> str:
    word = "is" if test.p_value <= evidence.design.alpha else "is not"
    return (
        f"The {test.name} {word} significant (p = {test.p_value:.3g}), in contrast to the {evidence.method} "
        f"that decides (p = {evidence.p_value:.3g}): the answer hangs on the choice of the test."
    )
