"""Skill over time: the mean score of every period with its interval, against the band that is expected."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

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


def thinned_labels(labels: Sequence[tuple[float, str]], most: int = MOST_LABELS) -> list[tuple[float, str]]:
    """At most so many of the labels, spread evenly.

    >>> thinned_labels([(0.0, "a"), (1.0, "b"), (2.0, "c")], 2)
    [(0.0, 'a'), (2.0, 'c')]
    """
    if len(labels) <= most:
        return list(labels)
    places = np.unique(np.linspace(0, len(labels) - 1, most).round().astype(int))
    return [labels[place] for place in places]


def draw_skill(ax: Axes, data: SkillOverTime, *, label: str) -> Axes:
    """Draw `data` on `ax`; `label` names the score."""
    mean, low, high = data.expected
    if math.isfinite(mean):
        ax.axhspan(low, high, color=PALETTE["baseline"], alpha=0.22, lw=0, label="expected, with its band")
        ax.axhline(mean, color=PALETTE["baseline"], lw=1.2)
    for place, line in reversed(list(enumerate(data.lines))):
        _draw_line(ax, line, place)
    for mark in data.marks:
        _draw_mark(ax, mark)
    shown = thinned_labels(data.labels)
    ax.set_xticks([place for place, _ in shown], [plain(text, 20) for _, text in shown])
    if len(shown) > 3:
        ax.tick_params(axis="x", labelrotation=25)
        for text in ax.get_xticklabels():
            text.set_horizontalalignment("right")
    ax.set_ylabel(label)
    ax.grid(axis="y")
    return ax


def _draw_line(ax: Axes, line: Line, place: int) -> None:
    """Dots with intervals; the current model on top and full, earlier ones behind it."""
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
