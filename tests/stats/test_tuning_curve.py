"""The expected best of k trials, against all choices of k written out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.stats.tuning_curve import tuning_curve


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_it_is_the_average_over_all_choices(scores: list[float]) -> None:
    expected = [
        np.mean([min(chosen) for chosen in itertools.combinations(scores, k)])
        for k in range(1, len(scores) + 1)
    ]
    assert tuning_curve(scores) == pytest.approx(expected)
    turned = tuning_curve([-score for score in scores], direction="maximize")
    assert turned == pytest.approx([-value for value in expected])


def test_it_starts_at_the_mean_falls_and_ends_at_the_best() -> None:
    scores = np.random.default_rng(0).lognormal(size=300)
    curve = tuning_curve(scores)
    assert curve[0] == pytest.approx(scores.mean())
    assert curve[-1] == pytest.approx(scores.min())
    assert np.all(np.diff(curve) < 1e-12)


def test_failed_trials_make_the_expectation_infinite_until_one_must_succeed() -> None:
    curve = tuning_curve([1.0, math.nan, 3.0, math.inf])
    assert curve[:2].tolist() == [math.inf, math.inf]
    # Of the four choices of three, three hold the 1: {1, x, 3}, {1, 3, y}, {1, x, y}; {x, 3, y} has 3.
    assert curve[2:].tolist() == pytest.approx([1.5, 1.0])
    assert tuning_curve([math.nan, math.nan]).tolist() == [math.inf, math.inf]
    assert tuning_curve([math.nan], direction="maximize").tolist() == [-math.inf]


def test_it_is_unbiased() -> None:
    """The expected minimum of k uniform numbers is 1 / (k + 1)."""
    rng = np.random.default_rng(1)
    curves = np.array([tuning_curve(rng.uniform(size=6)) for _ in range(3_000)])
    errors = curves.std(axis=0) / np.sqrt(len(curves))
    assert np.all(np.abs(curves.mean(axis=0) - 1.0 / np.arange(2, 8)) < 4 * errors)
