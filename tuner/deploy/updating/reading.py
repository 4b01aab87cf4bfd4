"""A CSV file of observations as a table of numbers, in the order of the columns that the model knows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from tuner.csvfiles import NOTHING, Row, named, no_rows
from tuner.deploy.gaps import gap_words, gaps_of
from tuner.deploy.layout import Layout
from tuner.deploy.observations import (
    Entry,
    Sheet,
    Values,
    entries_of,
    filled,
    texts_of,
    time_column,
)
from tuner.deploy.schema import Schema
from tuner.errors import BundleError


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A table of numbers, shape (rows, columns), in the order of time.

    `gaps` are the places of rows before which others are missing, `notes` what is to be said of the order.
    `until` is the newest time, in ISO 8601, or where there is none the number of the last row; `layout` says
    what the columns are, where that is known.
    """

    values: np.ndarray
    gaps: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    until: str = ""
    layout: Layout | None = None


def read_numbers(
    sheet: Sheet, schema: Schema, time: str | None = None, layout: Layout | None = None
) -> Numbers:
    """The numbers in a CSV file with a header, sorted by the column `time`: a date, datetime, time or
    timestamp unless it is named. Without one the rows stay in the order that they have.

    Columns are those of the `layout` by which `tuner monitor` reads, where they are all there. Else, where
    the bundle names the columns that its model reads, these come first. Of a series they are all that is
    taken; of examples, the targets follow, by their names or else every other column. Without
    names every column is taken, but for the time and for those without numbers. The names of classes stand
    for their numbers. Rows in which nothing was observed are left out, where the columns are known by name.

    Raises: BundleError where a column or a value is missing or no number, or two rows of one time differ.
    """
    if not sheet.rows:
        raise no_rows(sheet.path, sheet.columns, BundleError)
    if layout is not None and not set(layout.columns) <= set(sheet.columns):
        layout = None
    if layout is not None and layout.time:
        time = time or layout.time
    when = time_column(sheet.columns, schema, time, sheet.path)
    columns = _columns(sheet, schema, when, layout)
    if not columns.names:
        raise BundleError(f"{sheet.path}: has no column of numbers; its columns are {named(sheet.columns)}")
    places = [sheet.place(name, f"; its columns are {named(sheet.columns)}") for name in columns.names]
    rows = _observed(sheet, columns, when)
    inputs = frozenset(layout.inputs if layout else _inputs(schema))

    def values(row: Row) -> Values:
        return tuple(
            filled(row.cells[at], sheet.cell(row, name), () if name in inputs else schema.classes)
            for name, at in zip(columns.names, places, strict=True)
        )

    found = entries_of(sheet, rows, when, values)
    notes = []
    if without := len(sheet.rows) - len(rows):
        notes.append(f"rows in which nothing was observed yet are left out: {without:,}")
    if not when:
        notes.append("no column with the time: rows are taken in the order of the file")
        return Numbers(_table(found), (), tuple(notes), str(rows[-1].number), layout)
    ordered = _in_order(found, when)
    return replace(ordered, notes=(*notes, *ordered.notes), layout=layout)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns that are taken, and those among them in which something was `observed`.

    That is empty where nobody knows. Of a series these are all, and a row without them is a missing step.
    """

    names: tuple[str, ...]
    observed: tuple[str, ...] = ()
    series: bool = False


def _columns(sheet: Sheet, schema: Schema, time: str, layout: Layout | None) -> _Columns:
    if layout is not None:
        return _Columns(layout.columns, layout.columns if layout.series else layout.targets, layout.series)
    left = {time, *texts_of(sheet, schema.classes), *_empty(sheet)}
    numbers = tuple(name for name in sheet.columns if name not in left)
    inputs = _inputs(schema)
    if not inputs:
        return _Columns(numbers)
    assert schema.input is not None  # it has columns
    windows = len(schema.input.shape) != 1
    if windows and not set(inputs) & set(sheet.columns):  # a window a row, under names of its own
        return _Columns(numbers)
    _check_there(sheet, inputs)
    if windows:
        return _Columns(inputs, inputs, series=True)
    answered = schema.output.columns if schema.output is not None else ()
    known = answered if answered and set(answered) <= set(sheet.columns) else numbers
    targets = tuple(name for name in known if name not in inputs)
    if not targets:
        wanted = f" {named(answered)}" if answered else ""
        raise BundleError(
            f"{sheet.path}: has no column of what the model answers{wanted} beside those that it reads; its"
            f" columns are {named(sheet.columns)}"
        )
    return _Columns((*inputs, *targets), targets)


def _check_there(sheet: Sheet, inputs: Sequence[str]) -> None:
    """Raises: BundleError where a column is missing that the model reads by its name."""
    missing = next((name for name in inputs if name not in sheet.columns), None)
    if missing is not None:
        raise BundleError(
            f"{sheet.path}: has no column {missing[:40]!r}; the model reads {named(inputs)}, and the file has"
            f" {named(sheet.columns)}; name the columns so, or let the study file read them: Study(...,"
            " new_data=function)"
        )


def _inputs(schema: Schema) -> tuple[str, ...]:
    """The names of what the model reads, where the bundle has them."""
    return () if schema.input is None else schema.input.columns


def _empty(sheet: Sheet) -> frozenset[str]:
    """The columns without a value."""
    return frozenset(
        name
        for at, name in enumerate(sheet.columns)
        if all(row.cells[at].strip().lower() in NOTHING for row in sheet.rows)
    )


def _observed(sheet: Sheet, columns: _Columns, time: str) -> tuple[Row, ...]:
    """The rows in which something was observed; all where it is not known what that is.

    Of a series without times only the last rows go: between others, a missing step would go unnoticed.
    """
    places = [sheet.place(name) for name in columns.observed]
    known = [
        not places or any(row.cells[at].strip().lower() not in NOTHING for at in places) for row in sheet.rows
    ]
    if not any(known):
        raise BundleError(
            f"{sheet.path}: nothing was observed yet in {named(columns.observed)}; give rows in which it was"
        )
    if columns.series and not time:
        last = max(place for place, there in enumerate(known) if there)
        return sheet.rows[: last + 1]
    return tuple(row for row, there in zip(sheet.rows, known, strict=True) if there)


def _in_order(entries: Sequence[Entry], time: str) -> Numbers:
    """Rows sorted by their time, and where others are missing between them."""
    ordered = sorted(entries, key=lambda entry: entry.moment)
    moments = [entry.moment for entry in ordered if isinstance(entry.moment, datetime)]
    notes = []
    if ordered != list(entries):
        notes.append(f"rows are sorted by {time[:40]!r}: in the file they are not in the order of time")
    gaps = gaps_of(moments)
    if gaps:
        notes.append(f"{gap_words(gaps)}; no window of a series goes across one")
    places = tuple(gap.place for gap in gaps)
    return Numbers(_table(ordered), places, tuple(notes), moments[-1].isoformat())


def _table(entries: Iterable[Entry]) -> np.ndarray:
    return np.array([entry.values for entry in entries], dtype=np.float64)
