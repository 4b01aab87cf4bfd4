"""When a row of a file belongs: a time in a cell, or the number of the row."""

from datetime import UTC, datetime, timedelta

from tuner.errors import BundleError

NAMES = frozenset({"date", "datetime", "time", "timestamp"})
"""Columns that are taken for the time, in lower case."""

_UNIX = (9, 12)  # digits of seconds since 1970 that are no date such as 20240131
_FIRST = datetime(1970, 1, 1)

Moment = datetime | int
"""A time in UTC, without its zone, or the number of a row, counted from 1."""


def moment_of(text: str, where: str) -> datetime:
    """The time in a cell: ISO 8601, or seconds since 1970. With a zone it becomes UTC, without it stays.

    Raises: BundleError where it is neither; `where` says which cell.

    >>> moment_of("2024-01-31 06:00+02:00", "").isoformat(), moment_of("1706680800", "").isoformat()
    ('2024-01-31T04:00:00', '2024-01-31T06:00:00')
    """
    text = text.strip()
    digits = text.removesuffix(".0")
    try:
        if digits.isascii() and digits.isdigit() and _UNIX[0] <= len(digits) <= _UNIX[1]:
            return _FIRST + timedelta(seconds=int(digits))
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        raise BundleError(
            f"{where} has {text[:40]!r}, which is no time; write it as 2024-01-31, 2024-01-31 06:00 or"
            " seconds since 1970"
        ) from None


def shown(moment: Moment) -> str:
    """A time as it is written for a reader and in files; a day without its hours.

    >>> shown(datetime(2024, 1, 31)), shown(datetime(2024, 1, 31, 6)), shown(12)
    ('2024-01-31', '2024-01-31 06:00', 'row 12')
    """
    if isinstance(moment, int):
        return f"row {moment}"
    if moment == moment.replace(hour=0, minute=0, second=0, microsecond=0):
        return moment.date().isoformat()
    return moment.isoformat(" ", "auto" if moment.second or moment.microsecond else "minutes")


def stored(moment: Moment) -> str | int:
    """A moment as JSON holds it; `restored` reads it."""
    return moment if isinstance(moment, int) else moment.isoformat()


def restored(value: object) -> Moment:
    """A moment that `stored` wrote. Raises: ValueError or TypeError where it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if not isinstance(value, str):
        raise TypeError("no moment")
    return datetime.fromisoformat(value)
