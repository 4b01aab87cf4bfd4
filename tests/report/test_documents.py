"""The table for LaTeX and the page of Markdown: the page's numbers, whole, with names that stay text."""

import re
from pathlib import Path

import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE
from tuner.report.documents import latex_document, markdown_document
from tuner.report.formats import MINUS
from tuner.report.view import View, build_view
from tuner.report.write import write_formats
from tuner.result import Result

HOSTILE = (
    r"_ % & # $ \ { } ~ ^ \input{/etc/passwd}",
    "a | b `c` *d* [e](f) ![g](h) <i>",
    "🚀 日本語 λ² naïve",
    "\\\\ [2pt] \\end{tabular}",
)


def hostile() -> Result:
    runs, configurations = [], []
    for name in (BASELINE, *HOSTILE):
        configurations.append(make_configuration(name, **{"<b>_": name}))
        runs += make_runs("confirmation", name, 0.02, seeds=6)
    return make_result(runs, configurations, HOSTILE, study=HOSTILE[0], notes=(HOSTILE[1],), metric="x_y%")


def view_of(result: Result) -> View:
    return build_view(result, ())


@pytest.fixture(scope="module")
def usual() -> View:
    return view_of(usual_result(margin=0.004))


def rows(tex: str) -> list[list[str]]:
    """The cells of the tabular between its rules."""
    body = tex[tex.index("\\toprule") : tex.index("\\bottomrule")]
    lines = [line.removesuffix(" \\\\") for line in body.splitlines() if line.endswith("\\\\")]
    return [re.split(r"(?<!\\) ?& ?", line) for line in lines]


def assert_balanced(tex: str) -> None:
    """Braces, environments and dollar signs come in pairs, and nothing is a comment but the first line."""
    bare = re.sub(r"\\[{}$%&#_]", "", tex)
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert (
        re.findall(r"\\begin{(\w+)}", tex) == re.findall(r"\\end{(\w+)}", tex)[::-1] == ["table", "tabular"]
    )
    first, *rest = bare.splitlines()
    assert first.startswith("% needs") and sum(line.count("%") for line in rest) == 1  # after \resizebox
    assert all(line.count("$") % 2 == 0 for line in rest)


def test_the_table_in_latex_has_the_cells_of_the_page(usual: View) -> None:
    tex = latex_document(usual)
    assert_balanced(tex)
    header, *body = rows(tex)
    columns = len(usual.results.columns)
    assert header == [column.title for column in usual.results.columns]
    assert len(body) == 2 * len(usual.results.rows) and all(len(row) == columns for row in body)
    for place, row in enumerate(usual.results.rows):
        cells = body[2 * place]
        bold = place in usual.results.strong
        assert cells[0] == (f"\\textbf{{{row[0].text}}}" if bold else row[0].text)
        assert cells[2] == row[2].text  # the mean
        assert cells[3].replace("$-$", MINUS).replace("---", "—") == row[3].text  # the difference
        assert f"{{\\footnotesize {row[2].note}}}" == body[2 * place + 1][2]
    assert (
        "\\label{tab:encdec-sine}" in tex
        and "\\caption{Test MSE of encdec\\_sine over seeds; lower is" in tex
    )
    assert "95 \\% t interval" in tex


def test_what_is_no_result_yet_is_a_comment() -> None:
    result = make_result(make_runs("search", BASELINE, 0.1, seeds=2), [make_configuration(BASELINE)])
    assert latex_document(view_of(result)) == "% encdec\\_sine: there are no results yet\n"


def test_hostile_names_stay_text_in_latex() -> None:
    tex = latex_document(view_of(hostile()))
    assert_balanced(tex)
    assert all(len(row) == len(view_of(hostile()).results.columns) for row in rows(tex))
    commands = set(re.findall(r"\\([a-zA-Z]+)", tex))
    ours = "usepackage begin end centering caption label medskip setlength tabcolsep resizebox ifdim width"
    rest = "linewidth else fi toprule midrule addlinespace"
    marks = "bottomrule textbf footnotesize lambda textsuperscript times ldots"
    signs = "backslash asciitilde asciicircum bar asciigrave less greater"
    assert commands <= {
        *ours.split(),
        *rest.split(),
        *marks.split(),
        *(f"text{sign}" for sign in signs.split()),
    }
    assert "(rocket) 日本語 $\\lambda$\\textsuperscript{2} naïve" in tex
    assert "LuaLaTeX" in tex.splitlines()[0]


def test_markdown_has_verdict_table_methods_and_figures_that_are_there(tmp_path: Path) -> None:
    result = usual_result(margin=0.004, notes=("Beware.",))
    (path,) = write_formats(result, tmp_path, ("markdown",))
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# encdec\\_sine\n\nMSE · ")
    assert "**✓ trial-1 is better than the baseline.** Test MSE of" in text and "- Beware." in text
    links = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(links) >= 5
    assert {tmp_path / link for link in links} == set((tmp_path / "figures").iterdir())
    view = view_of(result)
    for row in view.results.rows:
        assert f"| {row[2].text} ({row[2].note}) |" in text
    assert all(paragraph[:60] in text.replace("\\", "") for paragraph in view.methods)
    assert "## Settings" in text and not re.search(r"\n{3}", text)


def test_markdown_has_the_diagnosis_and_the_secondary_analyses_with_their_legends(usual: View) -> None:
    text = markdown_document(usual)
    for title, table in (
        ("What the learning curves say", usual.diagnoses),
        ("What other analyses say", usual.secondary),
    ):
        start = text.index(f"## {title}")
        section = text[start : text.find("\n## ", start + 1)]
        assert section.count("\n|") == 2 + len(table.rows) and len(table.rows) == 4
        assert all(f"- *{column.title}*: " in section for column in table.columns if column.hint)
        assert table.remark[:40] in section
    assert usual.diagnoses.rows[0][3].text[:20] in text


def test_hostile_names_stay_text_in_markdown() -> None:
    text = markdown_document(view_of(hostile()))
    # Outside of tables, too, nothing is markup that is not ours.
    assert not re.search(r"(?<!\\)[<>`]", text)
    assert not re.search(r"(?<!\\)!\[|(?<!\\)\]\(", text)
    for line in text.splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (11, 9, 7, 6)
    assert "日本語" in text and "🚀" in text


def test_an_unfinished_study_has_a_page_without_a_table() -> None:
    result = make_result(make_runs("search", BASELINE, 0.1, seeds=2), [make_configuration(BASELINE)])
    text = markdown_document(view_of(result))
    assert "No verdict yet" in text and "## Methods" in text
    assert "## Results" not in text and "Mean" not in text
