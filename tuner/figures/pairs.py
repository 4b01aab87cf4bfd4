"""Pairs: the scores of a finalist against those of the baseline, seed by seed on the same data."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import FloatArray
from tuner.figures.scale import scale_of
from tuner.figures.style import PALETTE, heading
from tuner.records import Direction
from tuner.result import Measured, Result

MOST_PANELS = 4
MOST_DOTS = 400  # more would hide each other, and make the page heavy
FEWEST_PAIRS = 2


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
    def wins(self) -> int:
        """The pairs in which the candidate is better."""
        sign = 1.0 if self.direction == "minimize" else -1.0
        return int((sign * self.candidate < sign * self.baseline).sum())


def pairs(result: Result) -> tuple[Pairs, ...]:
    """The first finalists beside the baseline; empty where the data do not vary with the seed."""
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
    scale = scale_of(np.concatenate([data.baseline, data.candidate]), fence=12.0)
    ends = np.array([scale.low, scale.high])
    lower = data.direction == "minimize"  # whether the better side lies under the diagonal
    ax.fill_between(ends, ends, scale.low if lower else scale.high, color=PALETTE["better"], alpha=0.1, lw=0)
    ax.plot(ends, ends, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)))
    shown = _shown(data)
    ax.plot(
        scale.clip(data.baseline[shown]),
        scale.clip(data.candidate[shown]),
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
    _name_sides(ax, lower)
    ax.set_box_aspect(1)
    total = data.candidate.size
    return heading(ax, data.name, f"better in {data.wins:,} of {total:,} pairs", limit=22)


def _shown(data: Pairs) -> np.ndarray:
    """Places of the pairs that are drawn: all, or so many of them evenly from the worst to the best."""
    order = np.argsort(data.candidate - data.baseline, kind="stable")
    count = min(order.size, MOST_DOTS)
    shown: np.ndarray = order[np.unique(np.linspace(0, order.size - 1, count).round().astype(int))]
    return shown


def _name_sides(ax: Axes, lower: bool) -> None:
    """Say in the corners on which side of the diagonal the candidate is better."""
    for word, under in (("better", lower), ("worse", not lower)):
        ax.text(
            0.97 if under else 0.03,
            0.04 if under else 0.96,
            word,
            color=PALETTE[word],
            fontsize=8.5,
            ha="right" if under else "left",
            va="bottom" if under else "top",
            transform=ax.transAxes,
            zorder=4,
        )
