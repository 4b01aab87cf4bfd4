"""The periods that moments fall into: hours, days, weeks, months, or so many rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

from tuner.deploy.moments import Moment
from tuner.errors import BundleError

Unit = Literal["hour", "day", "week", "month"]
UNITS = get_args(Unit)
SPANS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30.4375),  # on average
}
ROOMY = 20
"""Examples that a period should hold on average, where nobody says how long it is."""

_FIRST = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Every:
    """How long a period is: a unit of time, or a number of rows."""

    unit: Unit | None = None
    rows: int = 0

    @property
    def words(self) -> str:
        """Such as "week", or "50 rows"."""
        return self.unit or f"{self.rows:,} rows"

    def start(self, moment: Moment) -> Moment:
        """The beginning of the period that holds a moment; weeks begin on Mondays, as ISO 8601 has them."""
        if isinstance(moment, int):
            return (moment - 1) // self.rows * self.rows + 1
        if self.unit == "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.unit == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.unit == "month" else day

    def place(self, moment: Moment) -> float:
        """Where a moment is on an axis whose unit is a period; months count as long as they are on average.

        >>> Every(rows=10).place(21) - Every(rows=10).place(1)
        2.0
        """
        if isinstance(moment, int):
            return (moment - 1) / self.rows
        return (moment - _FIRST) / SPANS[self.unit or "day"]

    def label(self, start: Moment) -> str:
        """A period by its name.

        >>> Every("week").label(datetime(2024, 1, 29)), Every("month").label(datetime(2024, 1, 1))
        ('2024-W05', '2024-01')
        """
        if isinstance(start, int):
            return f"rows {start:,} to {start + self.rows - 1:,}"
        if self.unit == "hour":
            return start.strftime("%Y-%m-%d %H:00")
        if self.unit == "week":
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        return start.strftime("%Y-%m" if self.unit == "month" else "%Y-%m-%d")


def every_of(text: str | None, moments: list[Moment]) -> Every:
    """The periods that were asked for; where none were, those that hold about 20 examples or more.

    `moments` are those of the examples, in order.

    Raises: BundleError where times have no such unit, or rows no such number.
    """
    timed = not moments or not isinstance(moments[0], int)
    if text is None:
        return _usual(moments) if timed else Every(rows=50)
    if timed and text in UNITS:
        return Every(text)  # type: ignore[arg-type]  # it is one of them
    if not timed and text.isascii() and text.isdigit() and 0 < int(text) < 10**9:
        return Every(rows=int(text))
    known = " or ".join(UNITS) if timed else "a number of rows, since there is no column with the time"
    raise BundleError(f"--every is {text[:40]!r}; give {known}")


def _usual(moments: list[Moment]) -> Every:
    for unit in UNITS[:-1]:
        every = Every(unit)
        starts = [every.start(moment) for moment in moments]
        periods = 1 + sum(one != other for one, other in pairwise(starts))
        if len(moments) / periods >= ROOMY:
            return every
    return Every(UNITS[-1]) if moments else Every("day")
