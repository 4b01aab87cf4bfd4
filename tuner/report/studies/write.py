"""Several studies beside each other, as files."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pandas as pd

from tuner.comparing.comparison import as_json, group_json
from tuner.comparing.studies import Entry, Studies
from tuner.errors import LedgerError
from tuner.jsontext import strict
from tuner.report.comparison import compared_columns, described_columns
from tuner.report.documents import latex_float, markdown_figures, markdown_headline, markdown_list
from tuner.report.markup import markdown, markdown_table
from tuner.report.page import render_template
from tuner.report.studies.figures import draw_studies, figure_keys
from tuner.report.studies.view import StudiesView, studies_view
from tuner.report.studies.words import studies_headline
from tuner.report.write import write_figures, write_made

PAGE = "comparison.html"
FILES = {
    "csv": "comparison.csv",
    "json": "comparison.json",
    "latex": "comparison.tex",
    "markdown": "comparison.md",
    "html": PAGE,
}
_COUNTS = ("n", "failures", "seeds_needed")


def write_studies(studies: Studies, folder: Path, formats: Collection[str]) -> tuple[Path, ...]:
    """Write comparison.html, .csv, .json, .tex, .md and figures/*.png, as far as they are among the formats.

    Gives the paths of the files, figures apart. Each is written whole or not at all.

    Raises: LedgerError where the folder is a run folder, whose figures would be lost, or where that of the
    figures is a link.
    """
    if (folder / "run.json").exists():
        raise LedgerError(f"{folder}: is a run folder; choose another one with --output")
    drawn = draw_studies(studies) if {"html", "png", "markdown"} & set(formats) else ()
    if {"png", "markdown"} & set(formats):
        write_figures(drawn, folder / "figures", figure_keys(studies))
    view = studies_view(studies, drawn, folder, formats)
    makers: dict[str, Callable[[], str]] = {
        "csv": lambda: studies_frame(studies).to_csv(index=False, lineterminator="\n"),
        "json": lambda: json.dumps(studies_summary(studies), indent=2, allow_nan=False) + "\n",
        "latex": lambda: latex_float(view.results, "comparison", view.caption),
        "markdown": lambda: _markdown(view),
        "html": lambda: render_template("studies.html", view),
    }
    return write_made(makers, folder, FILES, formats)


def studies_frame(studies: Studies) -> pd.DataFrame:
    """One row a study and configuration, in full precision; empty where there is no such number."""
    candidates = studies.compared.candidates if studies.compared else ()
    comparisons = {one.group.name: compared_columns(one.comparison) for one in candidates}
    rows = [
        {
            "study": entry.label,
            "folder": str(entry.source.path),
            "configuration": name,
            "chosen": group is entry.chosen,
            "metric": entry.setup.metric,
            "direction": entry.setup.direction,
            **described_columns(group.summary),
            **comparisons.get(group.name, {}),
        }
        for entry in studies.entries
        for name, group in entry.groups
    ]
    frame = pd.DataFrame(rows)
    return frame.astype({name: "Int64" for name in _COUNTS if name in frame.columns})


def studies_summary(studies: Studies) -> dict[str, Any]:
    """The answer for other programs; a number that does not exist is None."""
    answer = {
        "comparable": studies.compared is not None,
        "obstacles": studies.obstacles,
        "answer": studies_headline(studies).claim,
        "level": studies.level,
        "studies": [
            {
                "study": entry.label,
                "folder": str(entry.source.path),
                "metric": entry.setup.metric,
                "direction": entry.setup.direction,
                "data": entry.setup.data,
                "sizes": dict(entry.setup.sizes),
                "baseline": group_json(entry.baseline),
                "chosen": group_json(entry.chosen),
                "naive": _naive(entry),
            }
            for entry in studies.entries
        ],
        "may_be_best": [one.name for one in studies.contenders if one.may_be_best],
        "comparison": None if studies.compared is None else as_json(studies.compared),
    }
    found: dict[str, Any] = strict(answer)
    return found


def _naive(entry: Entry) -> dict[str, Any] | None:
    """The best naive forecast, and the verdict against it as the study's own report has it; None without."""
    found = entry.source.result and entry.source.result.skill
    if not found or entry.chosen_name not in found.comparisons:
        return None
    verdict = found.comparisons[entry.chosen_name].verdict
    return {"best": found.forecast, "score": found.score, "verdict": verdict}


def _markdown(view: StudiesView) -> str:
    parts = [
        f"# {markdown(view.title)}",
        markdown(view.subtitle),
        *markdown_headline(view.headline),
        *markdown_list("To keep in mind:", view.warnings),
        "## Results on the test split",
        markdown_table(view.results).rstrip(),
        markdown(view.caption),
        *markdown_figures(view.figures),
        "## How the studies were made",
        markdown_table(view.setups).rstrip(),
        *markdown_list("Their reports:", (f"{link.label}: {link.href or link.text}" for link in view.links)),
        "## Methods" if view.methods else "",
        markdown(view.methods),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
