"""Slices: every hyperparameter that was searched, alone, against the search score."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from tuner.figures.hyperparameters import Hyperparameter, searched, selection, spread, tick_label
from tuner.figures.importance import leading_axes
from tuner.figures.samples import FloatArray, Sample, mark_beyond
from tuner.figures.scale import Scale, scale_of
from tuner.figures.strokes import draw_dots, draw_lines
from tuner.figures.style import PALETTE
from tuner.records import Direction
from tuner.result import Result

FEWEST_TRIALS = 3  # two dots are a line, whatever they are
MOST_TRIALS = 200
MOST_PANELS = 8

_CROWDED = 60  # trials from which on the dots are smaller
_LETTERS = 30  # that fit side by side under one panel


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """The hyperparameters to show, and the trials, `shown` worst first.

    `left_out` counts the hyperparameters that were varied as well.
    """

    axes: tuple[Hyperparameter, ...]
    trials: tuple[Sample, ...]
    baseline: Sample
    finalists: frozenset[str]
    direction: Direction
    shown: NDArray[np.int64]
    left_out: int = 0

    @property
    def means(self) -> FloatArray:
        """Mean of the finite scores of each trial, shape (trials,); NaN where there are none."""
        return np.array([trial.mean for trial in self.trials])

    @property
    def off(self) -> NDArray[np.int64]:
        """1 for trials whose mean lies above the scale, -1 below it, else 0; shape (trials,)."""
        return self.scale.beyond(self.means)

    @property
    def baseline_off(self) -> int:
        """The same of the baseline."""
        return int(self.scale.beyond(np.array([self.baseline.mean]))[0])

    @property
    def scale(self) -> Scale:
        """The axis of the scores, the same for all panels."""
        drawn = [self.trials[place] for place in self.shown]
        every = [score for sample in (self.baseline, *drawn) for score in sample.scores]
        lost = any(sample.lost for sample in drawn)
        return scale_of(every, direction=self.direction, room=lost, fence=8.0)


def slices(result: Result) -> Slices | None:
    """The numbers of the plot; None where trials are too few or were all alike."""
    data = searched(result)
    if data is None or len(data.history.trials) < FEWEST_TRIALS or not data.axes:
        return None
    history = data.history
    axes = leading_axes(result, data, MOST_PANELS)
    return Slices(
        axes,
        history.trials,
        history.baseline,
        history.finalists,
        history.direction,
        selection(data.ranks, MOST_TRIALS),
        len(data.axes) - len(axes),
    )


def draw_slice(ax: Axes, data: Slices, axis: Hyperparameter) -> Axes:
    """Draw the trials on one hyperparameter: a dot at the mean, a thin line over its seeds."""
    scale = data.scale
    if np.isfinite(data.baseline.mean):
        ax.axhline(data.baseline.mean, color=PALETTE["baseline"], lw=1.0, ls=(0, (4, 2)))
    places = spread(axis, np.nan_to_num(data.means, nan=np.inf))
    shown = data.shown[axis.present[data.shown]]
    _draw_trials(ax, data, places, shown, scale)
    _draw_finalists(ax, data, places, shown)
    if np.isfinite([axis.baseline, data.baseline.mean]).all():
        style: dict[str, Any] = {"mfc": PALETTE["paper"], "mec": PALETTE["baseline"], "mew": 1.5, "zorder": 5}
        place, mean = np.array([axis.baseline]), np.array([data.baseline.mean])
        if data.baseline_off:
            side = np.array([data.baseline_off])
            mark_beyond(ax, place, scale.clip(mean), side, color=PALETTE["baseline"])
        else:
            ax.plot(place, mean, "D", ms=5, clip_on=False, **style)
    _draw_lost(ax, data, places, shown)
    _write_title(ax, axis)
    ax.set_xlim(-0.06, 1.06)
    _write_ticks(ax, axis)
    ax.tick_params(labelsize=8.0)
    ax.grid(axis="y")
    return scale.apply(ax, "y", ticks=4)


def _draw_trials(ax: Axes, data: Slices, places: FloatArray, shown: NDArray[np.int64], scale: Scale) -> None:
    color = PALETTE["candidate"]
    crowded = len(data.shown) > _CROWDED
    with_score = [place for place in shown if data.trials[place].scores]
    spans = []
    for place in with_score:
        scores = data.trials[place].scores
        ends = scale.clip(np.array([min(scores), max(scores)]))
        spans.append(np.column_stack([places[[place, place]], ends]))
    draw_lines(ax, spans, width=0.6 if crowded else 0.9, color=color, alpha=0.3 if crowded else 0.45)
    off = data.off
    within = [place for place in with_score if not off[place]]
    draw_dots(
        ax,
        places[within],
        data.means[within],
        size=2.6 if crowded else 4.0,
        color=color,
        alpha=0.45 if crowded else 0.6,
    )
    mark_beyond(ax, places[with_score], scale.clip(data.means[with_score]), off[with_score])


def _draw_finalists(ax: Axes, data: Slices, places: FloatArray, shown: NDArray[np.int64]) -> None:
    off = data.off
    own = [place for place in shown if data.trials[place].name in data.finalists and not off[place]]
    style: dict[str, Any] = {"mfc": PALETTE["candidate"], "mec": PALETTE["ink"], "mew": 1.0, "zorder": 4}
    if own:
        ax.plot(places[own], data.means[own], "o", ms=5.6, clip_on=False, **style)


def _draw_lost(ax: Axes, data: Slices, places: FloatArray, shown: NDArray[np.int64]) -> None:
    own = [place for place in shown if data.trials[place].lost]
    edge = 0.94 if data.direction == "minimize" else 0.06
    if own:
        style: dict[str, Any] = {"color": PALETTE["lost"], "ms": 5.5, "mew": 0}
        ax.plot(places[own], [edge] * len(own), "X", transform=ax.get_xaxis_transform(), **style)


def _write_title(ax: Axes, axis: Hyperparameter) -> None:
    """The name of an axis, and that its steps are factors where they are."""
    log = axis.kind == "log"
    ax.set_title(tick_label(axis.name, 19 if log else 26), fontsize=8.5)
    if log:
        ax.set_title("logarithmic", loc="right", fontsize=8.0, color=PALETTE["muted"], weight="normal")


def _write_ticks(ax: Axes, axis: Hyperparameter) -> None:
    labels = [tick_label(text, 12) for _, text in axis.ticks]
    ax.set_xticks([place for place, _ in axis.ticks], labels)
    if axis.kind != "choice":
        ax.spines["bottom"].set_bounds(0.0, 1.0)  # where the range ends
        return
    ax.tick_params(axis="x", length=0)
    if sum(map(len, labels)) + 2 * len(labels) > _LETTERS:
        for label in ax.get_xticklabels():
            label.set(rotation=35, ha="right", rotation_mode="anchor")


def legend_of(data: Slices) -> list[Line2D]:
    """What the marks mean, for all panels together; only those that there are."""
    blue, grey, paper = PALETTE["candidate"], PALETTE["baseline"], PALETTE["paper"]
    marks: list[tuple[bool, str, dict[str, Any]]] = [
        (True, "trial (mean, range over seeds)", {"color": blue, "alpha": 0.6, "ms": 4, "mew": 0}),
        (bool(data.finalists), "finalist", {"ls": "", "mfc": blue, "mec": PALETTE["ink"], "ms": 5.6}),
        (
            bool(data.baseline.scores) and not data.baseline_off,
            "baseline",
            {"marker": "D", "color": grey, "mfc": paper, "ms": 5, "ls": (0, (4, 2))},
        ),
        (
            any(data.trials[place].lost for place in data.shown),
            "run without score",
            {"marker": "X", "ls": "", "color": PALETTE["lost"], "ms": 6, "mew": 0},
        ),
    ]
    return [
        Line2D([], [], label=label, **{"marker": "o", "lw": 1.0, **style})
        for there, label, style in marks
        if there
    ]
