"""Every hyperparameter alone against the search score."""

import math

from matplotlib.figure import Figure

from tuner.figures.hyperparameters import Hyperparameter
from tuner.figures.legends import legend_above
from tuner.figures.slices import Slices, draw_slice, legend_of, slices
from tuner.figures.style import new_figure
from tuner.report.formats import NONE, axis_label, better_word, count, listed, metric_name, score, short
from tuner.report.naming import capital
from tuner.report.panels.base import Caption, Panel, beyond_words, named
from tuner.result import Result

_HEIGHT = 1.55  # inches for one row of panels
_BEST = 5  # trials whose values the alternative text tells
_COLUMNS = 2


def _draw(result: Result, data: Slices) -> Figure:
    columns = min(_COLUMNS, len(data.axes))
    rows = -(-len(data.axes) // columns)
    figure, axes = new_figure(
        0.5 + _HEIGHT * rows + (0.6 if rows == 1 else 0.0), rows, columns, share_x=False
    )
    for ax, axis in zip(axes, data.axes, strict=False):
        draw_slice(ax, data, axis)
    for ax in axes[len(data.axes) :]:
        ax.set_visible(False)
    marks = legend_of(data)
    legend_above(figure, marks, columns=2 if len(marks) == 4 else 3)
    figure.supylabel(data.scale.called(axis_label(result.setup.metric, "validation")), fontsize=9)
    return figure


def _describe(result: Result, data: Slices) -> Caption:
    metric = metric_name(result.setup.metric)
    return Caption(
        "Score against each hyperparameter",
        f"Each dot is a trial at its mean validation {metric}, the thin line its range over seeds; "
        f"{better_word(data.direction)} is better.{_marks(result, data)}{_spread(data)}{_look_for(data)} Do "
        "not read a dot's height as the effect of the one value below it, for all other hyperparameters "
        f"differ as well, and where the search drew seldom there is little to see.{_limits(data)}",
        f"Mean validation {metric} of {count(len(data.shown), 'trial')} against each of "
        f"{count(len(data.axes), 'hyperparameter')}, {_span(data)}. {_best_values(data)}",
    )


def _marks(result: Result, data: Slices) -> str:
    """What else is drawn."""
    said, baseline = "", result.setup.the_baseline
    if data.finalists:
        said += " Dots with an edge are finalists."
    if data.baseline_off:
        said += f" {capital(baseline)} lies beyond the scale: grey triangles at the edge."
    elif data.baseline.scores:
        diamond = any(math.isfinite(axis.baseline) for axis in data.axes)
        said += f" The dashed line {'and the diamond are' if diamond else 'is'} {baseline}."
    if any(data.trials[place].lost for place in data.shown):
        said += " A cross is a trial with a run without a score."
    beyond = beyond_words(data.off[data.shown])
    return f"{said} {beyond}" if beyond else said


def _spread(data: Slices) -> str:
    alike = any(axis.variety < int(axis.present.sum()) for axis in data.axes)
    return " Dots at the same value are spread sideways." if alike else ""


def _look_for(data: Slices) -> str:
    """What to look for; where the searched range is not known, nobody can see that it is too narrow."""
    ranges = [axis for axis in data.axes if axis.kind != "choice"]
    slope = " Look for a slope or a valley that is large beside the thin lines"
    if not ranges:
        return f"{slope}."
    if all(axis.whole for axis in ranges):
        return (
            f"{slope}, and for best trials that crowd at an end of an axis, where the searched range ends: "
            "then it may be too narrow."
        )
    return f"{slope}. The axes end at the values that were drawn: the searched range may be wider."


def _limits(data: Slices) -> str:
    left = len(data.trials) - len(data.shown)
    thinned = (
        f" {len(data.shown)} of {len(data.trials)} trials are drawn: the best and a sample of the others."
    )
    others = f" Not drawn: {count(data.left_out, 'hyperparameter')} of less importance or variety."
    return (thinned if left else "") + (others if data.left_out else "")


def _span(data: Slices) -> str:
    means = data.means[data.shown]
    finite = means[means == means]
    return f"from {score(finite.min())} to {score(finite.max())}" if finite.size else "none with a score"


def _best_values(data: Slices) -> str:
    best = [place for place in data.shown[::-1] if not data.trials[place].lost][:_BEST]
    told = [f"{named(axis.name)} {words}" for axis in data.axes if (words := _values(axis, best))]
    return f"The best {count(len(best), 'trial')} have {listed(told)}." if told else ""


def _values(axis: Hyperparameter, trials: list[int]) -> str:
    """The values that these trials have: from where to where, or which choices."""
    there = sorted((float(axis.places[one]), axis.texts[one]) for one in trials if axis.present[one])
    texts = list(dict.fromkeys(short(text, 20) or NONE for _, text in there))
    if len(texts) > 1 and axis.kind != "choice":
        return f"{texts[0]} to {texts[-1]}"
    return " or ".join(texts)


SLICES = Panel("slices", "search", slices, _draw, _describe)
