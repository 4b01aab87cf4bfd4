"""A CSV file of observations as a table of numbers, in the order of the columns that the model knows."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from tuner.comparing.csvfiles import NOTHING, Table, named, number, read_table, separator
from tuner.deploy.monitoring.times import NAMES, moment_of, shown
from tuner.deploy.schema import Schema
from tuner.errors import BundleError, ScoresError

USUAL = 0.95  # of the steps between rows: what these are at most is usual, weekends without rows included
LONG = 1.5  # times the longest usual step; no month is so much longer than another


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A table of numbers, shape (rows, columns), in the order of time.

    `gaps` are the places of rows before which others are missing, `notes` what is to be said of the order.
    `until` is the newest time, in ISO 8601, or where there is none the number of the last row.
    """

    values: np.ndarray
    gaps: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    until: str = ""


def read_numbers(path: Path, schema: Schema, time: str | None = None) -> Numbers:
    """The numbers in a CSV file with a header, sorted by the column `time`: a date, datetime, time or
    timestamp unless it is named. Without one the rows stay in the order that they have.

    Where the bundle names the columns that its model reads, and all are there, these come first. Of a
    series they are all that is taken; of examples, the targets follow, by their names or else every other
    column. Without names every column is taken, but for the time and for those without a number in them. The
    names of classes stand for their numbers. Rows whose targets, by name, are all empty are left out.

    Raises: BundleError where the file cannot be read, a value is missing or no number, or two rows of one
    time differ.
    """
    try:
        table = read_table(path, needed=_first(path), row="of observations", once=())
    except ScoresError as error:
        raise BundleError(str(error).removeprefix(f"{path}: ")) from None
    when = _time(table, schema, time)
    classes = {name: float(place) for place, name in enumerate(schema.classes)}
    numbers = [name for name in table.columns if name != when and _has_values(table, name, classes)]
    names = _known(table, schema, numbers) or numbers
    if not names:
        raise BundleError(f"has no column of numbers; its columns are {named(table.columns)}")
    for name in names:
        if table.columns.count(name) > 1:
            raise BundleError(f"has more than one column {name[:40]!r}; keep one")
    inputs = () if schema.input is None else schema.input.columns
    observed = _observed(table, [name for name in names if inputs and name not in inputs])
    values = np.array(
        [
            [_value(row.cells[name], name, row.line, {} if name in inputs else classes) for name in names]
            for row in observed.rows
        ]
    )
    notes = []
    if without := len(table.rows) - len(observed.rows):
        notes.append(f"rows in which nothing was observed yet are left out: {without:,}")
    if when:
        found = _in_order(observed, when, values)
        return replace(found, notes=(*notes, *found.notes))
    notes.append("no column with the time: rows are taken in the order of the file")
    last = 1 + table.rows.index(observed.rows[-1])
    return Numbers(values, notes=tuple(notes), until=str(last))


def _observed(table: Table, targets: Sequence[str]) -> Table:
    """The rows in which something was observed of the targets; all where these are not known."""
    if not targets:
        return table
    rows = [
        row for row in table.rows if any(row.cells[name].strip().lower() not in NOTHING for name in targets)
    ]
    if not rows:
        raise BundleError(f"nothing was observed yet in {named(targets)}; give rows in which it was")
    return replace(table, rows=tuple(rows))


def _time(table: Table, schema: Schema, wanted: str | None) -> str:
    """The column with the time, by the rule of `tuner monitor`; nothing where there is none."""
    if wanted is not None:
        if wanted not in table.columns:
            raise BundleError(f"has no column {wanted[:40]!r} for the time; {named(table.columns)}")
        return wanted
    known = {name for part in (*schema.inputs, *schema.outputs) for name in part.columns}
    found = [name for name in table.columns if name.lower() in NAMES and name not in known]
    if len(found) > 1:
        raise BundleError(f"{' and '.join(map(repr, found))} may be the time; name it with --time")
    return found[0] if found else ""


def _in_order(table: Table, time: str, values: np.ndarray) -> Numbers:
    """Rows sorted by their time; the same row twice counts once."""
    found: dict[datetime, int] = {}
    for place, row in enumerate(table.rows):
        where = f"line {row.line}"
        moment = moment_of(row.cells[time], f"{where}, {time[:40]!r}")
        before = found.setdefault(moment, place)
        if not np.array_equal(values[before], values[place]):
            raise BundleError(
                f"{where}: {shown(moment)} stands in line {table.rows[before].line} as well, with other"
                " values; give every time once"
            )
    moments = sorted(found)
    notes = []
    if moments != list(found):
        notes.append(f"rows are sorted by {time[:40]!r}: in the file they are not in the order of time")
    steps = [later - earlier for earlier, later in pairwise(moments)]
    usual = sorted(steps)[int(USUAL * (len(steps) - 1))] if steps else timedelta()
    gaps = tuple(place for place, step in enumerate(steps, 1) if step > LONG * usual)
    if gaps:
        longest = max(gaps, key=lambda place: steps[place - 1])
        many = f"{len(gaps):,} gap{'s' * (len(gaps) > 1)}"
        notes.append(
            f"{many} in time, the longest from {shown(moments[longest - 1])}"
            f" to {shown(moments[longest])}; no window of a series goes across one"
        )
    ordered = values[[found[moment] for moment in moments]]
    return Numbers(ordered, gaps, tuple(notes), moments[-1].isoformat())


def _first(path: Path) -> str:
    """The name of the first column, where the file can be read."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            header = next((line for line in file if line.strip()), "")
    except (OSError, UnicodeDecodeError):
        return ""
    cells = next(csv.reader([header], delimiter=separator(header)), [])
    return cells[0].strip() if cells else ""


def _known(table: Table, schema: Schema, numbers: Sequence[str]) -> list[str]:
    """The columns by the names that the bundle has; none where it has none or one is not there."""
    read, answered = schema.input, schema.output
    if read is None or not read.columns or not set(read.columns) <= set(table.columns):
        return []
    if len(read.shape) != 1:
        return list(read.columns)
    targets = answered.columns if answered is not None and set(answered.columns) <= set(table.columns) else ()
    others = [name for name in targets or numbers if name not in read.columns]
    return [*read.columns, *others]


def _has_values(table: Table, name: str, classes: Mapping[str, float]) -> bool:
    cells = (row.cells[name] for row in table.rows)
    return any(number(text) is not None or text.strip() in classes for text in cells)


def _value(text: str, name: str, line: int, classes: Mapping[str, float]) -> float:
    value = classes.get(text.strip(), number(text))
    if value is None or not np.isfinite(value):
        what = "is missing" if text.strip().lower() in NOTHING else f"is {text[:40]!r} and no number"
        raise BundleError(f"line {line}: {name[:40]!r} {what}; fill it in, or leave that stretch out")
    return value
