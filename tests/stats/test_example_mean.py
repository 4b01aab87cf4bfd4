"""Intervals over test examples, against SciPy's and against what is true in simulations."""

import math

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.example_mean import difference_of_examples, mean_of_examples, resampled_interval, wilson
from tuner.stats.series import block_length, degrees_of_freedom, variance_of_mean


@pytest.mark.parametrize("size", [2, 7, 200])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_it_is_the_t_interval_of_scipy(size: int, level: float) -> None:
    values = np.random.default_rng(size).gamma(2.0, size=size)
    found = mean_of_examples(values, level=level)
    low, high = stats.ttest_1samp(values, 0.0).confidence_interval(level)
    assert (found.mean, found.interval.low, found.interval.high) == pytest.approx((values.mean(), low, high))


def test_zeros_and_ones_have_wilsons_interval() -> None:
    values = np.array([1.0] * 9 + [0.0])
    found = mean_of_examples(values)
    ends = stats.binomtest(9, 10).proportion_ci(0.95, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))
    all_right = mean_of_examples(np.ones(20))
    assert all_right.interval.low < 0.9 and all_right.interval.high == 1.0


def test_neighbours_of_a_series_enter_in_blocks() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=600)
    values = np.array([noise[0]])
    for one in noise[1:]:
        values = np.append(values, 0.9 * values[-1] + one)
    found, naive = mean_of_examples(values, series=True), mean_of_examples(values)
    block = block_length(values)
    assert found.block == block > 5
    half = stats.t.ppf(0.975, degrees_of_freedom(600, block)) * np.sqrt(variance_of_mean(values, block))
    assert found.interval.high - found.mean == pytest.approx(half)
    assert found.interval.high - found.mean > 2 * (naive.interval.high - naive.mean)


def test_zeros_and_ones_of_a_series_have_wilsons_interval_of_fewer_examples() -> None:
    rng = np.random.default_rng(7)
    values = np.repeat((rng.random(60) < 0.95).astype(float), 5)  # five neighbours are the same
    found, naive = mean_of_examples(values, series=True), mean_of_examples(values)
    assert found.block > 1 and found.mean == values.mean()
    assert found.interval == wilson(values, 0.95, found.block)
    assert found.interval.low < naive.interval.low and naive.interval.high < found.interval.high < 1.0
    average, half = values.mean(), found.interval.high - values.mean()
    assert average - found.interval.low > 1.2 * half  # towards the middle, where there is room
    all_right = mean_of_examples(np.ones(200), series=True)
    assert all_right.interval.low < all_right.mean == all_right.interval.high == 1.0


def test_a_single_example_has_no_interval_and_none_is_an_error() -> None:
    found = mean_of_examples(np.array([3.0]))
    assert found.mean == 3.0 and np.isnan(found.interval.low)
    for wrong in (np.array([]), np.zeros((2, 2)), np.array([1.0, np.nan])):
        with pytest.raises(StatisticsError, match="scores of examples have shape"):
            mean_of_examples(wrong)


def test_a_resampled_mean_has_about_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=150)
    found = resampled_interval(lambda at: float(values[at].mean()), 150, np.random.default_rng(2))
    known = mean_of_examples(values).interval
    assert found.low == pytest.approx(known.low, abs=0.05) and found.high == pytest.approx(
        known.high, abs=0.05
    )


def test_blocks_go_round_the_end_and_resamples_without_a_score_are_left_out() -> None:
    seen = []

    def score(places: np.ndarray) -> float:
        seen.append(places)
        return float("nan") if len(seen) % 3 == 0 else 1.0

    found = resampled_interval(score, 10, np.random.default_rng(0), block=4)
    assert (found.low, found.high) == (1.0, 1.0)
    steps = {int(step) for places in seen for step in np.diff(places[:4]) % 10}
    assert steps == {1} and all(len(places) == 10 for places in seen)
    assert np.isnan(resampled_interval(lambda at: float("nan"), 10, np.random.default_rng(0)).low)


@pytest.mark.parametrize("size", [2, 7, 200])
def test_two_models_on_the_same_examples_are_compared_in_pairs(size: int) -> None:
    rng = np.random.default_rng(size)
    hard = rng.gamma(2.0, size=size)  # what makes an example hard for both
    first, second = hard + rng.normal(size=size), hard + 0.1 * rng.normal(size=size)
    found = difference_of_examples(first, second, level=0.9)
    low, high = stats.ttest_rel(first, second).confidence_interval(0.9)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.mean == pytest.approx((first - second).mean()) and found.block == 1
    other = difference_of_examples(second, first, level=0.9)
    assert (other.interval.low, other.interval.high) == pytest.approx((-high, -low))


def test_a_single_example_that_differs_shows_nothing() -> None:
    right = np.array([1.0] * 15 + [0.0] * 5)
    found = difference_of_examples(np.maximum(right, np.arange(20) == 19), right)
    assert found.mean == 0.05 and found.interval.low < 0.0  # Wilson's interval would be above 0
    same = difference_of_examples(right, right)
    assert (same.interval.low, same.mean, same.interval.high) == (0.0, 0.0, 0.0)


def test_pairs_of_a_series_enter_in_blocks() -> None:
    rng = np.random.default_rng(1)
    apart = np.convolve(rng.normal(size=700), np.ones(20) / 20, "valid")[:600]
    hard = rng.normal(size=600)
    found = difference_of_examples(hard + apart, hard, series=True)
    alone = mean_of_examples(apart, series=True)
    assert found.block == alone.block > 5
    assert found.interval.low == pytest.approx(alone.interval.low)


def test_scores_that_are_no_pairs_are_refused() -> None:
    for first, second in (
        (np.ones(3), np.ones(4)),
        (np.ones((2, 2)), np.ones((2, 2))),
        (np.ones(2), np.array([1, np.nan])),
    ):
        with pytest.raises(StatisticsError, match="of the same examples"):
            difference_of_examples(first, second)


def test_models_that_differ_by_the_same_everywhere_have_no_interval() -> None:
    found = difference_of_examples(np.ones(6), np.zeros(6))
    assert found.mean == 1.0 and math.isnan(found.interval.low)
    same = difference_of_examples(np.ones(6), np.ones(6))
    assert (same.interval.low, same.interval.high) == (0.0, 0.0)
