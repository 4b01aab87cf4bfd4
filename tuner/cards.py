"""How a record shows itself: a sentence, a small table and notes, as text and as HTML for a notebook.

This is the lowest layer, so that the statistics can use it: it knows text and `html.escape`, and no record.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
NONE = "\N{EM DASH}"

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

# Colours are the notebook's own, so that it reads on light and on dark; lines are grey on either. The
# classes keep MathJax from setting what stands between two dollar signs in a name.
_BLOCK = '<div class="tex2jax_ignore mathjax_ignore" style="max-width:75em;overflow-x:auto">'
_TITLE = "margin:0 0 .4em;font-weight:bold"
_TABLE = "border-collapse:collapse;margin:0;font-variant-numeric:tabular-nums"
_CELL = "padding:.2em .8em .2em 0;border-top:1px solid rgba(128,128,128,.35);vertical-align:top"
_NOTES = "margin:.4em 0 0;padding-left:1.2em;opacity:.8"


@dataclass(frozen=True, slots=True)
class Card:
    """What a record says of itself.

    `title` is the answer in a sentence. `rows` stand under the headings of `head`; without a head each row
    is a label and what there is to say about it. `notes` are sentences that a reader must know beside it.
    """

    title: str
    rows: tuple[tuple[str, ...], ...] = ()
    head: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Readable(ABC):
    """A record that shows itself: text where it is printed, a table in a notebook. It has to say what."""

    __slots__ = ()

    def __init_subclass__(cls, **named: Any) -> None:
        """IPython takes a class's own `__repr__`, which every dataclass has, before a method of its base."""
        super().__init_subclass__(**named)
        cls._repr_pretty_ = Readable._repr_pretty_  # type: ignore[method-assign]

    @abstractmethod
    def _card(self) -> Card:
        """What to show."""

    def __str__(self) -> str:
        return as_text(self._card())

    def _repr_html_(self) -> str:
        return as_html(self._card())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))  # what IPython shows in a terminal


