"""What a random search of fewer trials would have found."""

import math

import numpy as np
from matplotlib.figure import Figure

from tuner.figures.legends import legend_of_axes
from tuner.figures.style import new_figure
from tuner.figures.tuning_curve import TuningCurve, draw_tuning_curve, tuning_curve_of
from tuner.report.formats import axis_label, score
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result


def _draw(result: Result, data: TuningCurve) -> Figure:
    figure, (ax,) = new_figure(2.8)
    draw_tuning_curve(ax, data, label=axis_label(result.setup.metric, "validation"))
    legend_of_axes(figure, [ax], columns=2)
    return figure


def _describe(result: Result, data: TuningCurve) -> Caption:
    first = score(data.expected[np.isfinite(data.expected)][0])
    begins = (
        ""
        if math.isfinite(data.expected[0])
        else " The curve begins where not all trials can have lost a run."
    )
    line = f" The dashed line is the mean of {result.setup.the_baseline}."
    baseline = line if math.isfinite(data.baseline) else ""
    return Caption(
        "What more trials would have given",
        "The mean validation score of the best configuration that a random search of so many trials is "
        "expected to find, averaged over all choices of so many of these trials. Where the curve still moves "
        "at its end, more trials may pay; where it is flat, they hardly will. Like all scores of the search, "
        f"these are partly luck: they are for choosing, not for reporting.{baseline}{begins}",
        f"Expected best mean validation score against the number of trials. It goes from {first} to "
        f"{score(data.expected[-1])}.",
    )


TUNING_CURVE = Panel("tuning_curve", "search", tuning_curve_of, _draw, _describe)
