"""The standard error against the number of runs, against NumPy and by its properties."""

import math

import numpy as np
import pytest

from tuner.errors import StatisticsError
from tuner.stats.growth import standard_errors

SCORES = np.random.default_rng(3).normal(1_000.0, 1.0, 30)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_one_order_is_the_standard_error_of_the_first_runs() -> None:
    found = standard_errors(SCORES, rng=rng(), orders=1)
    order = rng().permuted(SCORES[None, :], axis=1)[0]
    by_hand = [order[:n].std(ddof=1) / math.sqrt(n) for n in range(2, 31)]
    assert found.runs == tuple(range(2, 31))
    for path in (found.low, found.median, found.high):
        assert path == pytest.approx(by_hand, rel=1e-6)


def test_all_orders_end_at_the_standard_error_of_all_runs() -> None:
    found = standard_errors(SCORES, rng=rng())
    all_runs = SCORES.std(ddof=1) / math.sqrt(30)
    for path in (found.low, found.median, found.high, found.expected):
        assert path[-1] == pytest.approx(all_runs, rel=1e-6)
    assert found.expected[0] == pytest.approx(SCORES.std(ddof=1) / math.sqrt(2))


def test_the_band_holds_its_share_of_the_orders_and_narrows() -> None:
    found = standard_errors(SCORES, rng=rng(), level=0.8)
    orders = np.random.default_rng(7).permuted(np.tile(SCORES, (2_000, 1)), axis=1)
    own = orders[:, :10].std(axis=1, ddof=1) / math.sqrt(10)
    place = found.runs.index(10)
    share = np.mean((found.low[place] <= own) & (own <= found.high[place]))
    assert share == pytest.approx(0.8, abs=0.05)
    widths = np.subtract(found.high, found.low)
    assert widths[0] > 5 * widths[13] > 5 * widths[-1]


def test_the_order_of_the_runs_and_their_level_do_not_matter() -> None:
    found, moved = (
        standard_errors(scores, rng=rng(), orders=4_000) for scores in (SCORES, SCORES[::-1] - 1_000.0)
    )
    assert moved.expected == pytest.approx(found.expected)
    assert moved.median == pytest.approx(found.median, rel=0.05)


def test_failed_runs_are_left_out_and_two_runs_are_no_curve() -> None:
    assert standard_errors([1.0, math.nan, 2.0, 4.0], rng=rng()).runs == (2, 3)
    with pytest.raises(StatisticsError, match="at least 3"):
        standard_errors([1.0, math.nan, 2.0], rng=rng())
