"""Learning curves of the baseline and the finalists, a panel each."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from tuner.figures.curves import curve_scale, curves, draw_curves
from tuner.figures.style import new_figure
from tuner.report.panels.base import Caption, Panel
from tuner.result import Result

_HEIGHT = 2.0  # inches for one row of panels


def _figure(result: Result) -> Figure | None:
    panels = curves(result)
    if not panels:
        return None
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(0.6 + _HEIGHT * rows + (0.6 if len(panels) == 1 else 0), rows, columns)
    scale = curve_scale(panels)
    for ax, panel in zip(axes, panels, strict=False):
        draw_curves(ax, panel, scale)
    _label(axes, len(panels), columns)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.1)  # the title of a panel keeps its distance from the axis above it
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    return figure


def _label(axes: Sequence[Axes], panels: int, columns: int) -> None:
    """Name the axes once for all panels, and hide the place that is left over."""
    for ax in axes[panels:]:
        ax.set_visible(False)
    # The panel above an empty place is the last of its column and keeps its numbers.
    for ax in axes[max(0, panels - columns) : panels]:
        ax.tick_params(axis="x", labelbottom=True)
        ax.set_xlabel("epoch")
    for ax in axes[::columns]:
        ax.set_ylabel("loss")


def _caption(result: Result) -> Caption:
    searched = "" if result.baseline else " These are runs of the search, for confirmation has not finished."
    return Caption(
        "Learning curves",
        "Thin lines are single seeds, thick ones their median with the band between the quartiles; solid "
        "is training, dashed is validation. Where validation still falls at the end, more epochs may help; "
        "where it turns upwards while training falls, the model overfits; where thin lines scatter, the "
        f"training itself is a lottery. A cross marks where a diverged run ended.{searched}",
        "Learning curves of training and validation loss for the baseline and each finalist, every seed a "
        "line.",
    )


LEARNING_CURVES = Panel("learning_curves", "training", _figure, _caption)
