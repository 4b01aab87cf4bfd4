"""Truth against prediction of single numbers, for the baseline and the best configuration."""

from matplotlib.figure import Figure

from tuner.figures.predicted import draw_predicted, predicted, predicted_scale
from tuner.figures.style import new_figure
from tuner.report.formats import count, listed, short
from tuner.report.panels.base import Caption, Panel, chosen_examples, keep_apart
from tuner.result import Result

_HEIGHT = {1: 3.8, 2: 3.1}  # inches for so many panels beside each other


def _figure(result: Result) -> Figure | None:
    panels = predicted(result)
    if not panels:
        return None
    figure, axes = new_figure(_HEIGHT[len(panels)], 1, len(panels))
    scale = predicted_scale(panels)
    for ax, panel in zip(axes, panels, strict=True):
        draw_predicted(ax, panel, scale)
        ax.set_xlabel("truth")
    axes[0].set_ylabel("prediction")
    keep_apart(figure)
    return figure


def _caption(result: Result) -> Caption:
    panels = predicted(result)
    names = listed(short(panel.name) for panel in panels)
    own = panels[-1].own
    over = (
        "what its seed predicts"
        if own
        else f"the median of what {count(panels[-1].runs, 'seed')} predict; its line spans all of them"
    )
    return Caption(
        "Predicted and true",
        f"Each dot is one test example: {over}. On the dashed diagonal a prediction is right; dots at the "
        f"edge lie further out. {chosen_examples(own, many=True)} Dots that leave the diagonal together are "
        "an error that more seeds will not mend; a long line is an example on which the seeds disagree.",
        f"Scatter plot of predicted against true values of {count(len(panels[-1].truth), 'test example')} "
        f"for {names}.",
    )


PREDICTED = Panel("predicted", "predictions", _figure, _caption)
