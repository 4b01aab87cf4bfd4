"""Tables as Markdown and LaTeX, in which no name can do anything but be read."""

import re
from collections.abc import Sequence

from tuner.report.cells import Table
from tuner.report.formats import MINUS, NONE, TIMES, clean

_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\textquotedbl{}",
    "-": "-{}",  # two of them would become a dash
    "[": "{[}",  # after the end of a row it would be a length
    "]": "{]}",
    "*": "{*}",  # as well
    NONE: "---",
    MINUS: "$-$",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
_POWER = re.compile(rf"(\S*?)( {TIMES} )?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def markdown_table(table: Table) -> str:
    """The table in GitHub's Markdown, numbers to the right.

    Source: GitHub Flavored Markdown, section 4.10.
    """
    head = [markdown(column.title) for column in table.columns]
    rule = ["---:" if column.number else "---" for column in table.columns]
    body = [[markdown(cell.text) for cell in row] for row in table.rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *body))


def latex_table(table: Table) -> str:
    """The table as a LaTeX tabular with the rules of the package booktabs."""
    shape = "".join("r" if column.number else "l" for column in table.columns)
    head = _tex_row([latex(column.title) for column in table.columns])
    numbers = [column.number for column in table.columns]
    body = "".join(
        _tex_row(
            [
                latex_number(cell.text) if number else latex(cell.text)
                for cell, number in zip(row, numbers, strict=True)
            ]
        )
        for row in table.rows
    )
    return (
        "% needs \\usepackage{booktabs}\n"
        f"\\begin{{tabular}}{{{shape}}}\n\\toprule\n{head}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n"
    )


def _tex_row(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\\n"


def markdown(text: str) -> str:
    r"""Text that Markdown shows as it is, on one line.

    >>> print(markdown("a|b *c* <d>"))
    a\|b \*c\* \<d\>
    """
    line = re.sub(r"([\\`*_{}\[\]<>#!|~$&])", r"\\\1", " ".join(clean(text).split()))
    return re.sub(r"^([-+](?=\s)|\d+(?=[.)]\s))", r"\\\1" if line[:1] in "-+" else r"\1\\", line)


def latex(text: str) -> str:
    r"""Text that LaTeX shows as it is, on one line.

    >>> print(latex("50%_of $x"))
    50\%\_of \$x
    """
    return "".join(_TEX.get(character, character) for character in " ".join(clean(text).split()))


def latex_number(text: str) -> str:
    r"""A number that is written for a reader, as LaTeX sets it.

    >>> print(latex_number(f"{MINUS}0.5 to 2 {TIMES} 10⁻⁶"))
    $-$0.5 to $2 \times 10^{-6}$
    """

    def power(found: re.Match[str]) -> str:
        number, times, exponent = found.groups()
        factor = f"{number} \\times " if times else number
        return f"${factor.replace(MINUS, '-')}10^{{{exponent.translate(_DIGITS)}}}$"

    set_ = _POWER.sub(power, text)
    return set_.replace(NONE, "---").replace(MINUS, "$-$").replace("< ", "$<$ ").replace("%", r"\%")
