"""Parallel coordinates: one line a trial through all its hyperparameters, down to its score."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from tuner.figures.hyperparameters import (
    Hyperparameter,
    Searched,
    Tick,
    lay_out,
    searched,
    selection,
    spread,
    tick_label,
)
from tuner.figures.importance import leading_axes
from tuner.figures.samples import FloatArray, mark_beyond
from tuner.figures.scale import Scale, scale_of
from tuner.figures.strokes import draw_lines
from tuner.figures.style import PALETTE
from tuner.records import Direction
from tuner.result import Result
from tuner.searched import Space

FEWEST_TRIALS = 3
MOST_LINES = 200
MOST_AXES = 14

# Fifths of the trials, the best first: one hue that fades into the page, whether that is light or dark,
# in even steps, so that nobody needs to tell hues apart.
SHADES = (1.0, 0.58, 0.34, 0.2, 0.12)
WIDTHS = (1.5, 1.2, 1.0, 0.9, 0.8)

SIDEWAYS = 0.03  # from its value, so that a line is not read as one through another

_LOST = 0.12  # of the score's axis is left to trials without a score
_CROWDED, _THINNER = 60, 0.6  # so many lines and more are drawn thinner
_LETTERS = 66  # that fit side by side along an axis


@dataclass(frozen=True, slots=True, eq=False)
class ParallelCoordinates:
    """The axes from the top down, the score last, and the trials, `shown` worst first.

    `shades` has shape (trials,): the fifth that a trial belongs to, 0 for the best, -1 where a run has no
    score. `off` has the same shape: 1 for a mean above the scale of the score, -1 for one below it, else 0.
    `left_out` counts the hyperparameters that were varied as well.
    """

    axes: tuple[Hyperparameter, ...]
    shades: NDArray[np.int64]
    ranks: NDArray[np.int64]
    finalists: NDArray[np.bool_]
    shown: NDArray[np.int64]
    direction: Direction
    off: NDArray[np.int64]
    left_out: int = 0


def parallel_coordinates(result: Result) -> ParallelCoordinates | None:
    """The numbers of the plot; None where trials are too few or were all alike."""
    data = searched(result)
    if data is None or len(data.history.trials) < FEWEST_TRIALS or not data.axes:
        return None
    shown = selection(data.ranks, MOST_LINES)
    axes = leading_axes(result, data, MOST_AXES)
    return ParallelCoordinates(
        (*axes, _score_axis(data)),
        shades_of(data),
        data.ranks,
        np.array([trial.name in data.history.finalists for trial in data.history.trials]),
        shown,
        data.history.direction,
        _score_scale(data).beyond(_means(data)),
        len(data.axes) - len(axes),
    )


def shades_of(data: Searched) -> NDArray[np.int64]:
    """The fifth that each trial belongs to, among those whose every run has a score; -1 for the others."""
    scored = data.scored
    fifths = data.ranks * len(SHADES) // max(int(scored.sum()), 1)
    return np.where(scored, fifths, -1)


def _means(data: Searched) -> FloatArray:
    """The mean of every trial, shape (trials,); NaN where a run has no score."""
    return np.array([math.nan if trial.lost else trial.mean for trial in data.history.trials])


def _baseline_mean(data: Searched) -> float:
    return math.nan if data.history.baseline.lost else data.history.baseline.mean


def _score_scale(data: Searched) -> Scale:
    return scale_of([*_means(data).tolist(), _baseline_mean(data)], fence=8.0)


def _score_axis(data: Searched) -> Hyperparameter:
    """The means as an axis; trials with a run without a score have a place of their own at its bad end."""
    history = data.history
    lost = any(trial.lost for trial in history.trials)
    scale = _score_scale(data)
    kept = scale.clip(np.append(_means(data), _baseline_mean(data)))
    within = lay_out(
        "",
        [scale.low, scale.high, *kept[np.isfinite(kept)].tolist()],
        scale.low,
        Space("log" if scale.log else "linear"),
    )
    places = np.full(kept.size, np.nan)
    places[np.isfinite(kept)] = within.places[2:]
    minimize = history.direction == "minimize"
    share, start = (1.0 - _LOST if lost else 1.0), (_LOST if lost and not minimize else 0.0)
    places = start + share * places
    ticks: list[Tick] = [(start + share * place, text) for place, text in within.ticks]
    if lost:
        end = 1.0 if minimize else 0.0
        places[:-1][~data.scored] = end
        ticks.append((end, "no score"))
    texts = tuple("" if trial.lost else f"{trial.mean:.4g}" for trial in history.trials)
    return Hyperparameter("", within.kind, places[:-1], texts, float(places[-1]), tuple(ticks))


def draw_parallel_coordinates(ax: Axes, data: ParallelCoordinates, *, label: str) -> Axes:
    """Draw `data` on `ax`, an axis a row, the score at the bottom; `label` names the score."""
    paths = np.array([spread(axis, data.ranks.astype(float), widest=SIDEWAYS) for axis in data.axes])
    _draw_axes(ax, data)
    thin = _THINNER if data.shown.size > _CROWDED else 1.0
    for shade in (-1, *reversed(range(len(SHADES)))):
        own = data.shown[data.shades[data.shown] == shade]
        lines = [piece for trial in own for piece in _pieces(paths[:, trial])]
        color = PALETTE["lost" if shade < 0 else "candidate"]
        alpha, width = (0.4, 0.8) if shade < 0 else (SHADES[shade], WIDTHS[shade])
        draw_lines(ax, lines, width=thin * width, color=color, alpha=alpha, zorder=3 - 0.1 * max(shade, 0))
    _draw_baseline(ax, data)
    rows = np.full(data.shown.size, len(paths) - 1.0)
    mark_beyond(ax, paths[-1, data.shown], rows, data.off[data.shown], along="x")
    for trial in np.flatnonzero(data.finalists):
        style: dict[str, Any] = {"mfc": PALETTE["candidate"], "mec": PALETTE["ink"], "mew": 0.9}
        ax.plot(paths[:, trial], range(len(paths)), "o", ms=4.6, zorder=5, clip_on=False, **style)
    names = [tick_label(axis.name, 20) for axis in data.axes[:-1]]
    ax.set_yticks(range(len(paths)), [*names, tick_label(label, 24)])
    ax.get_yticklabels()[-1].set_fontweight("bold")
    ax.set_xlim(-0.05, 1.05)
    ax.set_ylim(len(paths) - 0.45, -0.35)
    ax.tick_params(axis="both", length=0)
    ax.set_xticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _pieces(places: FloatArray) -> Iterator[FloatArray]:
    """The line of one trial, broken where it does not have a hyperparameter: arrays of shape (points, 2)."""
    there = np.flatnonzero(np.isfinite(places))
    for rows in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
        yield np.column_stack([places[rows], rows])


def _draw_axes(ax: Axes, data: ParallelCoordinates) -> None:
    for row, axis in enumerate(data.axes):
        ax.plot([0.0, 1.0], [row, row], color=PALETTE["muted"], lw=0.8, zorder=3.5, solid_capstyle="butt")
        limit = max(4, _LETTERS // max(len(axis.ticks), 1))
        for place, text in axis.ticks:
            ax.plot([place, place], [row, row + 0.07], color=PALETTE["muted"], lw=0.8, zorder=3.5)
            ax.text(
                place,
                row + 0.12,
                tick_label(text, limit),
                ha="center",
                va="top",
                fontsize=8.0,
                zorder=4.7,
                bbox={"facecolor": PALETTE["paper"], "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
            )


def _draw_baseline(ax: Axes, data: ParallelCoordinates) -> None:
    places = np.array([axis.baseline for axis in data.axes])
    for piece in _pieces(places):
        ax.plot(piece[:, 0], piece[:, 1], color=PALETTE["ink"], lw=1.2, ls=(0, (4, 2)), zorder=4.5)


def legend_of(data: ParallelCoordinates) -> list[Line2D]:
    """What the lines mean; only those that there are."""
    blue, ink, shades = PALETTE["candidate"], PALETTE["ink"], data.shades[data.shown]
    baseline = any(math.isfinite(axis.baseline) for axis in data.axes)
    marks: list[tuple[bool, str, dict[str, Any]]] = [
        (bool((shades >= 0).any()), "best fifth", {"color": blue, "lw": WIDTHS[0]}),
        (bool((shades > 0).any()), "worst fifth", {"color": blue, "lw": 1.2, "alpha": 2 * SHADES[-1]}),
        (bool(data.finalists.any()), "finalist", {"marker": "o", "ls": "", "mfc": blue, "mec": ink, "ms": 5}),
        (baseline, "baseline", {"color": ink, "lw": 1.2, "ls": (0, (4, 2))}),
        (bool((shades < 0).any()), "run without score", {"color": PALETTE["lost"], "lw": 1.0, "alpha": 0.6}),
    ]
    return [Line2D([], [], label=label, **style) for there, label, style in marks if there]
