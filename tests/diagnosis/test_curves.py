"""Numbers of a curve against what is known of it."""

import math

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import theilslopes

from tests.diagnosis.curves import bend, fall, jumps
from tuner.diagnosis.curves import _MEMORY, _OPPOSITE, _THIRD, CHANGE, LEAST_WINDOW, _jump, _speed, measure


def test_levels_are_medians_of_tenths() -> None:
    values = np.random.default_rng(0).permutation(200).astype(float)
    found = measure(values)
    levels = [np.median(values[start : start + 20]) for start in range(181)]
    assert found.window == 20
    assert (found.start, found.end, found.lowest) == (values[0], levels[-1], min(levels))
    assert found.lowest_from == int(np.argmin(levels))
    assert found.level(7) == levels[7]
    assert found.rise == levels[-1] - min(levels) and found.fall == values[0] - levels[-1]


def test_a_tenth_of_a_short_curve_has_three_epochs() -> None:
    assert [measure(np.ones(count)).window for count in (10, 29, 30, 31, 1200)] == [3, 3, 3, 4, 120]
    assert LEAST_WINDOW == 3


@pytest.mark.parametrize("epochs", [10, 57, 400, 5_000])
def test_the_drop_of_a_straight_line_is_its_slope_times_a_tenth(epochs: int) -> None:
    found = measure(np.linspace(1.0, 0.0, epochs))
    assert found.drop == pytest.approx(found.window / (epochs - 1), rel=1e-9)
    assert found.falling and not found.rises


def test_a_spike_moves_nothing() -> None:
    smooth = fall(100, 0.3, 8.0)
    spiked = smooth.copy()
    spiked[[40, 88, 95]] *= 50
    for one, other in (
        (measure(smooth), measure(spiked)),
        (measure(smooth[:30]), measure(np.r_[smooth[:29], 9.0])),
    ):
        assert other.end == pytest.approx(one.end, rel=0.02)
        assert other.lowest == pytest.approx(one.lowest, rel=0.02)
        assert not other.rises


@pytest.mark.parametrize("size", [0.001, 0.02, 0.3])
@pytest.mark.parametrize("epochs", [100, 1000])
def test_the_error_of_independent_jumps(size: float, epochs: int) -> None:
    found = [
        measure(1.0 + size * np.random.default_rng(seed).normal(size=epochs)).error for seed in range(40)
    ]
    true = size / math.sqrt(epochs / 10)
    assert true < np.median(found) < 1.5 * true  # the largest of several estimates is a bit above


def test_the_error_of_jumps_that_are_alike_is_larger() -> None:
    errors, memory = {}, 0.5
    for name, one in (("independent", 0.0), ("alike", memory)):
        found = []
        for seed in range(40):
            values = np.random.default_rng(seed).normal(size=1000)
            for place in range(1, 1000):
                values[place] = one * values[place - 1] + math.sqrt(1 - one**2) * values[place]
            found.append(measure(100.0 + values).error)
        errors[name] = np.median(found)
    # The mean of many values with autocorrelation r^k has (1 + r) / (1 - r) times the variance.
    assert errors["alike"] > 0.9 * math.sqrt((1 + memory) / (1 - memory)) * 1 / math.sqrt(100)
    assert errors["alike"] > 1.4 * errors["independent"]


