"""Raw examples out of the rows of a table: rows themselves, windows of a series, or whole sequences."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TypeVar

import numpy as np

from tuner.csvfiles import Row
from tuner.deploy.schema import Part
from tuner.deploy.tables import Table
from tuner.errors import BundleError

Item = TypeVar("Item")

CHUNK = 4_096  # examples that are predicted at once
_NUMBERS = 4_000_000  # values of a chunk at most


@dataclass(slots=True)
class Chunk:
    """Some examples: `x` (n, ...), and for each the sequence that it is of, the number of the last row that
    was read, the place in time of its first step, and the other cells of that row."""

    x: np.ndarray
    sequences: list[str]
    rows: list[int]
    starts: np.ndarray
    others: list[list[str]]


@dataclass(slots=True)
class _Sequence:
    """The rows of a sequence that may still be read, and how many there were."""

    rows: deque[Row]
    count: int = 0


@dataclass(slots=True)
class ExampleReader:
    """How a table becomes examples; `notes` are told when it was read."""

    table: Table
    part: Part
    every: bool = False
    start: int = 0
    notes: list[str] = field(default_factory=list)

    def chunks(self) -> Iterator[Chunk]:
        """All examples, some at a time.

        Raises: BundleError where a value is none, or a sequence is too short.
        """
        by = self.table.columns.by
        if len(self.part.shape) > 2:
            raise BundleError(
                f"the model reads arrays of shape {self.part.words}, which no CSV file holds; give them from"
                " Python with tuner.load_model"
            )
        if len(self.part.shape) < 2:
            if self.every or by is not None:
                raise BundleError(
                    "every row is an example of its own for this model; leave --every and --by out"
                )
            yield from self._of_rows()
        elif self.every:
            yield from self._every_window()
        else:
            yield from self._last_windows()

    @property
    def steps(self) -> int | None:
        """Steps of an example; None where there may be any number."""
        return self.part.shape[0]

    def _of_rows(self) -> Iterator[Chunk]:
        shape = self.part.shape
        for rows in _by(
            self.table.rows, max(1, min(CHUNK, _NUMBERS // max(len(self.table.columns.read), 1)))
        ):
            x = np.array([self.table.values(row) for row in rows]).reshape(len(rows), *shape)
            yield self._chunk(x, [""] * len(rows), rows, [row.number - 1 for row in rows])

    def _every_window(self) -> Iterator[Chunk]:
        steps = self.steps
        if steps is None:
            raise BundleError(
                "the model reads sequences of any length, so that there are no windows; leave --every out"
            )
        last: dict[str, deque[list[float]]] = {}
        counts: dict[str, int] = {}
        waiting: list[tuple[np.ndarray, str, Row, int]] = []
        size = max(1, min(CHUNK, _NUMBERS // (steps * len(self.table.columns.read))))
        for row in self.table.rows:
            name = self._sequence(row)
            window = last.setdefault(name, deque(maxlen=steps))
            window.append(self.table.values(row))
            counts[name] = counts.get(name, 0) + 1
            if len(window) == steps:
                waiting.append((np.array(window), name, row, counts[name] - steps))
            if len(waiting) == size:
                yield self._of_windows(waiting)
                waiting = []
        for name, count in counts.items():
            self._check_length(name, count)
        if waiting:
            yield self._of_windows(waiting)

    def _of_windows(self, found: list[tuple[np.ndarray, str, Row, int]]) -> Chunk:
        windows, names, rows, places = zip(*found, strict=True)
        return self._chunk(np.stack(windows), list(names), list(rows), list(places))

    def _last_windows(self) -> Iterator[Chunk]:
        """The last window of every sequence; the whole of it where the model reads any length."""
        sequences: dict[str, _Sequence] = {}
        if self.table.dates is not None:
            self.table.dates.read = self.steps
        for row in self.table.rows:
            one = sequences.setdefault(self._sequence(row), _Sequence(deque(maxlen=self.steps)))
            one.rows.append(row)
            one.count += 1
        for name, one in sequences.items():
            self._check_length(name, one.count)
        self._note_lengths(list(sequences.values()))
        for _, group in groupby(sequences.items(), key=lambda item: len(item[1].rows)):
            for some in _by(group, CHUNK):
                x = np.array([[self.table.values(row) for row in one.rows] for _, one in some])
                places = [one.count - len(one.rows) for _, one in some]
                yield self._chunk(x, [name for name, _ in some], [one.rows[-1] for _, one in some], places)

    def _chunk(self, x: np.ndarray, names: list[str], rows: list[Row], places: list[int]) -> Chunk:
        numbers, others = [row.number for row in rows], [self.table.others(row) for row in rows]
        return Chunk(x, names, numbers, self.start + np.array(places), others)

    def _sequence(self, row: Row) -> str:
        """The sequence that the next row is of; its time is looked at."""
        by = self.table.columns.by
        name = "" if by is None else row.cells[by].strip()
        if self.table.dates is not None:
            self.table.dates.add(name, row.cells[self.table.dates.at])
        return name

    def _check_length(self, name: str, count: int) -> None:
        if self.steps is not None and count < self.steps:
            which = f"sequence {name[:40]!r} has" if self.table.columns.by is not None else "there are"
            rows = f"{count} row{'s' * (count != 1)}"
            raise BundleError(f"{self.table.path}: {which} {rows}, and the model reads {self.steps} steps")

    def _note_lengths(self, sequences: list[_Sequence]) -> None:
        longer = [one for one in sequences if one.count > len(one.rows)]
        if longer and self.table.columns.by is None:
            one = longer[0]
            self.notes.append(
                f"of {one.count:,} rows the last {len(one.rows)} were read; --every gives a forecast for"
                " every window of the file"
            )
        elif longer:
            which = "1 sequence" if len(longer) == 1 else f"{len(longer):,} sequences"
            self.notes.append(f"of {which} only the last {self.steps} steps were read")


def _by(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Items in lists of `size` at most."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
