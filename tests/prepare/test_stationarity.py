"""Differences and seasons against plain loops and pandas, there and back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prepare.samples import close, numbers, series
from tuner.errors import PreparationError
from tuner.prepare import Difference, SeasonalAdjust

LAGS = st.integers(1, 5)
ORDERS = st.integers(1, 3)


def eighths(array: np.ndarray) -> np.ndarray:
    """The nearest eighths: their sums and differences are exact, so that no rounding is to be allowed for.

    The error of sums of sums grows with the largest value that took part, the number of steps and the order.
    """
    return np.round(array * 8) / 8


@settings(max_examples=50)
@given(lag=LAGS, order=ORDERS, table=series(16))
def test_differences_are_those_of_pandas(lag: int, order: int, table: np.ndarray) -> None:
    frame = pd.DataFrame(table)
    for _ in range(order):
        frame = frame.diff(lag)
    np.testing.assert_array_equal(Difference(lag, order).transform(table), frame.to_numpy()[lag * order :])


@settings(max_examples=50)
@given(lag=LAGS, order=ORDERS, array=numbers(16).map(eighths))
def test_the_training_series_comes_back_whole(lag: int, order: int, array: np.ndarray) -> None:
    step = Difference(lag, order).fit(array)
    assert step.transform(array).shape[min(1, array.ndim - 2) if array.ndim > 1 else 0] == (
        array.shape[1 if array.ndim == 3 else 0] - step.lost
    )
    if array.ndim < 3:
        np.testing.assert_array_equal(step.inverse(step.transform(array)), array)


@settings(max_examples=50)
@given(lag=LAGS, order=ORDERS, array=numbers(17).map(eighths), cut=st.data())
def test_what_continues_a_past_keeps_its_length(
    lag: int, order: int, array: np.ndarray, cut: st.DataObject
) -> None:
    step = Difference(lag, order)
    steps = array.shape[1 if array.ndim == 3 else 0]
    at = cut.draw(st.integers(step.lost, steps - 1))
    before, ahead = (array[:, :at], array[:, at:]) if array.ndim == 3 else (array[:at], array[at:])
    found = step.transform(ahead, before=before)
    assert found.shape == ahead.shape
    whole = step.transform(array)
    last = whole[:, at - step.lost :] if array.ndim == 3 else whole[at - step.lost :]
    np.testing.assert_array_equal(found, last)
    np.testing.assert_array_equal(step.inverse(found, before=before), ahead)


@settings(max_examples=50)
@given(lag=LAGS, table=series(12).map(eighths))
def test_the_inverse_is_a_sum_step_by_step(lag: int, table: np.ndarray) -> None:
    before, differences = table[:lag], table[lag:]
    expected = list(before)
    for step in differences:
        expected.append(expected[-lag] + step)
    np.testing.assert_array_equal(Difference(lag).inverse(differences, before=before), expected[lag:])


def test_a_forecast_goes_on_from_the_training_series() -> None:
    step = Difference().fit([1.0, 3.0, 6.0])
    np.testing.assert_array_equal(step.inverse([2.0, 3.0, 4.0]), [1.0, 3.0, 6.0, 10.0])


def test_another_series_is_not_begun_like_the_training_series() -> None:
    step = Difference().fit(np.arange(5.0))
    for array in ([1.0], np.ones((9, 2)), np.ones((2, 9, 1))):
        with pytest.raises(PreparationError, match=r"give before=\.\.\., the values in front of them"):
            step.inverse(array)
    with pytest.raises(PreparationError, match="what came before these differences is not known"):
        Difference().inverse([1.0, 2.0])
    with pytest.raises(PreparationError, match="what came before"):
        Difference().fit(np.ones((2, 5, 1))).inverse(np.ones((1, 5, 1)))


def test_too_short_for_a_difference() -> None:
    with pytest.raises(PreparationError, match="Difference: 4 steps are too few; give 5 or more"):
        Difference(2, 2).transform(np.ones(4))
    with pytest.raises(PreparationError, match="Difference: before: "):
        Difference(3).transform(np.ones(1), before=np.ones(2))
    with pytest.raises(PreparationError, match="Difference: before: "):
        Difference(3).inverse(np.ones(1), before=np.ones(2))
    season = SeasonalAdjust(4)
    for use in (season.fit, season.transform):
        with pytest.raises(PreparationError, match="SeasonalAdjust: 4 steps are too few; give 5 or more"):
            use(np.ones(4))
    with pytest.raises(PreparationError, match="SeasonalAdjust: before: 3 steps are too few"):
        season.inverse(np.ones(1), before=np.ones(3))
    with pytest.raises(PreparationError, match="SeasonalAdjust: what came before"):
        season.inverse(np.ones(5))
    with pytest.raises(PreparationError, match="SeasonalAdjust: 3 steps are too few"):
        SeasonalAdjust(4, method="means").fit(np.ones(3))


@settings(max_examples=50)
@given(season=st.integers(2, 6), table=series(14).map(eighths))
def test_the_difference_at_the_season(season: int, table: np.ndarray) -> None:
    step, plain = SeasonalAdjust(season).fit(table), Difference(season).fit(table)
    np.testing.assert_array_equal(step.transform(table), plain.transform(table))
    np.testing.assert_array_equal(step.inverse(step.transform(table)), plain.inverse(plain.transform(table)))
    np.testing.assert_array_equal(step.inverse(step.transform(table)), table)
    ahead = table[-3:]
    found = step.transform(ahead, before=table[:-3])
    np.testing.assert_array_equal(step.inverse(found, before=table[:-3]), ahead)


@settings(max_examples=50)
@given(season=st.integers(2, 6), table=series(14), start=st.integers(0, 30))
def test_seasonal_means_there_and_back(season: int, table: np.ndarray, start: int) -> None:
    step = SeasonalAdjust(season, method="means").fit(table)
    assert step.transform(table).shape == table.shape
    close(step.inverse(step.transform(table, start=start), start=start), table)
    offsets = np.array(step.means)
    np.testing.assert_allclose(offsets.sum(axis=0), 0, atol=1e-9)


def test_seasonal_means_take_the_season_away_and_keep_the_level() -> None:
    pattern = np.array([5.0, -1.0, 2.0, -6.0])
    flat = np.full(22, 100.0)
    season = flat + np.resize(pattern, 22)
    step = SeasonalAdjust(4, method="means").fit(season[:12])
    close(step.transform(season), flat)
    close(step.transform(season[9:15], start=9), flat[9:15])
    windows = np.stack([season[at : at + 5, None] for at in (0, 3, 7)])
    close(step.transform(windows, start=np.array([0, 3, 7])), np.full((3, 5, 1), 100.0))
    close(step.inverse(np.full((3, 5, 1), 100.0), start=np.array([0, 3, 7])), windows)


def test_a_training_series_that_begins_later() -> None:
    season = np.resize([1.0, 2.0, 6.0], 12)
    whole = SeasonalAdjust(3, method="means").fit(season)
    np.testing.assert_allclose(
        SeasonalAdjust(3, method="means").fit(season[4:], start=4).means, whole.means, atol=1e-12
    )


def test_seasonal_means_need_a_series_and_a_fit() -> None:
    step = SeasonalAdjust(2, method="means")
    with pytest.raises(PreparationError, match="SeasonalAdjust: is not fitted"):
        step.transform([1.0, 2.0])
    with pytest.raises(PreparationError, match="seasonal means are those of a series"):
        step.fit(np.ones((2, 4, 1)))
    fitted = step.fit([1.0, 2.0])
    for start in (0.5, [0, 1], "0"):
        with pytest.raises(PreparationError, match="SeasonalAdjust: start is no whole number"):
            fitted.transform([1.0, 2.0], start=start)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Difference(0), "Difference: lag is 0; give a whole number, 1 or more"),
        (lambda: Difference(1.0), "Difference: lag is 1.0"),
        (lambda: Difference(order=True), "Difference: order is True"),
        (lambda: Difference(first=((1.0,),)), "Difference: rows is None"),
        (
            lambda: Difference(first=((1.0,),), rows=1),
            "Difference: rows is 1; give a whole number, 2 or more",
        ),
        (lambda: Difference(2, first=((1.0,),), rows=9), "first has 1 rows; give the first 2"),
        (lambda: Difference(2, first=((1.0,), (1.0, 2.0)), rows=9), "the rows of first differ in length"),
        (lambda: SeasonalAdjust(1), "SeasonalAdjust: season is 1; give a whole number, 2 or more"),
        (lambda: SeasonalAdjust(2, "mean"), "method is 'mean'; write 'difference' or 'means'"),
        (lambda: SeasonalAdjust(3, "means", means=((1.0,),)), "1 means for a season of 3 steps"),
        (lambda: SeasonalAdjust(2, means=((1.0,), (2.0,))), "the other method than 'difference' has learned"),
        (
            lambda: SeasonalAdjust(2, "means", ((1.0,), (2.0,)), 9),
            "the other method than 'means' has learned",
        ),
    ],
)
def test_options_that_cannot_be_used(make: object, said: str) -> None:
    with pytest.raises(PreparationError) as caught:
        make()
    assert said in str(caught.value) and "\n" not in str(caught.value)
