"""Truth against prediction of single numbers, for the baseline and the best configuration."""

from dataclasses import dataclass

from matplotlib.figure import Figure

from tuner.figures.predicted import Predicted, beyond, draw_predicted, predicted, predicted_scale
from tuner.figures.scale import Scale
from tuner.figures.style import new_figure
from tuner.report.formats import count, listed, short
from tuner.report.panels.base import Caption, Panel, best_named, chosen_examples, keep_apart
from tuner.result import Result

_HEIGHT = {1: 3.8, 2: 3.1}  # inches for so many panels beside each other


@dataclass(frozen=True, slots=True)
class _Panels:
    """The panels, the best configuration last, and the scale of all their axes."""

    panels: tuple[Predicted, ...]
    scale: Scale


def _panels(result: Result) -> _Panels | None:
    panels = predicted(result)
    return _Panels(panels, predicted_scale(panels)) if panels else None


def _draw(_: Result, data: _Panels) -> Figure:
    figure, axes = new_figure(_HEIGHT[len(data.panels)], 1, len(data.panels))
    for ax, panel in zip(axes, data.panels, strict=True):
        draw_predicted(ax, panel, data.scale)
        ax.set_xlabel("truth")
    axes[0].set_ylabel("prediction")
    keep_apart(figure)
    return figure


def _describe(result: Result, data: _Panels) -> Caption:
    best = data.panels[-1]
    names = listed(short(panel.name) for panel in data.panels)
    outside = any(beyond(panel, data.scale) for panel in data.panels)
    edge = "; dots at the edge lie further out" if outside else ""
    line = "; a long line is an example on which the seeds disagree" if best.has_lines else ""
    return Caption(
        f"Predicted and true: {best_named(result, best.name)}",
        f"Each dot is one test example: {_dots(best)}. On the dashed diagonal a prediction is right{edge}. "
        f"{chosen_examples(best.own, many=True)} Dots that leave the diagonal together are "
        f"an error that more seeds will not mend{line}.",
        f"Scatter plot of predicted against true values of {count(len(best.truth), 'test example')} "
        f"for {names}.",
    )


def _dots(panel: Predicted) -> str:
    """What the height of a dot is."""
    if panel.own:
        return "what its seed predicts"
    if panel.runs == 1:
        return "what the only seed predicts"
    return f"the median of what {count(panel.runs, 'seed')} predict; its line spans all of them"


PREDICTED = Panel("predicted", "predictions", _panels, _draw, _describe)
