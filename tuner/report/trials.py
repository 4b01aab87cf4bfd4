"""The table of all configurations that the search measured."""

import math

import numpy as np

from tuner.figures.samples import Sample, runs_of, sample_of
from tuner.figures.search_history import dropped_from_race
from tuner.frames import parameter_names
from tuner.report.cells import Cell, Column, Table, name_cell, number_cell
from tuner.report.formats import NONE, decimals_at, parameter, short
from tuner.result import Result

_DROPPED = "dropped: left the race with fewer seeds than it gives"


def trials_table(result: Result) -> Table:
    """Every configuration that the search measured, in the order in which it was drawn."""
    runs = runs_of(result.runs, "search")
    order = [name for name in result.configurations if name in runs]
    if not order:
        return Table((), ())
    names, dropped = parameter_names(result.configurations), dropped_from_race(result)
    columns = (
        Column("Configuration", number=False),
        Column("Status", number=False, hint=_DROPPED if dropped else ""),
        Column("Seeds"),
        Column("Mean", hint="of the scores of the search, on the validation split"),
        Column("SD", hint="standard deviation over seeds"),
        Column("Best seed"),
        Column("Worst seed"),
        *(Column(short(name), number=_numeric(result, name)) for name in names),
    )
    samples = [sample_of(name, runs[name], "validation") for name in order]
    decimals = _decimals(samples)
    finalists = {finalist.name for finalist in result.finalists}
    rows = []
    for sample in samples:
        about = name_cell(sample.name, note="finalist" if sample.name in finalists else "")
        status = sample.lost or ("dropped" if sample.name in dropped else "complete")
        state = Cell(status, badge="lost" if sample.lost else "")
        scores = _scores(sample, len(runs[sample.name]), decimals, minimize=_minimize(result))
        rows.append((about, state, *scores, *_parameters(result, sample.name, names)))
    strong = frozenset(row for row, name in enumerate(order) if name in finalists)
    return Table(columns, tuple(rows), strong=strong)


def _minimize(result: Result) -> bool:
    return result.setup.direction == "minimize"


def _numeric(result: Result, name: str) -> bool:
    values = [one.params[name] for one in result.configurations.values() if name in one.params]
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _decimals(samples: list[Sample]) -> int | None:
    """Decimals that suit a typical standard error of the search; None where there is none."""
    errors = [
        np.std(one.scores, ddof=1) / math.sqrt(len(one.scores)) for one in samples if len(one.scores) > 1
    ]
    positive = [float(error) for error in errors if error > 0]
    largest = max((abs(score) for one in samples for score in one.scores), default=0.0)
    return decimals_at(float(np.median(positive)), largest) if positive else None


def _scores(sample: Sample, seeds: int, decimals: int | None, *, minimize: bool) -> tuple[Cell, ...]:
    scores = sample.scores
    low, high = (min(scores), max(scores)) if scores else (math.nan, math.nan)
    spread = float(np.std(scores, ddof=1)) if len(scores) > 1 else math.nan
    return (
        Cell(str(seeds)),
        number_cell(sample.mean, decimals),
        number_cell(spread, decimals),
        number_cell(low if minimize else high, decimals),
        number_cell(high if minimize else low, decimals),
    )


def _parameters(result: Result, name: str, names: tuple[str, ...]) -> tuple[Cell, ...]:
    params = result.configurations[name].params
    cells = []
    for key in names:
        whole = parameter(params[key]) if key in params else NONE
        shown = short(whole, 24)
        cells.append(Cell(shown, title="" if shown == whole else whole))
    return tuple(cells)
