"""Tables as Markdown and LaTeX, in which no name can do anything but be read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tuner.report.cells import Cell, Table
from tuner.report.formats import MINUS, TIMES, clean
from tuner.report.tex import tex

_POWER = re.compile(rf"([{MINUS}\d.]*)( {TIMES} )?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def markdown_table(table: Table) -> str:
    """The table in GitHub's Markdown, numbers to the right, second lines in brackets, names to set off bold.

    Source: GitHub Flavored Markdown, section 4.10.
    """
    head = [markdown(column.title) for column in table.columns]
    rule = ["---:" if column.number else "---" for column in table.columns]
    body = [_markdown_row(row, place in table.strong) for place, row in enumerate(table.rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *body))


def _markdown_row(row: Sequence[Cell], strong: bool) -> list[str]:
    texts = [markdown(f"{cell.text} ({cell.note})" if cell.note else cell.text) for cell in row]
    bold = [cell.badge == "changed" or (strong and not place) for place, cell in enumerate(row)]
    return [f"**{text}**" if set_off and text else text for text, set_off in zip(texts, bold, strict=True)]


def latex_table(table: Table) -> str:
    """The table as a LaTeX tabular with the rules of the package booktabs."""
    return f"% needs \\usepackage{{booktabs}}\n{latex_tabular(table)}"


def latex_tabular(table: Table) -> str:
    """The same without the comment. Second lines of cells stand in a row below, names to set off are bold."""
    shape = "".join("r" if column.number else "l" for column in table.columns)
    head = _tex_row([latex(column.title) for column in table.columns])
    noted = any(cell.note for row in table.rows for cell in row)
    apart = "\\addlinespace[3pt]\n" if noted else ""  # so that second lines are with their own row
    body = apart.join(_tex_rows(table, place) for place in range(len(table.rows)))
    return (
        f"\\begin{{tabular}}{{{shape}}}\n\\toprule\n{head}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n"
    )


def _tex_rows(table: Table, place: int) -> str:
    """A row of the table, and the row of its second lines where it has some."""
    row = table.rows[place]

    def set_(texts: Iterable[str]) -> list[str]:
        return [
            latex_number(text) if column.number else latex(text)
            for text, column in zip(texts, table.columns, strict=True)
        ]

    cells = set_(cell.text for cell in row)
    if place in table.strong:
        cells[0] = f"\\textbf{{{cells[0]}}}"
    if not any(cell.note for cell in row):
        return _tex_row(cells)
    notes = [f"{{\\footnotesize {note}}}" if note else "" for note in set_(cell.note for cell in row)]
    return _tex_row(cells) + _tex_row(notes)


def _tex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\\n"


def markdown(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> print(markdown("a|b *c* <d>"))
    a\|b \*c\* \<d\>
    """
    line = re.sub(r"([\\`*_{}\[\]<>#!|~$&])", r"\\\1", _line(text))
    return re.sub(r"^([-+](?=\s)|\d+(?=[.)]\s))", r"\\\1" if line[:1] in "-+" else r"\1\\", line)


def latex(text: str) -> str:
    r"""Text that LaTeX shows as it is, on one line.

    Letters of any script stay as they are. A picture or a sign that LaTeX's fonts lack is named in brackets.

    >>> print(latex("50%_of $x, 🚀"))
    50\%\_of \$x, (rocket)
    """
    return _set(_line(text))


def latex_number(text: str) -> str:
    r"""A number that is written for a reader, as LaTeX sets it; what is none is text.

    >>> print(latex_number(f"{MINUS}0.5 to 2 {TIMES} 10⁻⁶"))
    $-$0.5 to $2 \times 10^{-6}$
    """
    line, end = _line(text), 0
    found: list[str] = []
    for power in _POWER.finditer(line):
        number, times, exponent = power.groups()
        factor = f"{number} \\times " if times else number
        found.append(_set(line[end : power.start()]))
        found.append(f"${factor.replace(MINUS, '-')}10^{{{exponent.translate(_DIGITS)}}}$")
        end = power.end()
    return "".join([*found, _set(line[end:])]).replace(r"\textless{}", "$<$")


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _set(line: str) -> str:
    """A line in LaTeX; marks that would melt into another one when doubled are kept apart."""
    line = unicodedata.normalize("NFC", line)  # a letter and its accent are one
    apart = (
        f"{{}}{tex(one)}" if one == last and one in "-'," else tex(one) for last, one in pairwise(f" {line}")
    )
    return "".join(apart)
