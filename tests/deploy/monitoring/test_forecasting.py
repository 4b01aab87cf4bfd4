"""Which examples rows make: strictly from the past, once each, in the order in which they became known."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from tests.deploy.monitoring.test_reading import SERIES, bundle, one
from tuner.deploy.answers import Prediction
from tuner.deploy.layout import Layout
from tuner.deploy.monitoring.forecasting import examples_of_rows, predict_missing
from tuner.deploy.monitoring.store import Store
from tuner.deploy.observations import Entry, Values
from tuner.deploy.schema import Schema

FILE = Path("x.csv")
STEPS, AHEAD = 3, 2
TWO_AHEAD = Layout(True, "", ("x", "y"), ("y",), STEPS, AHEAD, 10)


def rows(*values: Values, first: int = 1) -> list[Entry]:
    return [Entry(number, given) for number, given in enumerate(values, first)]


def numbered(count: int, first: int = 1) -> list[Entry]:
    return rows(*((float(n), 100.0 + n) for n in range(first, first + count)), first=first)


def test_windows_of_a_series(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.take(TWO_AHEAD, numbered(6), FILE)
    found = examples_of_rows(store)
    assert found.moments == (4, 5, 6)
    assert found.inputs[0].tolist() == [1, 101, 2, 102, 3, 103]
    assert found.observed[:2].tolist() == [[104, 105], [105, 106]] and np.isnan(found.observed[2, 1])
    assert found.known.tolist() == [6, 7, -1]  # the first line is the layout
    assert found.starts.tolist() == [10, 11, 12]


def test_places_in_time_go_on_behind_a_gap_as_if_no_row_were_missing(tmp_path: Path) -> None:
    layout = replace(TWO_AHEAD, time="date")
    kept = [*range(8), *range(20, 28)]
    store = Store(tmp_path)
    store.take(layout, [Entry(datetime(2024, 1, 1) + timedelta(days=day), (1.0, 1.0)) for day in kept], FILE)
    found = examples_of_rows(store)
    assert found.starts.tolist() == [10 + day for day in kept[: len(kept) - STEPS]]
    assert found.starts[~found.across].tolist() == [*range(10, 14), *range(30, 35)]


def test_the_future_never_changes_what_is_read(tmp_path: Path) -> None:
    """The inputs of an example are the same whatever comes from its own row on."""
    short, long = Store(tmp_path / "a"), Store(tmp_path / "b")
    short.take(TWO_AHEAD, rows(*((n, 100.0 + n) for n in (1.0, 2.0, 3.0)), (None, None)), FILE)
    long.take(TWO_AHEAD, numbered(9), FILE)
    one, other = examples_of_rows(short), examples_of_rows(long)
    assert one.moments == (4,) and one.inputs[0].tolist() == other.inputs[0].tolist()


def test_too_few_rows_make_no_example(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert examples_of_rows(store).moments == ()
    store.take(TWO_AHEAD, numbered(STEPS), FILE)
    assert examples_of_rows(store).moments == ()


def test_what_is_filled_in_later_is_known_later_and_changes_no_order(tmp_path: Path) -> None:
    layout = Layout(False, "", ("a",), ("y",))
    store = Store(tmp_path)
    store.take(layout, rows((1.0, None), (2.0, 20.0), (None, 30.0)), FILE)
    assert examples_of_rows(store).known.tolist() == [-1, 3, -1]
    store.take(layout, [Entry(1, (1.0, 10.0)), Entry(3, (3.0, 30.0))], FILE)
    assert examples_of_rows(store).known.tolist() == [5, 3, 6]
    assert examples_of_rows(Store(tmp_path)).known.tolist() == [5, 3, 6]


def test_everything_is_predicted_once(tmp_path: Path) -> None:
    asked: list[tuple[np.ndarray, np.ndarray]] = []

    def predict(x: np.ndarray, *, start: int | np.ndarray = 0) -> Prediction:
        asked.append((x, np.asarray(start)))
        mean = x[:, -1, 1:] + np.arange(4.0)
        return Prediction(mean, np.full(mean.shape, np.nan), mean[None])

    layout = Layout(True, "", ("x", "y"), ("y",), STEPS, 4)
    store = Store(tmp_path)
    store.take(layout, numbered(5), FILE)
    found = predict_missing(store, SERIES, "one", examples_of_rows(store), lambda: predict)
    assert asked[0][0].shape == (2, STEPS, 2) and asked[0][1].tolist() == [0, 1]
    assert found[4].mean == (103.0, 104.0, 105.0, 106.0)
    store.take(layout, numbered(2, first=6), FILE)
    again = predict_missing(store, SERIES, "one", examples_of_rows(store), lambda: predict)
    assert len(asked) == 2 and asked[1][0].shape[0] == 2 and list(again) == [4, 5, 6, 7]
    predict_missing(Store(tmp_path), SERIES, "one", examples_of_rows(store), lambda: predict)
    assert len(asked) == 2


def test_what_is_missing_is_not_guessed(tmp_path: Path) -> None:
    made = bundle(Schema(one((1,)), one((1,))))
    store = Store(tmp_path)
    store.take(Layout(False, "", ("a",), ("y",)), rows((None, 1.0), (2.0, 2.0)), FILE)

    def echo(x: np.ndarray, *, start: int | np.ndarray = 0) -> Prediction:
        return Prediction(x, x, x[None])

    found = predict_missing(store, made, "one", examples_of_rows(store), lambda: echo)
    assert list(found) == [2]
