"""The seeds of each finalist beside those of the baseline, where both belong together: they saw the same
data.
"""

import math

from matplotlib.figure import Figure

from tuner.figures.pairs import MOST_DOTS, MOST_PANELS, Pairs, draw_pairs, pairs
from tuner.report.formats import axis_label, clean, count, listed, metric_name, plain_number, short
from tuner.report.panels.base import Caption, Panel, name_axes, small_multiples
from tuner.result import Result

_HEIGHT = 2.65  # inches for one row of panels, which are squares
_ALONE = 3.0  # inches for a single one


def _pairs(result: Result) -> tuple[Pairs, ...] | None:
    return pairs(result) or None


def _draw(result: Result, rows: tuple[Pairs, ...]) -> Figure:
    height = _ALONE if len(rows) == 1 else _HEIGHT
    figure, axes = small_multiples(len(rows), height, shared=False, margin=0.4)
    for ax, row in zip(axes, rows, strict=True):
        draw_pairs(ax, row)
        ax.set_anchor("W" if len(rows) == 1 else "C")
    metric = axis_label(result.setup.metric, "test")
    name_axes(axes, f"baseline, {metric}", f"candidate, {metric}")
    return figure


def _describe(result: Result, rows: tuple[Pairs, ...]) -> Caption:
    metric = metric_name(result.setup.metric)
    known = [row for row in rows if math.isfinite(row.correlation)]
    said = [f"{plain_number(row.correlation)} for {short(row.name)}" for row in known]
    correlations = f" The correlation of the pairs is {listed(said)}." if said else ""
    won = [
        f"{short(row.name)} is better in {row.wins:,} of {count(row.candidate.size, 'pair')}" for row in rows
    ]
    shared = "both configurations were trained and tested on the same data"
    own = result.setup.own_data
    same, makes, what = ("data", "data make", shared) if own else ("start", "start makes", result.setup.pairs)
    return Caption(
        f"The same {same}, seed by seed",
        f"One dot is one seed index: {clean(what)}. On the "
        "dashed line they score alike, on the shaded side the candidate is better. Dots along the line say "
        f"that the {makes} a seed easy or hard for both: pairing takes that noise out of the difference, "
        f"the more the closer the correlation is to 1.{correlations}{_axes(rows)}{_left_out(result, rows)}",
        f"Test {metric} of the candidate against that of {result.setup.the_baseline}, a dot a seed: "
        f"{listed(won)}.{correlations}",
    )


def _axes(rows: tuple[Pairs, ...]) -> str:
    """Which axes are logarithmic: each panel has its own."""
    names = [short(row.name) for row in rows if row.scale.log]
    if len(names) == len(rows):
        return " Both axes are logarithmic."
    return f" The axes of {listed(names)} are logarithmic." if names else ""


def _left_out(result: Result, rows: tuple[Pairs, ...]) -> str:
    """Which pairs and which finalists the figure leaves out."""
    words = ""
    if lost := [f"{row.lost:,} of {short(row.name)}" for row in rows if row.lost]:
        words += f" Pairs with a run without a score are left out: {listed(lost)}."
    if any(row.candidate.size > MOST_DOTS for row in rows):
        words += f" Of more pairs {MOST_DOTS} are drawn, from the smallest difference to the largest."
    if len(result.finalists) > len(rows) == MOST_PANELS:
        words += f" The first {MOST_PANELS} finalists are shown."
    return words


PAIRS = Panel("pairs", "results", _pairs, _draw, _describe)
