"""Forecasts of a few test examples: what came before, what is true, and what every seed says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tuner.figures.cases import Case, cases, same_example
from tuner.figures.samples import FloatArray, finite
from tuner.figures.style import PALETTE, plain, plain_ticks
from tuner.predictions import Predictions
from tuner.records import BASELINE
from tuner.result import Result
from tuner.trees import Tree, flat

MOST_FEATURES = 3
MOST_WITH_FEATURES = 3  # examples, where each has a panel for every feature
_ALIKE = 3.0  # how much wider than the narrowest panel an axis may be that all of them share


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """One feature of one example: `past` (steps before,), `truth` (steps,), `predicted` (runs, steps).

    `past` is empty where the input has no such feature; `reference` (runs, steps) is what the baseline
    predicts, without runs where it is the configuration itself or was given another example.
    """

    label: str
    score: float
    past: FloatArray
    truth: FloatArray
    predicted: FloatArray
    reference: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """The forecasts of the configuration `name`, `rows` (features) of as many examples each.

    There were `features`, of which the first are shown, and `runs`; with `own` each example is that of
    another run.
    """

    name: str
    rows: tuple[tuple[Forecast, ...], ...]
    features: int
    runs: int
    own: bool


def forecasts(result: Result) -> Forecasts | None:
    """The forecasts of the best configuration; None where its targets are no series, or none are kept."""
    best = result.best
    kept = None if best is None else result.predictions.get(best.name)
    if best is None or kept is None or kept.counts is not None:
        return None
    found = cases(kept)
    series = [one for one in map(_series, found) if one is not None]
    if not found or len(series) < len(found):
        return None
    beside = () if best.name == BASELINE else cases(result.predictions.get(BASELINE, Predictions()))
    features = series[0][0].shape[1]
    if features > 1:
        found = found[:: -(-len(found) // MOST_WITH_FEATURES)]
    rows = tuple(
        tuple(_forecast(case, feature, _counterpart(case, beside)) for case in found)
        for feature in range(min(features, MOST_FEATURES))
    )
    return Forecasts(best.name, rows, features, len(kept.seeds), kept.own)


def _series(case: Case) -> tuple[FloatArray, FloatArray] | None:
    """Truth (steps, features) and predictions (runs, steps, features) as numbers; None if they are none."""
    truth, said = flat(case.y_true), flat(case.y_pred)
    if len(truth) != 1 or len(said) != 1:
        return None
    shape = said[0].shape[1:]
    if truth[0].size != said[0][0].size or len(shape) not in (1, 2) or shape[0] < 2:
        return None
    shape = (*shape, 1)[:2]
    return finite(truth[0]).reshape(shape), finite(said[0]).reshape(-1, *shape)


def _counterpart(case: Case, others: Sequence[Case]) -> Case | None:
    return next((other for other in others if same_example(case, other)), None)


def _forecast(case: Case, feature: int, other: Case | None) -> Forecast:
    series = _series(case)
    beside = None if other is None else _series(other)
    assert series is not None
    truth, said = series
    past = _past(case.x, flat(case.y_true)[0].dtype.kind, truth.shape[1])
    return Forecast(
        case.label,
        case.score,
        past[:, feature] if past.size else np.empty(0),
        truth[:, feature],
        said[:, :, feature],
        np.empty((0, len(truth))) if beside is None else beside[1][:, :, feature],
    )


def _past(x: Tree, kind: str, features: int) -> FloatArray:
    """The input (steps, features) that has the features of the targets; empty where there is none.

    Numbers of another kind than the targets may stand for words, and an input without an axis of steps
    for anything.
    """
    for array in () if x is None else flat(x):
        if array.ndim == 2 and array.shape[1] == features and array.dtype.kind in ("f", kind):
            return finite(array)
    return np.empty((0, features))


def limits(panels: Sequence[Forecast]) -> list[tuple[float, float]]:
    """The ends of the axes of panels: the same for all, unless that would flatten the narrowest of them.

    Predictions far from what is true do not set them.
    """
    ends = [_ends(panel) for panel in panels]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if high - low <= _ALIKE * min(high - low for low, high in ends):
        return [(low, high)] * len(panels)
    return ends


def _ends(panel: Forecast) -> tuple[float, float]:
    known = np.concatenate([panel.past, panel.truth])
    known = known[np.isfinite(known)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    span = high - low or abs(high) * 0.1 or 1.0
    said = panel.predicted[np.isfinite(panel.predicted)]
    shown = np.concatenate([known, np.clip(said, low - span, high + span)])
    air = 0.06 * (float(np.ptp(shown)) or span)
    return float(shown.min()) - air, float(shown.max()) + air


def draw_forecast(ax: Axes, data: Forecast, ends: tuple[float, float]) -> Axes:
    """Draw one panel of the best configuration, which may be the baseline."""
    steps = np.arange(1, len(data.truth) + 1)
    if data.past.size:
        before = np.arange(1 - len(data.past), 1)
        ax.plot(before, data.past, color=PALETTE["muted"], lw=1.1, label="input")
        ax.axvline(0.5, color=PALETTE["grid"], lw=0.9)
    faint = max(0.15, min(0.6, 3 / max(len(data.predicted), 1)))
    span = ends[1] - ends[0]
    said = np.clip(data.predicted, ends[0] - span, ends[1] + span)
    ax.plot(steps, said.T, color=PALETTE["best"], lw=0.7, alpha=faint)
    ax.plot(steps, data.truth, color=PALETTE["ink"], lw=1.7, label="truth")
    if len(data.reference):
        middle = np.median(data.reference, axis=0)
        ax.plot(
            steps,
            middle,
            color=PALETTE["baseline"],
            lw=1.3,
            ls=(0, (2, 1.4)),
            label=_label("baseline", data.reference),
        )
    ax.plot(
        steps,
        np.median(said, axis=0),
        color=PALETTE["best"],
        lw=1.7,
        ls=(0, (5, 1.6)),
        label=_label("predicted", data.predicted),
    )
    ax.set_ylim(*ends)
    ax.margins(x=0.02)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(plain_ticks(max(map(abs, ends))))
    return ax


def _label(name: str, said: FloatArray) -> str:
    """What a line is called that stands for these runs."""
    return f"{name}, median" if len(said) > 1 else name


def title(data: Forecast, metric: str) -> str:
    """What stands over a panel: the example, and its score where that is known."""
    score = f": {metric} {data.score:.3g}" if np.isfinite(data.score) else ""
    return plain(f"{data.label}{score}", 40)
