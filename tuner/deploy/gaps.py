"""Gaps in time: where rows of a series are missing. One rule, for `predict`, `monitor` and `update`."""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from tuner.deploy.moments import Moment, shown

USUAL = 0.95  # of the steps between rows: what these are at most is usual, weekends without rows included
LONG = 1.5  # times the longest usual step; no month is so much longer than another
FIRST = 32  # steps that tell what is usual of the first ones; `monitor` tests nothing before so many scores
RECENT = 1_000  # steps that tell it later, so that rows may once come at another pace
_DAY, _FRIDAY, _SATURDAY = timedelta(days=1), 4, 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Missing rows before the row at a `place`, counted from 0, between two times.

    `steps` is how many steps of time these are apart, with those whose rows are missing.
    """

    place: int
    earlier: datetime
    later: datetime
    steps: int = 1

    @property
    def length(self) -> timedelta:
        """From the last row before it to the first one after it."""
        return self.later - self.earlier


class Steps:
    """The times of the rows of a series, one after another, and behind which of them there is a gap.

    A gap is a step that is more than 1.5 times as long as 95 of 100 of the last 1,000 steps are at most. For
    the first 32 these are the first 32, or as many as there are. What comes later changes nothing of what
    was found by then, so that a row is behind a gap or not, once and for all.

    Rows are those of business days where they mostly come a day apart, and none so far is of a Saturday or a
    Sunday: then no step from a Friday to the Monday after it is a gap, however few weekends there were.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._last: datetime | None = None
        self._weekdays = True  # of all rows so far
        self._early: list[Gap] = []  # steps that wait for the first ones to be there
        self._recent: deque[timedelta] = deque()
        self._ordered: list[timedelta] = []

    def add(self, moment: datetime) -> list[Gap]:
        """Take the time of the next row; gives the gaps that are known by it."""
        place, before = self.rows, self._last
        self.rows, self._last = place + 1, moment
        self._weekdays &= moment.weekday() < _SATURDAY
        if before is None:
            return []
        step = Gap(place, before, moment)
        if not step.length:  # rows of one time say nothing of what is usual
            return []
        self._recent.append(step.length)
        insort(self._ordered, step.length)
        if len(self._recent) > RECENT:
            del self._ordered[bisect_left(self._ordered, self._recent.popleft())]
        if place < FIRST:
            self._early.append(step)
            return []
        waiting, self._early = self._early, []
        return self._long([*waiting, step])

    def rest(self) -> list[Gap]:
        """The gaps of a series that ended before its first steps were there."""
        waiting, self._early = self._early, []
        return self._long(waiting)

    def _long(self, steps: Sequence[Gap]) -> list[Gap]:
        if not steps:
            return []
        most = LONG * self._ordered[int(USUAL * (len(self._ordered) - 1))]
        business = self._weekdays and self._ordered[len(self._ordered) // 2] == _DAY
        return [
            replace(step, steps=_weekdays(step) if business else self._fitting(step, most))
            for step in steps
            if step.length > most and not (business and _is_weekend(step))
        ]

    def _fitting(self, gap: Gap, most: timedelta) -> int:
        """How many steps fit into a gap, as long as the usual ones, of `most` at most, are on average."""
        usual = self._ordered[: bisect_right(self._ordered, most)]
        return round(gap.length / (sum(usual, timedelta()) / len(usual)))


def _is_weekend(step: Gap) -> bool:
    return step.earlier.weekday() == _FRIDAY and step.length == 3 * _DAY


def _weekdays(step: Gap) -> int:
    """How many days it is, Saturdays and Sundays left out."""
    return int(np.busday_count(step.earlier.date(), step.later.date()))


def gaps_of(moments: Iterable[Moment]) -> tuple[Gap, ...]:
    """The gaps in a series, by the moments of its rows; numbered rows have none.

    >>> days = [datetime(2024, 1, day) for day in (1, 2, 3, 4, 8, 9)]
    >>> [(gap.place, gap.length.days, gap.steps) for gap in gaps_of(days)]  # without the Friday
    [(4, 4, 2)]
    """
    steps = Steps()
    found = [gap for moment in moments if isinstance(moment, datetime) for gap in steps.add(moment)]
    return (*found, *steps.rest())


def gap_words(gaps: Sequence[Gap]) -> str:
    """How many gaps there are and where the longest is.

    >>> gap_words(gaps_of([datetime(2024, 1, day) for day in (1, 2, 3, 4, 8, 9)]))
    '1 gap in time, the longest from 2024-01-04 to 2024-01-08'
    """
    longest = max(gaps, key=lambda gap: gap.length)
    many = f"{len(gaps):,} gap{'s' * (len(gaps) > 1)}"
    return f"{many} in time, the longest from {shown(longest.earlier)} to {shown(longest.later)}"
