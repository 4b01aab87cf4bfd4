"""CSV files from any tool as rows of text: one set of rules, and the lines that say what is wrong.

In UTF-8, with commas, or semicolons, or tabs. The first line that holds anything names the columns, and every
row has as many cells. A line of as many empty cells is a row where others follow, and nothing at the end; a
blank line is none, but where there is one column, of which it is an empty cell. A column that is read must be
there once; what others are called is no matter. Decimals have a point: a comma is told, and never guessed at.
Files are read row by row, and may be larger than the memory.
"""

import csv
import re
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import TunerError

NOTHING = frozenset({"", "nan", "na", "n/a", "none", "null"})
"""What stands in a cell without a value, in lower case."""

_COMMA = re.compile(r"[-+]?(\d[\d.]*)?(,\d+)+([eE][-+]?\d+)?")

Wrong = type[TunerError]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number counted from 1 below the header, its line, its cells."""

    number: int
    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read: the names of its columns, and its rows as they come.

    What is wrong with the file raises `wrong`.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Iterator[Row]
    wrong: Wrong

    def place(self, name: str, said: str = "") -> int:
        """Where a column is. Raises: `wrong` where it is missing, with what is `said`, or there twice."""
        return place_of(self.path, self.columns, name, self.wrong, said)


@dataclass(frozen=True, slots=True)
class Named:
    """A row of a table: its cells by the name of their column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns of a CSV file, and its rows; there is one at least."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Named, ...]


@contextmanager
def opened(
    path: Path, wrong: Wrong, *, needs: str = "a header that names its columns, and rows"
) -> Iterator[Reading]:
    """A CSV file that is read row by row.

    Raises: `wrong` where it cannot be read, is no such CSV, or has no header; `needs` says what it lacks.
    """
    with closing(_lines(path, wrong)) as lines:
        rows = _filled(lines)
        _, names = next(rows, (0, []))
        columns = tuple(name.strip() for name in names)
        if not columns:
            raise wrong(f"{path}: is empty; it needs {needs}")
        if all(number(name) is not None for name in columns):
            raise wrong(f"{path}: its first line holds numbers; it must name the columns")
        yield Reading(path, columns, _rows(path, rows, len(columns), wrong), wrong)


def read_table(path: Path, wrong: Wrong, *, needed: str, row: str, once: Collection[str]) -> Table:
    """The table in a CSV file that has a column `needed`; there is one row `row`, such as "a run".

    Raises: `wrong` where the file is missing, is no such CSV, is empty, or has a column in `once` twice.
    """
    with opened(path, wrong, needs=f"a header with a column {needed!r}, and one row {row}") as file:
        for name in once:
            if name in file.columns:
                file.place(name)
        rows = tuple(Named(one.line, dict(zip(file.columns, one.cells, strict=True))) for one in file.rows)
    if not rows:
        raise no_rows(path, file.columns, wrong, f"; it needs one row {row}")
    file.place(needed, f"; its columns are {named(file.columns)}")
    return Table(path, file.columns, rows)


def no_rows(path: Path, columns: Sequence[str], wrong: Wrong, said: str = "") -> TunerError:
    """What to raise of a file that has a header alone."""
    return wrong(f"{path}: has a header ({named(columns)}) but no rows{said}")


def place_of(path: Path, columns: Sequence[str], name: str, wrong: Wrong, said: str = "") -> int:
    """Where a column is. Raises: `wrong` where it is missing, with what is `said` of it, or there twice."""
    there = columns.count(name)
    if there > 1:
        raise wrong(f"{path}: has more than one column {name[:40]!r}; keep one")
    if not there:
        raise wrong(f"{path}: has no column {name[:40]!r}{said}")
    return columns.index(name)


def number(text: str) -> float | None:
    """The number that a cell holds, nan and inf included; None where it holds none.

    >>> number(" 1e-3 "), number("1_000"), number("abc")
    (0.001, None, None)
    """
    try:
        return float(text.replace("_", "?"))  # Python would read 1_000 as a number
    except ValueError:
        return None


def comma(text: str) -> str:
    """What to say of a cell that is a number with a comma; nothing of others.

    >>> comma("16,1")
    ' (a decimal comma? write decimals with a point, and nothing between thousands)'
    >>> comma("a,b")
    ''
    """
    if not has_comma(text):
        return ""
    return " (a decimal comma? write decimals with a point, and nothing between thousands)"


def has_comma(text: str) -> bool:
    """Whether a cell is a number with a comma, of decimals or of thousands: which of them, nobody knows.

    >>> has_comma("-16,1"), has_comma("1.234,5"), has_comma("1,234,567"), has_comma("16.1")
    (True, True, True, False)
    """
    return bool(_COMMA.fullmatch(text.strip()))


def whole(text: str) -> str:
    """A seed as it is compared: tables with gaps write whole numbers as 3.0.

    >>> whole(" 3.0 "), whole("03"), whole("run-b"), whole("9007199254740993")
    ('3', '3', 'run-b', '9007199254740993')
    """
    text = text.strip()
    if text.isascii() and text.isdecimal():  # a seed may have more digits than a float
        return text.lstrip("0") or "0"
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() else text


def named(columns: Sequence[str], limit: int = 12) -> str:
    """Names of columns in quotes, the first ones where there are many."""
    shown = ", ".join(repr(name[:40]) for name in columns[:limit])
    return shown + (f" and {len(columns) - limit} more" if len(columns) > limit else "")


def _lines(path: Path, wrong: Wrong) -> Generator[tuple[int, list[str]], None, None]:
    """The cells of every line, blank ones too, with their numbers, the first line of a file being 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            mark = _separator(next((line for line in file if line.strip()), ""))
            file.seek(0)
            reader = csv.reader(file, delimiter=mark, strict=True)
            for cells in reader:
                yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise wrong(f"{path}: is no text in UTF-8 (byte {error.start}); save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise wrong(f"{path}, line {reader.line_num}: cannot be read as CSV ({error})") from None
    except OSError as error:
        raise wrong(f"{path}: cannot be read ({error.strerror})") from None


def _filled(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The header and the rows among the lines of a file.

    An empty value in quotes, all alone in a file of one column, is a row at the end, too.
    """
    width = 0
    waiting: list[int] = []  # lines of empty cells, until a row follows
    for line, cells in lines:
        if any(cell.strip() for cell in cells) or (width == 1 and cells == [""]):
            width = width or len(cells)
            yield from ((empty, [""] * width) for empty in waiting)
            waiting.clear()
            yield line, cells
        elif max(1, len(cells)) == width:
            waiting.append(line)


def _rows(path: Path, lines: Iterator[tuple[int, list[str]]], width: int, wrong: Wrong) -> Iterator[Row]:
    for place, (line, cells) in enumerate(lines, 1):
        if len(cells) != width:
            raise wrong(
                f"{path}, line {line}: has {len(cells)} values for {width} columns; quote values that hold"
                " the separator"
            )
        yield Row(place, line, cells)


def _separator(header: str) -> str:
    """What separates the values of a file, by its first line: a comma, else a semicolon, else a tab."""
    if "," in header:
        return ","
    return next((mark for mark in ";\t" if mark in header), ",")
