"""Whether adding seeds still pays: standard errors against the number of seeds, a panel a configuration."""

import numpy as np
from matplotlib.figure import Figure

from tuner.figures.growth import MOST_PANELS, Growth, draw_growth, growths
from tuner.figures.legends import legend_of_axes
from tuner.records import BASELINE
from tuner.report.formats import axis_label, count, listed, metric_name, percent, score, short
from tuner.report.panels.base import Caption, Panel, confirmed, name_axes, small_multiples
from tuner.result import Result

_HEIGHT = 2.0  # inches for one row of panels


def _growths(result: Result) -> tuple[Growth, ...] | None:
    """The numbers; the orders of the seeds are drawn alike each time, so that the same runs look the same."""
    return growths(result, np.random.default_rng(0)) or None


def _draw(result: Result, rows: tuple[Growth, ...]) -> Figure:
    figure, axes = small_multiples(len(rows), _HEIGHT, shared=False, margin=1.4 if len(rows) == 1 else 0.8)
    for ax, row in zip(axes, rows, strict=True):
        draw_growth(ax, row, label=axis_label(result.setup.metric, "test"))
    name_axes(axes, "seeds", "standard error")
    legend_of_axes(figure, axes, columns=2)
    return figure


def _describe(result: Result, rows: tuple[Growth, ...]) -> Caption:
    left = len(confirmed(result)) - len(rows)
    cut = (
        f" The first {MOST_PANELS} configurations with three seeds or more are shown."
        if left and len(rows) == MOST_PANELS
        else ""
    )
    told = [
        f"{short(row.name)} {score(row.now)} with {count(row.seeds, 'seed')}{_enough(row)}" for row in rows
    ]
    return Caption(
        "Does adding seeds still pay?",
        "How sure the mean test score is, against the number of seeds. The dashed line is what the square "
        "root promises (the standard deviation of all seeds over √n); the thick line and the band are the "
        f"median and {percent(rows[0].errors.level)} of the orders in which these seeds could have come, the "
        "dot is where the study stands. Where the curve is steep, "
        "the next seeds make the mean much surer; where it is flat, halving what is left takes four times "
        f"as many.{_line(result, rows)}{cut}",
        f"Standard error of the mean test {metric_name(result.setup.metric)}: {listed(told)}.",
    )


def _enough(row: Growth) -> str:
    """What would be enough, where that is known."""
    return f" (about {score(row.needed)} would tell the {row.aim})" if row.aim else ""


def _line(result: Result, rows: tuple[Growth, ...]) -> str:
    """What the dotted line is, where there is one, and why a finalist has none."""
    said = ""
    if drawn := [row for row in rows if row.shows_needed]:
        margin = " or the margin, where that is larger," * any(row.aim == "margin" for row in drawn)
        said = (
            " Below about the dotted line, the interval that decides would tell the difference to "
            f"{result.setup.the_baseline}{margin} from zero: a curve that ends below it has seeds enough for "
            "that. The difference is the one observed so far, which is optimistic."
        )
    if below := [short(row.name) for row in rows if row.aim and not row.shows_needed]:
        said += f" The whole curve of {listed(below)} is below what would be enough."
    if same := [short(row.name) for row in rows if row.now == 0.0]:
        said += f" All seeds of {listed(same)} have the same score: there is no spread to grow less."
    if unknown := [short(row.name) for row in rows if not row.aim and row.name != BASELINE and row.now > 0.0]:
        said += (
            f" For {listed(unknown)} that is not known: runs failed, so that ranks decide, or an earlier "
            "look decided, or there is no interval or no difference."
        )
    return said


GROWTH = Panel("growth", "results", _growths, _draw, _describe)
