"""The report as text for others to include: the table for a LaTeX paper, and a page of Markdown."""

import re
from collections.abc import Iterable, Iterator

from tuner.report.cells import Table
from tuner.report.markup import latex, latex_tabular, markdown, markdown_table
from tuner.report.pictures import Picture
from tuner.report.tex import beyond_latin, needs_t1
from tuner.report.verdict import Headline
from tuner.report.view import View

_FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"


def latex_document(view: View) -> str:
    """The table of results with its caption and label; a comment where there is none yet.

    Where there are naive forecasts a table of them follows.

    Needs the packages booktabs and graphicx, which shrinks the table where it is wider than the text.
    """
    text = latex_float(view.results, view.title, view.caption)
    more = latex_float(view.naive, f"{view.title} naive", view.naive.remark) if view.naive.rows else ""
    return f"{text}\n{more}" if more else text


def latex_float(table: Table, title: str, caption: str) -> str:
    """A table environment to `\\input`; `title` names its label."""
    if not table.rows:
        return f"% {latex(title)}: there are no results yet\n"
    lines = (
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{latex(caption)}}}",
        rf"\label{{tab:{_label(title)}}}",
        r"\medskip",
        r"\setlength{\tabcolsep}{4pt}",
        _FITTED,
        rf"{latex_tabular(table).rstrip()}}}",
        r"\end{table}",
    )
    text = "".join(f"{line}\n" for line in lines)
    needs = r"\usepackage{booktabs,graphicx}"
    if needs_t1(text):
        needs += r" and \usepackage[T1]{fontenc}"
    if beyond_latin(text):
        needs += "; its letters beyond Latin need LuaLaTeX or XeLaTeX and a font that has them"
    return f"% needs {needs}\n{text}"


def _label(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "results"


def markdown_document(view: View) -> str:
    """The verdict, what to keep in mind, the tables, the figures as links to their PNGs, and the methods."""
    parts = [
        f"# {markdown(view.full_title)}",
        markdown(view.subtitle),
        *markdown_headline(view.headline),
        *markdown_list("To keep in mind:", view.warnings),
    ]
    if view.results.rows:
        parts += [
            "## Results on the test split",
            markdown_table(view.results).rstrip(),
            markdown(view.caption),
        ]
    if view.question and view.results.rows:
        parts.insert(-2, markdown(view.question))
    for one in view.references:
        parts += [f"## {markdown(one.title)}", markdown(f"{one.question} {one.answer}")]
        parts.append(markdown_table(one.table).rstrip())
    if view.naive.rows:
        parts += [
            "## Against naive forecasts",
            markdown_table(view.naive).rstrip(),
            markdown(view.naive.remark),
        ]
    if view.settings.rows:
        parts += ["## Settings", markdown_table(view.settings).rstrip(), markdown(view.settings.remark)]
    parts += markdown_section("What the learning curves say", view.diagnoses)
    parts += markdown_section("What other analyses say", view.secondary)
    parts += markdown_figures(view.figures)
    parts += ["## Methods", *map(markdown, view.methods)]
    return "\n\n".join(part for part in parts if part) + "\n"


def markdown_headline(headline: Headline) -> Iterator[str]:
    """The verdict as paragraphs, the claim in bold."""
    claim = f"{headline.symbol} {headline.claim}".strip()
    yield f"**{markdown(claim)}.** {markdown(headline.evidence)}"
    yield markdown(headline.others)
    yield markdown(headline.naive)
    yield markdown(headline.scope)


def markdown_list(title: str, items: Iterable[str]) -> Iterator[str]:
    """A list under its title; nothing where it has no items."""
    if lines := [f"- {markdown(item)}" for item in items]:
        yield f"{title}\n\n" + "\n".join(lines)


def markdown_section(title: str, table: Table) -> Iterator[str]:
    """A table under its title, with what its columns mean and its remark; nothing where it has no rows."""
    if table.rows:
        yield f"## {title}"
        yield markdown_table(table).rstrip()
        yield "\n".join(f"- *{markdown(one.title)}*: {markdown(one.hint)}" for one in table.legend)
        yield markdown(table.remark)


def markdown_figures(figures: Iterable[Picture]) -> Iterator[str]:
    """Every figure with its words; the pictures are those in the folder `figures` beside the page."""
    for place, figure in enumerate(figures):
        if not place:
            yield "## Figures"
        words = figure.caption
        yield f"![{markdown(words.alternative)}](figures/{figure.key}.png)"
        stop = "" if words.title.endswith("?") else "."
        yield f"**{markdown(words.title)}{stop}** {markdown(words.text)}"
