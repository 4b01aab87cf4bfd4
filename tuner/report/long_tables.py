"""Long tables as data: every different cell of a column once, for the script of the page to draw."""

from typing import Any

from tuner.report.cells import Cell, Table


def packed(table: Table) -> dict[str, Any]:
    """The body of a table in JSON's own types.

    `columns` holds, for each column, its different `cells` and for every row the place of its cell among them
    (`codes`). A cell is its text, or an object with those of its fields that are not empty where it has more
    than that. `rows` is their number, and `strong` are the places of those to set off.

    >>> from tuner.report.cells import Column
    >>> rows = ((Cell("a"), Cell("1")), (Cell("a"), Cell("1", sort=0.9)))
    >>> packed(Table((Column("name"), Column("score")), rows))["columns"][1]
    {'cells': ['1', {'text': '1', 'sort': 0.9}], 'codes': [0, 1]}
    """
    columns = zip(*table.rows, strict=True)
    return {
        "rows": len(table.rows),
        "columns": [_coded(column) for column in columns],
        "strong": sorted(table.strong),
    }


def _coded(cells: tuple[Cell, ...]) -> dict[str, Any]:
    places: dict[Cell, int] = {}
    codes = [places.setdefault(cell, len(places)) for cell in cells]
    return {"cells": [_plain(cell) for cell in places], "codes": codes}


def _plain(cell: Cell) -> str | dict[str, Any]:
    fields = {name: getattr(cell, name) for name in Cell.__slots__}
    told = {name: value for name, value in fields.items() if value not in ("", None)}
    return cell.text if set(told) <= {"text"} else told | {"text": cell.text}
