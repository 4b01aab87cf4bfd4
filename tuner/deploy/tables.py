"""A CSV file of raw values, read row by row: which columns a model reads, and what stands in them.

Files may be larger than the memory: a row is forgotten when nobody needs it any more.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from tuner import csvfiles
from tuner.csvfiles import NOTHING, Row, has_comma, named, no_rows, number, place_of
from tuner.deploy.observations import filled
from tuner.deploy.schema import Part
from tuner.deploy.watching import Dates, Seen, is_time
from tuner.errors import BundleError

_AHEAD = 100  # rows that are looked at to find columns of numbers


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the columns that a model reads, in its order; of the one that separates sequences, if
    there is one; and of the others."""

    names: tuple[str, ...]
    read: tuple[int, ...]
    by: int | None
    others: tuple[int, ...]


@dataclass(slots=True)
class Table:
    """A file that is being read.

    `seen` counts for each column what was read, and what lies outside of the range that the model was trained
    on; `dates` watches the first column of times, where rows are steps of time and there is one.
    """

    path: Path
    header: tuple[str, ...]
    rows: Iterator[Row]
    columns: Columns
    seen: list[Seen] = field(default_factory=list)
    dates: Dates | None = None

    def values(self, row: Row) -> list[float]:
        """The numbers of a row that the model reads, in its order.

        Raises: BundleError where one is missing or is none.
        """
        found = []
        for place, at in enumerate(self.columns.read):
            value = filled(row.cells[at], (self.path, row.line, self.header[at]))
            if self.seen:
                self.seen[place].add(value)
            found.append(value)
        return found

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to say of the values and the times that were read so far."""
        dated = [self.dates.warning] if self.dates else []
        return tuple(filter(None, (*dated, *(one.warning for one in self.seen))))

    def others(self, row: Row) -> list[str]:
        """The cells of a row that the model does not read."""
        return [row.cells[at] for at in self.columns.others]


@contextmanager
def opened(path: Path, part: Part, *, names: Sequence[str] = (), by: str = "") -> Iterator[Table]:
    """A CSV file of the values that a model reads, by its input `part`.

    `names` are the columns to read, in the model's order; otherwise they are found by the names that the
    model knows, or else are the columns of numbers. `by` names the column that separates sequences.

    Raises: BundleError where the file cannot be read, or the columns are not there.
    """
    with csvfiles.opened(path, BundleError) as file:
        header = file.columns
        ahead = list(islice(file.rows, _AHEAD))
        if not ahead:
            raise no_rows(path, header, BundleError)
        columns = _columns(path, header, ahead, part, tuple(names), by)
        table = Table(path, header, chain(ahead, file.rows), columns)
        if part.low:
            ends = zip(columns.read, part.low, part.high, strict=True)
            table.seen = [Seen(header[at], low, high) for at, low, high in ends]
        dated = (at for at in columns.others if is_time(header[at], ahead[0].cells[at]))
        if len(part.shape) > 1 and (at := next(dated, None)) is not None:
            table.dates = Dates(header[at], at)
        yield table


def _columns(
    path: Path, header: tuple[str, ...], ahead: Sequence[Row], part: Part, names: tuple[str, ...], by: str
) -> Columns:
    if part.width is None:
        raise BundleError("the model reads any number of columns; give arrays from Python")
    if by:
        place_of(path, header, by, BundleError, _lacks(header, "--by"))
    if names:
        if len(names) != part.width:
            raise BundleError(
                f"--columns names {len(names)} columns, and the model reads {part.width}"
                f"{': ' + named(part.columns) if part.columns else ''}"
            )
        for name in names:
            place_of(path, header, name, BundleError, _lacks(header, "--columns"))
    elif part.columns:
        names = part.columns
        if missing := [name for name in names if name not in header]:
            raise BundleError(
                f"{path}: has no column {missing[0]!r}; the model reads {named(names)}, and the file has"
                f" {named(header)}; --columns names others, in that order"
            )
    else:
        names = _numbers(path, header, ahead, part.width, by)
    read = tuple(place_of(path, header, name, BundleError) for name in names)
    separating = place_of(path, header, by, BundleError) if by else None
    others = tuple(at for at in range(len(header)) if at not in read and at != separating)
    return Columns(names, read, separating, others)


def _lacks(header: tuple[str, ...], option: str) -> str:
    return f" ({option}); its columns are {named(header)}"


def _numbers(
    path: Path, header: tuple[str, ...], ahead: Sequence[Row], width: int, by: str
) -> tuple[str, ...]:
    """The columns of numbers, by the first value that each has; as many as the model reads."""

    def holds_numbers(at: int) -> bool:
        first = next((row.cells[at] for row in ahead if row.cells[at].strip().lower() not in NOTHING), "")
        return number(first) is not None or has_comma(first)

    found = tuple(name for at, name in enumerate(header) if name != by and holds_numbers(at))
    if len(found) != width:
        have = f"{len(found)} of numbers ({named(found)})" if found else "none of numbers"
        raise BundleError(
            f"{path}: the model reads {width} column{'s' * (width != 1)}, whose names it does not know, and"
            f" the file has {have}; name {'them in their order' if width > 1 else 'it'} with --columns"
        )
    return found
