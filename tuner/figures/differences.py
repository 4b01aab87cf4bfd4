"""Forest plot: the difference of each finalist to the baseline, with its interval and the margin."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import mark_lost
from tuner.figures.scale import scale_of
from tuner.figures.style import PALETTE, VERDICT_MARKERS, plain
from tuner.records import Direction
from tuner.result import Result


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline in metric units; NaN where it could not be estimated."""

    name: str
    value: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Differences:
    """All differences of a study, best finalist first."""

    rows: tuple[Difference, ...]
    direction: Direction
    margin: float | None
    level: float


def differences(result: Result) -> Differences | None:
    """The numbers of the plot; None where nothing was compared with the baseline."""
    rows = tuple(
        Difference(
            name=finalist.name,
            value=finalist.comparison.difference,
            low=finalist.comparison.interval.low,
            high=finalist.comparison.interval.high,
            verdict=finalist.comparison.verdict,
        )
        for finalist in result.finalists
        if finalist.comparison is not None
    )
    if not rows:
        return None
    return Differences(rows, result.setup.direction, result.setup.margin, result.setup.level)


def draw_differences(ax: Axes, data: Differences, *, label: str) -> Axes:
    """Draw `data` on `ax`, one row a finalist; `label` names the score, such as "test MSE"."""
    numbers = [number for row in data.rows for number in (row.value, row.low, row.high)]
    margin = data.margin or 0.0
    unknown = any(not math.isfinite(row.value) for row in data.rows)
    scale = scale_of([*numbers, 0.0, margin, -margin], direction=data.direction, room=unknown, may_log=False)
    if data.margin:
        ax.axvspan(-margin, margin, color=PALETTE["equivalent"], alpha=0.12, lw=0)
    ax.axvline(0.0, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)))
    for place, row in enumerate(data.rows):
        if not math.isfinite(row.value):
            mark_lost(ax, place, "no difference: runs without a score", data.direction)
            continue
        color = PALETTE[row.verdict]
        ends = scale.clip(np.array([row.low, row.high]))
        if not np.isnan(ends).any():
            ax.plot(ends, [place, place], color=color, lw=2.2, solid_capstyle="butt")
        face = PALETTE["paper"] if row.verdict == "undecided" else color
        marker = VERDICT_MARKERS[row.verdict]
        ax.plot([row.value], [place], marker, mfc=face, mec=color, mew=1.6, ms=7.5, zorder=3)
    ax.set_yticks(range(len(data.rows)), [f"{plain(row.name)}\n{row.verdict}" for row in data.rows])
    ax.set_ylim(len(data.rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    left, right = ("better", "worse") if data.direction == "minimize" else ("worse", "better")
    ax.set_title(f"← {left}", loc="left", color=PALETTE[left], fontsize=8.5)
    ax.set_title(f"{right} →", loc="right", color=PALETTE[right], fontsize=8.5)
    ax.set_xlabel(f"difference in {label} to the baseline")
    ax.grid(axis="x")
    return scale.apply(ax, "x")
