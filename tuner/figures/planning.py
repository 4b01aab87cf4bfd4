"""Figures of a plan: how the standard error falls, and what difference a number of runs can show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tuner.figures.style import PALETTE, plain_ticks
from tuner.stats.growth import StandardErrors


@dataclass(frozen=True, slots=True)
class DetectableCurve:
    """Smallest differences that are found, against the number of runs a group; tuples of one length.

    `low` and `high` are those at the ends of the interval of the standard deviation, NaN without one.
    """

    repeats: tuple[int, ...]
    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def draw_standard_errors(ax: Axes, data: StandardErrors, *, label: str, legend: bool = True) -> Axes:
    """Draw the band over orders of the runs, its median, and the curve that the square root promises.

    Without `legend` the labels are for the caller to show.
    """
    ax.fill_between(
        data.runs,
        data.low,
        data.high,
        color=PALETTE["candidate"],
        alpha=0.2,
        lw=0,
        label=f"{100 * data.level:.0f} % of the orders",
    )
    ax.plot(data.runs, data.median, color=PALETTE["candidate"], lw=2.0, label="median of the orders")
    ax.plot(
        data.runs,
        data.expected,
        color=PALETTE["baseline"],
        lw=1.2,
        ls=(0, (4, 2)),
        label="std of all runs / √n",
    )
    ax.set_ylabel(f"standard error of the mean {label}")
    return _against_runs(ax, data.runs, "runs", data.high, legend)


def draw_detectable(ax: Axes, data: DetectableCurve, *, label: str) -> Axes:
    """Draw the smallest difference that is found against the number of runs, with its range."""
    color = PALETTE["candidate"]
    if np.isfinite([*data.low, *data.high]).all():
        ax.fill_between(
            data.repeats,
            data.low,
            data.high,
            color=color,
            alpha=0.2,
            lw=0,
            label="by the interval of the std",
        )
    ax.plot(data.repeats, data.value, "o-", color=color, lw=2.0, ms=4.5, label="at the std itself")
    ax.set_ylabel(f"smallest difference found in {label}")
    return _against_runs(ax, data.repeats, "runs of each configuration", [*data.value, *data.high])


def top_of(values: Sequence[float]) -> float:
    """Where an axis of these values ends."""
    return 1.06 * (float(np.nanmax(values)) or 1.0)  # all 0 where the runs do not vary


def _against_runs(
    ax: Axes, runs: Sequence[int], words: str, values: Sequence[float], legend: bool = True
) -> Axes:
    top = top_of(values)
    ax.set_xlabel(words)
    ax.set_xlim(0, max(runs) * 1.03)
    ax.set_ylim(0, top)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if not np.any(np.nan_to_num(values)):
        ax.set_yticks([0.0])  # where the runs do not vary, no other number has a meaning
    ax.yaxis.set_major_formatter(plain_ticks(top))
    ax.grid(axis="y")
    if legend:
        ax.legend(loc="upper right")
    return ax
