"""Tables as Markdown and LaTeX, in which no name can do anything but be read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tuner.report.cells import Cell, Table
from tuner.report.formats import MINUS, NONE, TIMES, clean

_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi"
    "|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\symbol{34}",  # \textquotedbl is unknown to LaTeX's first font encoding
    "[": "{[}",  # after the end of a row it would be a length
    "]": "{]}",
    "*": "{*}",  # as well
    NONE: "---",
    "\N{EN DASH}": "--",
    "…": r"\ldots{}",
    MINUS: "$-$",
    TIMES: r"$\times$",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "→": r"$\rightarrow$",
    "√": r"$\surd$",
    "∞": r"$\infty$",
    "\N{MICRO SIGN}": r"$\mu$",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
_POWER = re.compile(rf"([{MINUS}\d.]*)( {TIMES} )?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_LAST_LATIN = "\u024f"  # what LaTeX's own fonts can show, or nearly all of it


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
    body = "".join(_tex_rows(table, place) for place in range(len(table.rows)))
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


def beyond_latin(text: str) -> bool:
    """Whether there are letters that LaTeX shows with a font for them only."""
    return any(character > _LAST_LATIN and character.isalpha() for character in text)


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _set(line: str) -> str:
    """A line in LaTeX; marks that would melt into another one when doubled are kept apart."""
    apart = (
        f"{{}}{_tex(one)}" if one == last and one in "-'," else _tex(one)
        for last, one in pairwise(f" {line}")
    )
    return "".join(apart)


def _tex(character: str) -> str:
    if character in _TEX:
        return _TEX[character]
    return character if character.isascii() else _beyond_ascii(character)


def _beyond_ascii(character: str) -> str:
    """Letters, digits and punctuation as they are, raised ones raised, signs and pictures by name."""
    kind, _, base = unicodedata.decomposition(character).partition(" ")
    if kind in ("<super>", "<sub>") and " " not in base:
        return f"\\text{kind[1:-1]}script{{{_tex(chr(int(base, 16)))}}}"
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", name)
    if greek and _GREEK.fullmatch(letter := _greek(*greek.groups())):
        return f"$\\{letter}$"
    joins = unicodedata.category(character) == "Cf" or name.startswith(("VARIATION", "EMOJI MODIFIER"))
    if joins:  # of an emoji that is named part by part
        return ""
    shows = unicodedata.category(character)[0] in "LMNP" or character <= "\u00ff"
    return character if shows else f"({name.lower()})"


def _greek(size: str, name: str) -> str:
    """The name of a Greek letter in LaTeX, from the one in Unicode, which spells lambda without b."""
    name = name.replace("LAMDA", "LAMBDA")
    return name.lower() if size == "SMALL" else name.capitalize()
