"""Memory of a series and the error of its mean, against loops, resampling and theory."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from tuner.stats.series import autocovariances, block_length, degrees_of_freedom, variance_of_mean

FloatArray = np.ndarray


def autoregressive(rho: float, size: int, rng: np.random.Generator) -> FloatArray:
    """A series with variance 1 / (1 - rho^2) from its middle."""
    return np.asarray(lfilter([1.0], [1.0, -rho], rng.normal(size=size + 200))[200:])


@given(st.integers(2, 40), st.integers(0, 39), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_autocovariances_are_those_of_the_definition(size: int, lag: int, seed: int) -> None:
    series, lags = np.random.default_rng(seed).normal(size=size), min(lag, size - 1)
    centred = series - series.mean()
    expected = [np.sum(centred[k:] * centred[: size - k]) / size for k in range(lags + 1)]
    assert autocovariances(series, lags) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rho", [0.3, 0.7, -0.5])
def test_the_block_of_a_long_series_is_the_one_of_theory(rho: float) -> None:
    size, rng = 40_000, np.random.default_rng(5)
    ratio = 2 * rho / (1 - rho**2)  # of sum |k| R(k) to the spectrum at 0: Politis & White (2004), section 3
    expected = (1.5 * ratio**2 * size) ** (1 / 3)
    found = [block_length(autoregressive(rho, size, rng)) for _ in range(9)]
    assert float(np.median(found)) == pytest.approx(expected, rel=0.25)


def test_independent_values_need_no_blocks() -> None:
    rng = np.random.default_rng(3)
    assert np.median([block_length(rng.normal(size=300)) for _ in range(50)]) <= 2


@pytest.mark.parametrize("series", [[1.0, 2.0], [1.0] * 50, [0.0, 1.0, 0.0], list(range(9))])
def test_a_block_is_never_above_a_third_of_the_series(series: list[float]) -> None:
    assert 1 <= block_length(np.array(series)) <= max(1, len(series) // 3)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-100, 100))
@settings(deadline=None, max_examples=30)
def test_units_do_not_matter(seed: int, scale: float, shift: float) -> None:
    series = autoregressive(0.6, 120, np.random.default_rng(seed))
    moved = scale * series + shift
    assert block_length(moved) == block_length(series)
    expected = scale**2 * variance_of_mean(series, 5)
    assert float(variance_of_mean(moved, 5)) == pytest.approx(float(expected), rel=1e-6)


def test_blocks_of_one_give_the_variance_of_a_mean() -> None:
    table = np.random.default_rng(0).normal(size=(3, 20))
    assert variance_of_mean(table) == pytest.approx(table.var(axis=1, ddof=1) / 20)


def test_blocks_give_what_resampling_them_gives() -> None:
    rng, size, block = np.random.default_rng(1), 60, 6
    series = autoregressive(0.7, size, rng)

    def resampled(length: int) -> float:
        starts = rng.integers(size, size=(40_000, size // length))
        means = series[(starts[..., None] + np.arange(length)) % size].mean(axis=(1, 2))
        return float(means.var()) * size / (size - length)

    whole, half = resampled(block), resampled(block // 2)
    expected = whole + max(whole - half, 0.0)
    assert float(variance_of_mean(series, block)) == pytest.approx(expected, rel=0.05)


def test_the_variance_is_that_of_theory() -> None:
    rng, rho = np.random.default_rng(2), 0.7
    found = []
    for _ in range(200):
        series = autoregressive(rho, 500, rng)
        found.append(float(variance_of_mean(series, block_length(series))))
    assert np.mean(found) == pytest.approx(1 / (1 - rho) ** 2 / 500, rel=0.1)


@pytest.mark.parametrize("rho", [0.0, 0.7])
def test_the_degrees_of_freedom_tell_how_the_variance_scatters(rho: float) -> None:
    rng, size, block = np.random.default_rng(6), 600, 1 if rho == 0.0 else 24
    found = [float(variance_of_mean(autoregressive(rho, size, rng), block)) for _ in range(1_500)]
    scatter = np.var(found) / np.mean(found) ** 2  # 2 / degrees of freedom for a chi-squared variable
    assert 2 / scatter == pytest.approx(degrees_of_freedom(size, block), rel=0.25)


def test_a_block_as_long_as_the_series_has_no_variance() -> None:
    assert math.isnan(float(variance_of_mean(np.arange(4.0), 4)))
