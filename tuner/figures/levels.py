"""Scores that a model has to beat, as labelled dashed lines: those of naive forecasts.

A score far outside of what a figure shows does not stretch its scale: the edge or the legend names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.scale import LOG_RATIO, Scale
from tuner.figures.style import PALETTE
from tuner.naive import LABELS
from tuner.result import Result
from tuner.skill import means_of, ordered

REACH = 1.0  # how far beyond the shown scores a line may lie, in units of their range, and still be drawn

LINE = 0.16  # inches for the label of one line above a figure

_DASHES = (0, (2, 1.6))
_FIRST, _STEP = 3.0, 10.5  # points from the axes to the first label, and from one to the next
_ASIDE = 3.5  # points from a line to its label
_SIZE = 8.0


@dataclass(frozen=True, slots=True)
class Level:
    """A score with its name."""

    name: str
    value: float

    @property
    def label(self) -> str:
        """The name and the number."""
        return f"{self.name} {self.value:.4g}".replace("-", "\N{MINUS SIGN}")


def naive_levels(result: Result, split: str) -> tuple[Level, ...]:
    """The scores of the naive forecasts on a split, the lowest first; none where the study names none."""
    found = means_of(result, split)
    return tuple(Level(LABELS[name], found[name]) for name in sorted(found, key=lambda name: found[name]))


def best_level(result: Result, split: str) -> Level | None:
    """The best of them."""
    found = means_of(result, split)
    names = ordered(found, result.setup.direction)
    return Level(LABELS[names[0]], found[names[0]]) if names else None


def near(levels: Iterable[Level], shown: Iterable[float]) -> tuple[float, ...]:
    """The scores of those levels for which the scale that shows the scores `shown` should make room.

    >>> near([Level("zero", 9.0), Level("last", 1.9)], [1.0, 1.5])
    (1.9,)
    """
    values = [level.value for level in levels]
    scores = np.array(list(shown) if values else [], dtype=float)
    scores = scores[np.isfinite(scores)]
    if not scores.size:
        return tuple(values)
    low, high = float(scores.min()), float(scores.max())
    if low > 0.0 and high / low > LOG_RATIO:  # a logarithmic scale
        factor = (high / low) ** REACH
        return tuple(value for value in values if low / factor <= value <= high * factor)
    reach = REACH * (high - low or 0.1 * abs(high))
    near = tuple(value for value in values if low - reach <= value <= high + reach)
    # One that would make a linear scale logarithmic is not near.
    return tuple(value for value in near if not 0.0 < LOG_RATIO * min(value, low) < max(value, high))


def draw_levels_across(ax: Axes, levels: Sequence[Level], scale: Scale) -> Axes:
    """Draw vertical lines, each with its label above the axes; `scale` is that of the horizontal axis.

    Every label has a row of its own. Those of the left half start at their line, the rightmost in the lowest
    row, and those of the right half end at it, so that no line goes through a label.
    """
    places = [_place(level.value, scale) for level in levels]
    left = sorted((at for at, place in enumerate(places) if place <= 0.5), key=lambda at: -places[at])
    right = sorted((at for at, place in enumerate(places) if place > 0.5), key=lambda at: places[at])
    for row, at in enumerate([*left, *right]):
        level, height = levels[at], _FIRST + _STEP * row
        value = float(scale.clip(np.array(level.value)))
        if value == level.value:
            ax.axvline(value, color=PALETTE["naive"], lw=1.2, ls=_DASHES, zorder=1.5)
            _lead(ax, value, height)
        _write_above(ax, level, value, height, at in left)
    return ax


def _place(value: float, scale: Scale) -> float:
    """Where a value lies on a scale, from 0 to 1; outside of it at its end."""
    ends = np.array([scale.low, float(scale.clip(np.array(value))), scale.high])
    low, here, high = (np.log(ends) if scale.log else ends).tolist()
    return float((here - low) / (high - low))


def _lead(ax: Axes, value: float, height: float) -> None:
    """Carry a vertical line on above the axes."""
    ax.annotate(
        "",
        xy=(value, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0.0, height + _SIZE),
        textcoords="offset points",
        arrowprops={"arrowstyle": "-", "color": PALETTE["naive"], "lw": 0.9, "shrinkA": 0, "shrinkB": 0},
        annotation_clip=False,
    )


def _write_above(ax: Axes, level: Level, value: float, height: float, to_the_right: bool) -> None:
    off = value != level.value
    text = level.label
    if off:
        text = f"◂ {text}" if to_the_right else f"{text} ▸"
    aside = 0.0 if off else _ASIDE if to_the_right else -_ASIDE
    ax.annotate(
        text,
        xy=(value, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(aside, height),
        textcoords="offset points",
        ha="left" if to_the_right else "right",
        va="bottom",
        fontsize=_SIZE,
        color=PALETTE["naive"],
        annotation_clip=False,
    )


def draw_level_along(ax: Axes, level: Level, scale: Scale) -> Axes:
    """Draw a horizontal line that the legend names; where it is off the vertical axis, the legend says so."""
    style: dict[str, Any] = {"color": PALETTE["naive"], "lw": 1.2, "ls": _DASHES, "zorder": 1.5}
    name = f"naive: {level.label}"
    if scale.low <= level.value <= scale.high:
        ax.axhline(level.value, label=name, **style)
        return ax
    side = "above" if level.value > scale.high else "below"
    ax.plot([], [], label=f"{name}, {side} the axis", **style)
    return ax
