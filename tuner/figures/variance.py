"""Where the spread comes from: the standard deviation of every stream alone, and of all together."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import mark_lost
from tuner.figures.scale import Scale
from tuner.figures.style import PALETTE, plain
from tuner.stats.variance import TOGETHER, Source, VarianceShares

_TEXT = 0.4  # share of the width that is left to the words at the right


@dataclass(frozen=True, slots=True)
class Deviation:
    """A standard deviation in metric units with its interval; NaN where it is not known.

    `words` say what share of the variance it is, `lost` how many runs have no score.
    """

    name: str
    std: float
    low: float
    high: float
    words: str
    together: bool = False
    lost: str = ""


def deviations(shares: VarianceShares, names: Mapping[str, str]) -> tuple[Deviation, ...]:
    """The rows of the plot: the streams in their order, and last all of them together.

    `names` has what a reader calls them.
    """
    return tuple(
        Deviation(
            name=names.get(source.name, source.name),
            std=source.std,
            low=source.interval.low,
            high=source.interval.high,
            words=_words(source),
            together=source.name == TOGETHER,
            lost=f"{source.failures} of {source.n} without a score" if source.failures else "",
        )
        for source in (*shares.sources, shares.together)
    )


def _words(source: Source) -> str:
    if source.name == TOGETHER:
        return "all of it"
    if source.std == 0.0:
        return "nothing"
    if math.isnan(source.share):
        return "share not known"
    ends = source.share_interval
    known = math.isfinite(ends.low)
    return share_text(source.share) + (f" ({share_range(ends.low, ends.high)})" if known else "")


def share_text(share: float) -> str:
    """A share of a variance, at least 0, in percent.

    >>> share_text(1.139), share_text(0.0123), share_text(0.00001), share_text(0.0)
    ('114 %', '1.2 %', '< 0.01 %', '0 %')
    """
    return f"{_percents(share)} %"


def share_range(low: float, high: float) -> str:
    """An interval of shares.

    >>> share_range(0.17, 7.56), share_range(0.0, 0.0)
    ('17 to 756 %', '0 %')
    """
    return share_text(high) if low == high else f"{_percents(low)} to {share_text(high)}"


def _percents(share: float) -> str:
    percents = 100 * share
    if 0.0 < percents < 0.01:
        return "< 0.01"
    return f"{percents:.0f}" if percents >= 9.95 or percents == 0.0 else f"{percents:.2g}"


def draw_deviations(ax: Axes, rows: tuple[Deviation, ...], *, label: str) -> Axes:
    """Draw `rows` on `ax`, the first on top, from zero on; `label` names the score, such as "test MSE".

    An interval that reaches far beyond every standard deviation ends in an arrow at the edge.
    """
    scale = _scale(rows)
    edge = scale.high * (1 - _TEXT)
    for place, row in enumerate(rows):
        color = PALETTE["baseline" if row.together else "candidate"]
        if math.isfinite(row.low):
            ax.plot(
                [row.low, min(row.high, edge)], [place, place], color=color, lw=2.2, solid_capstyle="butt"
            )
        if row.high > edge:
            ax.plot([edge], [place], ">", color=color, ms=5)
        if math.isfinite(row.std):
            ax.plot(
                [row.std],
                [place],
                "o",
                mfc=color,
                mec=PALETTE["paper"],
                mew=0.8,
                ms=7.5,
                zorder=3,
                clip_on=False,
            )
        ax.text(scale.high, place, row.words, ha="right", va="center", fontsize=8, color=PALETTE["ink"])
        if row.lost:
            mark_lost(ax, place + 0.32, row.lost, "minimize")
    ax.set_yticks(range(len(rows)), [plain(row.name) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0, pad=7)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"standard deviation of the {label}")
    ax.set_title("share of the variance", loc="right", fontsize=8.5, color=PALETTE["muted"], weight="normal")
    ax.grid(axis="x")
    return scale.apply(ax, "x")


def _scale(rows: tuple[Deviation, ...]) -> Scale:
    """From zero to all intervals, or to twice the largest standard deviation where they reach farther."""
    stds = [row.std for row in rows if math.isfinite(row.std)]
    largest = max(stds, default=0.0)
    ends = [row.high for row in rows if math.isfinite(row.high)]
    high = min(max([largest, *ends]), 2.0 * largest) or 1.0
    return Scale(0.0, float(np.float64(high * 1.03 / (1 - _TEXT))))
