"""Tables and lines on standard output, whatever the width of the terminal: no number is ever cut."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = Text | str

STYLES = {"better": "green", "worse": "red", "equivalent": "cyan", "undecided": "yellow"}
"""The colour of each verdict."""

_GAP = 2  # columns of the terminal between two columns of a table
_PIPE = 150  # columns where there is no terminal


def terminal() -> Console:
    """Standard output, wide enough for a table where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(width=_PIPE, highlight=False)


def print_lines(console: Console, lines: Iterable[str], style: str = "") -> None:
    """Sentences, each on a line that the terminal may fold."""
    for line in lines:
        console.print(Text(line, style=style), soft_wrap=True)


def print_table(
    console: Console,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    words: Iterable[str] = (),
) -> None:
    """Rows under their headings; columns of `words` and the first one stand to the left.

    Where the terminal is too narrow, the columns that have no room follow in further tables below, each of
    which repeats the first column; long names in it are folded. Short rows end with empty cells.
    """
    cells = [[*row, *[""] * (len(headings) - len(row))] for row in rows]
    left = {headings[0], *words}
    widths = [max(map(_width, (heading, *column))) for heading, *column in zip(headings, *cells, strict=True)]
    if sum(widths) + _GAP * (len(widths) - 1) > console.width:
        widths[0] = min(widths[0], max(cell_len(headings[0]), console.width // 3))
    for number, places in enumerate(_blocks(widths, console.width)):
        if number:
            console.print()
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        for place in places:
            name = headings[place]
            most = widths[0] if place == 0 else None
            table.add_column(
                name, justify="left" if name in left else "right", max_width=most, overflow="fold"
            )
        for row in cells:
            table.add_row(*(_text(row[place]) for place in places))
        console.print(table)


def _blocks(widths: Sequence[int], width: int) -> Iterator[tuple[int, ...]]:
    """The places of the columns in tables of at most that width, each with the first column.

    >>> list(_blocks([10, 5, 5, 5], 24)), list(_blocks([10, 30], 20))
    ([(0, 1, 2), (0, 3)], [(0, 1)])
    """
    block, taken = [0], widths[0]
    for place, own in enumerate(widths[1:], 1):
        if len(block) > 1 and taken + _GAP + own > width:
            yield tuple(block)
            block, taken = [0], widths[0]
        block.append(place)
        taken += _GAP + own
    yield tuple(block)


def _width(cell: Cell) -> int:
    return cell_len(cell.plain if isinstance(cell, Text) else cell)


def _text(cell: Cell) -> Text:
    """The cell as it is: brackets in a string are no markup."""
    return cell if isinstance(cell, Text) else Text(cell)
