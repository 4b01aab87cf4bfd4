"""Scores of one configuration as figures need them: the finite ones, and what became of the others."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from tuner.figures.style import PALETTE
from tuner.records import Direction, Phase, Run

FloatArray = NDArray[np.float64]

_ROUNDING = 4.0 * float(np.finfo(np.float32).eps)  # of a mean over batches


def finite(values: NDArray[Any]) -> FloatArray:
    """The same numbers as float64, NaN in place of infinite ones."""
    numbers = np.array(values, dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


@dataclass(frozen=True, slots=True)
class Sample:
    """The finite scores of one configuration on one split, and a word about runs that have none."""

    name: str
    scores: tuple[float, ...]
    lost: str = ""  # such as "2 diverged"; empty where every run has a score

    @property
    def mean(self) -> float:
        """Mean of the finite scores; NaN where there are none."""
        return float(np.mean(self.scores)) if self.scores else math.nan


def sample_of(name: str, runs: Iterable[Run], split: str) -> Sample:
    """The scores of `runs` on `split`; a run without a finite one is counted under its status."""
    scores: list[float] = []
    lost: Counter[str] = Counter()
    for run in runs:
        score = run.scores.get(split, math.nan)
        if math.isfinite(score):
            scores.append(score)
        else:
            lost["unscored" if run.status == "complete" else run.status] += 1
    words = ", ".join(f"{count} {status}" for status, count in sorted(lost.items()))
    return Sample(name, tuple(scores), words)


def runs_of(runs: Iterable[Run], phase: Phase) -> dict[str, list[Run]]:
    """The runs of one phase by configuration, in the order in which configurations first appear."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.phase == phase:
            found.setdefault(run.configuration, []).append(run)
    return found


def spread_offsets(scores: Sequence[float], width: float = 0.22) -> FloatArray:
    """Where to put dots beside their row so that few overlap, shape (n,), within +-`width`.

    By rank the dots follow the van der Corput sequence, which spreads neighbours evenly; those of equal
    scores stand evenly over the whole width. Unlike random jitter it gives the same picture every time.
    """
    offsets = np.zeros(len(scores))
    for rank, own in enumerate(ties(scores), start=1):
        offsets[own] = 2 * _van_der_corput(rank) - 1 if own.size == 1 else np.linspace(-1.0, 1.0, own.size)
    return width * offsets


def _van_der_corput(rank: int) -> float:
    """The binary digits of `rank`, at least 1, mirrored at the point: 0.1, 0.01, 0.11, 0.001, ..."""
    digits = f"{rank:b}"
    return int(digits[::-1], 2) / (2.0 ** len(digits))


def ties(scores: Sequence[float]) -> tuple[NDArray[np.intp], ...]:
    """The places of equal scores, lowest score first; what rounding in float32 parts is equal.

    >>> [places.tolist() for places in ties([0.9, 0.5, 0.9000001])]
    [[1], [0, 2]]
    """
    if not len(scores):
        return ()
    values = np.asarray(scores, dtype=float)
    order = np.argsort(values, kind="stable")
    apart = ~np.isclose(values[order][:-1], values[order][1:], rtol=_ROUNDING, atol=0.0)
    return tuple(np.split(order, np.flatnonzero(apart) + 1))


def mark_beyond(
    ax: Axes,
    x: FloatArray,
    y: FloatArray,
    sides: NDArray[np.int64],
    *,
    along: Literal["x", "y"] = "y",
    color: str = PALETTE["candidate"],
) -> Axes:
    """A whole triangle, 6 points wide, for each place at the edge of an axis whose value lies beyond it.

    `sides` has 1 for those above the scale of the axis `along` and -1 for those below; others are not marked.
    """
    for side, marker in ((-1, "v" if along == "y" else "<"), (1, "^" if along == "y" else ">")):
        own = sides == side
        if own.any():
            ax.plot(x[own], y[own], marker, color=color, ms=6, mew=0, zorder=5, clip_on=False)
    return ax


def mark_lost(ax: Axes, row: float, words: str, direction: Direction) -> Axes:
    """A cross at the losing edge of a horizontal row, with the count of its runs without a score."""
    edge, side = (0.985, "right") if direction == "minimize" else (0.015, "left")
    over_rows = ax.get_yaxis_transform()
    ax.plot([edge], [row], "X", color=PALETTE["lost"], markersize=7, transform=over_rows, clip_on=False)
    inward = edge + (-0.02 if direction == "minimize" else 0.02)
    ax.text(inward, row, words, color=PALETTE["lost"], fontsize=8, ha=side, va="center", transform=over_rows)
    return ax
