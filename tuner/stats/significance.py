"""The tests. Which of them decides is the choice of the design and of failed runs, made elsewhere."""

import math

import numpy as np
from scipy import stats
from scipy.special import stdtr

from tuner.stats.intervals import Estimate
from tuner.stats.scores import FloatArray


def t_test(estimate: Estimate) -> float:
    """Two-sided p-value of "the true value is 0": Welch's or the paired t-test, as the estimate was made.

    Without any spread, or with too few runs to know it, there is no test, and nothing speaks against 0: 1.

    Source: Welch (1947), doi:10.1093/biomet/34.1-2.28; Student (1908), doi:10.1093/biomet/6.1.1.

    >>> round(t_test(Estimate(2.0, 1.0, 10.0)), 4)
    0.0734
    """
    if not estimate.standard_error > 0.0:
        return 1.0
    return 2.0 * float(stdtr(estimate.degrees_of_freedom, -abs(estimate.value) / estimate.standard_error))


def equivalence_test(estimate: Estimate, margin: float) -> float:
    """p-value of "the true value is at least `margin` away from 0": the larger of two one-sided t-tests.

    Groups without any spread are equivalent where they are equal, and untested otherwise.

    Source: Schuirmann (1987), doi:10.1007/BF01068419; for unequal spreads Dannenberg, Dette & Munk (1994),
    doi:10.1093/biomet/81.1.91.

    >>> round(equivalence_test(Estimate(0.5, 1.0, 10.0), 2.0), 4)
    0.0823
    """
    if estimate.standard_error == 0.0 and estimate.value == 0.0:
        return 0.0
    if not estimate.standard_error > 0.0:
        return 1.0
    return float(stdtr(estimate.degrees_of_freedom, (abs(estimate.value) - margin) / estimate.standard_error))


def mann_whitney(candidate: FloatArray, baseline: FloatArray) -> float:
    """Two-sided p-value of "both groups come from one distribution", for losses with infinite failures.

    Exact for small groups without ties, otherwise the normal approximation corrected for ties and
    continuity, as SciPy chooses, but never below what is possible with this many runs.

    Source: Mann & Whitney (1947), doi:10.1214/aoms/1177730491.
    """
    p_value = float(stats.mannwhitneyu(candidate, baseline).pvalue)
    return max(p_value, smallest_p_value(candidate.size, baseline.size, paired=False))


def sign_test(candidate: FloatArray, baseline: FloatArray) -> float:
    """Two-sided exact p-value of "either run of a pair is as likely to win", for losses; ties are left out.

    Source: Conover (1999), Practical Nonparametric Statistics, 3rd edition, section 3.4.

    >>> sign_test(np.array([1.0, 1.0, 1.0, 1.0, 1.0]), np.array([2.0, 2.0, 2.0, np.inf, 1.0]))
    0.125
    """
    wins, losses = int(np.sum(candidate < baseline)), int(np.sum(candidate > baseline))
    if wins + losses == 0:
        return 1.0
    return float(stats.binomtest(wins, wins + losses).pvalue)


def smallest_p_value(candidates: int, baselines: int, *, paired: bool) -> float:
    """The smallest p-value that the rank-based test can give with this many runs, whatever the scores.

    >>> smallest_p_value(5, 5, paired=True), round(smallest_p_value(5, 5, paired=False), 4)
    (0.0625, 0.0079)
    """
    orders = 2.0**candidates if paired else math.comb(candidates + baselines, candidates)
    return min(1.0, 2.0 / orders)


def rank_check(candidate: FloatArray, baseline: FloatArray) -> float:
    """Two-sided p-value of the Brunner-Munzel test, and 1 where it points the other way than the means.

    It asks whether a run of one group tends to beat a run of the other, allowing for unequal spreads and
    shapes; a long tail that drags a mean does not drag it.

    Source: Brunner & Munzel (2000),
    doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U.
    """
    if candidate.max() < baseline.min() or baseline.max() < candidate.min():
        return 0.0  # complete separation: the statistic is infinite
    statistic, p_value = stats.brunnermunzel(candidate, baseline)
    # SciPy's statistic is positive where the second group is the larger one.
    agrees = float(statistic) * float(baseline.mean() - candidate.mean()) > 0.0
    return float(p_value) if agrees else 1.0


def failure_rates_test(failures: tuple[int, int], runs: tuple[int, int]) -> float:
    """Two-sided p-value of Fisher's exact test of equal failure rates.

    Source: Agresti (2013), Categorical Data Analysis, 3rd edition, section 3.5.

    >>> round(failure_rates_test((3, 0), (5, 5)), 4)
    0.1667
    """
    table = np.array([failures, np.subtract(runs, failures)])
    return float(stats.fisher_exact(table).pvalue)
