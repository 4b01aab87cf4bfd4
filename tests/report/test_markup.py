"""Tables as Markdown and LaTeX: numbers as they are set, names that stay text."""

import re

import pytest

from tuner.report.cells import Cell, Column, Table
from tuner.report.formats import MINUS, NONE, TIMES
from tuner.report.markup import latex, latex_number, latex_table, markdown, markdown_table

HOSTILE = [
    r"\input{/etc/passwd}",
    "100% & $x_1^2$ #1 ~",
    "a|b|c\n| evil |",
    "<script>alert(1)</script>",
    "[click](http://x)",
    "**bold** `code` ![x](y)",
    "[2pt]",
    "*star",
    "a--b---c",
    "\x1b[31mred\u202e",
    r"\\ \end{tabular}",
]
TABLE = Table(
    (Column("Group", number=False), Column("p")),
    ((Cell("lstm"), Cell(f"2 {TIMES} 10⁻⁶")), (Cell("gru"), Cell(NONE))),
)


def test_a_table_in_markdown() -> None:
    assert (
        markdown_table(TABLE)
        == f"| Group | p |\n| --- | ---: |\n| lstm | 2 {TIMES} 10⁻⁶ |\n| gru | {NONE} |\n"
    )


def test_a_table_in_latex() -> None:
    assert latex_table(TABLE) == (
        "% needs \\usepackage{booktabs}\n"
        "\\begin{tabular}{lr}\n\\toprule\nGroup & p \\\\\n\\midrule\n"
        "lstm & $2 \\times 10^{-6}$ \\\\\ngru & --- \\\\\n\\bottomrule\n\\end{tabular}\n"
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_cell(name: str) -> None:
    table = Table(TABLE.columns, ((Cell(name), Cell("1")), (Cell(name), Cell("2"))))
    lines = markdown_table(table).splitlines()
    assert len(lines) == 4
    for line in lines[2:]:
        assert len(re.findall(r"(?<!\\)\|", line)) == 3
        assert not re.search(r"(?<!\\)[<>`\[\]*!$_]", line)
    body = latex_table(table).splitlines()[5:-2]
    assert len(body) == 2
    for line in body:
        cell, rest = line.split(" & ", 1) if r"\&" not in line else line.rsplit(" & ", 1)
        assert rest in ("1 \\\\", "2 \\\\")
        assert not re.search(r"(?<!\\)[%$#&~^_]", cell)
        commands = set(re.findall(r"\\([a-zA-Z]+|.)", cell))
        allowed = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater"}
        assert commands <= {*allowed, "textbar", "textasciigrave", "symbol", *"&%$#_{}"}
        assert not re.match(r"\s*[\[*]", cell)
        assert "--" not in cell


def test_text_reads_as_before() -> None:
    assert markdown("1. first") == r"1\. first" and markdown("- item") == r"\- item"
    for text in ("lstm (best) +2", "0.9", "1.", "-0.5"):
        assert markdown(text) == text
    assert latex("Müller (2020)") == "Müller (2020)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{MINUS}0.50 to 1.25", "$-$0.50 to 1.25"),
        ("< 10⁻¹⁵", "$<$ $10^{-15}$"),
        (f"{MINUS}1.5 {TIMES} 10⁻⁷", r"$-1.5 \times 10^{-7}$"),
        ("0.042", "0.042"),
        ("100", "100"),
    ],
)
def test_numbers_in_latex(text: str, expected: str) -> None:
    assert latex_number(text) == expected


def test_second_lines_and_rows_to_set_off() -> None:
    rows = ((Cell("a_b", note="best"), Cell("0.5", note=f"{MINUS}1 to 2")), (Cell("c"), Cell("1")))
    table = Table(TABLE.columns, rows, strong=frozenset({0}))
    assert markdown_table(table).splitlines()[2:] == [
        rf"| **a\_b (best)** | 0.5 ({MINUS}1 to 2) |",
        "| c | 1 |",
    ]
    assert latex_table(table).splitlines()[5:-2] == [
        r"\textbf{a\_b} & 0.5 \\",
        r"{\footnotesize best} & {\footnotesize $-$1 to 2} \\",
        r"c & 1 \\",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("λ and Δ", r"$\lambda$ and $\Delta$"),
        ("R², H₂", r"R\textsuperscript{2}, H\textsubscript{2}"),
        ("naïve Łódź", "naïve Łódź"),
        ("日本語", "日本語"),
        ("🚀 go ☺\ufe0f", "(rocket) go (white smiling face)"),
        ("👩\u200d🔬", "(woman)(microscope)"),
        ("👍🏽", "(thumbs up sign)"),
        ("\ue000", "(u+e000)"),
        ("a… ± ≤ ≈", r"a\ldots{} $\pm$ $\leq$ $\approx$"),
        ("a--b ''c'' ,,", "a-{}-b '{}'c'{}' ,{},"),
        ("trial-0", "trial-0"),
        ('"q"', r"\symbol{34}q\symbol{34}"),
    ],
)
def test_what_is_beyond_ascii_in_latex(text: str, expected: str) -> None:
    assert latex(text) == expected


@pytest.mark.parametrize("name", HOSTILE)
def test_a_column_of_numbers_takes_no_commands_either(name: str) -> None:
    cell = latex_number(name).replace("$<$", "")
    assert not re.search(r"(?<!\\)[%#&~^_]", cell)
    commands = set(re.findall(r"\\([a-zA-Z]+)", cell))
    assert commands <= {
        "textbackslash",
        "textasciitilde",
        "textasciicircum",
        "textgreater",
        "textbar",
        "symbol",
        "textasciigrave",
    }
