"""Tuning curve: how good the best of k trials of a random search is expected to be."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tuner.figures.samples import FloatArray
from tuner.figures.scale import scale_of
from tuner.figures.search_history import search_history
from tuner.figures.style import PALETTE
from tuner.records import Direction
from tuner.result import Result
from tuner.stats.tuning_curve import tuning_curve

FEWEST = 2  # one trial is no curve
MOST_MARKS = 100  # more would hide the line


@dataclass(frozen=True, slots=True, eq=False)
class TuningCurve:
    """The expected best mean validation score after each number of trials, shape (trials,).

    Infinite as long as every trial may have a run without a score. `baseline` is the baseline's mean in the
    search, NaN where it has none.
    """

    expected: FloatArray
    baseline: float
    direction: Direction


def tuning_curve_of(result: Result) -> TuningCurve | None:
    """The numbers of the plot; None where trials were not drawn at random, or fewer than two have a score.

    Trials that a pruner ended early would have had a score, so there is no curve either.
    """
    history = search_history(result)
    pruned = any(run.status == "pruned" for run in result.runs)
    if history is None or result.setup.sampler != "random" or pruned:
        return None
    scores = [math.nan if sample.lost else sample.mean for sample in history.trials]
    if sum(map(math.isfinite, scores)) < FEWEST:
        return None
    expected = tuning_curve(scores, direction=history.direction)
    baseline = math.nan if history.baseline.lost else history.baseline.mean
    return TuningCurve(expected, baseline, history.direction)


def draw_tuning_curve(ax: Axes, data: TuningCurve, *, label: str) -> Axes:
    """Draw the curve over the number of trials, with the baseline as a line; `label` names the score."""
    trials = np.arange(1, data.expected.size + 1)
    shown = np.isfinite(data.expected)
    scale = scale_of([*data.expected[shown].tolist(), data.baseline], direction=data.direction)
    if math.isfinite(data.baseline):
        ax.axhline(data.baseline, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)), label="baseline (mean)")
    style: dict[str, Any] = {"color": PALETTE["best"], "lw": 1.8, "ms": 3.5}
    marks = "o-" if trials.size <= MOST_MARKS else "-"
    ax.plot(trials[shown], data.expected[shown], marks, label="expected best mean", **style)
    ax.set_xlabel("trials of the random search")
    ax.set_ylabel(scale.called(label))
    ax.set_xlim(0.5, data.expected.size + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    ax.grid(axis="y")
    return scale.apply(ax, "y")
