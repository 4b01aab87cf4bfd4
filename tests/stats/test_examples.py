"""Intervals over seeds and test examples: components of variance by hand, properties, coverage."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration.cells import rates
from benchmarks.calibration.examples import drawn, tables
from tuner.errors import StatisticsError
from tuner.stats import compare, over_examples


def tables_of(seed: int, runs: tuple[int, int] = (6, 8), size: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    hard = rng.normal(size=size)
    first, second = (
        hard + rng.normal(size=(n, 1)) / 3 + rng.normal(size=(n, size)) / 2 + rng.normal(size=size) / 4
        for n in runs
    )
    return first, second - 0.2


def variance_by_hand(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The seeds' and the examples' part, from mean squares of the two-way layout."""
    size, seeds, common = first.shape[1], 0.0, 0.0
    for table in (first, second):
        n = len(table)
        seeds += np.var(table.mean(axis=1), ddof=1) / n
        squares = 0.0
        for row in range(n):
            for column in range(size):
                fitted = table[row].mean() + table[:, column].mean() - table.mean()
                squares += (table[row, column] - fitted) ** 2
        common += squares / ((n - 1) * (size - 1)) / (n * size)
    each = first.mean(axis=0) - second.mean(axis=0)
    return float(seeds), float(np.var(each, ddof=1) / size - common)


def half_width(low: float, high: float) -> float:
    return (high - low) / 2


def test_the_variance_is_that_of_the_two_way_layout() -> None:
    from scipy.stats import t

    first, second = tables_of(1)
    seeds, examples = variance_by_hand(first, second)
    parts = [np.var(table.mean(axis=1), ddof=1) / len(table) for table in (first, second)]
    freedom = (seeds + examples) ** 2 / (parts[0] ** 2 / 5 + parts[1] ** 2 / 7 + examples**2 / 39)
    found = over_examples(first, second)
    expected = float(t.ppf(0.975, freedom)) * math.sqrt(seeds + examples)
    assert half_width(found.interval.low, found.interval.high) == pytest.approx(expected)
    assert found.difference == pytest.approx(first.mean() - second.mean())


def test_examples_that_all_differ_alike_add_nothing() -> None:
    first, second = tables_of(2)
    flat = [np.repeat(table.mean(axis=1, keepdims=True), 40, axis=1) for table in (first, second)]
    alone = compare(first.mean(axis=1), second.mean(axis=1)).interval
    found = over_examples(*flat).interval
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high))


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(deadline=None, max_examples=40)
def test_swapping_ordering_and_units(seed: int, series: bool) -> None:
    first, second = tables_of(seed)
    rng = np.random.default_rng(seed)
    found = over_examples(first, second, series=series).interval
    swapped = over_examples(second, first, series=series).interval
    assert (-swapped.high, -swapped.low) == pytest.approx((found.low, found.high))
    moved = over_examples(3 * first + 5, 3 * second + 5, series=series).interval
    assert (moved.low / 3, moved.high / 3) == pytest.approx((found.low, found.high))
    order = np.arange(40) if series else rng.permutation(40)
    shuffled = over_examples(rng.permutation(first)[:, order], second[:, order], series=series).interval
    assert (shuffled.low, shuffled.high) == pytest.approx((found.low, found.high))


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(2, 12), st.integers(2, 30), st.booleans())
@settings(deadline=None, max_examples=60)
def test_it_is_never_narrower_than_the_interval_over_seeds(
    seed: int, n: int, m: int, size: int, series: bool
) -> None:
    first, second = tables_of(seed, (n, m), size)
    alone = compare(first.mean(axis=1), second.mean(axis=1)).interval
    found = over_examples(first, second, series=series).interval
    assert found.low <= alone.low + 1e-12 and found.high >= alone.high - 1e-12


def test_runs_without_scores_are_left_out() -> None:
    first, second = tables_of(3)
    lost = np.vstack([first, np.full(40, np.nan)])
    assert over_examples(lost, second) == over_examples(first, second)
    nothing = over_examples(lost[-2:], second)
    assert math.isnan(nothing.interval.low) and math.isnan(nothing.interval.high)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((5, 10), (5, 11)), "scored on 10 examples and the baseline on 11"),
        (((5,), (5, 11)), r"candidate: scores of examples have shape \(5,\)"),
        (((5, 4), (5, 1)), r"baseline: scores of examples have shape \(5, 1\)"),
    ],
)
def test_tables_that_do_not_fit_are_refused(shapes: tuple[tuple[int, ...], ...], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        over_examples(*(np.zeros(shape) for shape in shapes))


def test_dependent_examples_widen_the_interval_and_are_recognised() -> None:
    first, second = drawn(0.8, 0.1, np.random.default_rng(4))
    apart, blocks = (over_examples(first, second, series=series) for series in (False, True))
    assert apart.autocorrelation == blocks.autocorrelation > 0.5
    assert blocks.block > 3 > apart.block
    wide, narrow = (half_width(one.interval.low, one.interval.high) for one in (blocks, apart))
    assert wide > 1.3 * narrow


def test_it_takes_a_fraction_of_a_second() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 30, 10_000)).astype("float32")
    start = time.process_time()
    over_examples(first, second, series=True)
    assert time.process_time() - start < 1.0


def test_coverage_with_new_examples() -> None:
    of_independent, of_series, *_ = tables()
    seeds_alone, both, _ = rates(of_independent.cells[1], of_independent.title, 250, seed=0)
    assert seeds_alone < 0.91 < 0.925 < both
    alone, apart, blocks = rates(of_series.cells[2], of_series.title, 250, seed=0)
    assert alone < 0.85 and apart < 0.88 and blocks > 0.89
