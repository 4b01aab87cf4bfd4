"""Every figure of a report, drawn once: inline SVG for the page and PNG beside it."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from tuner.figures.curves import Curves, curve_scale, curves, draw_curves
from tuner.figures.differences import Differences, differences, draw_differences
from tuner.figures.optimism import Optimism, draw_optimism, optimism
from tuner.figures.scores import Boxes, boxes, draw_boxes
from tuner.figures.search_history import SearchHistory, draw_search_history, search_history
from tuner.figures.style import PALETTE, figure_style, new_figure
from tuner.figures.tuning_curve import TuningCurve, draw_tuning_curve, tuning_curve_of
from tuner.report.compact import compact
from tuner.report.formats import metric_name
from tuner.result import Result

KEYS = ("scores", "differences", "learning_curves", "search_history", "optimism", "tuning_curve")
DPI = 200
_ROW = 0.5  # inches for one configuration in a figure with a row each
_PANEL = 2.0  # inches for one row of learning curves


@dataclass(frozen=True, slots=True)
class Picture:
    """One figure: `key` names its files, `svg` goes into a page, `png` into a file."""

    key: str
    svg: str
    png: bytes


def draw_pictures(result: Result) -> dict[str, Picture]:
    """All figures that this result has the numbers for, by key, in the order of the page."""
    with figure_style():
        return {key: _save(key, figure) for key, figure in _figures(result)}


def _figures(result: Result) -> Iterator[tuple[str, Figure]]:
    metric = metric_name(result.setup.metric)
    makers: tuple[Callable[[], Figure | None], ...] = (
        lambda: _scores(boxes(result), metric),
        lambda: _differences(differences(result), metric),
        lambda: _curves(curves(result)),
        lambda: _history(search_history(result), metric),
        lambda: _optimism(optimism(result), result, metric),
        lambda: _tuning_curve(tuning_curve_of(result), metric),
    )
    for key, make in zip(KEYS, makers, strict=True):
        figure = make()
        if figure is not None:
            yield key, figure


def _scores(data: Boxes | None, metric: str) -> Figure | None:
    if data is None:
        return None
    figure, (ax,) = new_figure(1.0 + _ROW * len(data.rows))
    draw_boxes(ax, data, label=f"test {metric}")
    return figure


def _differences(data: Differences | None, metric: str) -> Figure | None:
    if data is None:
        return None
    figure, (ax,) = new_figure(0.9 + _ROW * len(data.rows))
    draw_differences(ax, data, label=f"test {metric}")
    return figure


def _curves(panels: tuple[Curves, ...]) -> Figure | None:
    if not panels:
        return None
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure, axes = new_figure(0.6 + _PANEL * rows + (0.6 if len(panels) == 1 else 0), rows, columns)
    scale = curve_scale(panels)
    for ax, panel in zip(axes, panels, strict=False):
        draw_curves(ax, panel, scale)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    # The panel above an empty place is the last of its column and keeps its numbers.
    for ax in axes[max(0, len(panels) - columns) : len(panels)]:
        ax.tick_params(axis="x", labelbottom=True)
        ax.set_xlabel("epoch")
    for ax in axes[::columns]:
        ax.set_ylabel("loss")
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.1)  # the title of a panel keeps its distance from the axis above it
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    return figure


def _history(data: SearchHistory | None, metric: str) -> Figure | None:
    if data is None:
        return None
    figure, (ax,) = new_figure(3.3)
    draw_search_history(ax, data, label=f"validation {metric}")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def _optimism(rows: tuple[Optimism, ...], result: Result, metric: str) -> Figure | None:
    if not rows:
        return None
    figure, (ax,) = new_figure(1.2 + _ROW * len(rows))
    draw_optimism(ax, rows, direction=result.setup.direction, label=f"validation {metric}")
    figure.legend(loc="outside upper right", ncols=3)
    return figure


def _tuning_curve(data: TuningCurve | None, metric: str) -> Figure | None:
    if data is None:
        return None
    figure, (ax,) = new_figure(2.8)
    draw_tuning_curve(ax, data, label=f"validation {metric}")
    figure.legend(loc="outside upper right", ncols=2)
    return figure


def _save(key: str, figure: Figure) -> Picture:
    vector, pixels = io.StringIO(), io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # same runs, same bytes
    figure.savefig(vector, format="svg", metadata=nothing, transparent=True)
    figure.savefig(pixels, format="png", dpi=DPI, facecolor="white")
    return Picture(key, inline_svg(vector.getvalue(), key), pixels.getvalue())


def inline_svg(document: str, key: str) -> str:
    """The `<svg>` element of an SVG document, ready to stand in a page among others.

    Identifiers get the prefix `key`, so that those of two figures never meet; colours of the palette
    become CSS variables with the printed colour as fallback; coordinates keep two decimals, and what marks of
    one kind share is written once.
    """
    svg = document[document.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = svg.replace("url(#", f"url(#{key}-").replace('href="#', f'href="#{key}-')
    svg = re.sub(r' (?:d|x|y|transform)="[^"]*"', _shorten, svg)
    roles = {color: f"var(--fig-{role}, {color})" for role, color in PALETTE.items()}
    svg = re.sub(r"#[0-9a-f]{6}\b(?=[;\"'])", lambda found: roles.get(found[0], found[0]), svg)
    return compact(svg).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


def _shorten(attribute: re.Match[str]) -> str:
    return re.sub(r"(\.\d\d)\d+", r"\1", attribute[0])
