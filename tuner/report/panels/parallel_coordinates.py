"""One line a trial through all hyperparameters, down to its score."""

import math

from matplotlib.figure import Figure

from tuner.figures.legends import legend_above
from tuner.figures.parallel_coordinates import (
    ParallelCoordinates,
    draw_parallel_coordinates,
    legend_of,
    parallel_coordinates,
)
from tuner.figures.style import new_figure
from tuner.report.formats import NONE, better_word, count, listed, metric_name, short
from tuner.report.panels.base import Caption, Panel, beyond_words, named
from tuner.result import Result

_ROW = 0.52  # inches


def _draw(result: Result, data: ParallelCoordinates) -> Figure:
    figure, (ax,) = new_figure(0.6 + _ROW * len(data.axes))
    draw_parallel_coordinates(ax, data, label=f"validation {metric_name(result.setup.metric)}")
    marks = legend_of(data)
    legend_above(figure, marks, columns=3 if len(marks) > 4 else 4)
    return figure


def _describe(result: Result, data: ParallelCoordinates) -> Caption:
    metric = metric_name(result.setup.metric)
    return Caption(
        "All hyperparameters of every trial",
        "Each line is a trial: from the top down it crosses every axis at its value, and ends at its mean "
        f"validation {metric} ({better_word(data.direction)} is better).{_marks(result, data)}"
        f"{_logarithmic(data)} Look for axes where the strong lines run together while the faint ones "
        "spread: that value, or that combination, is what the best have in common. Do not take a bundle "
        f"of few lines for a rule{_by_design(result)}.{_limits(data)}",
        f"{count(len(data.shown), 'trial')} over {count(len(data.axes) - 1, 'hyperparameter')} and their "
        f"score. {_best(data)}",
    )


def _marks(result: Result, data: ParallelCoordinates) -> str:
    """What the lines are, of those that there are."""
    shades, said = data.shades[data.shown], ""
    if (shades > 0).any():
        said = " The strongest lines are the best fifth, the faintest the worst."
    if data.finalists.any():
        said += " Dots are on the lines of finalists."
    if any(math.isfinite(axis.baseline) for axis in data.axes):
        said += f" The dashed line is {result.setup.the_baseline}."
    if (shades < 0).any():
        said += " Red lines have a run without a score."
    if any(axis.variety < int(axis.present.sum()) for axis in data.axes[:-1]):
        said += " Lines through the same value are spread sideways."
    beyond = beyond_words(data.off[data.shown])
    return f"{said} {beyond}" if beyond else said


def _logarithmic(data: ParallelCoordinates) -> str:
    """Which axes are."""
    names = [named(axis.name) for axis in data.axes[:-1] if axis.kind == "log"]
    names += ["the score"] if data.axes[-1].kind == "log" else []
    return f" Logarithmic: {listed(names)}." if names else ""


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


PARALLEL_COORDINATES = Panel("parallel_coordinates", "search", parallel_coordinates, _draw, _describe)
