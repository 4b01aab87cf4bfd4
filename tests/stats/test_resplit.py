"""The verdict on halves of one configuration: counted by hand, and a bad test is found out."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats import compare
from tuner.stats.intervals import Interval
from tuner.stats.resplit import SPLITS, Resplit, _every_pair, opinion, resplit


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_all_halves_are_counted_once() -> None:
    scores = np.random.default_rng(1).normal(size=10)
    found = resplit(scores, rng=rng())
    alarms = 0
    for half in combinations(range(10), 5):
        rest = [place for place in range(10) if place not in half]
        alarms += compare(scores[list(half)], scores[rest]).verdict in ("better", "worse")
    assert found.exhaustive and found.splits == 126
    assert found.alarms == alarms / 2  # the loop above meets every pair of halves in both orders
    assert found.interval == Interval(found.share, found.share, 0.95)
    assert found.alarms + found.undecided + found.equivalent == 126


@pytest.mark.parametrize(("size", "splits"), [(10, 126), (11, 11 * 126)])
def test_no_pair_of_halves_comes_twice_and_one_of_an_odd_number_is_left_out(size: int, splits: int) -> None:
    pairs = list(_every_pair(np.arange(float(size))))
    assert all(len(set(first) | set(second)) == 10 for first, second in pairs)
    assert len({frozenset((frozenset(first), frozenset(second))) for first, second in pairs}) == splits
    assert len(pairs) == splits


def test_many_runs_are_split_at_random_with_the_interval_of_clopper_and_pearson() -> None:
    scores = np.random.default_rng(3).normal(size=30)
    found = resplit(scores, rng=rng(), splits=300)
    assert not found.exhaustive and (found.runs, found.splits) == (15, 300)
    low = stats.beta.ppf(0.025, found.alarms, 300 - found.alarms + 1)
    high = stats.beta.ppf(0.975, found.alarms + 1, 300 - found.alarms)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.share == pytest.approx(0.05, abs=0.035)
    assert resplit(scores, rng=rng(), splits=300) == found


def test_groups_of_another_size_are_drawn_with_replacement() -> None:
    found = resplit(np.random.default_rng(4).normal(size=12), rng=rng(), runs=40, splits=300)
    assert found.replaced and not found.exhaustive and (found.runs, found.splits) == (40, 300)
    assert 0.0 < found.share < 0.12


def test_failed_runs_take_part() -> None:
    scores = [*np.random.default_rng(5).normal(size=8), math.nan, math.nan]
    found = resplit(scores, rng=rng())
    assert found.splits == 126 and found.share <= 0.06


def test_halves_that_a_margin_makes_equivalent_are_no_alarm() -> None:
    found = resplit(np.random.default_rng(6).normal(size=10), rng=rng(), margin=1e6)
    assert (found.equivalent, found.alarms) == (126, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scores": [1.0] * 9}, "9 runs are too few to split; 10 are the least .* --repeats"),
        ({"scores": [1.0] * 10, "runs": 4}, "4 runs a group give no verdict"),
        ({"scores": [1.0] * 10, "splits": 0}, "0 splits say nothing"),
        ({"scores": [0.5] * 10}, "its 10 runs all have the same score, so there is no noise"),
        ({"scores": [0.1 + 0.2, 0.3] * 5}, "all have the same score"),  # rounding is no noise
        ({"scores": [math.nan] * 10}, "all 10 runs failed"),
    ],
)
def test_what_cannot_be_split_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(StatisticsError, match=message):
        resplit(**arguments, rng=rng())  # type: ignore[arg-type]


def found_with(share: float, splits: int = SPLITS) -> Resplit:
    alarms = round(share * splits)
    ends = stats.binomtest(alarms, splits).proportion_ci(0.95, method="exact")
    return Resplit(
        10, splits, alarms, 0, splits - alarms, False, False, 0.95, Interval(ends.low, ends.high, 0.95)
    )


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (found_with(0.05), "As promised"),
        (found_with(0.07), "A little above"),
        (found_with(0.12), "More often than promised"),
        (found_with(0.12, splits=25), "A little above"),  # 3 of 25 may be chance
        (found_with(0.005), "Far less often"),
        (found_with(0.0, splits=20), "As promised"),
    ],
)
def test_the_opinion_follows_the_share_and_its_interval(found: Resplit, words: str) -> None:
    assert opinion(found).startswith(words)


def test_runs_that_differ_in_whether_they_failed_are_no_constant() -> None:
    found = resplit([0.5] * 8 + [math.nan] * 2, rng=rng())
    assert found.splits == 126 and found.alarms == 0
