"""Hyperparameter importance: a share each, with its interval and the level that luck alone reaches."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tuner.figures.hyperparameters import MOST_CHOICES, Hyperparameter, Searched, searched, tick_label
from tuner.figures.style import PALETTE
from tuner.importance import Column, Importance, best_of, importances
from tuner.result import Result

MOST_ROWS = 12

_FARTHEST = 1.2  # a noise level beyond is drawn up to here


@dataclass(frozen=True, slots=True)
class Importances:
    """The hyperparameters with their importance, the largest share first.

    It was told from `trials`, of which the `best` ones were laid beside all others; `lost` of them have a
    run without a score.
    """

    rows: tuple[tuple[str, Importance], ...]
    trials: int
    best: int
    lost: int


def importance_of(result: Result) -> Importances | None:
    """The numbers of the plot; None where the trials are too few, or nothing can be told from them.

    A trial with a run without a score, diverged or pruned, counts as one of the others: it is not among the
    best, and which values led there is what importance is about. The baseline is no trial: nobody drew it.
    """
    data = searched(result)
    return _importance_of(data, result.setup.seed) if data else None


def _importance_of(data: Searched, seed: int) -> Importances | None:
    trials = len(data.history.trials)
    best, scored = best_of(trials), int(data.scored.sum())
    if scored < best:  # some of the best would have no score
        return None
    columns = tuple(_column(axis) for axis in data.axes)
    found = importances(columns, tuple(data.ranks.tolist()), seed)
    rows = [
        (axis.name, one)
        for axis, one in zip(data.axes, found, strict=False)
        if math.isfinite(one.share)  # an older Optuna leaves out what not every trial has
    ]
    rows.sort(key=lambda row: -row[1].share)
    return Importances(tuple(rows), trials, best, trials - scored) if rows else None


def _column(axis: Hyperparameter) -> Column:
    """The values by their order alone, so that importance does not hang on a unit or on a logarithm.

    Optuna's densities are as wide as the values are: of numbers that crowd at one end, such as batch sizes,
    it would make more by luck than of numbers that spread evenly.
    """
    different, order = np.unique(axis.places[axis.present], return_inverse=True)
    values = np.full(axis.places.size, np.nan)
    values[axis.present] = order / (different.size - 1)
    few = axis.kind == "choice" or different.size <= MOST_CHOICES
    return Column(
        tuple(value if math.isfinite(value) else None for value in values.tolist()),
        different.size if few else 0,
        ordered=axis.kind != "choice",
    )


def leading_axes(result: Result, data: Searched, most: int) -> tuple[Hyperparameter, ...]:
    """At most so many hyperparameters, in their order: the most important, or those varied the most."""
    if len(data.axes) <= most:
        return data.axes
    found = _importance_of(data, result.setup.seed)
    weights = dict.fromkeys((axis.name for axis in data.axes), 0.0)
    weights |= {name: one.share for name, one in found.rows} if found else {}
    best = sorted(data.axes, key=lambda axis: (-weights[axis.name], -axis.variety))[:most]
    return tuple(axis for axis in data.axes if axis in best)


def draw_importances(ax: Axes, data: Importances) -> Axes:
    """Draw `data` on `ax`, a row each: a dot with its interval over the grey bar of what luck gives."""
    rows = data.rows[:MOST_ROWS]
    farthest = max(max(one.high, one.noise, one.share) for _, one in rows)
    end = min(farthest, _FARTHEST)
    for place, (_, one) in enumerate(rows):
        color = PALETTE["candidate" if one.stands_out else "undecided"]
        ax.barh(place, min(one.noise, end), height=0.62, color=PALETTE["baseline"], alpha=0.2, lw=0)
        ax.plot([one.low, one.high], [place, place], color=color, lw=2.2, solid_capstyle="butt")
        face = color if one.stands_out else PALETTE["paper"]
        ax.plot([one.share], [place], "o", mfc=face, mec=color, mew=1.5, ms=7, zorder=3, clip_on=False)
    ax.set_yticks(range(len(rows)), [tick_label(name, 24) for name, _ in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0.0, end * 1.04)
    ax.tick_params(axis="y", length=0, pad=7)
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.0f} %"))
    ax.set_xlabel("share of the importance")
    ax.grid(axis="x")
    return ax


def legend_of(data: Importances) -> list[Artist]:
    """What the marks mean; only those that there are."""
    out = {one.stands_out for _, one in data.rows[:MOST_ROWS]}
    marks: list[Artist] = []
    for stands_out, word in ((True, "beyond luck"), (False, "may be luck")):
        if stands_out in out:
            color = PALETTE["candidate" if stands_out else "undecided"]
            face = color if stands_out else PALETTE["paper"]
            style: dict[str, Any] = {"color": color, "mfc": face, "mec": color, "mew": 1.5, "ms": 6}
            marks.append(Line2D([], [], marker="o", lw=2.2, label=word, **style))
    bar = Patch(facecolor=PALETTE["baseline"], alpha=0.2, lw=0, label="what shuffled scores give")
    return [*marks, bar]
