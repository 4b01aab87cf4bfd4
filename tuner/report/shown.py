"""What the study's own `show` made, as the page has it: a table of texts, or a picture."""

import base64
from dataclasses import dataclass

from tuner.figures.showing import is_png
from tuner.records import Shown
from tuner.report.cells import Cell, Column, Table
from tuner.report.formats import clean, count, listed, short
from tuner.report.panels.base import best_named, chosen_examples
from tuner.result import Result

_LONGEST = 600  # characters of a text that the page shows


@dataclass(frozen=True, slots=True)
class Showing:
    """`title` and `text` say what it is: a picture in `source` with `alternative`, a `table`, or both.

    `source` is the address of the picture, with all of it inside. A `drawing` of lines and text may follow a
    dark page; pictures whose pixels are data keep their colours.
    """

    title: str
    text: str
    table: Table
    source: str = ""
    alternative: str = ""
    drawing: bool = False


def showing(result: Result) -> Showing | None:
    """What the study shows of its test examples; None where it shows nothing."""
    found = result.shown
    if found is None:
        return None
    name = short(found.configuration)
    title, nothing = f"What the study shows of {best_named(result, found.configuration)}", Table((), ())
    if found.reason:
        return Showing(title, f"Nothing is shown: {_sentence(found.reason)}", nothing)
    predicted = "its seed" if found.own else count(found.runs, "seed")
    about = f"Made by the study's own function from what {predicted} of {name} predicted."
    about = f"{about} {chosen_examples(found.own)}"
    table = _table(found) if found.texts else nothing
    if found.texts and not found.png:
        return Showing(title, about, table)
    if not is_png(found.png):
        return Showing(title, "Nothing is shown: what is stored is no picture.", table)
    source = "data:image/png;base64," + base64.b64encode(found.png).decode("ascii")
    examples = listed(short(one) for one in found.examples)
    drawn = f"Drawn by the study's own function: {examples}."
    return Showing(title, about, table, source, drawn, drawing=not found.images)


def _sentence(reason: str) -> str:
    return f"{clean(reason).rstrip('.')}."


def _table(found: Shown) -> Table:
    columns = (Column("Test example", number=False), Column("What the study says of it", number=False))
    rows = tuple(
        (Cell(short(name)), Cell(short(text, _LONGEST)))
        for name, text in zip(found.examples, found.texts, strict=False)
        if text or not found.png
    )
    return Table(columns, rows)
