"""Confusion matrix: of the examples with a label, which share was given which, over the runs."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tuner.figures.samples import FloatArray
from tuner.figures.style import PALETTE
from tuner.predictions import Predictions
from tuner.result import Result

MOST_WITH_SPREAD = 6  # classes; of more there is no room for a second number in a cell
_LEAST_SHOWN = 0.005  # share that is written into a cell
_STRONGEST = 0.55  # opacity of a cell, so that its number can be read on it


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Of the configuration `name`: `share` and `spread` (classes, classes), true label by predicted one.

    `share` is the mean over the runs of the share that the examples with a label have in a cell, so that
    a row sums to 1, and `spread` its standard deviation over the runs (NaN of a single one). A label
    without an example has a row of NaN. `labels` is how many labels a run was given, on average.
    """

    name: str
    share: FloatArray
    spread: FloatArray
    runs: int
    labels: float

    @property
    def has_mistakes(self) -> bool:
        """Whether any label was taken for another."""
        return bool(np.nan_to_num(self.share[~np.eye(len(self.share), dtype=bool)]).any())


def confusion(result: Result) -> Confusion | None:
    """The matrix of the best configuration; None where it does not classify, or nothing is kept."""
    best = result.best
    counts = None if best is None else result.predictions.get(best.name, Predictions()).counts
    if best is None or counts is None or not counts.sum():
        return None
    totals = counts.sum(axis=2, keepdims=True)
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    there = np.isfinite(shares).sum(axis=0)
    share, spread = np.full((2, *there.shape), np.nan)
    some = there[:, 0] > 0
    share[some] = np.nanmean(shares[:, some], axis=0)
    several = there[:, 0] > 1
    spread[several] = np.nanstd(shares[:, several], axis=0, ddof=1)
    return Confusion(best.name, share, spread, len(counts), float(counts.sum(axis=(1, 2)).mean()))


def mistakes(data: Confusion, most: int = 3) -> tuple[tuple[int, int, float], ...]:
    """The largest shares off the diagonal: (true label, predicted one, share), largest first."""
    off = np.where(np.eye(len(data.share), dtype=bool), 0.0, np.nan_to_num(data.share))
    order = np.argsort(-off, axis=None, kind="stable")[:most]
    places = [(int(place) // len(off), int(place) % len(off)) for place in order]
    found = [(true, said, float(off[true, said])) for true, said in places]
    return tuple(one for one in found if one[2] >= _LEAST_SHOWN)


def draw_confusion(ax: Axes, data: Confusion) -> Axes:
    """Draw `data` on `ax`: true labels down, predicted ones across, the share in each cell in percent."""
    classes = len(data.share)
    size = max(5.0, min(9.0, 70 / classes))
    for true in range(classes):
        for said in range(classes):
            _draw_cell(ax, data, (true, said), size)
    ax.set_xlim(-0.5, classes - 0.5)
    ax.set_ylim(classes - 0.5, -0.5)
    ax.set_xticks(range(classes))
    ax.set_yticks(range(classes))
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_aspect("equal")
    ax.set_xlabel("predicted label")
    ax.set_ylabel("true label")
    return ax


def _draw_cell(ax: Axes, data: Confusion, place: tuple[int, int], size: float) -> None:
    share, spread = data.share[place], data.spread[place]
    true, said = place
    color = PALETTE["candidate" if true == said else "worse"]
    known = bool(np.isfinite(share))
    seen = np.sqrt(share) if true != said else share  # a mistake is seen while it is rare
    alpha = _STRONGEST * float(seen) if known else 0.0
    ax.add_patch(Rectangle((said - 0.5, true - 0.5), 1, 1, facecolor=color, alpha=alpha))
    ax.add_patch(
        Rectangle((said - 0.5, true - 0.5), 1, 1, facecolor="none", edgecolor=PALETTE["grid"], lw=0.6)
    )
    if not known or (share < _LEAST_SHOWN and len(data.share) > MOST_WITH_SPREAD):
        return
    ax.text(said, true, _written(share, spread, len(data.share)), ha="center", va="center", fontsize=size)


def _written(share: float, spread: float, classes: int) -> str:
    if classes > MOST_WITH_SPREAD:
        return f"{100 * share:.0f}"
    beside = f"\n± {100 * spread:.1f}" if np.isfinite(spread) else ""
    return f"{100 * share:.1f} %{beside}"
