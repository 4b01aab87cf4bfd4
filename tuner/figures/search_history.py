"""Search history: what every trial scored on the validation split, with its spread over seeds."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tuner.figures.levels import Level, best_level, draw_level_along, near
from tuner.figures.samples import FloatArray, Sample, mark_beyond, runs_of, sample_of
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE
from tuner.records import BASELINE, Direction
from tuner.result import Result

MOST_DOTS = 4_000  # beyond, the spread is drawn as a line only, and the page stays light
MOST_TRIALS = 2_000  # beyond, several in a row share one circle: it would cover theirs anyway
ROOMY = 100  # trials whose circles have the full size


@dataclass(frozen=True, slots=True, eq=False)
class SearchHistory:
    """The trials in the order in which they were drawn, and the baseline that they had to beat.

    `best` is the best mean so far at each trial, the baseline's included, shape (trials,). A trial
    with a run that has no score does not count for it, nor does one that was dropped from a race: its
    mean is over fewer seeds. `finalists` and `dropped` are names. `naive` is the best naive forecast.
    """

    trials: tuple[Sample, ...]
    baseline: Sample
    best: FloatArray
    finalists: frozenset[str]
    direction: Direction
    dropped: frozenset[str] = frozenset()
    naive: Level | None = None

    @property
    def scale(self) -> Scale:
        """The axis of the scores."""
        every = [score for sample in (self.baseline, *self.trials) for score in sample.scores]
        lost = any(sample.lost for sample in self.trials)
        level = () if self.naive is None else (self.naive,)
        return scale_of([*every, *near(level, every)], direction=self.direction, room=lost, fence=8.0)

    @property
    def off(self) -> NDArray[np.int64]:
        """1 for trials whose mean lies above the scale, -1 below it, else 0; shape (trials,)."""
        return self.scale.beyond(np.array([sample.mean for sample in self.trials]))

    @property
    def stretch(self) -> int:
        """How many trials in a row share one circle: 1 unless there are very many."""
        return max(1, -(-len(self.trials) // MOST_TRIALS))

    @property
    def shown(self) -> NDArray[np.int64]:
        """The places of the trials that are drawn: the best mean of every stretch, and all finalists."""
        places = np.arange(len(self.trials))
        if self.stretch == 1:
            return places
        sign = 1.0 if self.direction == "minimize" else -1.0
        losses = np.nan_to_num(sign * np.array([sample.mean for sample in self.trials]), nan=np.inf)
        starts = range(0, losses.size, self.stretch)
        best = [start + int(np.argmin(losses[start : start + self.stretch])) for start in starts]
        chosen = [place for place, sample in enumerate(self.trials) if sample.name in self.finalists]
        return np.union1d(best, chosen).astype(np.int64)

    @property
    def has_dots(self) -> bool:
        """Whether every seed of the trials that are drawn has a dot."""
        return sum(len(self.trials[place].scores) for place in self.shown) <= MOST_DOTS


def dropped_from_race(result: Result) -> frozenset[str]:
    """Names of the trials that left a race with fewer seeds than it gives; none where all got as many."""
    first, most = result.setup.search_seeds
    if first == most:
        return frozenset()
    runs = runs_of(result.runs, "search")
    return frozenset(name for name, rows in runs.items() if name != BASELINE and len(rows) < most)


def search_history(result: Result) -> SearchHistory | None:
    """The numbers of the plot; None where no trial was measured."""
    runs = runs_of(result.runs, "search")
    samples = {name: sample_of(name, rows, "validation") for name, rows in runs.items()}
    trials = tuple(samples[name] for name in result.configurations if name in samples and name != BASELINE)
    if not trials:
        return None
    baseline = samples.get(BASELINE, Sample(BASELINE, ()))
    finalists = frozenset(finalist.name for finalist in result.finalists)
    dropped = dropped_from_race(result)
    best = best_so_far(baseline, trials, result.setup.direction, dropped)
    naive = best_level(result, "validation")
    return SearchHistory(trials, baseline, best, finalists, result.setup.direction, dropped, naive)


def best_so_far(
    baseline: Sample,
    trials: Iterable[Sample],
    direction: Direction,
    dropped: Collection[str] = frozenset(),
) -> FloatArray:
    """The best mean up to each trial but those `dropped`, shape (trials,); NaN until there is one."""
    choose = np.fmin if direction == "minimize" else np.fmax
    samples = (baseline, *trials)
    means = [math.nan if one.lost or one.name in dropped else one.mean for one in samples]
    best: FloatArray = choose.accumulate(np.array(means))[1:]
    return best


def draw_search_history(ax: Axes, data: SearchHistory, *, label: str) -> Axes:
    """Draw `data` on `ax`, trials from left to right; `label` names the score."""
    scale = data.scale
    numbers = np.arange(len(data.trials))
    if data.baseline.scores:
        ends = scale.clip(np.array([min(data.baseline.scores), max(data.baseline.scores)]))
        ax.axhspan(*ends, color=PALETTE["baseline"], alpha=0.13, lw=0)
        mean = data.baseline.mean
        ax.axhline(mean, color=PALETTE["baseline"], lw=1.2, ls=(0, (4, 2)), label="baseline (mean, range)")
    ax.step(numbers, data.best, where="post", color=PALETTE["best"], lw=1.6, label="best mean so far")
    _draw_spreads(ax, data, scale)
    _draw_means(ax, data, scale)
    _draw_lost(ax, data)
    if data.naive is not None:
        draw_level_along(ax, data.naive, scale)
    ax.set_xlabel("trial, in the order drawn")
    ax.set_ylabel(scale.called(label))
    ax.set_xlim(-0.8, len(data.trials) - 0.2)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    ax.grid(axis="y")
    return scale.apply(ax, "y")


def _draw_spreads(ax: Axes, data: SearchHistory, scale: Scale) -> None:
    color = PALETTE["candidate"]
    shown = [(int(place), data.trials[place].scores) for place in data.shown]
    scored = [(place, scores) for place, scores in shown if scores]
    places = [place for place, _ in scored]
    lows = scale.clip(np.array([min(scores) for _, scores in scored], dtype=float))
    highs = scale.clip(np.array([max(scores) for _, scores in scored], dtype=float))
    gaps = np.full(len(places), np.nan)  # one path with gaps is far smaller in a page than a path each
    across, along = np.stack([places, places, gaps]), np.stack([lows, highs, gaps])
    style: dict[str, Any] = {"lw": _size(data, 1.0), "alpha": 0.55, "solid_capstyle": "butt", "zorder": 1}
    ax.plot(across.T.ravel(), along.T.ravel(), color=color, **style)
    if data.has_dots:
        dots = np.array([(place, score) for place, scores in scored for score in scores]).reshape(-1, 2)
        size = _size(data, 2.6)
        ax.plot(dots[:, 0], scale.clip(dots[:, 1]), "o", color=color, ms=size, alpha=0.55, mew=0)


def _size(data: SearchHistory, full: float) -> float:
    """The size of a mark, smaller the more trials are drawn, but to be seen."""
    return full * max(0.45, min(1.0, math.sqrt(ROOMY / data.shown.size)))


def _draw_means(ax: Axes, data: SearchHistory, scale: Scale) -> None:
    color, shown = PALETTE["candidate"], np.isin(np.arange(len(data.trials)), data.shown)
    left = data.dropped - data.finalists
    others = [s.name not in data.finalists | left for s in data.trials]
    kinds = (
        ("trial (mean, seeds)", PALETTE["paper"], _size(data, 5.8), others),
        ("dropped from the race", PALETTE["paper"], _size(data, 3.8), [s.name in left for s in data.trials]),
        ("finalist", color, 5.8, [s.name in data.finalists for s in data.trials]),
    )
    edge = _size(data, 1.3)
    means = np.array([sample.mean for sample in data.trials])
    off = data.off
    for label, face, size, chosen in kinds:
        places = np.flatnonzero(np.array(chosen) & shown & np.isfinite(means) & (off == 0))
        if places.size:
            ax.plot(places, means[places], "o", mfc=face, mec=color, mew=edge, ms=size, label=label, zorder=4)
    beyond = np.flatnonzero((off != 0) & shown)
    mark_beyond(ax, beyond.astype(float), scale.clip(means[beyond]), off[beyond])


def _draw_lost(ax: Axes, data: SearchHistory) -> None:
    places = [place for place, sample in enumerate(data.trials) if sample.lost]
    if places:
        edge = 0.96 if data.direction == "minimize" else 0.04
        ax.plot(
            places,
            [edge] * len(places),
            "X",
            color=PALETTE["lost"],
            ms=_size(data, 7.0),
            transform=ax.get_xaxis_transform(),
            label=f"run without score ({len(places)})",
            zorder=5,
        )
