"""A CSV file of observations as a table of numbers, in the order of the columns that the model knows."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuner.comparing.csvfiles import NOTHING, Table, named, number, read_table, separator
from tuner.deploy.schema import Schema
from tuner.errors import BundleError, ScoresError

TIMES = frozenset({"date", "datetime", "time", "timestamp"})
"""Columns that are taken for the time, in lower case."""


def read_numbers(path: Path, schema: Schema) -> np.ndarray:
    """The numbers in a CSV file with a header, shape (rows, columns); rows are in the order of time.

    Where the bundle names the columns that its model reads, and all are there, these come first. Of a
    series they are all that is taken; of examples, the targets follow, by their names or else every other
    column. Without names every column is taken, but for the time and for those without a number in them.

    Raises: BundleError where the file cannot be read, or a value is missing or no number.
    """
    try:
        table = read_table(path, needed=_first(path), row="of observations", once=())
    except ScoresError as error:
        raise BundleError(str(error).removeprefix(f"{path}: ")) from None
    numbers = [name for name in table.columns if _is_number(table, name)]
    names = _known(table, schema, numbers) or numbers
    if not names:
        raise BundleError(f"has no column of numbers; its columns are {named(table.columns)}")
    for name in names:
        if table.columns.count(name) > 1:
            raise BundleError(f"has more than one column {name[:40]!r}; keep one")
    return np.array([[_value(row.cells[name], name, row.line) for name in names] for row in table.rows])


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


def _is_number(table: Table, name: str) -> bool:
    return name.lower() not in TIMES and any(number(row.cells[name]) is not None for row in table.rows)


def _value(text: str, name: str, line: int) -> float:
    value = number(text)
    if value is None or not np.isfinite(value):
        what = "is missing" if text.strip().lower() in NOTHING else f"is {text[:40]!r} and no number"
        raise BundleError(f"line {line}: {name[:40]!r} {what}; fill it in, or leave that stretch out")
    return value
