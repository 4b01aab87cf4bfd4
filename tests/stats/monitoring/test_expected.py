"""The level that is expected, against textbook intervals and simulation."""

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.monitoring import Other, expected_level


def test_independent_scores_give_the_t_interval() -> None:
    scores = np.random.default_rng(0).normal(5.0, 2.0, size=50)
    found = expected_level(scores, level=0.9)
    low, high = stats.t.interval(0.9, 49, scores.mean(), stats.sem(scores))
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert (found.mean, found.block, found.pieces) == (pytest.approx(scores.mean()), 1, 50)


def test_a_series_with_memory_is_less_certain() -> None:
    rng = np.random.default_rng(1)
    walk = np.convolve(rng.normal(size=1_009), np.ones(10), "valid")
    alone, series = expected_level(rng.permutation(walk)), expected_level(walk, series=True)
    assert series.block > 1 and series.pieces < alone.pieces == 1_000
    assert series.interval.high - series.interval.low > 2 * (alone.interval.high - alone.interval.low)


def test_another_model_adds_the_variance_between_models() -> None:
    scores = np.random.default_rng(2).normal(size=400)
    alone = expected_level(scores)
    known = expected_level(scores, other=Other(0.04, 1e9))
    assert known.interval.high - known.mean == pytest.approx(
        stats.norm.ppf(0.975) * np.sqrt(scores.var(ddof=1) / 400 + 0.04), rel=0.01
    )
    few = expected_level(scores, other=Other(0.04, 3.0))
    assert few.interval.high > known.interval.high > alone.interval.high


@pytest.mark.parametrize("scores", [[1.0] * 50, [1.0, 2.0, 3.0] * 3])
def test_what_cannot_be_told_is_not_enough(scores: list[float]) -> None:
    assert not expected_level(scores).enough


def test_scores_are_finite() -> None:
    with pytest.raises(StatisticsError, match="not finite"):
        expected_level([1.0, float("nan")])
