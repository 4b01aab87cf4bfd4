"""Several studies beside each other, as everything that their page shows: frozen, and written out already."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tuner.comparing.studies import Entry, Studies
from tuner.report.cells import Cell, Column, Table, name_cell
from tuner.report.formats import NONE, better_word, clean, count, decimals_for, listed, metric_name, short
from tuner.report.pictures import Picture
from tuner.report.studies.words import (
    chosen_name,
    studies_caption,
    studies_headline,
    studies_methods,
    studies_warnings,
)
from tuner.report.tables import result_cells, result_columns
from tuner.report.verdict import Headline
from tuner.report.view import USUAL
from tuner.report.write import PAGE as REPORT


@dataclass(frozen=True, slots=True)
class Link:
    """A study and the way to its own report; `href` is empty where there is none."""

    label: str
    href: str
    text: str


@dataclass(frozen=True, slots=True)
class StudiesView:
    """The page as data; `caption` says what the table of results holds, where it stands elsewhere."""

    title: str
    subtitle: str
    headline: Headline
    warnings: tuple[str, ...]
    figures: tuple[Picture, ...]
    results: Table
    caption: str
    setups: Table
    methods: str
    links: tuple[Link, ...]
    beside: str  # the files that are written with the page


_BESIDE = {
    "csv": "comparison.csv (the numbers)",
    "json": "comparison.json (the answer for programs)",
    "png": "figures/ (PNG)",
    "latex": "comparison.tex (LaTeX)",
    "markdown": "comparison.md",
}


def studies_view(
    studies: Studies,
    pictures: tuple[Picture, ...],
    folder: Path,
    formats: Collection[str] = USUAL,
) -> StudiesView:
    """The view of the studies, with links as they lead from `folder`; `formats` are written with it."""
    entries = studies.entries
    runs = sum(group.summary.n for entry in entries for _, group in entry.groups)
    metrics = dict.fromkeys(metric_name(entry.setup.metric) for entry in entries)
    return StudiesView(
        title=f"{len(entries)} studies beside each other",
        subtitle=f"{listed(metrics)} · {count(runs, 'confirmation run')}",
        headline=studies_headline(studies),
        warnings=studies_warnings(studies),
        figures=pictures,
        results=studies_table(studies),
        caption=studies_caption(studies),
        setups=_setups(studies),
        methods=studies_methods(studies),
        links=tuple(_link(entry, folder) for entry in entries),
        beside=", ".join(text for name, text in _BESIDE.items() if name in formats),
    )


def studies_table(studies: Studies) -> Table:
    """The baseline and the chosen configuration of every study; the chosen ones are to set off."""
    adjusted = (
        "of a difference (two-sided), adjusted by Holm's method for the studies; below it the raw p where it "
        "is smaller, or the adjusted p of equivalence"
    )
    first = chosen_name(studies.entries[0].chosen.name)
    columns = (
        Column("Study", number=False, hint="and the configuration, below"),
        Column("Metric", number=False),
        *result_columns(studies.level, first, adjusted),
    )
    candidates = studies.compared.candidates if studies.compared else ()
    comparisons = {one.group.name: one.comparison for one in candidates}
    decimals = {measure: decimals_for(studies.of(measure)) for measure in studies.measures}
    rows: list[tuple[Cell, ...]] = []
    strong = set()
    for entry in studies.entries:
        for name, group in entry.groups:
            if group is entry.chosen:
                strong.add(len(rows))
            metric = Cell(metric_name(entry.setup.metric) if len(decimals) > 1 else NONE)
            cells = result_cells(group.summary, comparisons.get(group.name), decimals[entry.measure])
            rows.append((name_cell(entry.label, note=short(name)), metric, *cells))
    return _without_empty(Table(columns, tuple(rows), strong=frozenset(strong)))


def _without_empty(table: Table) -> Table:
    """The table without the columns that say nothing."""
    kept = [
        place for place in range(len(table.columns)) if any(row[place].text != NONE for row in table.rows)
    ]
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return Table(tuple(table.columns[place] for place in kept), rows, table.remark, table.strong)


def _setups(studies: Studies) -> Table:
    """How the studies were made: properties as rows, studies as columns; what differs has a mark."""
    setups = [entry.setup for entry in studies.entries]
    properties = {
        "Study": [setup.study for setup in setups],
        "Metric": [f"{metric_name(one.metric)}, {better_word(one.direction)} is better" for one in setups],
        "Data": [f"checksum {setup.data[:8]}" for setup in setups],
        "Splits": [" · ".join(f"{name} {size:,}" for name, size in one.sizes.items()) for one in setups],
        "Data per seed": ["drawn anew" if setup.own_data else "the same" for setup in setups],
        "Epochs": [f"{setup.epochs:,}" for setup in setups],
        "Trials": [f"{setup.trials:,}" for setup in setups],
        "Study seed": [str(setup.seed) for setup in setups],
        "Engine": [f"{setup.engine} on {setup.backend}" for setup in setups],
    }
    columns = [Column(short(entry.label), number=False) for entry in studies.entries]
    rows = [
        (Cell(label), *(_property(text, texts[0]) for text in texts)) for label, texts in properties.items()
    ]
    remark = "Values in bold differ from those of the first study."
    return Table((Column("Property", number=False), *columns), tuple(rows), remark)


def _property(text: str, first: str) -> Cell:
    return Cell(short(text, 60), badge="" if text == first else "changed")


def _link(entry: Entry, folder: Path) -> Link:
    page = entry.source.path / REPORT
    if not page.is_file():
        return Link(
            short(entry.label), "", f"none yet; tuner report {short(str(entry.source.path), 200)} writes it"
        )
    way = os.path.relpath(page.resolve(), folder.resolve())
    return Link(short(entry.label), quote(way.replace(os.sep, "/")), clean(str(page)))
