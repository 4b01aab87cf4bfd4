"""From a CSV file to entries: a time and values, None where a cell is empty and so not known yet."""

import math
from collections.abc import Iterable

from tuner.csvfiles import Row
from tuner.deploy import observations
from tuner.deploy.bundle import Bundle
from tuner.deploy.layout import Layout
from tuner.deploy.observations import Entry, Sheet, Values, value_of
from tuner.deploy.watching import Seen


def entries_of(sheet: Sheet, layout: Layout, bundle: Bundle) -> tuple[Entry, ...]:
    """The rows of a file in the order of time; the same row twice counts once.

    Raises: BundleError where a column is missing, a cell holds no number, or two rows of one time differ.
    """
    places = [sheet.place(name, ", which the first file had") for name in layout.columns]
    if layout.time:
        sheet.place(layout.time, ", which the first file had")
    classified = frozenset() if layout.series or bundle.task == "regression" else frozenset(layout.targets)
    classes, count = bundle.schema.classes, _classes(bundle)

    def values(row: Row) -> Values:
        return tuple(
            value_of(row.cells[place], sheet.cell(row, name), classes, count)
            if name in classified
            else value_of(row.cells[place], sheet.cell(row, name))
            for name, place in zip(layout.columns, places, strict=True)
        )

    found = observations.entries_of(sheet, sheet.rows, layout.time, values)
    return tuple(sorted(found, key=lambda entry: entry.moment))


def unseen_values(entries: Iterable[Entry], layout: Layout, bundle: Bundle) -> tuple[str, ...]:
    """What to say of values in a file that the model has never seen: a sentence a column that it reads.

    Of a window in one row every step has the range of its feature.
    """
    parts = bundle.schema.inputs
    if not all(part.low for part in parts):
        return ()
    ranges: list[tuple[float, float]] = []
    for part in parts:
        size = len(layout.inputs) if len(parts) == 1 else math.prod(one or 0 for one in part.shape)
        own = tuple(zip(part.low, part.high, strict=True))
        ranges += own * (size // len(own))
    seen = [Seen(name, *ends) for name, ends in zip(layout.inputs, ranges, strict=True)]
    for entry in entries:
        for value, one in zip(entry.values, seen, strict=False):  # of an example, what was observed follows
            if value is not None:
                one.add(value)
    return tuple(filter(None, (one.warning for one in seen)))


def _classes(bundle: Bundle) -> float:
    """How many classes there are; infinity where nobody says."""
    output = bundle.schema.output
    width = 2 if bundle.task == "binary" or output is None else output.width
    return width or math.inf
