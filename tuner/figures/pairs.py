"""Pairs: the scores of a finalist against those of the baseline, seed by seed on the same data."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import FloatArray
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, heading
from tuner.records import Direction
from tuner.result import Measured, Result

MOST_PANELS = 4
MOST_DOTS = 400  # more would hide each other, and make the page heavy
FEWEST_PAIRS = 2

# Where the words for a side of the diagonal can stand, in shares of the axes: the first where it is free.
_SPOTS_UNDER = ((0.86, 0.06), (0.86, 0.3), (0.32, 0.06), (0.6, 0.06))
_SPOTS_OVER = ((0.14, 0.94), (0.14, 0.7), (0.68, 0.94), (0.4, 0.94))


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The test scores of one candidate and of the baseline with the same seed indices, (pairs,) each.

    Only pairs in which both runs have a score are here; `lost` counts the others. `correlation` is that of
    these pairs, NaN where a side does not vary.
    """

    name: str
    baseline: FloatArray
    candidate: FloatArray
    lost: int
    correlation: float
    direction: Direction

    @property
    def scale(self) -> Scale:
        """Both axes."""
        return scale_of(np.concatenate([self.baseline, self.candidate]), fence=12.0)

    @property
    def wins(self) -> int:
        """The pairs in which the candidate is better."""
        sign = 1.0 if self.direction == "minimize" else -1.0
        return int((sign * self.candidate < sign * self.baseline).sum())


def pairs(result: Result) -> tuple[Pairs, ...]:
    """The first finalists beside the baseline; empty where runs are not compared in pairs."""
    if result.baseline is None or not result.setup.paired:
        return ()
    found = [_pairs(one, result.baseline, result.setup.direction) for one in result.finalists]
    return tuple([one for one in found if one.candidate.size >= FEWEST_PAIRS][:MOST_PANELS])


def _pairs(one: Measured, baseline: Measured, direction: Direction) -> Pairs:
    second, first = np.array(baseline.test), np.array(one.test)
    both = np.isfinite(second) & np.isfinite(first)
    compared = one.comparison
    correlation = None if compared is None else compared.correlation
    return Pairs(
        name=one.name,
        baseline=second[both],
        candidate=first[both],
        lost=int((~both).sum()),
        correlation=math.nan if correlation is None else correlation,
        direction=direction,
    )


def draw_pairs(ax: Axes, data: Pairs) -> Axes:
    """Draw one dot a seed on `ax`, the baseline from left to right, with the diagonal of equal scores."""
    scale = data.scale
    ends = np.array([scale.low, scale.high])
    lower = data.direction == "minimize"  # whether the better side lies under the diagonal
    ax.fill_between(ends, ends, scale.low if lower else scale.high, color=PALETTE["better"], alpha=0.1, lw=0)
    ax.plot(ends, ends, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)))
    shown = _shown(data)
    x, y = scale.clip(data.baseline[shown]), scale.clip(data.candidate[shown])
    ax.plot(
        x,
        y,
        "o",
        color=PALETTE["candidate"],
        ms=4.6 if shown.size <= 60 else 3.0,
        mec=PALETTE["paper"],
        mew=0.6 if shown.size <= 60 else 0.3,
        clip_on=False,
        zorder=3,
    )
    scale.apply(ax, "x", ticks=4)
    scale.apply(ax, "y", ticks=4)
    _name_sides(ax, lower, np.column_stack([x, y]))
    ax.set_box_aspect(1)
    total = data.candidate.size
    return heading(ax, data.name, f"better in {data.wins:,} of {total:,} pairs", limit=22)


def _shown(data: Pairs) -> np.ndarray:
    """Places of the pairs that are drawn: all, or so many of them evenly from the worst to the best."""
    order = np.argsort(data.candidate - data.baseline, kind="stable")
    count = min(order.size, MOST_DOTS)
    shown: np.ndarray = order[np.unique(np.linspace(0, order.size - 1, count).round().astype(int))]
    return shown


def _name_sides(ax: Axes, lower: bool, dots: FloatArray) -> None:
    """Say on which side of the diagonal the candidate is better, where few of the `dots`, (n, 2), are."""
    seen = (ax.transScale + ax.transLimits).transform(dots)
    for word, under in (("better", lower), ("worse", not lower)):
        x, y = min(_SPOTS_UNDER if under else _SPOTS_OVER, key=lambda spot: _crowd(seen, *spot))
        ax.text(
            x,
            y,
            word,
            color=PALETTE[word],
            fontsize=9.0,
            ha="center",
            va="center",
            transform=ax.transAxes,
            zorder=4,
        )


def _crowd(seen: FloatArray, x: float, y: float) -> int:
    """How many dots, in shares of the axes, are where a word at this place would be."""
    return int(((np.abs(seen[:, 0] - x) < 0.14) & (np.abs(seen[:, 1] - y) < 0.07)).sum())
