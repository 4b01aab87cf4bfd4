"""Skill over time: the mean score of every period with its interval, against the band that is expected."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.levels import REACH
from tuner.figures.samples import FloatArray, mark_beyond
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, plain

MOST_LABELS = 6
_MANY = 60  # periods beyond which dots and intervals are drawn smaller


@dataclass(frozen=True, slots=True)
class Line:
    """The skill of one model: places on the axis of time, means and the ends of their intervals.

    NaN where a period has no interval, or no score.
    """

    name: str
    places: tuple[float, ...]
    means: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An alarm: seen at a place on the axis, in a window that began at another."""

    word: str  # degrading or improving
    start: float
    seen: float


@dataclass(frozen=True, slots=True)
class SkillOverTime:
    """The current model first. `expected` is the expected mean with the ends of its band; NaN without."""

    lines: tuple[Line, ...]
    expected: tuple[float, float, float]
    marks: tuple[Mark, ...]
    labels: tuple[tuple[float, str], ...]

    @property
    def scale(self) -> Scale:
        """The axis of the scores: of the current model and the band, and of earlier models near these."""
        current, *earlier = self.lines
        shown = _finite((*current.means, *current.low, *current.high, *self.expected))
        if not shown.size:
            return scale_of(())
        low, high = shown.min(), shown.max()
        reach = REACH * (high - low)
        others = _finite(value for line in earlier for value in (*line.means, *line.low, *line.high))
        near = others[(others >= low - reach) & (others <= high + reach)]
        return scale_of((*shown.tolist(), *near.tolist()), may_log=False)

    @property
    def cut(self) -> bool:
        """Whether a mean lies beyond the axis."""
        return any(bool(self.scale.beyond(np.array(line.means)).any()) for line in self.lines)


def _finite(values: Iterable[float]) -> FloatArray:
    found: FloatArray = np.array([value for value in values if math.isfinite(value)])
    return found


def thinned_labels(labels: Sequence[tuple[float, str]], most: int = MOST_LABELS) -> list[tuple[float, str]]:
    """At most so many of the labels, the first and the last among them, none too near to another.

    >>> thinned_labels([(0.0, "a"), (1.0, "b"), (2.0, "c")], 2)
    [(0.0, 'a'), (2.0, 'c')]
    >>> thinned_labels([(0.0, "a"), (8.0, "b"), (9.0, "c"), (10.0, "d")], 4)
    [(0.0, 'a'), (10.0, 'd')]
    """
    if len(labels) < 2:
        return list(labels)
    first, last = labels[0], labels[-1]
    room = (last[0] - first[0]) / most
    kept = [first]
    for label in labels[1:-1]:
        if label[0] - kept[-1][0] > room and last[0] - label[0] > room:
            kept.append(label)
    return [*kept, last]


def draw_skill(ax: Axes, data: SkillOverTime, *, label: str) -> Axes:
    """Draw `data` on `ax`; `label` names the score."""
    mean, low, high = data.expected
    if math.isfinite(mean):
        ax.axhspan(low, high, color=PALETTE["baseline"], alpha=0.22, lw=0, label="expected, with its band")
        ax.axhline(mean, color=PALETTE["baseline"], lw=1.2)
    scale = data.scale
    for place, line in reversed(list(enumerate(data.lines))):
        _draw_line(ax, line, place, scale)
    for mark in data.marks:
        _draw_mark(ax, mark)
    shown = thinned_labels(data.labels)
    ax.set_xticks([place for place, _ in shown], [plain(text, 20) for _, text in shown])
    if len(shown) > 3:
        ax.tick_params(axis="x", labelrotation=25)
        for text in ax.get_xticklabels():
            text.set_horizontalalignment("right")
    scale.apply(ax, "y")
    ax.set_ylabel(label)
    ax.grid(axis="y")
    return ax


def _draw_line(ax: Axes, line: Line, place: int, scale: Scale) -> None:
    """Dots with intervals; the current model on top and full, earlier ones behind it.

    What lies beyond the axis is a triangle at its edge.
    """
    roles = ("candidate", "confirmation", "naive", "undecided")
    many = len(line.places) > _MANY
    style: dict[str, Any] = {"color": PALETTE[roles[min(place, len(roles) - 1)]]}
    x, y = np.array(line.places), np.array(line.means)
    low, high = np.array(line.low), np.array(line.high)
    known = np.isfinite(low) & np.isfinite(high)
    ax.vlines(x[known], low[known], high[known], lw=0.8 if many else 1.6, alpha=0.55, **style)
    ax.plot(
        x,
        y,
        "o-" if place == 0 else "s--",
        ms=2.2 if many else 4.0,
        lw=0.8,
        mfc=style["color"] if place == 0 else PALETTE["paper"],
        label=plain(line.name, 20),
        zorder=3,
        **style,
    )
    side = scale.beyond(y)
    off = np.flatnonzero(side)
    mark_beyond(ax, x[off], scale.clip(y[off]), side[off], **style)


def _draw_mark(ax: Axes, mark: Mark) -> None:
    """A shade over the window, and a line with a triangle where the alarm was given."""
    role = "worse" if mark.word == "degrading" else "better"
    ax.axvspan(mark.start, mark.seen, color=PALETTE[role], alpha=0.12, lw=0)
    ax.axvline(mark.seen, color=PALETTE[role], lw=1.3, ls=(0, (3, 2)))
    ax.plot(
        [mark.seen],
        [1.0],
        "v" if mark.word == "degrading" else "^",
        color=PALETTE[role],
        ms=7,
        transform=ax.get_xaxis_transform(),
        clip_on=False,
        label=f"alarm: {mark.word}",
    )
