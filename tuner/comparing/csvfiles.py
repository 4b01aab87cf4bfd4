"""CSV files from any tool as rows of text: what can be read, and the line that says what cannot."""

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import ScoresError, TunerError

NOTHING = frozenset({"", "nan", "na", "n/a", "none", "null"})
"""What stands in a cell without a value, in lower case."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the name of their column."""

    line: int  # of the file, the header being line 1
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns of a CSV file, and its rows; there is one at least."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_lines(path: Path, wrong: type[TunerError]) -> list[tuple[int, list[str]]]:
    """The cells of every line of a CSV file in UTF-8, blank ones too, with their numbers.

    Commas separate, or semicolons, or tabs.

    Raises: `wrong` where the file cannot be read, or is no such CSV.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            mark = separator(file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=mark, strict=True)
            return [(reader.line_num, cells) for cells in reader]
    except UnicodeDecodeError as error:
        raise wrong(f"{path}: is no text in UTF-8 (byte {error.start}); save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise wrong(f"{path}, line {reader.line_num}: cannot be read as CSV ({error})") from None
    except OSError as error:
        raise wrong(f"{path}: cannot be read ({error.strerror})") from None


def read_table(path: Path, *, needed: str, row: str, once: Collection[str]) -> Table:
    """The table in a CSV file that has a column `needed`; there is one row `row`, such as "a run".

    Commas separate, or semicolons, or tabs. Blank lines are no rows, but for those between the values of a
    file with one column: there they are missing values.

    Raises: ScoresError where the file is missing, is no such CSV, is empty, or has a column in `once` twice.
    """
    lines = _rows(read_lines(path, ScoresError))
    if not lines:
        raise ScoresError(f"{path}: is empty; it needs a header with a column {needed!r}, and one row {row}")
    (_, header), *rest = lines
    columns = tuple(name.strip() for name in header)
    for name in once:
        if columns.count(name) > 1:
            raise ScoresError(f"{path}: has more than one column {name!r}; keep one")
    if not rest:
        raise ScoresError(f"{path}: has a header ({named(columns)}) but no rows; it needs one row {row}")
    for line, cells in rest:
        if len(cells) != len(columns):
            raise ScoresError(
                f"{path}, line {line}: has {len(cells)} values for {len(columns)} columns; quote values "
                "that hold the separator"
            )
    if needed not in columns:
        raise ScoresError(f"{path}: has no column {needed!r}; its columns are {named(columns)}")
    rows = tuple(Row(line, dict(zip(columns, cells, strict=True))) for line, cells in rest)
    return Table(path, columns, rows)


def number(text: str) -> float | None:
    """The number that a cell holds, nan and inf included; None where it holds none.

    >>> number(" 1e-3 "), number("1_000"), number("abc")
    (0.001, None, None)
    """
    try:
        return float(text.replace("_", "?"))  # Python would read 1_000 as a number
    except ValueError:
        return None


def whole(text: str) -> str:
    """A seed as it is compared: tables with gaps write whole numbers as 3.0.

    >>> whole(" 3.0 "), whole("03"), whole("run-b")
    ('3', '3', 'run-b')
    """
    text = text.strip()
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() else text


def named(columns: Sequence[str], limit: int = 12) -> str:
    """Names of columns in quotes, the first ones where there are many."""
    shown = ", ".join(repr(name[:40]) for name in columns[:limit])
    return shown + (f" and {len(columns) - limit} more" if len(columns) > limit else "")


def _rows(lines: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """The header and the rows among the lines of a file."""
    filled = [place for place, (_, cells) in enumerate(lines) if _is_row(cells)]
    if not filled or len(lines[filled[0]][1]) > 1:
        return [lines[place] for place in filled]
    between = lines[filled[0] : filled[-1] + 1]
    return [(line, cells if _is_row(cells) else [""]) for line, cells in between]


def _is_row(cells: list[str]) -> bool:
    """Whether a line holds anything; an empty value in quotes, all alone, is a missing one."""
    return cells == [""] or any(cell.strip() for cell in cells)


def separator(header: str) -> str:
    """What separates the values of a file, by its first line: a comma, else a semicolon, else a tab."""
    if "," in header:
        return ","
    return next((mark for mark in ";\t" if mark in header), ",")
