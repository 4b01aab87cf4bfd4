"""What a file of raw values is watched for: values that the model has never seen, times that go backwards."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from tuner.deploy.monitoring.times import NAMES, moment_of
from tuner.errors import BundleError

_DATE = re.compile(r"\d{4}-?\d\d-?\d\d")
_ALL = 3  # values that all lie outside look like other units
_ROUNDING = 1e-6  # of ranges that were told in float32


@dataclass(slots=True)
class Dates:
    """Whether the times in a column go forwards, as rows that are steps of time must; by sequences."""

    name: str
    at: int
    backwards: int = 0
    last: dict[str, datetime] = field(default_factory=dict)

    def add(self, sequence: str, text: str) -> None:
        """Look at the time of a row, where it is one."""
        try:
            found = moment_of(text, "")
        except BundleError:
            return
        before = self.last.get(sequence)
        self.backwards += before is not None and found < before
        self.last[sequence] = found

    @property
    def warning(self) -> str:
        """What to say of times that go backwards; nothing where they do not."""
        if not self.backwards:
            return ""
        return (
            f"column {self.name!r}: the time goes backwards {self.backwards:,} times; rows must be in the"
            " order of time, the oldest first"
        )


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
        span = max(self.high - self.low, abs(self.high), abs(self.low))
        beyond = self.most > self.high + span or self.least < self.low - span
        return bool(self.outside) and (beyond or self.outside == self.count >= _ALL)

    @property
    def warning(self) -> str:
        """What to say of values outside of the range; nothing where there are none."""
        if not self.outside:
            return ""
        ends = [f"{self.least:g}"] * (self.least < self.low) + [f"{self.most:g}"] * (self.most > self.high)
        return (
            f"column {self.name!r}: {self.outside:,} of {self.count:,} values lie outside of the training"
            f" data, which go from {self.low:g} to {self.high:g} (found {' and '.join(ends)})"
            f"{': are they in other units?' if self.far else ''}"
        )
