"""Times in cells, and the periods that they fall into."""

from datetime import datetime, timedelta

import pytest

from tuner.deploy.monitoring.times import Every, every_of, moment_of, restored, shown, stored
from tuner.errors import BundleError


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29", datetime(2024, 2, 29)),
        ("2024-02-29 13:05", datetime(2024, 2, 29, 13, 5)),
        ("2024-02-29T13:05:07Z", datetime(2024, 2, 29, 13, 5, 7)),
        ("2024-02-29T01:00+02:00", datetime(2024, 2, 28, 23)),
        (" 20240229 ", datetime(2024, 2, 29)),
        ("1709164800", datetime(2024, 2, 29)),
        ("1709164800.0", datetime(2024, 2, 29)),
    ],
)
def test_a_time_is_read(text: str, moment: datetime) -> None:
    assert moment_of(text, "here") == moment
    assert restored(stored(moment)) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "31.12.2024", "2024-13-01", "1e9", "9" * 12, "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_named_with_its_cell(text: str) -> None:
    with pytest.raises(BundleError, match=r"x\.csv, line 3 has .* is no time"):
        moment_of(text, "x.csv, line 3")


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None, "soon", ["2024-01-01"]])
def test_what_is_no_moment_is_not_restored(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        restored(value)


@pytest.mark.parametrize(
    ("unit", "start", "label"),
    [
        ("hour", datetime(2024, 12, 31, 13), "2024-12-31 13:00"),
        ("day", datetime(2024, 12, 31), "2024-12-31"),
        ("week", datetime(2024, 12, 30), "2025-W01"),
        ("month", datetime(2024, 12, 1), "2024-12"),
    ],
)
def test_periods_of_time(unit: str, start: datetime, label: str) -> None:
    every = Every(unit)  # type: ignore[arg-type]
    moment = datetime(2024, 12, 31, 13, 30)
    assert every.start(moment) == start and every.start(start) == start
    assert every.label(start) == label
    assert every.place(start) <= every.place(moment) < every.place(start) + 1.02


def test_periods_of_rows() -> None:
    every = Every(rows=10)
    assert [every.start(row) for row in (1, 10, 11, 20, 21)] == [1, 1, 11, 11, 21]
    assert every.label(11) == "rows 11 to 20"


@pytest.mark.parametrize(
    ("minutes", "unit"), [(1, "hour"), (60, "day"), (24 * 60, "month"), (8 * 60, "week")]
)
def test_periods_hold_about_twenty_examples_where_nobody_says(minutes: int, unit: str) -> None:
    moments = [datetime(2024, 1, 1) + timedelta(minutes=minutes * place) for place in range(600)]
    assert every_of(None, list(moments)).unit == unit


def test_rows_come_in_fifties_where_nobody_says() -> None:
    assert every_of(None, [1, 2]) == Every(rows=50)
    assert every_of("7", [1, 2]) == Every(rows=7)


@pytest.mark.parametrize(
    ("text", "moments"),
    [("day", [1]), ("0", [1]), ("-3", [1]), ("x" * 99, [1]), ("7", [datetime(2024, 1, 1)])],
)
def test_a_period_that_is_none(text: str, moments: list[datetime | int]) -> None:
    with pytest.raises(BundleError, match="--every is"):
        every_of(text, moments)


def test_moments_as_a_reader_sees_them() -> None:
    assert [shown(one) for one in (datetime(2024, 1, 1), datetime(2024, 1, 1, 6, 0, 1), 3)] == [
        "2024-01-01",
        "2024-01-01 06:00:01",
        "row 3",
    ]
