"""A file of raw values in, a table of predictions out."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from tuner.deploy.answer_table import AnswerTable, Cell
from tuner.deploy.examples import Chunk, ExampleReader
from tuner.deploy.gaps import gap_words
from tuner.deploy.schema import Part
from tuner.deploy.serving import Model
from tuner.deploy.tables import Table, opened
from tuner.errors import BundleError
from tuner.jsontext import strict

_OURS = frozenset({"row", "step", "output", "class", "mean", "probability", "std"})  # of answers of any kind
_DIGITS = 9  # that tell every float32 from its neighbours


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """How a file is to be read, and whether the members are to be shown one by one."""

    columns: tuple[str, ...] = ()
    by: str = ""
    every: bool = False
    start: int | None = None
    members: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How the file was read, and what was in it that the model has never seen."""

    notes: tuple[str, ...]
    warnings: tuple[str, ...]


class Writer(Protocol):
    """Takes a table, its head first."""

    def head(self, names: Sequence[str]) -> None: ...

    def row(self, cells: Sequence[Cell]) -> None: ...


class AsCsv:
    """Writes a table as CSV; a number that does not exist is an empty cell."""

    def __init__(self, file: TextIO) -> None:
        self._csv = csv.writer(file, lineterminator="\n")

    def head(self, names: Sequence[str]) -> None:
        self._csv.writerow(names)

    def row(self, cells: Sequence[Cell]) -> None:
        self._csv.writerow([_written(cell) for cell in cells])


class AsRecords:
    """Keeps a table as JSON's own types, one object a row."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self.rows: list[dict[str, Any]] = []

    def head(self, names: Sequence[str]) -> None:
        self._names = tuple(names)

    def row(self, cells: Sequence[Cell]) -> None:
        self.rows.append(strict(dict(zip(self._names, cells, strict=True))))


def _written(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return f"{cell:.{_DIGITS}g}" if math.isfinite(cell) else ""
    return cell


def predict(model: Model, path: Path, asked: PredictOptions, writer: Writer) -> Told:
    """Predict what a CSV file of raw values holds, and give the table to a writer.

    For a model of windows (steps, features) the rows are steps of time: predicted is what follows the last
    window of the file, or of every sequence where a column tells them apart, or with `every` what follows
    each window. For a model of features a row is an example.

    Raises: BundleError where the file does not hold what the model reads.
    """
    part = model.schema.input
    if part is None or model.schema.output is None:
        raise BundleError(
            "the model has several inputs or outputs, which no CSV file holds; give arrays from Python with"
            " tuner.load_model"
        )
    if model.positional and asked.start is None:
        raise BundleError(
            "the model knows seasons by their place in time; say with --start which step the first row is,"
            " counted from 0 in the series that it was trained on"
        )
    bundle = model.bundle
    answer = AnswerTable(model.schema, bundle.task, len(bundle.members) if asked.members else 0)
    with opened(path, part, names=asked.columns, by=asked.by) as table:
        reader = ExampleReader(table, part, asked.every, asked.start or 0)
        reader.notes += _how_read(table, part, asked)
        writer.head(_head(asked.by, table, answer.head))
        for chunk in reader.chunks():
            said = model.predict(chunk.x, start=chunk.starts)
            for place, cells in answer.rows(said):
                writer.row([*_identity(chunk, place, named=bool(asked.by)), *cells])
        return Told(tuple(reader.notes), (*table.warnings, *_seasons(model, table)))


def _seasons(model: Model, table: Table) -> list[str]:
    """That rows behind a gap are not where they seem to be, where that matters."""
    if not model.positional or table.dates is None or not (gaps := table.dates.gaps()):
        return []
    return [
        f"the model knows seasons by their place in time, and rows are counted from --start as if none were"
        f" missing: there is {gap_words(gaps)}; give what comes after in a file of its own, with its --start"
    ]


def _identity(chunk: Chunk, place: int, *, named: bool) -> list[Cell]:
    """What says which example a row is of."""
    sequence: list[Cell] = [chunk.sequences[place]] if named else []
    return [*sequence, chunk.rows[place], *chunk.others[place]]


def _head(by: str, table: Table, answer: Sequence[str]) -> list[str]:
    """The names of all columns, each once: what goes along and has a name of ours, or that of another column,
    gets another one. The time of a window is that of its last row, not of what is forecast: `last_date`.
    """
    taken = {*_OURS, *answer}
    along = []
    for name in (*([by] if by else []), *_others(table)):
        while name in taken or name.startswith("member_"):
            name = f"input_{name}"
        taken.add(name)
        along.append(name)
    first = along[: bool(by)]
    return [*first, "row", *along[len(first) :], *answer]


def _others(table: Table) -> list[str]:
    """The names that columns go along by."""
    when = table.dates.at if table.dates else None
    return [f"last_{table.header[at]}" if at == when else table.header[at] for at in table.columns.others]


def _how_read(table: Table, part: Part, asked: PredictOptions) -> list[str]:
    found = []
    if not part.columns and not asked.columns and len(table.columns.names) < len(table.header):
        found.append(f"read as the model's columns: {', '.join(table.columns.names)}")
    if others := _others(table):
        whose = "from the last row of each window" if len(part.shape) > 1 else "as they are"
        found.append(f"not read by the model, and carried along {whose}: {', '.join(others)}")
    return found
