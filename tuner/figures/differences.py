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
from tuner.stats import Comparison, Interval


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate minus baseline in metric units; NaN where it could not be estimated.

    `interval` is that of this difference alone, `adjusted` accounts for the number of candidates and looks.
    """

    name: str
    value: float
    interval: Interval
    adjusted: Interval
    verdict: str

    @classmethod
    def of(cls, name: str, comparison: Comparison) -> "Difference":
        """The row of a comparison."""
        return cls(
            name,
            comparison.difference,
            comparison.interval,
            comparison.interval_adjusted,
            comparison.verdict,
        )


@dataclass(frozen=True, slots=True)
class Differences:
    """All differences of a study, best finalist first."""

    rows: tuple[Difference, ...]
    direction: Direction
    margin: float | None
    level: float

    @property
    def has_intervals(self) -> bool:
        """Whether the interval of a difference is drawn."""
        return any(_known(row.interval) for row in self._drawn)

    @property
    def has_adjusted(self) -> bool:
        """Whether one is drawn that shows beyond it, for it accounts for what else was compared."""
        return any(
            row.adjusted.low < row.interval.low or row.adjusted.high > row.interval.high
            for row in self._drawn
        )

    @property
    def lost(self) -> int:
        """The rows that have no difference, but a cross."""
        return len(self.rows) - len(self._drawn)

    @property
    def _drawn(self) -> tuple[Difference, ...]:
        return tuple(row for row in self.rows if math.isfinite(row.value))


def _known(interval: Interval) -> bool:
    return not (math.isnan(interval.low) or math.isnan(interval.high))


def differences(result: Result) -> Differences | None:
    """The numbers of the plot; None where nothing was compared with the baseline."""
    rows = tuple(
        Difference.of(finalist.name, finalist.comparison)
        for finalist in result.finalists
        if finalist.comparison is not None
    )
    if not rows:
        return None
    return Differences(rows, result.setup.direction, result.setup.margin, result.setup.level)


def draw_differences(ax: Axes, data: Differences, *, label: str) -> Axes:
    """Draw `data` on `ax`, one row a finalist; `label` names the score, such as "test MSE"."""
    ends = [end for row in data.rows for one in (row.interval, row.adjusted) for end in (one.low, one.high)]
    numbers = [*ends, *(row.value for row in data.rows)]
    margin = data.margin or 0.0
    shown = [*numbers, 0.0, margin, -margin]
    scale = scale_of(shown, direction=data.direction, room=data.lost > 0, may_log=False)
    if data.margin:
        ax.axvspan(-margin, margin, color=PALETTE["equivalent"], alpha=0.12, lw=0)
    ax.axvline(0.0, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)))
    for place, row in enumerate(data.rows):
        if not math.isfinite(row.value):
            mark_lost(ax, place, "no difference: runs without a score", data.direction)
            continue
        color = PALETTE[row.verdict]
        for interval, width in ((row.adjusted, 0.9), (row.interval, 2.6)):
            if _known(interval):
                reach = scale.clip(np.array([interval.low, interval.high]))
                ax.plot(reach, [place, place], color=color, lw=width, solid_capstyle="butt")
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