@pytest.mark.parametrize("rate", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("epochs", [10, 30, 300])
def test_the_shape_of_a_smooth_curve_is_no_noise(epochs: int, rate: float) -> None:
    found = measure(fall(epochs, 0.0, rate))
    assert found.error < 0.1 * found.drop
    assert found.falling


@pytest.mark.parametrize("epochs", [20, 100, 1200])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_the_turn_of_a_smooth_curve_is_its_lowest_epoch(epochs: int, share: float) -> None:
    at = round(share * epochs)
    values = bend(epochs, at, up=0.1)
    found = measure(values)
    assert found.turn == at - 1 == int(values.argmin())
    assert found.rises


def test_movements_below_a_percent_do_not_matter() -> None:
    for share, counts in ((0.8 * CHANGE, False), (1.3 * CHANGE, True)):
        up = measure(bend(1000, 500, up=0.2 * share / 0.95))  # the last tenth lies at 0.95 of the way
        assert up.rises is counts
        slope = share * 0.5 / 0.1  # over all epochs, for a drop of `share` of a level of 0.5
        down = np.r_[np.linspace(2.0, 0.5, 500), 0.5 + slope * np.linspace(0.5, 0.0, 500)]
        assert measure(down).falling is counts


def test_shares_of_the_start() -> None:
    assert measure(fall(100, 0.3, 50.0)).left == pytest.approx(0.3)
    low, middle, high = (measure(fall(100, floor, 50.0)) for floor in (0.04, 0.2, 0.6))
    assert [(one.low, one.high) for one in (low, middle, high)] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    negative = measure(fall(100, 0.1, 50.0) - 5.0)
    assert math.isnan(negative.left) and not negative.low and not negative.high


def test_what_only_jumps_has_learned_nothing() -> None:
    for seed in range(20):
        found = measure(jumps((100,), 0.2, seed))
        assert not found.learned and not found.falling
    assert measure(fall(100, 0.9, 10.0) * jumps((100,), 0.02)).learned


def bends(count: int, block: int) -> np.ndarray:
    """Second differences of blocks of independent normal values."""
    means = np.random.default_rng(3).normal(size=(count, block)).mean(axis=1)
    return np.diff(means, 2)


@pytest.mark.parametrize("block", [1, 4])
def test_the_jump_is_the_deviation_of_independent_blocks(block: int) -> None:
    values = 5.0 + 0.1 * np.random.default_rng(4).normal(size=40_000)
    assert _jump(values, block) == pytest.approx(0.1 / math.sqrt(block), rel=0.03)
    steep = values + 50.0 * np.linspace(1.0, 0.0, values.size)
    assert _jump(steep, block) == pytest.approx(0.1 / math.sqrt(block), rel=0.03)


def test_what_is_said_of_bends_that_are_opposite() -> None:
    found = bends(1_000_000, 1)
    products = found[1:] * found[:-1]
    correlation = np.corrcoef(found[1:], found[:-1])[0, 1]
    assert found.var() == pytest.approx(6.0, rel=0.01) and correlation == pytest.approx(-2 / 3, abs=0.005)
    assert np.mean(products < 0.0) == pytest.approx(0.5 + math.asin(2 / 3) / math.pi, abs=0.002)
    assert -products[products < 0.0].mean() == pytest.approx(_OPPOSITE, rel=0.01)
    third = np.diff(np.random.default_rng(5).normal(size=400_000), 3)
    assert np.median(np.abs(third)) == pytest.approx(_THIRD, rel=0.01)


def test_the_memory_that_is_allowed_for_is_that_of_an_autocorrelation_of_four_fifths() -> None:
    shocks = np.random.default_rng(6).normal(size=400_000)
    values = lfilter([0.6], [1.0, -0.8], shocks)  # variance 1
    assert 3.0 / _jump(values, 1) == pytest.approx(_MEMORY, rel=0.02)


@pytest.mark.parametrize("epochs", [10, 12, 15, 40])
@pytest.mark.parametrize("rate", [1.0, 5.0, 15.0])
def test_neither_steepness_nor_a_turn_is_a_jump(epochs: int, rate: float) -> None:
    for values in (fall(epochs, 0.2, rate), bend(epochs, max(3, epochs // 3), up=0.5)):
        found = measure(values)
        assert found.jump < 1e-3 * (values.max() - values.min())
        noise = 0.01 * np.random.default_rng(epochs).normal(size=(100, epochs))
        assert 0.005 < np.median([measure(values + one).jump for one in noise]) < 0.02


@pytest.mark.parametrize("epochs", [6, 57, 200])
def test_the_line_at_the_end_is_that_of_scipy(epochs: int) -> None:
    values = np.random.default_rng(epochs).normal(size=epochs)
    assert _speed(values) == pytest.approx(-theilslopes(values).slope, rel=1e-12)
