"""One line a trial through all hyperparameters, down to its score."""

from matplotlib.figure import Figure

from tuner.figures.parallel_coordinates import (
    ParallelCoordinates,
    draw_parallel_coordinates,
    legend_of,
    parallel_coordinates,
)
from tuner.figures.style import new_figure
from tuner.report.formats import NONE, better_word, count, listed, metric_name, short
from tuner.report.panels.base import Caption, Panel, named
from tuner.result import Result

_ROW = 0.52  # inches


def _figure(result: Result) -> Figure | None:
    data = parallel_coordinates(result)
    if data is None:
        return None
    figure, (ax,) = new_figure(0.6 + _ROW * len(data.axes))
    draw_parallel_coordinates(ax, data, label=f"validation {metric_name(result.setup.metric)}")
    marks = legend_of(data)
    figure.legend(handles=marks, loc="outside upper center", ncols=3 if len(marks) > 4 else 4)
    return figure


def _caption(result: Result) -> Caption:
    data = parallel_coordinates(result)
    metric = metric_name(result.setup.metric)
    if data is None:
        return Caption("", "", "")
    return Caption(
        "All hyperparameters of every trial",
        "Each line is a trial: from the top down it crosses every axis at its value, and ends at its mean "
        f"validation {metric} ({better_word(data.direction)} is better). The strongest lines are the best "
        "fifth, the faintest the worst. Look for axes where the strong lines run together while the faint "
        "ones spread: that value, or that combination, is what the best have in common. Do not take a bundle "
        f"of few lines for a rule{_by_design(result)}.{_limits(data)}",
        f"{count(len(data.shown), 'trial')} over {count(len(data.axes) - 1, 'hyperparameter')} and their "
        f"score. {_best(data)}",
    )


def _by_design(result: Result) -> str:
    """Why lines run together even where it makes no difference, with samplers that learn."""
    learns = result.setup.sampler in ("tpe", "gp")
    return ", for the sampler itself draws more and more where it was good before" if learns else ""


def _limits(data: ParallelCoordinates) -> str:
    said = ""
    if any(not axis.present.all() for axis in data.axes[:-1]):
        said += " A line is broken where its trial does not have the hyperparameter."
    if len(data.shown) < len(data.shades):
        said += (
            f" {len(data.shown)} of {len(data.shades)} trials are drawn: the best and a sample of the others."
        )
    if data.left_out:
        said += f" Not drawn: {count(data.left_out, 'hyperparameter')} of less importance or variety."
    return said


def _best(data: ParallelCoordinates) -> str:
    """The values and the score of the best trial."""
    if not (data.shades >= 0).any():
        return "No trial has a score."
    best = data.shown[-1]
    texts = [(named(axis.name), axis.texts[best]) for axis in data.axes[:-1] if axis.texts[best]]
    values = [f"{name} {short(text, 20) or NONE}" for name, text in texts]
    return f"The best has {listed(values)}, and scores {data.axes[-1].texts[best]}."


PARALLEL_COORDINATES = Panel("parallel_coordinates", "search", _figure, _caption)