def as_text(card: Card) -> str:
    """The card in lines: title, table, notes.

    >>> print(as_text(Card("two runs", (("mean", "0.5"), ("standard deviation", "0.1")), notes=("few",))))
    two runs
      mean                0.5
      standard deviation  0.1
    note: few
    """
    table = [[visible(cell) for cell in row] for row in ((card.head,) if card.head else ()) + card.rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [visible(card.title)]
    for row in table:
        cells = [
            cell.rjust(width) if card.head and place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"  {'  '.join(cells)}".rstrip())
    return "\n".join([*lines, *(f"note: {visible(note)}" for note in card.notes)])


def as_html(card: Card) -> str:
    """The card as HTML that needs nothing else and in which every text is escaped.

    >>> as_html(Card("a < b")).count("a &lt; b")
    1
    """
    side = "right" if card.head else "left"
    head = f"<thead>{_row(card.head, 'th', side)}</thead>" if card.head else ""
    body = "".join(_row(row, "td", side) for row in card.rows)
    table = f'<table style="{_TABLE}">{head}<tbody>{body}</tbody></table>' if card.rows else ""
    items = "".join(f"<li>{_text(note)}</li>" for note in card.notes)
    notes = f'<ul style="{_NOTES}">{items}</ul>' if items else ""
    return f'{_BLOCK}<p style="{_TITLE}">{_text(card.title)}</p>{table}{notes}</div>'


def _row(cells: Sequence[str], tag: str, side: str) -> str:
    """A row whose first cell names it."""
    first, *rest = cells
    scope = "col" if tag == "th" else "row"
    named = f'<th scope="{scope}" style="{_CELL};text-align:left">{_text(first)}</th>'
    open_ = f'{tag} scope="col"' if tag == "th" else tag
    others = "".join(f'<{open_} style="{_CELL};text-align:{side}">{_text(cell)}</{tag}>' for cell in rest)
    return f"<tr>{named}{others}</tr>"


def _text(text: str) -> str:
    return escape(visible(text))


def visible(text: str) -> str:
    """Text on one line, without characters that steer a terminal or that no page can carry.

    >>> visible("a" + chr(27) + "[31mb" + chr(10) + "c")
    'a [31mb c'
    """
    return "".join(character if character.isprintable() else " " for character in text)


def shown(name: str, limit: int = 60) -> str:
    """A name that came from a file, as it can stand in a line: visible, and not too long.

    >>> shown("x" * 100, 4)
    'xxx…'
    """
    text = visible(name[: limit + 1])
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def number(value: float) -> str:
    """A score with four significant digits, a dash where there is none."""
    return f"{value:.4g}" if math.isfinite(value) else "-"


def digits(value: float, count: int = 4) -> str:
    """A number with so many significant digits, last zeros included, so that a column shows equally many.

    >>> digits(0.0303), digits(1234.5), digits(12.3, 2), digits(0.0)
    ('0.03030', '1234', '12', '0')
    """
    if value == 0.0:
        return "0"
    return f"{value:#.{count}g}".removesuffix(".") if math.isfinite(value) else "-"


def signed(value: float) -> str:
    """A difference with its sign."""
    return f"{value:+.3g}" if math.isfinite(value) else "-"


def interval(low: float, high: float) -> str:
    """An interval of a difference; empty where there is none.

    >>> interval(-0.5, 0.25)
    '-0.5 to +0.25'
    """
    return f"{signed(low)} to {signed(high)}" if math.isfinite(low) and math.isfinite(high) else ""


def between(low: float, high: float) -> str:
    """An interval of a score; empty where there is none.

    >>> between(0.25, 0.5)
    '0.25 to 0.5'
    """
    return f"{number(low)} to {number(high)}" if math.isfinite(low) and math.isfinite(high) else ""


def with_interval(text: str, low: float, high: float, form: str) -> str:
    """An estimate with its interval in brackets, where there is one.

    >>> with_interval("0.75", 0.5, 0.9, ".2f")
    '0.75 (0.50 to 0.90)'
    """
    return f"{text} ({low:{form}} to {high:{form}})" if math.isfinite(low) else text


def p_text(value: float | None) -> str:
    """A p-value with two digits, a dash where there is none.

    >>> p_text(0.04217), p_text(None)
    ('0.042', '-')
    """
    return "-" if value is None or math.isnan(value) else f"{value:.2g}"


def power_of_ten(value: float, digits: int = 0) -> str:
    """`value` as a number times a power of ten.

    >>> power_of_ten(0.0000021).replace(TIMES, "x")
    '2 x 10⁻⁶'
    """
    return typeset(f"{value:.{digits}e}")


def typeset(numbers: str) -> str:
    """Numbers as Python writes them in the way that sentences have them, without a plus sign.

    >>> typeset("-0.5 to +7e-08").replace(MINUS, "minus ").replace(TIMES, "x")
    'minus 0.5 to 7 x 10⁻⁸'
    """
    powers = re.sub(r"e([-+]\d+)", lambda found: f" {TIMES} 10{_superscript(found[1])}", numbers)
    return powers.replace("-", MINUS).replace("+", "")


def _superscript(exponent: str) -> str:
    return str(int(exponent)).translate(_SUPERSCRIPTS)


def p_value(value: float | None) -> str:
    """A p-value as journals print it.

    >>> p_value(0.04217), p_value(1e-30), p_value(None), p_value(1.0)
    ('0.042', '< 10⁻¹⁵', '—', '1')
    """
    if value is None or not math.isfinite(value):
        return NONE
    if value < 1e-15:
        return "< 10⁻¹⁵"
    if value < 0.001:
        return power_of_ten(value)
    return f"{value:.3f}".rstrip("0").rstrip(".") if value < 0.9995 else "1"


def p_equation(value: float | None) -> str:
    """`p = 0.042` or `p < 10⁻¹⁵`."""
    text = p_value(value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def percent(share: float) -> str:
    """A level such as 0.95 as `95 %`."""
    return f"{100 * share:.6g} %"
