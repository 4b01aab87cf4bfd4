"""Box-and-whisker plot of the test scores: one box a configuration, one dot a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import boxplot_stats

from tuner.figures.levels import Level, draw_levels_across, naive_levels, near
from tuner.figures.samples import Sample, mark_lost, runs_of, sample_of, spread_offsets, ties
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, plain
from tuner.records import BASELINE, Direction
from tuner.result import Result

FEWEST_FOR_A_BOX = 4  # quartiles of fewer scores would be the scores themselves
MOST_BESIDE = 3  # dots of one score that fit beside each other; of more the number is written

_DOTS = 0.24  # from the middle of a row to its dots, in rows
_WIDTH = 0.12  # of the dots to both sides: three that touch


@dataclass(frozen=True, slots=True)
class Boxes:
    """The test scores of the confirmed configurations, baseline first.

    `baseline_mean` and `baseline_interval` are those of the result's table, in metric units; `baseline` is
    the name of the row that is drawn as the baseline. `naive` are the test scores of naive forecasts.
    """

    rows: tuple[Sample, ...]
    direction: Direction
    baseline_mean: float
    baseline_interval: tuple[float, float]
    baseline: str = BASELINE
    naive: tuple[Level, ...] = ()

    @property
    def scale(self) -> Scale:
        """The axis of the scores."""
        every = [score for row in self.rows for score in row.scores]
        lost = any(row.lost for row in self.rows)
        return scale_of([*every, *near(self.naive, every)], direction=self.direction, room=lost)

    @property
    def has_line(self) -> bool:
        """Whether the mean of the baseline is drawn."""
        return bool(np.isfinite(self.baseline_mean))

    @property
    def has_band(self) -> bool:
        """Whether its interval is."""
        return bool(np.isfinite(self.baseline_interval).all())


def boxes(result: Result) -> Boxes | None:
    """The numbers of the plot; None before confirmation has finished."""
    if result.baseline is None:
        return None
    runs = runs_of(result.seen, "confirmation")
    rows = tuple(
        sample_of(measured.name, runs.get(measured.name, ()), "test")
        for measured in (result.baseline, *result.finalists)
    )
    summary = result.baseline.summary
    interval = (summary.interval.low, summary.interval.high)
    naive = naive_levels(result, "test")
    return Boxes(rows, result.setup.direction, summary.mean, interval, naive=naive)


def draw_boxes(ax: Axes, data: Boxes, *, label: str) -> Axes:
    """Draw `data` as horizontal boxes on `ax`; `label` names the score, such as "test MSE"."""
    scale = data.scale
    if data.has_band:
        ax.axvspan(*scale.clip(np.array(data.baseline_interval)), color=PALETTE["baseline"], alpha=0.13, lw=0)
    if data.has_line:
        ax.axvline(data.baseline_mean, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)))
    for place, row in enumerate(data.rows):
        _draw_row(ax, place, row, "baseline" if row.name == data.baseline else "candidate")
        if row.lost:
            mark_lost(ax, place + _DOTS, row.lost, data.direction)
    _name_rows(ax, data.rows)
    ax.set_xlabel(scale.called(label))
    ax.grid(axis="x")
    scale.apply(ax, "x")
    return draw_levels_across(ax, data.naive, scale)


def has_box(row: Sample) -> bool:
    """Whether a row has a box with whiskers beside its dots."""
    return len(row.scores) >= FEWEST_FOR_A_BOX


def _draw_row(ax: Axes, place: int, row: Sample, role: str) -> None:
    color = PALETTE[role]
    if has_box(row):
        stats: dict[str, Any] = boxplot_stats(row.scores)[0]
        line = {"color": color, "linewidth": 1.2}
        ax.bxp(
            [stats],
            positions=[place - 0.14],
            widths=0.36,
            orientation="horizontal",
            showfliers=False,  # every score has its dot already
            showcaps=False,
            patch_artist=True,
            manage_ticks=False,
            boxprops={"facecolor": color, "alpha": 0.22, "edgecolor": "none"},
            medianprops={"color": color, "linewidth": 2.2},
            whiskerprops=line,
        )
    dots = place + _DOTS + spread_offsets(row.scores, width=_WIDTH)
    ax.plot(row.scores, dots, "o", color=color, ms=4.2, mec=PALETTE["paper"], mew=0.6, zorder=3)
    if row.scores:
        ax.plot([row.mean], [place - 0.14], "D", mfc=PALETTE["paper"], mec=color, mew=1.4, ms=5.5, zorder=4)
    for score, count in crowded(row):
        _write_count(ax, score, place + _DOTS, count)


def crowded(row: Sample) -> tuple[tuple[float, int], ...]:
    """The scores that so many seeds share that their dots lie on each other, each with their number."""
    return tuple((row.scores[own[0]], own.size) for own in ties(row.scores) if own.size > MOST_BESIDE)


def _write_count(ax: Axes, score: float, height: float, count: int) -> None:
    ax.annotate(
        f"\N{MULTIPLICATION SIGN}{count}",
        xy=(score, height),
        xytext=(4.0, 0.0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=8,
        color=PALETTE["ink"],
        bbox={"facecolor": PALETTE["paper"], "alpha": 0.8, "edgecolor": "none", "pad": 0.4},
        zorder=5,
    )


def _name_rows(ax: Axes, rows: Sequence[Sample]) -> None:
    ax.set_yticks(range(len(rows)), [plain(row.name) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
