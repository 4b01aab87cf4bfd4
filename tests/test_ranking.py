"""Who goes on to confirmation: by shrunken means for the mean, as measured for other objectives."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from tuner.ranking import ranked
from tuner.records import Configuration, Direction
from tuner.stats.selection import best_first


def trials(*scores: Sequence[float]) -> list[tuple[Configuration, Sequence[float]]]:
    return [(Configuration(f"trial-{place}", {"units": place}), one) for place, one in enumerate(scores)]


def names(found: list[Configuration]) -> list[str]:
    return [one.name for one in found]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_mean_goes_by_shrunken_means(direction: Direction) -> None:
    rng = np.random.default_rng(0)
    scores = [rng.normal(size=int(size)).tolist() for size in rng.choice([1, 2, 8], size=30)]
    found = names(ranked(trials(*scores), "mean", direction))
    assert found == [f"trial-{place}" for place in best_first(scores, direction=direction)]
    sign = 1 if direction == "minimize" else -1
    raw = np.argsort([sign * np.mean(one) for one in scores]).tolist()
    assert found != [f"trial-{place}" for place in raw]  # otherwise this test shows nothing


@pytest.mark.parametrize(("objective", "best"), [("median", 1), ("quantile:1", 2), ("mean+2*std", 2)])
def test_other_objectives_are_compared_as_measured(objective: str, best: int) -> None:
    scores = [[2.0, 2.1, 2.2, 2.3], [0.0, 0.1, 0.2, 9.0], [2.0, 2.0, 2.0, 2.0], [3.0, 3.1, 3.2, 3.4]]
    assert names(ranked(trials(*scores), objective, "minimize"))[0] == f"trial-{best}"
    turned = [[-score for score in one] for one in scores]
    mirrored = {"median": "median", "quantile:1": "quantile:0", "mean+2*std": "mean-2*std"}[objective]
    assert names(ranked(trials(*turned), mirrored, "maximize"))[0] == f"trial-{best}"


@pytest.mark.parametrize("objective", ["mean", "median"])
def test_a_failed_run_comes_last_and_equals_stay_in_order(objective: str) -> None:
    scores = [[0.0, math.nan], [2.0, 2.0], [1.0, 1.0], [2.0, 2.0]]
    assert names(ranked(trials(*scores), objective, "minimize")) == [
        "trial-2",
        "trial-1",
        "trial-3",
        "trial-0",
    ]


@pytest.mark.parametrize("objective", ["mean", "median"])
def test_no_trials_are_no_error(objective: str) -> None:
    assert ranked([], objective, "minimize") == []
