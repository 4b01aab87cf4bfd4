"""From a CSV file to entries: a time and values, None where a cell is empty and so not known yet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.comparing.csvfiles import NOTHING, number, read_lines
from tuner.deploy.bundle import Bundle
from tuner.deploy.monitoring.layout import Layout
from tuner.deploy.monitoring.times import NAMES, Moment, moment_of, shown
from tuner.errors import BundleError

_LARGEST = 1e30  # of a value; what is beyond has no square in float32

Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header of a CSV file, and its rows of cells, each with its line."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: its moment, and the values of the layout's columns."""

    moment: Moment
    values: Values


def read_sheet(path: Path) -> Sheet:
    """The cells of a CSV file in UTF-8; commas separate, or semicolons, or tabs. Blank lines are no rows.

    Raises: BundleError where it cannot be read, is no such file, or has no header.
    """
    every = read_lines(path, BundleError)
    lines = [(line, cells) for line, cells in every if any(cell.strip() for cell in cells)]
    if not lines:
        raise BundleError(f"{path}: is empty; it needs a header with the names of its columns")
    (_, names), *rows = lines
    columns = tuple(name.strip() for name in names)
    for line, cells in rows:
        if len(cells) != len(columns):
            raise BundleError(
                f"{path}, line {line}: has {len(cells)} values for {len(columns)} columns; quote values that"
                " hold the separator"
            )
    return Sheet(path, columns, tuple(rows))


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
        return max(moment_of(cells[timed[0]], "") for _, cells in sheet.rows).isoformat()
    except BundleError:  # a file of another kind, which the study reads
        return ""


def texts_of(sheet: Sheet, bundle: Bundle) -> frozenset[str]:
    """The columns whose first filled cell is neither a number nor the name of a class."""
    found = set()
    for place, name in enumerate(sheet.columns):
        cells = (cells[place].strip() for _, cells in sheet.rows)
        first = next((text for text in cells if text.lower() not in NOTHING), "0")
        if first not in bundle.schema.classes and number(first) is None:
            found.add(name)
    return frozenset(found)


def entries_of(sheet: Sheet, layout: Layout, bundle: Bundle) -> tuple[Entry, ...]:
    """The rows of a file in the order of time; the same row twice counts once.

    Raises: BundleError where a column is missing, a cell holds no number, or two rows of one time differ.
    """
    wanted = (*([layout.time] if layout.time else []), *layout.columns)
    for name in wanted:
        if sheet.columns.count(name) != 1:
            have = "more than one column" if name in sheet.columns else "no column"
            raise BundleError(f"{sheet.path}: has {have} {name[:40]!r}, which the first file had")
    places = [sheet.columns.index(name) for name in layout.columns]
    time = sheet.columns.index(layout.time) if layout.time else None
    classes = {name: number for number, name in enumerate(bundle.schema.classes)}
    named = frozenset() if layout.series or bundle.task == "regression" else frozenset(layout.targets)
    found: dict[Moment, tuple[int, Entry]] = {}
    for row, (line, cells) in enumerate(sheet.rows, 1):
        where = f"{sheet.path}, line {line}"
        moment = row if time is None else moment_of(cells[time], where)
        values = tuple(
            _value(cells[place], f"{where}, {name[:40]!r}", classes if name in named else None, bundle)
            for name, place in zip(layout.columns, places, strict=True)
        )
        before = found.setdefault(moment, (line, Entry(moment, values)))
        if before[1].values != values:
            raise BundleError(
                f"{where}: {shown(moment)} stands in line {before[0]} as well, with other values; give every"
                " time once"
            )
    entries = (entry for _, entry in found.values())
    return tuple(sorted(entries, key=lambda entry: entry.moment))


def _value(text: str, where: str, classes: dict[str, int] | None, bundle: Bundle) -> float | None:
    """The number in a cell, or of the class that it names; None where it is empty."""
    text = text.strip()
    if classes and text in classes:
        return float(classes[text])
    if text.lower() in NOTHING:
        return None
    value = number(text)
    if value is None:
        raise BundleError(f"{where}: {text[:40]!r} is no number{_or_class(classes)}")
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise BundleError(
            f"{where}: {text[:40]!r} is no finite number; leave the cell empty where it is missing"
        )
    if classes is not None and not _is_class(value, bundle):
        raise BundleError(f"{where}: {text[:40]!r} is no number of a class{_or_class(classes)}")
    return value


def _is_class(value: float, bundle: Bundle) -> bool:
    output = bundle.schema.output
    width = 2 if bundle.task == "binary" or output is None else output.width
    return value.is_integer() and 0 <= value < (width or math.inf)


def _or_class(classes: dict[str, int] | None) -> str:
    return f"; the classes are {_some(tuple(classes))}" if classes else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(name[:20] for name in names[:8]) + (", ..." if len(names) > 8 else "")
