"""What a file of raw values is watched for: values that the model has never seen, times that go backwards."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tuner.deploy.gaps import Gap, Steps, gap_words
from tuner.deploy.moments import NAMES, moment_of
from tuner.errors import BundleError

_DATE = re.compile(r"\d{4}-?\d\d-?\d\d")
_ALL = 3  # values that all lie outside look like other units
_ROUNDING = 1e-6  # of ranges that were told in float32


@dataclass(slots=True)
class Dates:
    """Whether the times in a column go forwards and without a gap, as steps of time must; by sequences.

    Gaps matter in the last `read` rows of a sequence, or everywhere where that is None.
    """

    name: str
    at: int
    read: int | None = None
    backwards: int = 0
    _sequences: dict[str, "_Times"] = field(default_factory=dict)

    def add(self, sequence: str, text: str) -> None:
        """Look at the time of a row, where it is one."""
        one = self._sequences.setdefault(sequence, _Times())
        try:
            found = moment_of(text, "")
        except BundleError:
            return
        self.backwards += one.last is not None and found < one.last
        one.last = found
        one.gaps += one.steps.add(found)

    def gaps(self, read: int | None = None) -> list[Gap]:
        """The gaps in the last `read` rows of every sequence, or in all rows."""
        return [gap for one in self._sequences.values() for gap in one.within(read)]

    @property
    def warning(self) -> str:
        """What to say of times that go backwards, or else of gaps; nothing where there is neither."""
        if self.backwards:
            return (
                f"column {self.name!r}: the time goes backwards {self.backwards:,} times; rows must be in the"
                " order of time, the oldest first"
            )
        gaps = self.gaps(self.read)
        if not gaps:
            return ""
        return (
            f"column {self.name!r}: {gap_words(gaps)}; the model takes the rows on either side for"
            " neighbours, so that what it says from a window across a gap is no forecast of the next step"
        )


@dataclass(slots=True)
class _Times:
    """The times of a sequence so far."""

    last: datetime | None = None
    steps: Steps = field(default_factory=Steps)
    gaps: list[Gap] = field(default_factory=list)

    def within(self, read: int | None) -> list[Gap]:
        """The gaps between two of the last rows, so many of them as are `read`."""
        self.gaps += self.steps.rest()
        return [gap for gap in self.gaps if read is None or gap.place > self.steps.rows - read]


def as_told(value: float) -> str:
    """A raw value as warnings and the card tell it.

    >>> as_told(98001.0), as_told(0.1)
    ('98001', '0.1')
    """
    return f"{value:g}"


def is_time(name: str, text: str) -> bool:
    """Whether a column holds times, by its name or else by a first cell that begins with a date."""
    try:
        moment_of(text, "")
    except BundleError:
        return False
    return name.lower() in NAMES or bool(_DATE.match(text.strip()))


@dataclass(slots=True)
class Seen:
    """How many values of a column were read, and how far they lie outside of a range."""

    name: str
    low: float
    high: float
    count: int = 0
    outside: int = 0
    least: float = math.inf
    most: float = -math.inf

    def add(self, value: float) -> None:
        """Count a value."""
        self.count += 1
        self.least, self.most = min(self.least, value), max(self.most, value)
        self.outside += not self._within[0] <= value <= self._within[1]

    def add_all(self, values: np.ndarray) -> None:
        """Count values of shape (n,)."""
        low, high = self._within
        self.count += values.size
        self.least, self.most = (
            min(self.least, float(values.min(initial=math.inf))),
            max(self.most, float(values.max(initial=-math.inf))),
        )
        self.outside += int(np.count_nonzero((values < low) | (values > high)))

    @property
    def _within(self) -> tuple[float, float]:
        room = _ROUNDING * max(abs(self.low), abs(self.high))
        return self.low - room, self.high + room

    @property
    def far(self) -> bool:
        """Whether they lie so far outside, or all of several do, that they look like other units."""
        return self.beyond or self.outside == self.count >= _ALL

    @property
    def beyond(self) -> bool:
        """Whether some lie farther outside than the range is wide and its ends are large."""
        span = max(self.high - self.low, abs(self.high), abs(self.low))
        return bool(self.outside) and (self.most > self.high + span or self.least < self.low - span)

    @property
    def warning(self) -> str:
        """What to say of values outside of the range; nothing where there are none."""
        if not self.outside:
            return ""
        ends = [as_told(self.least)] * (self.least < self.low) + [as_told(self.most)] * (
            self.most > self.high
        )
        return (
            f"column {self.name!r}: {self.outside:,} of {self.count:,} values lie outside of the training"
            f" data, which go from {as_told(self.low)} to {as_told(self.high)} (found {' and '.join(ends)})"
            f"{': are they in other units?' if self.far else ''}"
        )
