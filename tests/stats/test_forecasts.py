"""The Diebold-Mariano test against the t-test, a hand-computed case, and its size."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.calibration.examples import forecasts
from tuner.errors import StatisticsError
from tuner.stats import diebold_mariano

RNG = np.random.default_rng(8)
FIRST, SECOND = RNG.gamma(2.0, size=(2, 30))


def test_one_step_ahead_it_is_the_paired_t_test() -> None:
    """The correction of Harvey, Leybourne & Newbold makes it so, exactly."""
    found, expected = diebold_mariano(FIRST, SECOND), stats.ttest_rel(FIRST, SECOND)
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)


def test_two_steps_ahead_by_hand() -> None:
    # d = 1, 2, 0, 1 has mean 1; deviations 0, 1, -1, 0 give autocovariances 2/4 and -1/4, so that the
    # variance of the mean is (2/4 - 2/4) / 4 = 0 with equal weights, and (2/4 - 1/4) / 4 = 1/16 with the
    # weight 1/2. The correction is (4 + 1 - 4 + 2/4) / 4 = 3/8, and 1 / sqrt(1/16) * sqrt(3/8) = sqrt(6).
    found = diebold_mariano([2.0, 3.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0], horizon=2)
    assert found.statistic == pytest.approx(math.sqrt(6))
    assert found.p_value == pytest.approx(2 * stats.t.sf(math.sqrt(6), 3))
    # d = 1, 2, 2, 1, 4 has mean 2; deviations -1, 0, 0, -1, 2 give 6/5 and (0 + 0 + 0 - 2)/5 = -2/5, so
    # that the variance of the mean is (6/5 - 4/5) / 5 = 2/25; the correction (5 + 1 - 4 + 2/5) / 5 is 12/25.
    found = diebold_mariano([1.0, 2.0, 2.0, 1.0, 4.0], [0.0] * 5, horizon=2)
    assert found.statistic == pytest.approx(2 / math.sqrt(2 / 25) * math.sqrt(12 / 25))


def test_the_long_horizon_by_the_definition() -> None:
    difference, horizon, size = FIRST - SECOND, 4, 30
    centred = difference - difference.mean()
    total = np.mean(centred**2) + 2 * sum(
        np.sum(centred[k:] * centred[:-k]) / size for k in range(1, horizon)
    )
    assert total > 0
    correction = (size + 1 - 2 * horizon + horizon * (horizon - 1) / size) / size
    expected = difference.mean() / math.sqrt(total / size) * math.sqrt(correction)
    assert diebold_mariano(FIRST, SECOND, horizon).statistic == pytest.approx(expected)


@pytest.mark.parametrize("horizon", [1, 3, 29])
def test_swapping_flips_the_sign(horizon: int) -> None:
    one, other = diebold_mariano(FIRST, SECOND, horizon), diebold_mariano(SECOND, FIRST, horizon)
    assert one.statistic == pytest.approx(-other.statistic)
    assert one.p_value == pytest.approx(other.p_value)
    assert 0 <= one.p_value <= 1


def test_a_better_forecast_is_found() -> None:
    assert diebold_mariano(FIRST, FIRST + 0.5 + 0.1 * SECOND).p_value < 1e-6


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_without_noise_there_is_no_test(shift: float) -> None:
    found = diebold_mariano(FIRST, FIRST + shift)
    assert math.isnan(found.statistic) and found.p_value == 1.0


@pytest.mark.parametrize(
    ("first", "second", "horizon", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], 1, "2 and 3 losses"),
        ([1.0, math.nan], [1.0, 2.0], 1, "give finite losses"),
        ([1.0, 2.0], [1.0, 3.0], 2, "horizon is 2; give a whole number of steps from 1 to below 2"),
        ([1.0, 2.0], [1.0, 3.0], 0, "horizon is 0"),
        ([1.0, 2.0], [1.0, 3.0], True, "horizon is True"),
    ],
)
def test_wrong_input_is_refused(first: list[float], second: list[float], horizon: int, message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        diebold_mariano(first, second, horizon)


@pytest.mark.parametrize(("size", "horizon", "most"), [(50, 1, 0.075), (50, 5, 0.12), (200, 5, 0.085)])
def test_equal_forecasts_are_rarely_told_apart(size: int, horizon: int, most: float) -> None:
    """Near 5 %, and up to twice that for long horizons in short series, as in table 1 of the 1997 paper."""
    rng = np.random.default_rng([size, horizon])
    assert 0.015 < np.mean([forecasts(size, horizon, rng) for _ in range(800)]) < most
