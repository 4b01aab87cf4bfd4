"""Search history: what every trial scored on the validation split, with its spread over seeds."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from tuner.figures.samples import FloatArray, Sample, runs_of, sample_of
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE
from tuner.records import BASELINE, Direction
from tuner.result import Result

FEW_TRIALS = 60  # from here on marks get smaller, so that neighbours can be told apart
MOST_TRIALS_WITH_SEEDS = 150  # beyond, the spread is drawn as a line only
MOST_DOTS = 1_500


@dataclass(frozen=True, slots=True, eq=False)
class SearchHistory:
    """The trials in the order in which they were drawn, and the baseline that they had to beat.

    `best` is the best mean so far at each trial, the baseline's included, shape (trials,). A trial
    with a run that has no score does not count for it, nor does one that was dropped from a race: its
    mean is over fewer seeds. `finalists` and `dropped` are names.
    """

    trials: tuple[Sample, ...]
    baseline: Sample
    best: FloatArray
    finalists: frozenset[str]
    direction: Direction
    dropped: frozenset[str] = frozenset()


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
    return SearchHistory(trials, baseline, best, finalists, result.setup.direction, dropped)


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


def shows_seeds(data: SearchHistory) -> bool:
    """Whether every seed gets a dot: where there are too many, they would be a smear."""
    dots = sum(len(sample.scores) for sample in data.trials)
    return len(data.trials) <= MOST_TRIALS_WITH_SEEDS and dots <= MOST_DOTS


def draw_search_history(ax: Axes, data: SearchHistory, *, label: str) -> Axes:
    """Draw `data` on `ax`, trials from left to right; `label` names the score."""
    every = [score for sample in (data.baseline, *data.trials) for score in sample.scores]
    lost = any(sample.lost for sample in data.trials)
    scale = scale_of(every, direction=data.direction, room=lost, fence=8.0)
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
    ax.set_xlabel("trial, in the order drawn")
    ax.set_ylabel(label)
    ax.set_xlim(-0.8, len(data.trials) - 0.2)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=True, min_n_ticks=1))
    ax.grid(axis="y")
    return scale.apply(ax, "y")


def _crowding(data: SearchHistory) -> float:
    """How much smaller marks have to be than those of few trials, from 1 down to 0.4."""
    return max(0.4, min(1.0, math.sqrt(FEW_TRIALS / max(len(data.trials), 1))))


def _draw_spreads(ax: Axes, data: SearchHistory, scale: Scale) -> None:
    """A line from the best to the worst seed of each trial, and a dot a seed where there are not too many."""
    color = PALETTE["candidate"]
    scored = [(place, sample.scores) for place, sample in enumerate(data.trials) if sample.scores]
    ends = [(place, end) for place, scores in scored for end in (min(scores), max(scores), math.nan)]
    lines = np.array(ends, dtype=float).reshape(-1, 2)
    # One path with breaks: a page takes it better than a path for each trial.
    width = 1.0 if shows_seeds(data) else max(0.4, _crowding(data))
    ax.plot(lines[:, 0], scale.clip(lines[:, 1]), color=color, lw=width, alpha=0.55, solid_capstyle="butt")
    if shows_seeds(data):
        dots = np.array([(place, score) for place, scores in scored for score in scores]).reshape(-1, 2)
        ax.plot(dots[:, 0], scale.clip(dots[:, 1]), "o", color=color, ms=2.6, alpha=0.55, mew=0)


def _draw_means(ax: Axes, data: SearchHistory, scale: Scale) -> None:
    color, less = PALETTE["candidate"], _crowding(data)
    left = data.dropped - data.finalists
    others = [s.name not in data.finalists | left for s in data.trials]
    label = "trial (mean, seeds)" if shows_seeds(data) else "trial (mean, range)"
    kinds = (
        ("dropped from the race", PALETTE["paper"], 3.8 * less, [s.name in left for s in data.trials]),
        (label, PALETTE["paper"], 5.8 * less, others),
        ("finalist", color, 5.8, [s.name in data.finalists for s in data.trials]),
    )
    means = np.array([sample.mean for sample in data.trials])
    off = scale.outside(means)
    for place, (name, face, size, chosen) in enumerate(kinds):
        places = np.flatnonzero(np.array(chosen) & ~off)
        if places.size:
            style: dict[str, Any] = {"mfc": face, "mec": color, "mew": 1.3 * less, "ms": size}
            ax.plot(places, means[places], "o", label=name, zorder=4 + 0.1 * place, **style)
    beyond = np.flatnonzero(off & np.isfinite(means))
    if beyond.size:
        ax.plot(
            beyond,
            scale.clip(means[beyond]),
            "^" if data.direction == "minimize" else "v",
            color=color,
            ms=6 * less,
            label=f"off the scale ({beyond.size})",
            zorder=4,
        )


def _draw_lost(ax: Axes, data: SearchHistory) -> None:
    places = [place for place, sample in enumerate(data.trials) if sample.lost]
    if places:
        edge = 0.96 if data.direction == "minimize" else 0.04
        ax.plot(
            places,
            [edge] * len(places),
            "X",
            color=PALETTE["lost"],
            ms=7 * max(0.6, _crowding(data)),
            transform=ax.get_xaxis_transform(),
            label=f"run without score ({len(places)})",
            zorder=5,
        )
