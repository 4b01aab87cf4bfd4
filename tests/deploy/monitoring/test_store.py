"""What a bundle has seen: each observation counts once, and none is changed."""

from datetime import datetime
from pathlib import Path

import pytest

from tuner.deploy.layout import Layout
from tuner.deploy.monitoring.store import Predicted, Row, Store, Taken
from tuner.deploy.observations import Entry, Values
from tuner.errors import BundleError, LedgerError

SERIES = Layout(True, "time", ("level", "rain"), ("level",), 3, 1)
ROWS = Layout(False, "", ("a",), ("y",))
FILE = Path("new.csv")


def day(number: int) -> datetime:
    return datetime(2024, 1, number)


def entries(*rows: tuple[int, Values]) -> list[Entry]:
    return [Entry(day(number), values) for number, values in rows]


FIRST = entries((1, (1.0, 0.1)), (2, (2.0, 0.2)), (3, (3.0, None)))


def test_the_same_again_counts_once(tmp_path: Path) -> None:
    assert Store(tmp_path).take(SERIES, FIRST, FILE) == Taken(new=3)
    before = (tmp_path / "monitor" / "observations.jsonl").read_bytes()
    assert Store(tmp_path).take(SERIES, FIRST, FILE) == Taken(known=3)
    assert (tmp_path / "monitor" / "observations.jsonl").read_bytes() == before
    found = Store(tmp_path)
    assert found.layout == SERIES and found.moments == [day(1), day(2), day(3)]
    assert found.rows[day(3)] == Row((3.0, None), (4, 0))


def test_an_overlapping_file_adds_what_is_new_and_fills_what_was_missing(tmp_path: Path) -> None:
    Store(tmp_path).take(SERIES, FIRST, FILE)
    more = entries((2, (2.0, 0.2)), (3, (None, 0.3)), (4, (4.0, 0.4)))
    store = Store(tmp_path)
    assert store.take(SERIES, more, FILE) == Taken(new=1, filled=1, known=1)
    assert store.rows == Store(tmp_path).rows
    assert store.rows[day(3)] == Row((3.0, 0.3), (4, 5))


def test_another_value_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    Store(tmp_path).take(SERIES, FIRST, FILE)
    before = (tmp_path / "monitor" / "observations.jsonl").read_bytes()
    other = entries((2, (2.5, 0.2)), (4, (4.0, 0.4)))
    with pytest.raises(BundleError, match=r"new\.csv: 'level' of 2024-01-02 is 2\.5, and 2 is stored"):
        Store(tmp_path).take(SERIES, other, FILE)
    assert (tmp_path / "monitor" / "observations.jsonl").read_bytes() == before


def test_a_series_never_goes_back(tmp_path: Path) -> None:
    Store(tmp_path).take(SERIES, entries((2, (2.0, 0.2))), FILE)
    with pytest.raises(BundleError, match="2024-01-01 is new, and lies before 2024-01-02"):
        Store(tmp_path).take(SERIES, entries((1, (1.0, 0.1))), FILE)


def test_examples_may_come_in_any_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.take(ROWS, [Entry(2, (1.0, None))], FILE)
    store.take(ROWS, [Entry(1, (1.0, 2.0)), Entry(2, (1.0, 3.0))], FILE)
    assert store.moments == [1, 2]
    assert store.rows[2].lines == (2, 4) and store.rows[1].lines == (3, 3)


def test_a_void_row_counts_no_more_and_is_never_given_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.take(SERIES, FIRST, FILE)
    store.make_void(["2024-01-02", "2024-01-02 00:00"])
    store.make_void(["2024-01-02"])
    path = tmp_path / "monitor" / "observations.jsonl"
    assert path.read_bytes().count(b"\n") == 5  # once
    for found in (store, Store(tmp_path)):
        assert found.void == {day(2)} and found.moments == [day(1), day(2), day(3)]
    other = entries((2, (2.5, None)), (3, (None, 0.3)))
    assert store.take(SERIES, other, FILE) == Taken(filled=1, known=1)
    assert store.rows == Store(tmp_path).rows and store.rows[day(3)].lines == (4, 6)


