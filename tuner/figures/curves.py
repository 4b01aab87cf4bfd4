"""Learning curves: seeds thin, the median and quartiles of those still training over them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tuner.diagnosing import examined
from tuner.diagnosis.losses import stacked
from tuner.figures.levels import Level, best_level, draw_level_along, near
from tuner.figures.samples import FloatArray, runs_of
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, heading
from tuner.records import Run, epochs_of
from tuner.result import Result

MOST_POINTS = 200  # more cannot be told apart at the width of a panel
FEWER_POINTS = 60  # of a thin line among many
FEW_LINES = 12
MOST_LINES = 40  # more seeds hide each other, and make the page heavy
FEWEST_FOR_A_BAND = 3  # seeds; the quartiles of two are between these two

_SAME = 1e-4  # between a loss and a score: rounding, and batches of different sizes


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The losses of one configuration: `train` and `validation` have shape (seeds, epochs).

    A row is NaN after the last epoch of its seed, and `validation` at epochs without validation; it has no
    columns where none was recorded. `lost` is True for seeds that ended without a score, shape (seeds,).
    """

    name: str
    train: FloatArray
    validation: FloatArray
    lost: tuple[bool, ...]

    @property
    def epochs(self) -> int:
        """The most epochs that a seed trained."""
        return int(max(self.train.shape[1], self.validation.shape[1]))

    @property
    def has_band(self) -> bool:
        """Whether there are quartiles of several seeds to draw."""
        return len(self.lost) >= FEWEST_FOR_A_BAND and self.epochs > 1

    @property
    def last_training(self) -> float:
        """The median over seeds of the last training loss; NaN where there is none."""
        return _middle(last_losses(self.train))

    @property
    def last_validation(self) -> float:
        """The same of the validation loss."""
        return _middle(last_losses(self.validation))


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Median and quartiles over seeds, each of shape (epochs,); NaN where under half still train."""

    median: FloatArray
    low: FloatArray
    high: FloatArray


def curves(result: Result) -> tuple[Curves, ...]:
    """Curves of the baseline and the finalists; of the search while confirmation is missing."""
    names, phase = examined(result)
    runs = runs_of(result.seen, phase)
    found = [curves_of(name, runs.get(name, ())) for name in names]
    return tuple(curve for curve in found if curve.train.size or curve.validation.size)


def curves_of(name: str, runs: Sequence[Run]) -> Curves:
    """The curves of one configuration's runs."""
    train = _stack([run.history.get("loss", ()) for run in runs])
    validation = _stack([run.history.get("val_loss", ()) for run in runs])
    return Curves(
        name=name,
        train=train,
        validation=_spread(validation, max((run.epochs for run in runs), default=0)),
        lost=tuple(run.status in ("diverged", "failed") for run in runs),
    )


def _stack(rows: Sequence[Sequence[float]]) -> FloatArray:
    matrix = stacked(rows)
    matrix[~np.isfinite(matrix)] = np.nan
    return matrix


def _spread(measured: FloatArray, trained: int) -> FloatArray:
    """What was measured in `trained` epochs, a column each: at its epochs, NaN between them."""
    if not measured.size:
        return measured
    spread = np.full((len(measured), trained), np.nan)
    spread[:, np.array(epochs_of(measured.shape[1], trained)) - 1] = measured
    return spread


def band(losses: FloatArray) -> Band:
    """Median and quartiles over the seeds of `losses`, shape (seeds, epochs)."""
    enough = np.isfinite(losses).sum(axis=0) * 2 >= max(len(losses), 1)
    quartiles = np.full((3, losses.shape[1]), np.nan)
    if enough.any():
        quartiles[:, enough] = np.nanquantile(losses[:, enough], [0.25, 0.5, 0.75], axis=0)
    return Band(median=quartiles[1], low=quartiles[0], high=quartiles[2])


def naive_loss(result: Result) -> Level | None:
    """The best naive forecast on the validation split, where the validation loss is the metric.

    That it is, is read off the runs: of most of them the last validation loss is the validation score.
    """
    ended = [run for run in result.seen if run.status == "complete" and run.history.get("val_loss")]
    same = [
        math.isclose(run.history["val_loss"][-1], run.scores.get("validation", math.nan), rel_tol=_SAME)
        for run in ended
    ]
    return best_level(result, "validation") if sum(same) * 2 > len(same) else None


def curve_scale(panels: Sequence[Curves], naive: Level | None = None) -> Scale:
    """One scale for all panels, from the seeds that did not diverge where there are any.

    It shows the score of a naive forecast as well, where that is near.
    """
    kept = [losses[~np.array(panel.lost)] for panel in panels for losses in (panel.train, panel.validation)]
    values = np.concatenate([losses.ravel() for losses in kept] or [np.empty(0)])
    if not np.isfinite(values).any():
        every = [losses.ravel() for panel in panels for losses in (panel.train, panel.validation)]
        values = np.concatenate(every or [np.empty(0)])
    extra = near(() if naive is None else (naive,), values)
    return scale_of(np.concatenate([values, extra]), fence=12.0)


