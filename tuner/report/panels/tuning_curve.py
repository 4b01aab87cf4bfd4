"""What a random search of fewer trials would have found."""

import math

import numpy as np
from matplotlib.figure import Figure

from tuner.figures.style import new_figure
from tuner.figures.tuning_curve import draw_tuning_curve, tuning_curve_of
from tuner.report.formats import axis_label, score
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result


def _figure(result: Result) -> Figure | None:
    data = tuning_curve_of(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(2.8)
    draw_tuning_curve(ax, data, label=axis_label(result.setup.metric, "validation"))
    figure.legend(loc="outside upper right", ncols=2)
    return figure


def _caption(result: Result) -> Caption:
    data = tuning_curve_of(result)
    ends = f" It goes from {score(data.expected[np.isfinite(data.expected)][0])}" if data else ""
    ends += f" to {score(data.expected[-1])}." if data else ""
    return Caption(
        "What more trials would have given",
        "The mean validation score of the best configuration that a random search of so many trials is "
        "expected to find, averaged over all choices of so many of these trials. Where the curve still moves "
        "at its end, more trials may pay; where it is flat, they hardly will. Like all scores of the search, "
        "these are partly luck: they are for choosing, not for reporting."
        + (
            " The curve begins where not all trials can have lost a run."
            if data and not math.isfinite(data.expected[0])
            else ""
        ),
        f"Expected best mean validation score against the number of trials.{ends}",
    )


TUNING_CURVE = Panel("tuning_curve", "search", _figure, _caption)