def test_rows_without_times_are_made_void_by_their_number(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.take(ROWS, [Entry(1, (1.0, 2.0)), Entry(2, (1.0, 2.0))], FILE)
    store.make_void(["2", "row 1"])
    assert Store(tmp_path).void == {1, 2}


@pytest.mark.parametrize(
    ("layout", "text", "said"),
    [
        (SERIES, "2024-01-09", "--void 2024-01-09: .* among the 3 .*; they go from 2024-01-01 to 2024-01-03"),
        (SERIES, "soon", "--void has 'soon', which is no time"),
        (None, "2024-01-01", "no such row is among the 0 stored$"),
        (None, "-1", "no such row"),
        (None, "9" * 5000, "no such row"),
    ],
)
def test_what_is_not_stored_is_not_made_void(
    layout: Layout | None, text: str, said: str, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    if layout:
        store.take(layout, FIRST, FILE)
    with pytest.raises(BundleError, match=said):
        store.make_void(["2024-01-01"] * bool(layout) + [text])
    assert not Store(tmp_path).void


def test_a_torn_line_is_repeated_by_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "monitor" / "observations.jsonl"
    Store(tmp_path).take(SERIES, FIRST, FILE)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 5):
        path.write_bytes(whole[:cut])
        store = Store(tmp_path)
        store.take(SERIES, FIRST, FILE)
        assert path.read_bytes() == whole
        assert not store.torn and store.rows == Store(tmp_path).rows


def test_a_prediction_stays_as_it_was_made(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.keep("abc", {day(1): Predicted((1.0,), (float("nan"),))})
    store.keep("abc", {day(1): Predicted((9.0,), (0.1,)), day(2): Predicted((2.0,), (0.2,))})
    found = store.predictions("abc")
    assert found[day(1)].mean == (1.0,) and found[day(2)] == Predicted((2.0,), (0.2,))
    assert store.predictions("other") == {}


def test_a_hostile_identity_stays_in_its_folder(tmp_path: Path) -> None:
    Store(tmp_path).keep("../../evil", {1: Predicted((1.0,), (1.0,))})
    (file,) = (tmp_path / "monitor" / "predictions").iterdir()
    assert "evil" not in file.name and not (tmp_path / "evil.jsonl").exists()


@pytest.mark.parametrize(
    "record",
    [
        {"layout": {"series": True}},
        {"layout": "x"},
        {"at": "2024-01-01T00:00:00", "values": [1.0, 2.0]},
    ],
)
def test_a_file_that_does_not_begin_with_a_layout(record: dict[str, object], tmp_path: Path) -> None:
    from tuner.deploy.monitoring.log import append

    append(tmp_path / "monitor" / "observations.jsonl", [record])
    with pytest.raises(LedgerError, match="is no file of `tuner monitor`"):
        Store(tmp_path)


@pytest.mark.parametrize(
    "record",
    [
        {"at": 1, "values": [1.0, 2.0]},
        {"at": "2024-01-01T00:00:00", "values": [1.0]},
        {"at": "x", "values": [1, 2]},
        {"at": "2024-01-09T00:00:00", "void": True},
        {},
    ],
)
def test_a_row_of_another_kind_is_named(record: dict[str, object], tmp_path: Path) -> None:
    from tuner.deploy.monitoring.log import append

    Store(tmp_path).take(SERIES, FIRST, FILE)
    append(tmp_path / "monitor" / "observations.jsonl", [record])
    with pytest.raises(LedgerError, match="line 5: is no file"):
        Store(tmp_path)


def test_the_folder_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "monitor").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LedgerError, match="is a link"):
        Store(tmp_path / "bundle")
