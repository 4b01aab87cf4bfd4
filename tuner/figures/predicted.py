"""Truth against prediction, where a target is a single number: a dot for every kept example."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import FloatArray, finite
from tuner.figures.scale import Scale
from tuner.figures.style import PALETTE, plain
from tuner.predictions import Predictions
from tuner.records import BASELINE
from tuner.result import Result

MOST_DOTS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """The examples of the configuration `name`, all of shape (examples,).

    `middle` is the median over the runs of what they predict, `low` and `high` the least and the most;
    where every run has examples of its own (`own`) there is one prediction, and all three are the same.
    """

    name: str
    truth: FloatArray
    middle: FloatArray
    low: FloatArray
    high: FloatArray
    runs: int
    own: bool

    @property
    def has_lines(self) -> bool:
        """Whether a line spans what several runs predict for each example."""
        return not self.own and self.runs > 1


def predicted(result: Result) -> tuple[Predicted, ...]:
    """The best configuration, and the baseline before it where it is another; empty where none are kept."""
    if result.best is None:
        return ()
    names = dict.fromkeys((BASELINE, result.best.name))
    found = [_of(name, result.predictions[name]) for name in names if name in result.predictions]
    kept = tuple(one for one in found if one is not None)
    return kept if any(one.name == result.best.name for one in kept) else ()


def _of(name: str, kept: Predictions) -> Predicted | None:
    if kept.points_true is None or kept.points_pred is None or kept.counts is not None:
        return None
    said = finite(kept.points_pred)
    runs = len(said)
    if not kept.own:
        truth = finite(kept.points_true[0])
        return Predicted(
            name, truth, np.median(said, axis=0), said.min(axis=0), said.max(axis=0), runs, own=False
        )
    truth, said = finite(kept.points_true).ravel(), said.ravel()
    places = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), MOST_DOTS)).round().astype(int))
    truth, said = truth[places], said[places]
    return Predicted(name, truth, said, said, said, runs, own=True)


def predicted_scale(panels: Sequence[Predicted]) -> Scale:
    """One scale for all axes: the range of what is true, and of predictions that are not far beyond it."""
    truth = np.concatenate([panel.truth for panel in panels])
    truth = truth[np.isfinite(truth)]
    if not truth.size:
        return Scale(0.0, 1.0)
    low, high = float(truth.min()), float(truth.max())
    span = high - low or abs(high) * 0.1 or 1.0
    said = np.concatenate([ends for panel in panels for ends in (panel.low, panel.high)])
    said = np.clip(said[np.isfinite(said)], low - span / 2, high + span / 2)
    shown = np.concatenate([truth, said])
    air = 0.05 * (float(np.ptp(shown)) or span)
    return Scale(float(shown.min()) - air, float(shown.max()) + air)


def beyond(data: Predicted, scale: Scale) -> bool:
    """Whether a dot lies outside of the scale, and is drawn at its edge."""
    return bool(scale.outside(data.middle[np.isfinite(data.middle)]).any())


def draw_predicted(ax: Axes, data: Predicted, scale: Scale) -> Axes:
    """Draw one configuration; its dots stand on the diagonal where all is right."""
    color = PALETTE["baseline" if data.name == BASELINE else "candidate"]
    ends = (scale.low, scale.high)
    ax.plot(ends, ends, color=PALETTE["muted"], lw=0.9, ls=(0, (4, 2)))
    if data.has_lines:
        ax.vlines(data.truth, scale.clip(data.low), scale.clip(data.high), color=color, lw=0.8, alpha=0.35)
    ax.plot(data.truth, scale.clip(data.middle), "o", color=color, ms=2.8, alpha=0.75, mew=0)
    ax.set_title(plain(data.name))
    ax.set_aspect("equal")
    scale.apply(ax, "x", ticks=5)
    return scale.apply(ax, "y", ticks=5)
