"""Very many dots or lines as one path each: a page with hundreds of trials stays small."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tuner.figures.samples import FloatArray

_SHORT = 1e-4  # in units of the axis, from 0 to 1: some renderers draw nothing where a line has no length


def draw_lines(
    ax: Axes, lines: Iterable[FloatArray], *, width: float, color: str, alpha: float = 1.0, zorder: float = 2
) -> PathPatch:
    """Draw `lines`, each of shape (points, 2), as one path; where they cross they do not add up."""
    found = [line for line in lines if len(line) > 1]
    vertices = np.concatenate(found) if found else np.empty((0, 2))
    codes = np.full(len(vertices), Path.LINETO, dtype=Path.code_type)
    codes[np.cumsum([0, *map(len, found[:-1])])[: len(found)]] = Path.MOVETO
    path = Path(vertices, codes)
    path.should_simplify = False  # it takes short lines for noise
    patch = PathPatch(
        path,
        fill=False,
        edgecolor=color,
        alpha=alpha,
        linewidth=width,
        capstyle="round",
        joinstyle="round",
        zorder=zorder,
        clip_on=False,
        snap=False,  # to a pixel both ends of a dot would be the same
    )
    patch.set_in_layout(False)  # it lies within the axes, but for the edge of a dot
    ax.add_patch(patch)
    return patch


def draw_dots(
    ax: Axes, x: FloatArray, y: FloatArray, *, size: float, color: str, alpha: float = 1.0
) -> PathPatch:
    """Draw a dot of `size` points at each (x, y), as one path: the round ends of lines without a length."""
    points = np.column_stack([x, y])
    ends = points + np.array([_SHORT, 0.0])
    lines = np.stack([points, ends], axis=1)
    return draw_lines(ax, lines, width=size, color=color, alpha=alpha, zorder=3)
