"""Tables as Markdown and LaTeX: numbers as they are set, names that stay text."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tuner.report.cells import Cell, Column, Table
from tuner.report.formats import MINUS, NONE, TIMES
from tuner.report.markup import latex, latex_number, latex_table, markdown, markdown_table
from tuner.report.tex import beyond_latin, needs_t1

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
        r"\addlinespace[3pt]",
        r"c & 1 \\",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("λ and Δ", r"$\lambda$ and $\Delta$"),
        ("R², H₂", r"R\textsuperscript{2}, H\textsubscript{2}"),
        ("naïve Łódź", "naïve Łódź"),
        ("e\u0301", "é"),
        ("⅓ Ⅳ ‼ ℏ", "1/3 IV !! ħ"),
        ("\N{GREEK CAPITAL LETTER ALPHA}ς", r"A$\varsigma$"),
        (
            "5″ ˚ ⟨x",
            "5(prime)(prime) (ring above) (mathematical left angle bracket)x",
        ),
        ("「日」", "「日」"),
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


@pytest.mark.parametrize(
    ("text", "t1", "beyond"),
    [
        ("plain é ł ğ \N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK} 5 %", False, False),
        ("«à la» Kraków, Łódź, Gdynia ą", True, False),
        ("Þór đ", True, False),
        ("日本語", False, True),
        ("Việt", False, True),
        ("ħ", False, True),
        ("٣", False, True),
        ("Ω ⅓ 🚀 x²", False, False),
    ],
)
def test_what_a_document_needs_is_known(text: str, t1: bool, beyond: bool) -> None:
    made = latex(text)
    assert (needs_t1(made), beyond_latin(made)) == (t1, beyond)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX is installed")
@pytest.mark.parametrize("package", ["", r"\usepackage[T1]{fontenc}"])
def test_latex_takes_what_it_is_said_to_take(package: str, tmp_path: Path) -> None:
    """Every character up to the signs, each in a cell."""
    single = [chr(code) for code in range(0x20, 0x2E80) if chr(code).isprintable()]
    shown = [one for one in map(latex, single) if not beyond_latin(one) and (package or not needs_t1(one))]
    names = [f"x{name}" for name in HOSTILE if not beyond_latin(latex(name))]
    body = "".join(f"x{one}x\\par\n" for one in (*shown, *map(latex, names)))
    text = f"\\documentclass{{article}}{package}\\begin{{document}}{body}\\end{{document}}"
    (tmp_path / "all.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert len(shown) > 1_500 and "Missing character" not in (tmp_path / "all.log").read_text("latin-1")
