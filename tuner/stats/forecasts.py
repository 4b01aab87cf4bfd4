"""The Diebold-Mariano test: are two forecasts of one series equally accurate?"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from tuner.errors import StatisticsError
from tuner.stats.scores import ROUNDING, FloatArray, Scores, as_scores
from tuner.stats.series import autocovariances


@dataclass(frozen=True, slots=True)
class DieboldMariano:
    """`statistic` is negative where the first forecast has the lower loss, and NaN where there is no test.

    `p_value` is two-sided; `horizon` is how many steps ahead the forecasts were, of `examples` in time.
    """

    statistic: float
    p_value: float
    horizon: int
    examples: int


def diebold_mariano(losses_a: Scores, losses_b: Scores, horizon: int = 1) -> DieboldMariano:
    """Test of equal accuracy of two forecasts, from their losses of shape (time,) at the same times.

    Errors of forecasts `horizon` steps ahead overlap, so that the variance of the mean difference counts
    horizon - 1 autocovariances; where their plain sum is not positive, they are weighted (Newey & West).
    With the correction for small samples of Harvey, Leybourne & Newbold and their t distribution. Losses
    that differ by a constant have no noise to judge by: then nothing speaks against equality, and p is 1.

    It knows one training of each forecast and nothing of other seeds: secondary to a comparison over seeds.

    Raises: StatisticsError where losses are not finite, not of the same times, or the horizon does not
    lie between 1 and their number.
    Source: Diebold & Mariano (1995), doi:10.1080/07350015.1995.10524599; Harvey, Leybourne & Newbold
    (1997), doi:10.1016/S0169-2070(96)00719-4; Newey & West (1987), doi:10.2307/1913610.

    >>> found = diebold_mariano([1.0, 2.0, 1.0, 3.0, 2.0], [2.0, 2.0, 2.0, 4.0, 2.0])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (-2.4495, 0.0705)
    """
    first, second = as_scores(losses_a, "losses_a"), as_scores(losses_b, "losses_b")
    size = first.size
    if second.size != size or not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise StatisticsError(
            f"{size} and {second.size} losses; give finite losses of both forecasts at the same times"
        )
    if isinstance(horizon, bool) or not isinstance(horizon, int) or not 1 <= horizon < size:
        raise StatisticsError(
            f"horizon is {horizon!r}; give a whole number of steps from 1 to below {size} losses"
        )
    difference = first - second
    largest = float(max(np.abs(first).max(), np.abs(second).max()))
    if float(np.ptp(difference)) <= ROUNDING * largest:
        return DieboldMariano(math.nan, 1.0, horizon, size)
    corrected = (size - horizon) * (size - horizon + 1) / size**2  # n + 1 - 2h + h (h - 1) / n, over n
    statistic = float(difference.mean()) * math.sqrt(corrected / _variance(difference, horizon))
    return DieboldMariano(statistic, 2.0 * float(stdtr(size - 1, -abs(statistic))), horizon, size)


def _variance(difference: FloatArray, horizon: int) -> float:
    """Variance of the mean difference: all autocovariances below the horizon, or weighted ones."""
    covariances = autocovariances(difference, horizon - 1)
    variance = float(covariances[0] + 2.0 * covariances[1:].sum())
    if variance <= ROUNDING * difference.size * float(covariances[0]):
        weights = 1.0 - np.arange(1, horizon) / horizon
        variance = float(covariances[0] + 2.0 * (weights * covariances[1:]).sum())
    return variance / difference.size
