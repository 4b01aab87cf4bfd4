"""A CSV file of raw values, read row by row: which columns a model reads, and what stands in them.

Files may be larger than the memory: a row is forgotten when nobody needs it any more.
"""

import csv
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from tuner.comparing.csvfiles import NOTHING, named, number, separator
from tuner.deploy.schema import Part
from tuner.deploy.watching import Dates, Seen, moment
from tuner.errors import BundleError

_AHEAD = 100  # rows that are looked at to find columns of numbers


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number counted from 1 below the header, its line, its cells."""

    number: int
    line: int
    cells: list[str]


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
            text = row.cells[at].strip()
            value = number(text)
            if text.lower() in NOTHING or value is None or not math.isfinite(value):
                raise self._wrong(row, self.header[at], text)
            if self.seen:
                self.seen[place].add(value)
            found.append(value)
        return found

    def _wrong(self, row: Row, name: str, text: str) -> BundleError:
        where = f"{self.path}, line {row.line}: column {name!r}"
        if text.lower() in NOTHING:
            return BundleError(f"{where} has no value; fill it first")
        return BundleError(f"{where} has {text[:40]!r}, which is no finite number")

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
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            mark = separator(file.readline())
            file.seek(0)
            rows = _rows(path, file, mark)
            first = next(rows, None)
            if first is None:
                raise BundleError(f"{path}: is empty; it needs a header that names the columns, and rows")
            header = tuple(name.strip() for name in first.cells)
            if all(number(name) is not None for name in header):
                raise BundleError(f"{path}: its first line holds numbers; it must name the columns")
            ahead = list(islice(rows, _AHEAD))
            if not ahead:
                raise BundleError(f"{path}: has a header ({named(header)}) but no rows")
            columns = _columns(path, header, ahead, part, tuple(names), by)
            table = Table(path, header, chain(ahead, rows), columns)
            if part.low:
                ends = zip(columns.read, part.low, part.high, strict=True)
                table.seen = [Seen(header[at], low, high) for at, low, high in ends]
            dated = (at for at in columns.others if moment(ahead[0].cells[at]) is not None)
            if len(part.shape) > 1 and (at := next(dated, None)) is not None:
                table.dates = Dates(header[at], at)
            yield table
    except UnicodeDecodeError as error:
        raise BundleError(
            f"{path}: is no text in UTF-8 (byte {error.start}); save it as CSV in UTF-8"
        ) from None
    except csv.Error as error:
        raise BundleError(f"{path}: cannot be read as CSV ({error})") from None
    except IsADirectoryError:
        raise BundleError(f"{path}: is a folder; give a CSV file") from None
    except FileNotFoundError as error:
        if Path(str(error.filename)) != path:
            raise
        raise BundleError(f"{path}: no such file") from None


def _rows(path: Path, lines: Iterator[str], mark: str) -> Iterator[Row]:
    """The header as row 0, and the rows below; blank lines are none, unless a quoted cell stands in one."""
    reader = csv.reader(lines, delimiter=mark, strict=True)
    count, size = 0, 0
    for cells in reader:
        if not cells or (len(cells) == 1 != size and not cells[0].strip()):
            continue
        if count and len(cells) != size:
            raise BundleError(
                f"{path}, line {reader.line_num}: has {len(cells)} values for {size} columns; quote values"
                " that hold the separator"
            )
        size = size or len(cells)
        yield Row(count, reader.line_num, cells)
        count += 1


def _columns(
    path: Path, header: tuple[str, ...], ahead: Sequence[Row], part: Part, names: tuple[str, ...], by: str
) -> Columns:
    if part.width is None:
        raise BundleError("the model reads any number of columns; give arrays from Python")
    if by:
        _check_there(path, header, by, "--by")
    if names:
        if len(names) != part.width:
            raise BundleError(
                f"--columns names {len(names)} columns, and the model reads {part.width}"
                f"{': ' + named(part.columns) if part.columns else ''}"
            )
        for name in names:
            _check_there(path, header, name, "--columns")
    elif part.columns:
        names = part.columns
        if missing := [name for name in names if name not in header]:
            raise BundleError(
                f"{path}: has no column {missing[0]!r}; the model reads {named(names)}, and the file has"
                f" {named(header)}; --columns names others, in that order"
            )
    else:
        names = _numbers(path, header, ahead, part.width, by)
    for name in (*names, *([by] if by else [])):
        if header.count(name) > 1:
            raise BundleError(f"{path}: has more than one column {name!r}; keep one")
    read = tuple(header.index(name) for name in names)
    separating = header.index(by) if by else None
    others = tuple(at for at in range(len(header)) if at not in read and at != separating)
    return Columns(names, read, separating, others)


def _check_there(path: Path, header: tuple[str, ...], name: str, option: str) -> None:
    if name not in header:
        raise BundleError(f"{path}: has no column {name!r} ({option}); its columns are {named(header)}")


def _numbers(
    path: Path, header: tuple[str, ...], ahead: Sequence[Row], width: int, by: str
) -> tuple[str, ...]:
    """The columns of numbers, by the first value that each has; as many as the model reads."""

    def holds_numbers(at: int) -> bool:
        filled = (row.cells[at] for row in ahead if row.cells[at].strip().lower() not in NOTHING)
        return number(next(filled, "")) is not None

    found = tuple(name for at, name in enumerate(header) if name != by and holds_numbers(at))
    if len(found) != width:
        have = f"{len(found)} of numbers ({named(found)})" if found else "none of numbers"
        raise BundleError(
            f"{path}: the model reads {width} column{'s' * (width != 1)}, whose names it does not know, and"
            f" the file has {have}; name {'them in their order' if width > 1 else 'it'} with --columns"
        )
    return found
