"""What the daily series have in common: dates without a gap, days by their number, and windows."""

from datetime import date, timedelta

import numpy as np

from tuner.errors import StudyError

_DAY = timedelta(days=1)


def lines_of(content: bytes, where: object) -> list[str]:
    """The lines of a text file. Raises: StudyError where it is none, or has none."""
    try:
        lines = content.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise StudyError(f"{where}: is no plain text") from None
    if not lines:
        raise StudyError(f"{where}: is empty")
    return lines


def following(day: date | None, text: str, where: str) -> date:
    """The day that a text (YYYY-MM-DD) names, which must be the one after `day`, if any.

    Raises: StudyError, with `where`, for anything else.
    """
    if day is not None and text == (after := day + _DAY).isoformat():
        return after
    found = as_date(text, where)
    if day is not None:
        raise StudyError(f"{where}: {found} follows {day}; every day must be there once, in order")
    return found


def as_date(text: str, where: str) -> date:
    """The day that a text names. Raises: StudyError where it is no YYYY-MM-DD."""
    try:
        found = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise StudyError(f"{where}: {text!r} is no date; write it as YYYY-MM-DD") from None
    if found.isoformat() != text:
        raise StudyError(f"{where}: {text!r} is no date; write it as YYYY-MM-DD")
    return found


def windows(values: np.ndarray, length: int) -> np.ndarray:
    """All windows of neighbouring days, days first: (days, ...) to (days - length + 1, length, ...).

    >>> windows(np.arange(4), 3).tolist()
    [[0, 1, 2], [1, 2, 3]]
    """
    if len(values) < length:
        return np.empty((0, length, *values.shape[1:]), values.dtype)
    return np.moveaxis(np.lib.stride_tricks.sliding_window_view(values, length, axis=0), -1, 1)


def as_count(value: object, name: str) -> int:
    """A whole number above 0 that was given as `name`. Raises: StudyError where it is none."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise StudyError(f"{name} is {value!r}; give a whole number, 1 or more")
    return int(value)
