"""Scaling against the book's numbers, scikit-learn and numpy, there and back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from tests.prepare.samples import close, numbers
from tuner.errors import PreparationError
from tuner.prepare import Normalize, Standardize, StandardizeWindows

BOOK = (1, 5.5, 9, 2.6, 8.8, 3, 4.1, 7.9, 6.3)


def test_b1_normalisation_of_ten_to_a_hundred() -> None:
    series = np.arange(10, 101, 10.0)
    step = Normalize().fit(series)
    assert (step.minimum, step.maximum) == ((10.0,), (100.0,))
    np.testing.assert_array_equal(step.transform(series), np.arange(10) / 9)
    close(step.inverse(step.transform(series)), series)


def test_b2_standardisation_of_nine_numbers() -> None:
    step = Standardize().fit(BOOK)
    assert step.mean == (pytest.approx(5.355556, abs=5e-7),)
    assert step.std == (pytest.approx(2.712568, abs=5e-7),)
    assert step.transform(BOOK)[0] == pytest.approx(-1.60569456, abs=5e-9)
    close(step.inverse(step.transform(BOOK)), np.array(BOOK))


@pytest.mark.parametrize(
    ("step", "other"),
    [
        (Normalize(), MinMaxScaler()),
        (Normalize(-2, 3), MinMaxScaler(feature_range=(-2, 3))),
        (Standardize(), StandardScaler()),
    ],
)
@settings(max_examples=20)
@given(table=numbers(most=10).filter(lambda array: array.ndim == 2 and np.ptp(array, axis=0).min() > 1e-6))
def test_as_scikit_learn_does(step: Normalize | Standardize, other: object, table: np.ndarray) -> None:
    ahead = np.vstack([table + 1.5, table * 2])
    scaled = other.fit(table).transform(ahead)
    fitted = step.fit(table)
    np.testing.assert_allclose(fitted.transform(ahead), scaled, rtol=1e-9, atol=1e-9 * np.abs(scaled).max())
    np.testing.assert_allclose(
        fitted.inverse(ahead), other.inverse_transform(ahead), rtol=1e-9, atol=1e-9 * np.abs(ahead).max()
    )


@pytest.mark.parametrize("over", ["feature", "everything"])
@pytest.mark.parametrize("step", [Normalize(-1, 4), Standardize(), StandardizeWindows()])
@settings(max_examples=40)
@given(array=numbers())
def test_there_and_back(
    step: Normalize | Standardize | StandardizeWindows, over: str, array: np.ndarray
) -> None:
    one = type(step)(
        **{name: getattr(step, name) for name in ("low", "high") if hasattr(step, name)}, over=over
    )
    fitted = one.fit(array)
    scaled = fitted.transform(array)
    assert scaled.shape == array.shape and scaled.dtype == np.float64
    close(fitted.inverse(scaled, before=array), array)


@settings(max_examples=40)
@given(array=numbers())
def test_of_everything_and_of_features(array: np.ndarray) -> None:
    rows = array.reshape(-1, array.shape[-1] if array.ndim > 1 else 1)
    assert Normalize().fit(array).minimum == tuple(rows.min(axis=0))
    assert Normalize(over="everything").fit(array).maximum == (array.max(),)
    np.testing.assert_allclose(Standardize().fit(array).mean, rows.mean(axis=0), atol=1e-10)
    np.testing.assert_allclose(Standardize(over="everything").fit(array).mean, [array.mean()], atol=1e-10)


def test_windows_are_scaled_as_the_series_that_they_are_of() -> None:
    series = np.arange(24.0).reshape(12, 2) ** 1.5
    for step in (Normalize().fit(series), Standardize().fit(series)):
        windows = series.reshape(3, 4, 2)
        np.testing.assert_array_equal(step.transform(windows).reshape(12, 2), step.transform(series))


def test_a_feature_that_never_changes_keeps_its_distances() -> None:
    train = np.array([[0.1, 1.0]] * 7 + [[0.1, 2.0]])
    for step, still in ((Normalize(2, 3), 2.0), (Standardize(), 0.0)):
        fitted = step.fit(train)
        np.testing.assert_allclose(fitted.transform(train)[:, 0], still, atol=1e-12)
        close(fitted.inverse(fitted.transform([[0.6, 5.0]])), np.array([[0.6, 5.0]]))
        assert fitted.transform([[0.6, 5.0]])[0, 0] == pytest.approx(still + 0.5)


def test_windows_by_themselves_as_the_source_does() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(900, 50, (5, 40, 2)), rng.normal(900, 50, (5, 40, 2))
    mean, std = x.mean(axis=1, keepdims=True) + 1e-5, x.std(axis=1, keepdims=True) + 1e-5
    step = StandardizeWindows().fit(x)
    close(step.transform(x), (x - mean) / (2.5 * std))
    close(step.transform(y, before=x), (y - mean) / (2.5 * std))
    close(step.inverse(step.transform(y, before=x), before=x), y)
    shift, scale = step.coefficients(x)
    np.testing.assert_allclose(shift, mean, rtol=1e-14)
    np.testing.assert_allclose(scale, 2.5 * std, rtol=1e-14)


def test_the_future_has_no_part_in_a_window_s_coefficients() -> None:
    x = np.random.default_rng(1).normal(size=(3, 5, 2))
    step = StandardizeWindows()
    one, other = (step.transform(np.full((3, 2, 2), value), before=x) for value in (1.0, 3.0))
    _, scale = step.coefficients(x)
    np.testing.assert_allclose(other - one, 2 / np.broadcast_to(scale, other.shape), rtol=1e-12)


def test_a_window_that_never_changes_has_no_division_by_zero() -> None:
    step = StandardizeWindows(epsilon=0.0)
    np.testing.assert_array_equal(step.transform([[5.0], [5.0]]), [[0.0], [0.0]])
    np.testing.assert_array_equal(step.inverse([[1.0]], before=[[5.0], [5.0]]), [[6.0]])


def test_a_window_s_coefficients_are_asked_for() -> None:
    with pytest.raises(PreparationError, match=r"StandardizeWindows: .* give before=\.\.\., the raw windows"):
        StandardizeWindows().inverse([[1.0]])


@settings(max_examples=20)
@given(data=st.data())
def test_only_the_training_data_have_a_say(data: st.DataObject) -> None:
    train, ahead = np.arange(6.0), data.draw(numbers())
    for step in (Normalize(), Standardize()):
        fitted = step.fit(train)
        if ahead.ndim == 1:
            fitted.transform(ahead)
        assert fitted == step.fit(train)


@pytest.mark.parametrize("step", [Normalize(), Standardize()])
def test_what_is_not_fitted_is_not_applied(step: Normalize | Standardize) -> None:
    name = type(step).__name__
    for use in (step.transform, step.inverse):
        with pytest.raises(PreparationError, match=rf"^{name}: is not fitted; write .*\.fit\(train\)"):
            use([1.0])


@pytest.mark.parametrize(
    ("train", "said"),
    [
        ([1.0, np.nan], "not finite at step 1"),
        ([[[1.0], [2.0]], [[np.inf], [2.0]]], "not finite at step 0 of window 1"),
        ([], r"shape \(0,\)"),
        (5.0, r"shape \(\)"),
        (np.zeros((1, 1, 1, 1)), r"shape \(1, 1, 1, 1\)"),
        (["a"], "give numbers"),
        ([1j], "give numbers"),
        ([[1.0], [1.0, 2.0]], "rows differ in length"),
    ],
)
def test_training_data_that_cannot_be_used(train: object, said: str) -> None:
    for step in (Normalize(), Standardize(), StandardizeWindows()):
        with pytest.raises(PreparationError, match=rf"^{type(step).__name__}: .*{said}"):
            step.fit(train)


def test_arrays_that_do_not_fit() -> None:
    step = Standardize().fit(np.ones((4, 2)))
    with pytest.raises(PreparationError, match="the array has 3 features, the training data had 2"):
        step.transform(np.ones((4, 3)))
    with pytest.raises(PreparationError, match="before has 1 windows of 2 features, the array 3 of 2"):
        step.transform(np.ones((3, 4, 2)), before=np.ones((1, 4, 2)))
    assert Standardize(over="everything").fit(np.arange(4.0)).transform(np.ones((4, 3))).shape == (4, 3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Normalize(1, 1), "Normalize: high is 1; give a finite number above 1"),
        (lambda: Normalize(float("nan")), "Normalize: low is nan"),
        (lambda: Normalize("0"), "Normalize: low is '0'"),
        (lambda: Normalize(True), "Normalize: low is True"),
        (lambda: Normalize(over="all"), "Normalize: over is 'all'; write 'feature' or 'everything'"),
        (lambda: Normalize(minimum=(1,)), "minimum and maximum do not fit together"),
        (lambda: Normalize(minimum=(1, 2), maximum=(3,)), "minimum and maximum do not fit together"),
        (lambda: Normalize(minimum=(1,), maximum=(0,)), "a maximum is below its minimum"),
        (lambda: Normalize(over="everything", minimum=(1, 1), maximum=(2, 2)), "one number each"),
        (lambda: Standardize(mean=(1,), std=(0,)), "std is 0.0; give a finite number above 0"),
        (lambda: Standardize(mean="1", std="1"), "mean is '1'; give a list"),
        (lambda: StandardizeWindows(epsilon=-1), "epsilon is -1; give 0 or more"),
        (lambda: StandardizeWindows(spread=0), "spread is 0; give a finite number above 0"),
    ],
)
def test_options_that_cannot_be_used(make: object, said: str) -> None:
    with pytest.raises(PreparationError) as caught:
        make()
    assert said in str(caught.value) and "\n" not in str(caught.value)
