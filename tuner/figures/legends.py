"""The legend over a figure, in as many columns as have room."""

from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

_ROOM = 0.97  # of the width of the figure: the fonts of a browser may be a little wider than ours


def legend_above(figure: Figure, handles: Sequence[Artist], *, columns: int, **style: Any) -> Legend | None:
    """A legend over the figure that names `handles`; None where there are none.

    It has `columns` at the most, and fewer where its texts, as they are measured, would not fit side by side.
    """
    for count in range(min(columns, len(handles)), 0, -1):
        legend = figure.legend(handles=handles, loc="outside upper left", ncols=count, **style)
        if count == 1 or legend.get_window_extent().width <= _ROOM * figure.bbox.width:
            return legend
        legend.remove()
    return None


def legend_of_axes(figure: Figure, axes: Iterable[Axes], *, columns: int, **style: Any) -> Legend | None:
    """What the axes show, each thing named once, over the figure."""
    found = {
        label: handle for ax in axes for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    return legend_above(figure, list(found.values()), columns=columns, **style)
