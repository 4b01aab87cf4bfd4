"""Box-and-whisker plot of the test scores, every seed a dot."""

from matplotlib.figure import Figure

from tuner.figures.levels import LINE
from tuner.figures.scores import FEWEST_FOR_A_BOX, Boxes, boxes, crowded, draw_boxes, has_box
from tuner.figures.style import new_figure
from tuner.report.formats import (
    axis_label,
    better_word,
    decimals_for,
    listed,
    metric_name,
    percent,
    score,
    short,
)
from tuner.report.panels.base import ROW, Caption, Panel, confirmed
from tuner.result import Result


def _draw(result: Result, data: Boxes) -> Figure:
    figure, (ax,) = new_figure(1.0 + ROW * len(data.rows) + LINE * len(data.naive))
    draw_boxes(ax, data, label=axis_label(result.setup.metric, "test"))
    return figure


def _describe(result: Result, data: Boxes) -> Caption:
    metric = metric_name(result.setup.metric)
    decimals = decimals_for(confirmed(result))
    means = [f"{short(one.name)} {score(one.summary.mean, decimals)}" for one in confirmed(result)]
    return Caption(
        f"Test {metric} of every seed",
        box_words(data, result.setup.the_baseline, result.setup.level),
        f"Box plot of the test {metric} over seeds. Means: {listed(means)}.{naive_text(data)}",
    )


def naive_text(data: Boxes) -> str:
    """The naive forecasts in a box plot, for its alternative text; nothing without any."""
    return f" Naive forecasts: {listed(level.label for level in data.naive)}." if data.naive else ""


def box_words(data: Boxes, reference: str, level: float) -> str:
    """What the marks of a box plot are, of those that it has, and what to look for.

    `reference` is what its line and its band are of, `level` that of the interval.
    """
    dots = f"One dot is one training with a seed of its own; {better_word(data.direction)} is better."
    said = [dots if any(row.scores for row in data.rows) else "No run has a score."]
    if any(map(crowded, data.rows)):
        said.append(
            "Dots of the same score stand one below the other, and where they overlap, their number is "
            "beside them."
        )
    said.append(_boxes(data))
    if data.has_band:
        said.append(
            f"The dashed line and the band are the mean of {reference} and its {percent(level)} interval."
        )
    elif data.has_line:
        said.append(f"The dashed line is the mean of {reference}.")
    said.append(_look_for(data))
    if any(row.lost for row in data.rows):
        said.append("A cross at the edge stands for runs without a score.")
    if data.naive:
        said.append(
            "The lines with names above the figure are naive forecasts; one far from all scores is named at "
            "the edge."
        )
    return " ".join(filter(None, said))


def _boxes(data: Boxes) -> str:
    scored = [row for row in data.rows if row.scores]
    boxed = [row for row in scored if has_box(row)]
    if not boxed:
        return f"Diamonds are means; a box takes {FEWEST_FOR_A_BOX} scores." if scored else ""
    few = "" if len(boxed) == len(scored) else f" A box takes {FEWEST_FOR_A_BOX} scores."
    return (
        "Boxes span the quartiles with the median as a line, whiskers reach at most 1.5 box lengths, "
        f"diamonds are means.{few}"
    )


def _look_for(data: Boxes) -> str:
    if not any(map(has_box, data.rows)):
        return ""
    clear = "boxes that clear the band, and for " if data.has_band and len(data.rows) > 1 else ""
    return (
        f"Look for {clear}single seeds far from their box: those are the runs that one would get by bad luck."
    )


SCORES = Panel("scores", "results", boxes, _draw, _describe)
