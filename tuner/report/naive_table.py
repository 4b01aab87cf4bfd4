"""Naive forecasts and the confirmed configurations in one table, each of these against the best of those."""

import math
from statistics import fmean

from tuner.naive import LABELS
from tuner.report.cells import Cell, Column, Table, name_cell, number_cell
from tuner.report.formats import NONE, interval, score
from tuner.report.naive_words import naive_decimals, naive_remark
from tuner.report.tables import p_cell
from tuner.report.verdict import SYMBOLS
from tuner.result import Measured, Result
from tuner.skill import Skill, means_of, ordered, spreads_of

_ADJUSTED = (
    "of a difference (two-sided), adjusted for the configurations and the looks at this study; below it the "
    "raw p where it is smaller, or the adjusted p of equivalence"
)


def naive_table(result: Result) -> Table:
    """The naive forecasts, best first, then the configurations with what a comparison with the best says.

    No rows before confirmation has finished, and where no naive forecast has a score.
    """
    test, validation = (means_of(result, split) for split in ("test", "validation"))
    if result.baseline is None or not test:
        return Table((), ())
    confirmed = (result.baseline, *result.finalists)
    decimals, found, spreads = naive_decimals(result), result.skill, spreads_of(result)
    spread = "; SD is the standard deviation over data" if any(map(math.isfinite, spreads.values())) else ""
    columns = (
        Column("Forecast or configuration", number=False),
        Column("Test score", hint=f"the mean over seeds{spread}"),
        Column("Validation score", hint="of a configuration the mean over the seeds of the confirmation"),
        Column("Against the best naive forecast", number=False, hint="the first row, on the test split"),
        Column("Difference", hint="to the best naive forecast, with its interval"),
        Column("p (adjusted)", hint=_ADJUSTED),
    )
    none = (Cell(NONE),) * 3
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(LABELS[name], note="naive"),
            number_cell(test[name], decimals, note=_spread(spreads.get(name, math.nan), decimals)),
            number_cell(validation.get(name, math.nan), decimals),
            *none,
        )
        for name in ordered(test, result.setup.direction)
    ]
    rows += [_row(one, found, decimals) for one in confirmed]
    return Table(columns, tuple(rows), remark=naive_remark(result), strong=frozenset({0}))


def _spread(value: float, decimals: int | None) -> str:
    """Over the data of the seeds; nothing where all have the same."""
    return f"SD {score(value, decimals)}" if math.isfinite(value) else ""


def _row(one: Measured, found: Skill | None, decimals: int | None) -> tuple[Cell, ...]:
    scores = [value for value in one.validation if math.isfinite(value)]
    first = (
        name_cell(one.name),
        number_cell(one.summary.mean, decimals),
        number_cell(fmean(scores) if scores else math.nan, decimals),
    )
    if found is None:
        return (*first, *(Cell(NONE),) * 3)
    compared = found.comparisons[one.name]
    word, ends = compared.verdict, interval(compared.interval.low, compared.interval.high, decimals)
    return (
        *first,
        Cell(word, badge=word, symbol=SYMBOLS[word]),
        number_cell(compared.difference, decimals, note=ends if ends != NONE else ""),
        p_cell(compared),
    )
