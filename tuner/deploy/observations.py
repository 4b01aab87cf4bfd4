"""Observations in CSV files, as `tuner monitor` and `tuner update` read them: columns, times, cells.

`tuner predict` reads row by row, in `tables`, and takes times and cells by the same rules.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.csvfiles import NOTHING, Row, comma, has_comma, named, number, opened, place_of
from tuner.deploy.moments import NAMES, Moment, moment_of, shown
from tuner.deploy.schema import Schema
from tuner.errors import BundleError

LARGEST = 1e30  # of a value; what is beyond has no square in float32

Values = tuple[float | None, ...]
Cell = tuple[Path, int, str]
"""Where a cell is: its file, its line, its column."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The names of the columns of a CSV file, and all its rows."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, name: str, said: str = "") -> int:
        """Where a column is. Raises: BundleError where it is missing, with what is `said`, or there twice."""
        return place_of(self.path, self.columns, name, BundleError, said)

    def cell(self, row: Row, name: str) -> Cell:
        """Where a cell is."""
        return self.path, row.line, name


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: its moment, and the values of the columns that are read, None where a cell is empty."""

    moment: Moment
    values: Values


def read_sheet(path: Path) -> Sheet:
    """A whole CSV file. Raises: BundleError where it cannot be read, is no such file, or has no header."""
    with opened(path, BundleError) as file:
        return Sheet(path, file.columns, tuple(file.rows))


def words(cell: Cell) -> str:
    """What errors call a cell."""
    path, line, name = cell
    return f"{path}, line {line}: column {name[:40]!r}"


def time_column(columns: Sequence[str], schema: Schema, wanted: str | None, where: object) -> str:
    """The column with the time: `wanted`, or the one of a usual name that is no value; empty for none.

    Raises: BundleError where it is not there, or several may be it.
    """
    if wanted is not None:
        if wanted not in columns:
            raise BundleError(
                f"{where}: has no column {wanted[:40]!r} for the time; its columns are {named(columns)}"
            )
        return wanted
    known = known_columns(schema)
    found = [name for name in columns if name.lower() in NAMES and name not in known]
    if len(found) > 1:
        raise BundleError(f"{where}: {' and '.join(map(repr, found))} may be the time; name it with --time")
    return found[0] if found else ""


def known_columns(schema: Schema) -> frozenset[str]:
    """The names of columns that a bundle knows."""
    return frozenset(name for part in (*schema.inputs, *schema.outputs) for name in part.columns)


def texts_of(sheet: Sheet, classes: Collection[str]) -> frozenset[str]:
    """The columns whose first filled cell is neither a number nor the name of a class."""
    found = set()
    for place, name in enumerate(sheet.columns):
        cells = (row.cells[place].strip() for row in sheet.rows)
        first = next((text for text in cells if text.lower() not in NOTHING), "0")
        if first not in classes and number(first) is None and not has_comma(first):
            found.add(name)
    return frozenset(found)


def value_of(text: str, cell: Cell, classes: Sequence[str] = (), count: float | None = None) -> float | None:
    """The number in a cell, or of the class that it names; None where it is empty.

    With a `count` it must be the number of one of so many classes.

    Raises: BundleError, which says which cell it is, where it is neither.
    """
    text = text.strip()
    if text in classes:
        return float(classes.index(text))
    if text.lower() in NOTHING:
        return None
    value = number(text)
    if value is None or not -LARGEST <= value <= LARGEST:
        raise BundleError(
            f"{words(cell)} has {text[:40]!r}, which is no finite number{comma(text)}{_or_class(classes)}"
        )
    if count is not None and not (value.is_integer() and 0 <= value < count):
        raise BundleError(
            f"{words(cell)} has {text[:40]!r}, which is no number of a class{_or_class(classes)}"
        )
    return value


def filled(text: str, cell: Cell, classes: Sequence[str] = ()) -> float:
    """As `value_of`, of a cell that must not be empty. Raises: BundleError where it is, too."""
    value = value_of(text, cell, classes)
    if value is None:
        raise BundleError(f"{words(cell)} has no value; fill it first")
    return value


def entries_of(
    sheet: Sheet, rows: Iterable[Row], time: str, values: Callable[[Row], Values]
) -> tuple[Entry, ...]:
    """Rows with their values, in the order of the file; of the same row twice the first counts.

    Their moments are those in the column `time`, or where that is empty the numbers of the rows.

    Raises: BundleError where a time is none, or two rows of one time differ.
    """
    at = sheet.place(time) if time else None
    found: dict[Moment, tuple[int, Entry]] = {}
    for row in rows:
        moment = row.number if at is None else moment_of(row.cells[at], words(sheet.cell(row, time)))
        entry = Entry(moment, values(row))
        line, before = found.setdefault(moment, (row.line, entry))
        if before.values != entry.values:
            raise BundleError(
                f"{sheet.path}, line {row.line}: {shown(moment)} stands in line {line} as well, with other"
                " values; give every time once"
            )
    return tuple(entry for _, entry in found.values())


def newest_in(path: Path, time: str | None = None) -> str:
    """The newest time in a CSV file, in ISO 8601; without a column of times the number of its rows.

    `time` names that column, where it is called otherwise than times usually are.

    Empty where there is no such file, or no one time can be told: of data that were made in Python, or of two
    columns with times.
    """
    if not path.is_file():
        return ""
    try:
        sheet = read_sheet(path)
        names = NAMES if time is None else {time.lower()}
        timed = [place for place, name in enumerate(sheet.columns) if name.lower() in names]
        if len(timed) > 1 or not sheet.rows:
            return ""
        if not timed:
            return str(len(sheet.rows))
        return max(moment_of(row.cells[timed[0]], "") for row in sheet.rows).isoformat()
    except BundleError:  # a file of another kind, which the study reads
        return ""


def _or_class(classes: Sequence[str]) -> str:
    if not classes:
        return ""
    some = ", ".join(name[:20] for name in classes[:8]) + (", ..." if len(classes) > 8 else "")
    return f"; the classes are {some}"
