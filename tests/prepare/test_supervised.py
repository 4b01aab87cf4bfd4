"""The shift table of the book, and windows as its independent truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prepare.samples import series
from tuner.errors import PreparationError
from tuner.prepare import Windows, series_to_supervised


def test_b6_the_shift_table() -> None:
    table = series_to_supervised(np.arange(10), n_in=1, n_out=2, dropna=False)
    assert list(table.columns) == ["var1(t-1)", "var1(t)", "var1(t+1)"]
    np.testing.assert_array_equal(table["var1(t-1)"], [np.nan, *range(9)])
    np.testing.assert_array_equal(table["var1(t)"], range(10))
    np.testing.assert_array_equal(table["var1(t+1)"], [*range(1, 10), np.nan])
    dropped = series_to_supervised(np.arange(10), n_in=1, n_out=2)
    assert dropped.index.tolist() == list(range(1, 9)) and not dropped.isna().to_numpy().any()


@settings(max_examples=30)
@given(table=series(8), n_in=st.integers(1, 4), n_out=st.integers(1, 3))
def test_rows_are_flattened_windows(table: np.ndarray, n_in: int, n_out: int) -> None:
    found = series_to_supervised(table, n_in=n_in, n_out=n_out)
    windows = Windows(n_in, n_out).transform(table)
    np.testing.assert_array_equal(found.to_numpy(), windows.reshape(len(windows), -1))


def test_several_variables_keep_names_and_index() -> None:
    days = pd.date_range("2020-01-01", periods=4)
    frame = pd.DataFrame({"usd": [1.0, 2.0, 3.0, 4.0], "eur": [5.0, 6.0, 7.0, 8.0]}, index=days)
    table = series_to_supervised(frame)
    assert list(table.columns) == ["usd(t-1)", "eur(t-1)", "usd(t)", "eur(t)"]
    assert table.index.equals(days[1:]) and table.iloc[0].tolist() == [1, 5, 2, 6]
    assert list(series_to_supervised(frame, names=("a", "b"), n_in=0).columns) == ["a(t)", "b(t)"]
    assert list(series_to_supervised(frame["usd"], n_in=0).columns) == ["usd(t)"]
    assert list(series_to_supervised(np.ones((3, 2)), n_in=0).columns) == ["var1(t)", "var2(t)"]


def test_missing_values_of_the_series_itself() -> None:
    gaps = [1.0, np.nan, 3.0, 4.0, 5.0]
    assert series_to_supervised(gaps).to_numpy().tolist() == [[3.0, 4.0], [4.0, 5.0]]
    assert len(series_to_supervised(gaps, dropna=False)) == 5


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda: series_to_supervised([1, 2], n_in=-1), "n_in is -1; give a whole number, 0 or more"),
        (lambda: series_to_supervised([1, 2], n_out=0), "n_out is 0; give a whole number, 1 or more"),
        (lambda: series_to_supervised(["a", "b"]), "this is no series"),
        (lambda: series_to_supervised([]), "this is no series"),
        (lambda: series_to_supervised(5), "this is no series"),
        (lambda: series_to_supervised(np.ones((2, 2, 2))), "this is no series"),
        (lambda: series_to_supervised([1, 2], names=("a", "b")), "the names a, b are not those of 1 columns"),
        (lambda: series_to_supervised([[1, 2]], names=("a", "a")), "name each column once"),
    ],
)
def test_what_makes_no_table(use: object, said: str) -> None:
    with pytest.raises(PreparationError) as caught:
        use()
    assert said in str(caught.value) and "\n" not in str(caught.value)
