"""Intervals of the effect sizes: of the probability of superiority, and of a standardised difference."""

import math

from scipy.optimize import brentq
from scipy.special import betaincinv, chdtri, nctdtr, ndtri, stdtrit

from tuner.stats.effects import paired_superiority, twice_beaten
from tuner.stats.intervals import Estimate, Interval
from tuner.stats.scores import FloatArray

LARGEST_T = 500.0
"""Beyond this t value SciPy's noncentral t is unsafe, and the two sources of noise simply add up."""
SMALLEST_T = 1e-100
"""Below, the square of a t value leaves the range of a float; it is 0 for every purpose."""


def superiority_interval(candidate: FloatArray, baseline: FloatArray, level: float) -> Interval:
    """Interval of the probability that a candidate run beats a baseline run, for losses of two groups.

    Wilson's interval with t instead of normal quantiles, where the number of trials is the number of
    independent comparisons that would give the variance of Brunner and Munzel; so it allows for unequal
    spreads and sizes, ties and failures. A variance estimated near 0 or 1 is too small, so that number is at
    most the one that Newcombe's method 5 gives there or the size of the larger group.

    Groups that do not overlap have no variance, and the exact interval of k wins out of k, k the size of the
    smaller group: run i of one then beats run i of the other for all i <= k, which are independent and each
    have probability P, so that groups are apart with probability P^k at most, whatever their distributions.
    Hence 5 runs a group, however far apart, leave 1/2 possible at the 95 % level, and 6 do not; a t-test that
    finds more takes the scores for normal.

    Source: Wilson (1927), doi:10.1080/01621459.1927.10502953; Brunner & Munzel (2000),
    doi:10.1002/(SICI)1521-4036(200001)42:1<17::AID-BIMJ17>3.0.CO;2-U; for effective numbers of trials
    Korn & Graubard (1998), Survey Methodology 24, 193-201; Newcombe (2006), doi:10.1002/sim.2324; groups
    apart: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    >>> import numpy as np
    >>> found = superiority_interval(np.arange(5.0), np.arange(5.0, 10.0), 0.95)
    >>> round(found.low, 4), found.high
    (0.4782, 1.0)
    """
    n, m = candidate.size, baseline.size
    if min(n, m) < 2:
        return Interval(0.0, 1.0, level)
    beats, loses = twice_beaten(candidate, baseline) / (2 * m), twice_beaten(baseline, candidate) / (2 * n)
    share = float(beats.mean())
    if share in (0.0, 1.0):
        return _clopper_pearson(share * min(n, m), min(n, m), level)
    parts = float(beats.var(ddof=1)) / n, float(loses.var(ddof=1)) / m
    variance, trials, freedom = sum(parts), float(min(n, m)), float(min(n, m) - 1)
    if variance > 0.0:
        freedom = variance**2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
        most = max(n, m, 4.0 * n * m / (n + m + 2))
        trials = min(share * (1.0 - share) / variance, most)
    return _wilson(share, trials, float(stdtrit(freedom, 0.5 + level / 2)), level)


def wins_interval(candidate: FloatArray, baseline: FloatArray, level: float) -> Interval:
    """Interval of the share of pairs that the candidate wins, ties half, for losses of shape (n,).

    Exact, hence never too short, where there are no ties. It then excludes 1/2 exactly where the sign test
    is significant.

    Source: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    >>> import numpy as np
    >>> found = wins_interval(np.zeros(5), np.ones(5), 0.95)
    >>> round(found.low, 4), found.high
    (0.4782, 1.0)
    """
    n = candidate.size
    return _clopper_pearson(n * paired_superiority(candidate, baseline), n, level)


def _clopper_pearson(wins: float, n: int, level: float) -> Interval:
    """The exact interval of the chance of a win, from so many wins in `n` tries; ties count half."""
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(wins, n - wins + 1.0, tail)) if wins > 0.0 else 0.0
    high = 1.0 - float(betaincinv(n - wins, wins + 1.0, tail)) if wins < n else 1.0
    return Interval(low, high, level)


def effect_interval(estimate: Estimate, deviation: float, level: float) -> Interval:
    """Interval of a difference in units of `deviation`, from the noncentral t distribution of its t value.

    The limits are the noncentralities under which a t value as large, or as small, has probability
    (1 - level) / 2, times standard error / deviation. For one group exact under normality (Steiger &
    Fouladi); for pairs with the pooled standard deviation the approximation of Algina & Keselman; for two
    groups with Welch's degrees of freedom that of Shieh. It excludes 0 where the interval of the
    difference does. No correction for small samples is needed: the true effect is inside, not its
    estimate. NaN without a spread.

    Source: Steiger & Fouladi (1997), in What if there were no significance tests?, 221-257; Algina &
    Keselman (2003), doi:10.1177/0013164403256358; Shieh (2013), Behavior Research Methods 45, 955-967.

    >>> found = effect_interval(Estimate(1.0, 0.5, 15.0), 2.0, 0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (-0.0284, 1.0138)
    """
    if not (estimate.standard_error > 0.0 and deviation > 0.0):
        return Interval(math.nan, math.nan, level)
    t, tail = estimate.value / estimate.standard_error, (1.0 - level) / 2.0
    scale = estimate.standard_error / deviation
    low, high = (_noncentrality(abs(t), estimate.degrees_of_freedom, p) for p in (1.0 - tail, tail))
    if t < 0.0:
        low, high = -high, -low
    return Interval(low * scale, high * scale, level)


def _wilson(share: float, trials: float, quantile: float, level: float) -> Interval:
    """Wilson's interval."""
    weight = quantile**2 / trials
    center = (share + weight / 2) / (1.0 + weight)
    half = math.sqrt(weight * (share * (1.0 - share) + weight / 4)) / (1.0 + weight)
    return Interval(max(0.0, center - half), min(1.0, center + half), level)


def _noncentrality(t: float, freedom: float, probability: float) -> float:
    """The noncentrality under which a t value of at most `t` >= 0 has that probability.

    With normal noise Z and a standard deviation off by the factor S it is P(Z + noncentrality <= t S).
    """
    normal = float(ndtri(probability))
    if t > LARGEST_T:
        off = math.sqrt(float(chdtri(freedom, probability)) / freedom) - 1.0
        return t + math.copysign(math.hypot(t * off, normal), off)
    if t < SMALLEST_T:
        return -normal
    lowest = -normal - 1e-9  # not much above the value at t = 0
    # Beyond it P(S > its value) and P(Z < its value) are together less than the probability.
    highest = t * math.sqrt(float(chdtri(freedom, probability / 2)) / freedom) - float(ndtri(probability / 2))

    def excess(shift: float) -> float:
        below = float(nctdtr(freedom, shift, t))
        if math.isnan(below):  # SciPy's word, now and then, for hardly anything on one side of t
            below = float(shift < t)
        return below - probability

    return float(brentq(excess, lowest, highest, xtol=1e-12))
