"""Shapes against SciPy, by hand, and how often they cry wolf."""

import math

import numpy as np
import pytest
from scipy import stats

from tuner.stats.shape import shape

HEAPS = [0.1, 0.2, 0.1, 0.2, 0.1, 0.9, 0.8, 0.9, 0.8, 0.9]


@pytest.mark.parametrize("n", [2, 5, 30])
@pytest.mark.parametrize("scale", [1.0, 1e-100, 1e100])
def test_moments_are_those_of_scipy(n: int, scale: float) -> None:
    scores = np.random.default_rng(n).lognormal(size=n)
    found = shape(scale * scores)
    assert found.skewness == pytest.approx(stats.skew(scores), rel=1e-10, abs=1e-12)
    assert found.kurtosis == pytest.approx(stats.kurtosis(scores, fisher=False), rel=1e-10)


def test_skewness_of_either_sign_counts_and_a_constant_group_has_none() -> None:
    tail = np.array([0.0, 0.1, 0.2, 0.1, 0.0, 5.0])
    assert shape(tail).skewed
    assert shape(-tail).skewed
    assert not shape(np.arange(10.0)).skewed
    assert not shape(np.full(5, 0.1)).skewed
    assert math.isnan(shape(np.array([])).skewness)


def test_two_values_reach_the_largest_coefficient_and_even_spacing_the_uniform_one() -> None:
    assert shape(np.array([0.0] * 3 + [1.0] * 9)).bimodality == pytest.approx(1.0)
    assert shape(np.arange(1e5)).bimodality == pytest.approx(5 / 9, rel=1e-6)


def test_heaps_are_seen_from_ten_runs_and_skew_is_not_called_a_heap() -> None:
    assert shape(np.array(HEAPS)).bimodal
    assert not shape(np.array(HEAPS[:9])).bimodal
    one_off = shape(np.array([0.1] * 5 + [0.11] * 5 + [3.0]))
    assert one_off.bimodality > 0.9
    assert one_off.clearly_skewed
    assert not one_off.bimodal
    assert not shape(np.array([0.0, 0.1, 0.2, 0.1, 0.0, 5.0])).clearly_skewed


@pytest.mark.parametrize(("n", "skewed", "bimodal"), [(10, 0.05, 0.015), (30, 0.04, 0.005)])
def test_normal_scores_are_seldom_called_names(n: int, skewed: float, bimodal: float) -> None:
    rng = np.random.default_rng(0)
    shapes = [shape(rng.normal(size=n)) for _ in range(2000)]
    assert 0.0 < np.mean([one.clearly_skewed for one in shapes]) < skewed
    assert np.mean([one.bimodal for one in shapes]) < bimodal
