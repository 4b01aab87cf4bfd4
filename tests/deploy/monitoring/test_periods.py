"""The periods that moments fall into."""

from datetime import datetime, timedelta

import pytest

from tuner.deploy.monitoring.periods import Every, every_of
from tuner.errors import BundleError


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
