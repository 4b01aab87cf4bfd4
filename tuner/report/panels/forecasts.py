"""Forecasts of a few test examples by the best configuration, a panel each."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tuner.figures.forecasts import Forecasts, draw_forecast, forecasts, limits, title
from tuner.figures.legends import legend_of_axes
from tuner.figures.style import WIDTH
from tuner.report.formats import count, metric_name, short
from tuner.report.panels.base import Caption, Panel, best_named, chosen_examples, keep_apart
from tuner.result import Result

_HEIGHT = 1.45  # inches for one row of panels
_COLUMNS = 2


def _draw(result: Result, data: Forecasts) -> Figure:
    examples = len(data.rows[0])
    columns = min(_COLUMNS, examples) if len(data.rows) == 1 else examples
    rows = -(-examples // columns) if len(data.rows) == 1 else len(data.rows)
    figure = Figure(figsize=(WIDTH, 0.8 + (_HEIGHT if rows > 1 else 2.2) * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    axes = tuple(grid.ravel())
    _draw_panels(axes, data, metric_name(result.setup.metric))
    _label(axes, data, columns)
    keep_apart(figure)
    legend_of_axes(figure, axes[:1], columns=4, columnspacing=1.2)
    return figure


def _draw_panels(axes: Sequence[Axes], data: Forecasts, metric: str) -> None:
    ahead = iter(axes)
    for place, row in enumerate(data.rows):
        for panel, ends in zip(row, limits(row), strict=True):
            ax = draw_forecast(next(ahead), panel, ends)
            if place == 0:
                ax.set_title(title(panel, metric), fontsize=8.5)
    for ax in ahead:
        ax.set_visible(False)


def _label(axes: Sequence[Axes], data: Forecasts, columns: int) -> None:
    """Name the steps below, and the features at the left where there are several."""
    shown = sum(map(len, data.rows))
    for ax in axes[max(0, shown - columns) : shown]:
        ax.tick_params(axis="x", labelbottom=True)
        ax.set_xlabel("step")
    if data.features > 1:
        for feature, ax in enumerate(axes[::columns]):
            ax.set_ylabel(f"feature {feature}")


def _describe(result: Result, data: Forecasts) -> Caption:
    name = short(data.name)
    panels = [panel for row in data.rows for panel in row]
    past = ", with what the model was given before it" if any(one.past.size for one in panels) else ""
    dotted = f" Dotted is the median of {result.setup.the_baseline}."
    beside = dotted if any(len(one.reference) for one in panels) else ""
    known = any(panel.score == panel.score for panel in data.rows[0])
    over = "means over the seeds" if data.runs > 1 else "those of the seed"
    score = f" The scores above the panels are {over}." if known else ""
    more = f" The first {len(data.rows)} of {data.features} features are shown." * (
        data.features > len(data.rows)
    )
    alone = "its forecast" if _single(data) else "every seed a line"
    return Caption(
        f"Forecasts of {best_named(result, data.name)}",
        f"Each panel is one test example: the thick solid line is the truth{past}; {_predicted(data)}."
        f"{beside}{score} {chosen_examples(data.own)}{more}{_look_for(data)}",
        f"Small multiples of {count(len(data.rows[0]), 'test example')}: truth and the forecasts of "
        f"{name}, {alone}.",
    )


def _single(data: Forecasts) -> bool:
    """Whether a panel has the forecast of a single seed."""
    return data.own or data.runs == 1


def _predicted(data: Forecasts) -> str:
    """What the forecasts look like."""
    name = short(data.name)
    if _single(data):
        return f"what {'its' if data.own else 'the only'} seed of {name} predicted is dashed"
    return f"what each of {count(data.runs, 'seed')} of {name} predicted is a thin line, their median dashed"


def _look_for(data: Forecasts) -> str:
    if _single(data):
        return ""
    return (
        " What all seeds miss is no matter of luck; where the thin lines scatter, another training would "
        "forecast something else."
    )


FORECASTS = Panel("forecasts", "predictions", forecasts, _draw, _describe)
