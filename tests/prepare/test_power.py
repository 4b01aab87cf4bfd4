"""Logarithm and Box-Cox against scipy, there and back."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuner.errors import PreparationError
from tuner.prepare import BoxCox, Log

POSITIVE = arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=st.floats(0.01, 100))
POWERS = st.one_of(st.just(0.0), st.floats(-2, 2, allow_subnormal=False))


@settings(max_examples=50)
@given(table=POSITIVE, offset=st.floats(0, 5))
def test_the_logarithm_there_and_back(table: np.ndarray, offset: float) -> None:
    step = Log(offset).fit(table)
    np.testing.assert_array_equal(step.transform(table), np.log(table + offset))
    np.testing.assert_allclose(step.inverse(step.transform(table)), table, rtol=1e-12, atol=1e-12)


@settings(max_examples=50)
@given(table=POSITIVE, power=POWERS)
def test_the_transform_is_that_of_scipy(table: np.ndarray, power: float) -> None:
    step = BoxCox(over="everything", power=(power,))
    expected = scipy.special.boxcox(table, power)
    np.testing.assert_allclose(step.transform(table), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(
        step.inverse(expected), scipy.special.inv_boxcox(expected, power), rtol=1e-10, atol=1e-12
    )


@settings(max_examples=50)
@given(table=POSITIVE, power=st.floats(-0.5, 1.5, allow_subnormal=False), offset=st.floats(0, 2))
def test_there_and_back(table: np.ndarray, power: float, offset: float) -> None:
    step = BoxCox(offset, "everything", (power,))
    np.testing.assert_allclose(step.inverse(step.transform(table)), table, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 3.0])
def test_the_power_is_that_of_scipy_on_the_training_data(offset: float) -> None:
    rng = np.random.default_rng(5)
    train = np.column_stack([rng.gamma(2.0, size=60), rng.lognormal(size=60)]) + 0.1
    step = BoxCox(offset).fit(train)
    expected = [scipy.stats.boxcox(column + offset)[1] for column in train.T]
    np.testing.assert_array_equal(step.power, expected)
    np.testing.assert_allclose(
        step.transform(train)[:, 0], scipy.stats.boxcox(train[:, 0] + offset)[0], rtol=1e-12, atol=1e-12
    )
    flat = BoxCox(offset, over="everything").fit(train)
    assert flat.power == (scipy.stats.boxcox(train.ravel() + offset)[1],)
    assert BoxCox(offset).fit(train).transform(train[:3] * 2).shape == (3, 2)


@pytest.mark.parametrize(("power", "beyond", "edge"), [(0.5, -3.0, 0.0), (2.0, -9.0, 0.0), (1.0, -1.5, 0.0)])
def test_forecasts_below_the_range_are_undone_as_its_edge(power: float, beyond: float, edge: float) -> None:
    step = BoxCox(power=(power,))
    assert step.inverse([beyond])[0] == pytest.approx(edge, abs=1e-7)


def test_forecasts_above_the_range_are_large_and_finite() -> None:
    assert 1e6 < BoxCox(power=(-0.5,)).inverse([7.0])[0] < np.inf


def test_a_forecast_far_out_is_infinite_without_a_warning() -> None:
    assert Log().inverse([1e4])[0] == np.inf


@pytest.mark.parametrize("step", [Log(), BoxCox(power=(0.5,))])
def test_values_that_have_no_logarithm(step: Log | BoxCox) -> None:
    name = type(step).__name__
    for use in (step.fit, step.transform):
        with pytest.raises(PreparationError, match=f"{name}: the least value is -2, .* an offset above 2"):
            use([5.0, -2.0])
    assert np.isnan(step.transform([np.nan, 1.0])[0])


def test_what_cannot_be_fitted() -> None:
    with pytest.raises(PreparationError, match="BoxCox: feature 1 never changes in the training data"):
        BoxCox().fit([[1.0, 2.0], [2.0, 2.0]])
    with pytest.raises(PreparationError, match="BoxCox: is not fitted"):
        BoxCox().transform([1.0])
    with pytest.raises(PreparationError, match="one power; give one number"):
        BoxCox(over="everything", power=(1.0, 2.0))
    with pytest.raises(PreparationError, match="Log: offset is inf"):
        Log(float("inf"))
