"""Box-and-whisker plot of the test scores, every seed a dot."""

from matplotlib.figure import Figure

from tuner.figures.levels import LINE, naive_levels
from tuner.figures.scores import boxes, draw_boxes
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


def _figure(result: Result) -> Figure | None:
    data = boxes(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(1.0 + ROW * len(data.rows) + LINE * len(data.naive))
    draw_boxes(ax, data, label=axis_label(result.setup.metric, "test"))
    return figure


def _caption(result: Result) -> Caption:
    metric, level = metric_name(result.setup.metric), percent(result.setup.level)
    decimals = decimals_for(confirmed(result))
    levels = naive_levels(result, "test")
    beaten = (
        " The lines with names above the figure are naive forecasts; one far from all scores is named at "
        "the edge."
        if levels
        else ""
    )
    without = f" Naive forecasts: {listed(level.label for level in levels)}." if levels else ""
    means = [f"{short(one.name)} {score(one.summary.mean, decimals)}" for one in confirmed(result)]
    return Caption(
        f"Test {metric} of every seed",
        f"One dot is one training with a seed of its own; {better_word(result.setup.direction)} is better. "
        "Boxes span the quartiles with the median as a line, whiskers reach at most 1.5 box lengths, "
        f"diamonds are means. The dashed line and the band are the mean of the baseline and its {level} "
        "interval. Look for boxes that clear the band, and for single seeds far from their box: those are "
        "the runs that one would get by bad luck. A cross at the edge stands for runs without a score."
        f"{beaten}",
        f"Box plot of the test {metric} over seeds. Means: {listed(means)}.{without}",
    )


SCORES = Panel("scores", "results", _figure, _caption)
