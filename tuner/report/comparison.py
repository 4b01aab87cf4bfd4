"""A comparison as files: one figure, and its table as Markdown, LaTeX and CSV."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from tuner.comparing.comparison import Compared, Described, Judged
from tuner.figures.differences import Difference, Differences, draw_differences
from tuner.figures.samples import Sample
from tuner.figures.saving import png
from tuner.figures.scores import Boxes, draw_boxes
from tuner.figures.style import WIDTH, figure_style
from tuner.files import write_whole
from tuner.report.cells import Cell, Column, Table, number_cell
from tuner.report.formats import NONE, axis_label, decimals_for, interval, p_value, percent
from tuner.report.markup import latex_table, markdown, markdown_table
from tuner.report.tables import effect_cell
from tuner.stats import Comparison, Summary

_ROW = 0.5  # inches for one group in the figure


def write_comparison(compared: Compared, folder: Path) -> tuple[Path, ...]:
    """Write comparison.png, .md, .tex and .csv into `folder`; gives their paths."""
    table = comparison_table(compared)
    files: dict[str, str | bytes] = {
        "comparison.png": comparison_png(compared),
        "comparison.md": markdown_table(table) + _below(compared),
        "comparison.tex": latex_table(table),
        "comparison.csv": comparison_frame(compared).to_csv(index=False, lineterminator="\n"),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
    return tuple(folder / name for name in files)


def comparison_table(compared: Compared) -> Table:
    """The baseline and its candidates, written out for a reader."""
    level = percent(compared.design.level)
    columns = (
        Column("Group", number=False),
        Column("Runs"),
        Column("Failed"),
        Column("Mean"),
        Column("SD"),
        Column("Difference"),
        Column(f"{level} interval"),
        Column("p"),
        Column("p (adjusted)"),
        *((Column("p of equivalence (adjusted)"),) if compared.design.margin is not None else ()),
        Column("P(superior)"),
        Column("Hedges' g"),
        Column("Verdict", number=False),
    )
    decimals = decimals_for(compared.groups)
    nothing = (Cell(NONE),) * (len(columns) - 5)
    if isinstance(compared.baseline, Described):
        first = (*_described(compared.baseline, decimals), *nothing)
    else:
        none = Cell(NONE)
        first = (Cell("reference"), none, none, number_cell(compared.baseline), none, *nothing)
    return Table(columns, (first, *(_judged(one, decimals) for one in compared.candidates)))


def _described(group: Described, decimals: int | None) -> tuple[Cell, ...]:
    summary = group.summary
    return (
        Cell(group.name),
        Cell(str(summary.n)),
        Cell(str(summary.failures)),
        number_cell(summary.mean, decimals),
        number_cell(summary.std, decimals),
    )


def _judged(one: Judged, decimals: int | None) -> tuple[Cell, ...]:
    found = one.comparison
    return (
        *_described(one.group, decimals),
        number_cell(found.difference, decimals),
        Cell(interval(found.interval.low, found.interval.high, decimals)),
        Cell(p_value(None if found.without_test else found.p_value)),
        Cell(p_value(None if found.without_test else found.p_adjusted)),
        *((Cell(p_value(found.p_equivalence_adjusted)),) if found.margin is not None else ()),
        effect_cell(found.probability_of_superiority, found.interval_superiority),
        effect_cell(found.effect_size, found.interval_effect),
        Cell(found.verdict),
    )


def _below(compared: Compared) -> str:
    """The verdicts in sentences, and what must be known beside them, as a Markdown list."""
    said = [one.sentence for one in compared.candidates]
    said += [f"{one.group.name}: {flag}" for one in compared.candidates for flag in one.comparison.flags]
    return "\n" + "".join(f"- {markdown(text)}\n" for text in (*said, *compared.remarks))


def comparison_frame(compared: Compared) -> pd.DataFrame:
    """The same in full precision, one row a group; empty where there is no such number."""
    rows: list[dict[str, Any]] = []
    if not isinstance(compared.baseline, Described):
        rows.append({"group": "reference", "mean": compared.baseline})
    compared_with = {one.group.name: one for one in compared.candidates}
    for group in compared.groups:
        row = {"group": group.name, **described_columns(group.summary)}
        if group.name in compared_with:
            row |= compared_columns(compared_with[group.name].comparison)
        rows.append(row)
    return pd.DataFrame(rows).astype({"n": "Int64", "failures": "Int64", "seeds_needed": "Int64"})


def described_columns(summary: Summary) -> dict[str, Any]:
    """The numbers of one group, by column."""
    return {
        "n": summary.n,
        "failures": summary.failures,
        "mean": summary.mean,
        "std": summary.std,
        "low": summary.interval.low,
        "high": summary.interval.high,
    }


def compared_columns(found: Comparison) -> dict[str, Any]:
    """The numbers of a comparison, by column."""
    return {
        "difference": found.difference,
        "difference_low": found.interval.low,
        "difference_high": found.interval.high,
        "p_value": found.p_value,
        "p_adjusted": found.p_adjusted,
        "p_equivalence_adjusted": found.p_equivalence_adjusted,
        "probability_of_superiority": found.probability_of_superiority,
        "probability_of_superiority_low": found.interval_superiority.low,
        "probability_of_superiority_high": found.interval_superiority.high,
        "effect_size": found.effect_size,
        "effect_size_low": found.interval_effect.low,
        "effect_size_high": found.interval_effect.high,
        "verdict": found.verdict,
        "seeds_needed": found.seeds_needed,
    }


def comparison_png(compared: Compared) -> bytes:
    """The scores of every group above the differences to the baseline, as PNG."""
    above, below = boxes_of(compared), differences_of(compared)
    label = axis_label(compared.metric)
    sizes = (1.0 + _ROW * len(above.rows), 0.9 + _ROW * len(below.rows))
    with figure_style():
        figure = Figure(figsize=(WIDTH, sum(sizes)), layout="constrained")
        first, second = figure.subplots(2, 1, height_ratios=sizes)
        draw_boxes(first, above, label=label)
        draw_differences(second, below, label=label)
        return png(figure)


def boxes_of(compared: Compared) -> Boxes:
    """The numbers of the upper panel."""
    rows = tuple(group_sample(group, group.name) for group in compared.groups)
    baseline = compared.baseline
    if not isinstance(baseline, Described):
        return Boxes(rows, compared.design.direction, baseline, (math.nan, math.nan), baseline="")
    ends = baseline.summary.interval
    return Boxes(
        rows,
        compared.design.direction,
        baseline.summary.mean,
        (ends.low, ends.high),
        baseline=baseline.name,
    )


def group_sample(group: Described, name: str) -> Sample:
    """A group as a row of the box plot, under this name."""
    failures = group.summary.failures
    kept = tuple(score for score in group.scores if math.isfinite(score))
    return Sample(name, kept, f"{failures} failed" if failures else "")


def differences_of(compared: Compared) -> Differences:
    """The numbers of the lower panel."""
    rows = tuple(Difference.of(one.group.name, one.comparison) for one in compared.candidates)
    return Differences(rows, compared.design.direction, compared.design.margin, compared.design.level)
