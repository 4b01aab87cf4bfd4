"""Tables as data: cells already written out, ready for any format that shows tables."""

import math
from dataclasses import dataclass

from tuner.report.formats import clean, score, short

MOST_ROWS = 500  # of a table in the markup of a page; more would make it large and slow to open


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading; `hint` explains it and its second lines, `number` aligns it to the right."""

    title: str
    number: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it shows, a second line, the whole text where it is cut, and what it sorts by.

    `sort` is given where the shown text is no number; `badge` is a verdict, "lost" for runs without
    a score, or "changed" for a value that differs from the baseline's.
    """

    text: str
    note: str = ""
    title: str = ""
    sort: float | None = None
    badge: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; `remark` is a sentence below, `strong` are the rows to set off."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remark: str = ""
    strong: frozenset[int] = frozenset()

    @property
    def long(self) -> bool:
        """Whether a page holds its rows as data, of which a script draws some at a time."""
        return len(self.rows) > MOST_ROWS

    @property
    def legend(self) -> tuple[Column, ...]:
        """The columns with an explanation, which a reader without a mouse needs under the table."""
        return tuple(column for column in self.columns if column.hint)


def name_cell(name: str, note: str = "") -> Cell:
    """A name, cut where it is too long, with the whole in its title."""
    shown = short(name)
    return Cell(shown, note=note, title="" if shown == name else clean(name))


def number_cell(value: float, decimals: int | None = None, note: str = "") -> Cell:
    """A score that sorts by its exact value."""
    return Cell(score(value, decimals), note=note, sort=value if math.isfinite(value) else None)
