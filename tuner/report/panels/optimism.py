"""What the search promised for the finalists, and what fresh seeds gave."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.optimism import Optimism, draw_optimism, luck_of_the_best, optimism
from tuner.figures.style import new_figure
from tuner.records import BASELINE
from tuner.report.formats import axis_label, count, listed, score, short
from tuner.report.naming import capital
from tuner.report.panels.base import ROW, Caption, Panel
from tuner.result import Result


def _rows(result: Result) -> tuple[Optimism, ...] | None:
    return optimism(result) or None


def _draw(result: Result, rows: tuple[Optimism, ...]) -> Figure:
    figure, (ax,) = new_figure(1.2 + ROW * len(rows))
    label = axis_label(result.setup.metric, "validation")
    draw_optimism(ax, rows, direction=result.setup.direction, label=label)
    legend_of_axes(figure, [ax], columns=3)
    return figure


def _describe(result: Result, rows: tuple[Optimism, ...]) -> Caption:
    pairs = [
        f"{short(row.name)} {score(row.search.mean)} in the search and {score(row.confirmation.mean)} with "
        "fresh seeds"
        for row in rows
    ]
    return Caption(
        "What the search promised, and what fresh seeds gave",
        "Open circles are the mean scores that won the search, filled ones the means of fresh seeds on "
        f"{_split(result)}; ticks are single seeds.{_crosses(rows)}{_lines(result, rows)}"
        f"{_luck(result, rows)}",
        f"Mean validation scores in search and in confirmation: {listed(pairs)}.",
    )


def _split(result: Result) -> str:
    if result.setup.own_data:
        return "validation data of their own"
    return "the same validation split"


def _crosses(rows: Sequence[Optimism]) -> str:
    """What the two kinds of crosses are, where there are any."""
    said = ""
    if any(math.isfinite(row.expected) for row in rows):
        said = " Thin crosses are the means that the noise between seeds let expect (shrunken means)."
    if any(row.search.lost or row.confirmation.lost for row in rows):
        said += " A bold cross at the edge counts runs without a score."
    return said


def _lines(result: Result, rows: Sequence[Optimism]) -> str:
    drawn = [row for row in rows if math.isfinite(row.search.mean) and math.isfinite(row.confirmation.mean)]
    side = "right" if result.setup.direction == "minimize" else "left"
    said = ""
    if any(row.name != BASELINE for row in drawn):
        said = f" A line that leads to the {side} is optimism: the part of the search score that was luck."
    if any(row.name == BASELINE for row in drawn):
        said += f" {capital(result.setup.the_baseline)} was not selected, so its line shows noise alone."
    return said


def _luck(result: Result, rows: Sequence[Optimism]) -> str:
    """How lucky the best trial was to be expected to be, and was."""
    luck = luck_of_the_best(result)
    if not math.isfinite(luck.expected):
        return ""
    bound = "at most " if luck.at_most else ""
    said = (
        f" With this noise, the best mean of {count(luck.trials, 'trial')} is expected to flatter its "
        f"configuration by {bound}{score(luck.expected)}"
    )
    row = next((row for row in rows if row.name == luck.best), None)
    if row is None:
        return f"{said}; that of {short(luck.best)} was not confirmed."
    if not math.isfinite(row.confirmation.mean):
        return f"{said}; with fresh seeds, no run of {short(row.name)} has a score."
    sign = 1 if result.setup.direction == "minimize" else -1
    measured = sign * (row.confirmation.mean - row.search.mean)
    return (
        f"{said}; with fresh seeds, that of {short(row.name)} came out {score(abs(measured))} "
        f"{'worse' if measured > 0 else 'better'}."
    )


OPTIMISM = Panel("optimism", "search", _rows, _draw, _describe)