def draw_curves(
    ax: Axes,
    data: Curves,
    scale: Scale,
    *,
    title_note: str = "",
    turn: float | None = None,
    naive: Level | None = None,
) -> Axes:
    """Draw one configuration's training and validation losses on `ax`.

    `title_note` is a remark on them that stands under the name; `turn` is the epoch, counted from 1, from
    which the validation loss is said to rise, and gets a line; `naive` is a loss that has to be beaten.
    """
    lines = chosen_lines(data)
    for word, losses, style in (("train", data.train, "-"), ("validation", data.validation, (0, (5, 1.6)))):
        if losses.size:
            _draw_split(ax, losses, lines, scale, word, style)
    _mark_ends(ax, data, scale)
    if turn is not None and draws_turn(data, turn):
        _mark_turn(ax, turn, data.epochs)
    if naive is not None:
        draw_level_along(ax, naive, scale)
    heading(ax, data.name, _note(data, title_note), limit=22)
    ax.grid(axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=1))
    return scale.apply(ax, "y")


def leaves(data: Curves, scale: Scale) -> bool:
    """Whether a loss that is drawn lies beyond the scale."""
    return any(bool(scale.beyond(losses).any()) for losses in (data.train, data.validation))


def draws_turn(data: Curves, turn: float | None) -> bool:
    """Whether an epoch, counted from 1, lies within what is drawn and gets its line."""
    return turn is not None and 1 <= turn <= data.epochs


def _note(data: Curves, title_note: str) -> str:
    """The remark with the number of runs that ended without a score, in few words."""
    ended = sum(data.lost)
    if not ended:
        return title_note
    return f"{title_note}, {ended} no score" if title_note else f"{ended} of {len(data.lost)} without a score"


def chosen_lines(data: Curves, most: int = MOST_LINES) -> NDArray[np.int64]:
    """Which seeds get a thin line, in their order: all, or `most` of them evenly by their last loss.

    The best and the worst are among them, so that thinning hides no spread. Seeds that end without any loss
    count as the worst.
    """
    if len(data.lost) <= most:
        return np.arange(len(data.lost))
    order = np.argsort(last_losses(data.validation if data.validation.size else data.train), kind="stable")
    places = np.linspace(0, order.size - 1, most).round().astype(int)
    return np.sort(order[places])


def last_losses(losses: FloatArray) -> FloatArray:
    """The last finite loss of every seed, (seeds, epochs) to (seeds,); NaN where there is none.

    >>> last_losses(np.array([[3.0, 2.0, np.nan], [np.nan, np.nan, np.nan]])).tolist()
    [2.0, nan]
    """
    padded = np.hstack([np.full((len(losses), 1), np.nan), losses])
    ends = np.where(np.isfinite(padded), np.arange(padded.shape[1]), 0).max(axis=1)
    last: FloatArray = padded[np.arange(len(padded)), ends]
    return last


def _middle(values: FloatArray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else math.nan


def _draw_split(
    ax: Axes, losses: FloatArray, lines: NDArray[np.int64], scale: Scale, word: str, style: object
) -> None:
    color = PALETTE[word]
    measured = np.flatnonzero(np.isfinite(losses).any(axis=0))
    few = _shown_epochs(measured, MOST_POINTS if lines.size <= FEW_LINES else FEWER_POINTS)
    faint = min(0.5, 3 / max(lines.size, 1))
    seeds = scale.clip(losses[np.ix_(lines, few)])
    ax.plot(few + 1, seeds.T, color=color, lw=0.7 if lines.size <= FEW_LINES else 0.5, alpha=max(faint, 0.18))
    shown = _shown_epochs(measured, MOST_POINTS)
    middle = band(scale.clip(losses[:, shown]))
    if len(losses) >= FEWEST_FOR_A_BAND:
        ax.fill_between(shown + 1, middle.low, middle.high, color=color, alpha=0.16, lw=0)
    label = {"train": "training", "validation": "validation"}[word]
    marker = "o" if measured.size == 1 else None
    ax.plot(shown + 1, middle.median, color=color, lw=1.9, ls=style, label=label, marker=marker)


def _shown_epochs(measured: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most `most` of them, evenly."""
    places = np.linspace(0, measured.size - 1, min(measured.size, most)).round().astype(int)
    shown: NDArray[np.int64] = measured[np.unique(places)]
    return shown


def _mark_ends(ax: Axes, data: Curves, scale: Scale) -> None:
    """A cross where every run ended that has no score."""
    marks = []
    for train, validation, lost in zip(data.train, data.validation, data.lost, strict=True):
        if lost:
            losses = train if np.isfinite(train).any() else validation
            finite = np.flatnonzero(np.isfinite(losses))
            epoch = finite[-1] if finite.size else 0
            marks.append((epoch + 1, scale.clip(losses[[epoch]])[0] if finite.size else scale.high))
    if marks:
        epochs, heights = zip(*marks, strict=True)
        size = 7 if len(marks) <= FEW_LINES else 4
        ax.plot(epochs, heights, "X", color=PALETTE["lost"], ms=size, clip_on=False, zorder=5)


def _mark_turn(ax: Axes, turn: float, epochs: int) -> None:
    """A line at an epoch with its number at the top, on the side where there is more room."""
    ax.axvline(turn, color=PALETTE["ink"], lw=1.1, ls=(0, (1, 1.5)))
    right = turn <= 0.6 * epochs
    ax.annotate(
        f"epoch {turn:.6g}",
        xy=(turn, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3.0 if right else -3.0, -1.0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        fontsize=8.5,
        color=PALETTE["ink"],
        bbox={"facecolor": PALETTE["paper"], "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
        zorder=6,
    )
