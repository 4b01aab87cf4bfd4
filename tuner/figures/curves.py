"""Learning curves: every seed thin, the median and quartiles of the seeds still training over it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tuner.figures.samples import FloatArray, runs_of
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, plain
from tuner.records import BASELINE, Phase, Run
from tuner.result import Result

MOST_POINTS = 200  # more cannot be told apart at the width of a panel
MOST_IN_A_PANEL = 6_000  # points of thin lines, which share them: the page stays light with many seeds
FEWEST_POINTS = 40  # a line keeps them whatever the number of seeds
MOST_LINES = 200  # seeds with a line of their own; the median and the band are of all
CROWD = 30  # from more seeds the median has to be set off
PANELS_WITHOUT_CONFIRMATION = 3


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The losses of one configuration: `train` and `validation` have shape (seeds, epochs).

    A row is NaN after the last epoch of its seed; `validation` has no columns where none was
    recorded. `lost` is True for seeds that ended without a score, shape (seeds,).
    """

    name: str
    train: FloatArray
    validation: FloatArray
    lost: tuple[bool, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Median and quartiles over seeds, each of shape (epochs,); NaN where under half still train."""

    median: FloatArray
    low: FloatArray
    high: FloatArray


def curves(result: Result) -> tuple[Curves, ...]:
    """Curves of the baseline and the finalists; of the search while confirmation is missing."""
    phase: Phase = "search" if result.baseline is None else "confirmation"
    runs = runs_of(result.runs, phase)
    if result.baseline is None:
        names = _leaders(result, runs)
    else:
        names = [BASELINE, *(finalist.name for finalist in result.finalists)]
    found = [curves_of(name, runs.get(name, ())) for name in names]
    return tuple(curve for curve in found if curve.train.size or curve.validation.size)


def _leaders(result: Result, runs: dict[str, list[Run]]) -> list[str]:
    sign = 1.0 if result.setup.direction == "minimize" else -1.0

    def loss(name: str) -> float:
        scores = [run.scores.get("validation", math.nan) for run in runs[name]]
        mean = sign * float(np.mean(scores))
        return mean if math.isfinite(mean) else math.inf

    trials = sorted((name for name in runs if name != BASELINE), key=loss)
    return [name for name in (BASELINE, *trials[:PANELS_WITHOUT_CONFIRMATION]) if name in runs]


def curves_of(name: str, runs: Sequence[Run]) -> Curves:
    """The curves of one configuration's runs."""
    return Curves(
        name=name,
        train=_stack([run.history.get("loss", ()) for run in runs]),
        validation=_stack([run.history.get("val_loss", ()) for run in runs]),
        lost=tuple(run.status in ("diverged", "failed") for run in runs),
    )


def _stack(rows: Sequence[Sequence[float]]) -> FloatArray:
    matrix = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
    for row, values in zip(matrix, rows, strict=True):
        row[: len(values)] = values
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def band(losses: FloatArray) -> Band:
    """Median and quartiles over the seeds of `losses`, shape (seeds, epochs)."""
    enough = np.isfinite(losses).sum(axis=0) * 2 >= max(len(losses), 1)
    quartiles = np.full((3, losses.shape[1]), np.nan)
    if enough.any():
        quartiles[:, enough] = np.nanquantile(losses[:, enough], [0.25, 0.5, 0.75], axis=0)
    return Band(median=quartiles[1], low=quartiles[0], high=quartiles[2])


def curve_scale(panels: Sequence[Curves]) -> Scale:
    """One scale for all panels, from the seeds that did not diverge where there are any."""
    kept = [losses[~np.array(panel.lost)] for panel in panels for losses in (panel.train, panel.validation)]
    values = np.concatenate([losses.ravel() for losses in kept] or [np.empty(0)])
    if not np.isfinite(values).any():
        every = [losses.ravel() for panel in panels for losses in (panel.train, panel.validation)]
        values = np.concatenate(every or [np.empty(0)])
    return scale_of(values, fence=12.0)


def draw_curves(ax: Axes, data: Curves, scale: Scale) -> Axes:
    """Draw one configuration's training and validation losses on `ax`."""
    for word, losses, style in (("train", data.train, "-"), ("validation", data.validation, (0, (5, 1.6)))):
        if losses.size:
            _draw_split(ax, losses, scale, word, style)
    for train, validation, lost in zip(data.train, data.validation, data.lost, strict=True):
        if lost:
            _mark_end(ax, train if np.isfinite(train).any() else validation, scale)
    ended = sum(data.lost)
    suffix = f" ({ended} of {len(data.lost)} diverged)" if ended else ""
    ax.set_title(plain(data.name) + suffix)
    ax.grid(axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    return scale.apply(ax, "y")


def _draw_split(ax: Axes, losses: FloatArray, scale: Scale, word: str, style: object) -> None:
    color = PALETTE[word]
    shown = shown_epochs(losses.shape[1])
    label = {"train": "training", "validation": "validation"}[word]
    lines = losses[:MOST_LINES]
    places = shown_epochs(losses.shape[1], len(lines))
    thin: dict[str, Any] = {"lw": 0.7, "alpha": _alpha(len(lines)), "zorder": 1.5}
    ax.plot(places + 1, scale.clip(lines[:, places]).T, color=color, **thin)
    middle = band(scale.clip(losses[:, shown]))
    if len(losses) > 2:
        ax.fill_between(shown + 1, middle.low, middle.high, color=color, alpha=0.16, lw=0)
    marker = "o" if losses.shape[1] == 1 else None
    if len(lines) > CROWD:
        ax.plot(shown + 1, middle.median, color=PALETTE["paper"], lw=3.6)
    ax.plot(shown + 1, middle.median, color=color, lw=1.9, ls=style, label=label, marker=marker)


def _alpha(lines: int) -> float:
    """How solid each of so many lines is: seen alone, and no wall together."""
    return min(0.5, max(3 / max(lines, 1), 0.18 if lines <= CROWD else 1 / math.sqrt(lines)))


def shown_epochs(epochs: int, lines: int = 1) -> NDArray[np.int64]:
    """Which epochs, from 0, so many lines of one panel join: all, or evenly spaced ones."""
    most = min(MOST_POINTS, max(FEWEST_POINTS, MOST_IN_A_PANEL // max(lines, 1)))
    return np.unique(np.linspace(0, epochs - 1, min(epochs, most)).round().astype(int))


def _mark_end(ax: Axes, losses: FloatArray, scale: Scale) -> None:
    finite = np.flatnonzero(np.isfinite(losses))
    epoch = finite[-1] if finite.size else 0
    height = scale.clip(losses[[epoch]])[0] if finite.size else scale.high
    ax.plot([epoch + 1], [height], "X", color=PALETTE["lost"], ms=7, clip_on=False, zorder=5)
