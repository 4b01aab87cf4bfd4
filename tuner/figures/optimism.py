"""Optimism panel: what the search promised for a finalist, and what fresh seeds then gave.

Both are scores on the validation split, so that nothing but the seeds differs, and with them the data where
these vary with the seed. Beside what was measured stands what was to be expected from the noise between the
seeds of the search.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.samples import Sample, mark_lost, runs_of, sample_of
from tuner.figures.scale import scale_of
from tuner.figures.style import PALETTE, plain
from tuner.records import BASELINE, Direction
from tuner.result import Result
from tuner.stats.selection import Shrunken, best_of_many_bias, shrunken_means


@dataclass(frozen=True, slots=True)
class Optimism:
    """Validation scores of one configuration in the search and in confirmation.

    `expected` is the shrunken mean of the search: what fresh seeds were to be expected to give. NaN for the
    baseline, which was not selected, and where the search tells too little.
    """

    name: str
    search: Sample
    confirmation: Sample
    expected: float = math.nan


def optimism(result: Result) -> tuple[Optimism, ...]:
    """The baseline and each finalist that the search had measured; empty where there is none."""
    if result.baseline is None:
        return ()
    search = _searched(result)
    found = _shrunken(search, result.setup.direction)
    known = math.isfinite(found.spread)
    expected = dict(zip(_whole(search), found.means.tolist(), strict=True)) if known else {}
    confirmation = runs_of(result.seen, "confirmation")
    rows = tuple(
        Optimism(
            measured.name,
            search[measured.name],
            sample_of(measured.name, confirmation.get(measured.name, ()), "validation"),
            expected.get(measured.name, math.nan),
        )
        for measured in (result.baseline, *result.finalists)
        if measured.name in search
    )
    return rows if any(row.name != BASELINE for row in rows) else ()


@dataclass(frozen=True, slots=True)
class Luck:
    """How many trials the search could choose from, and by how much the best mean of so many is expected to
    flatter its configuration: NaN where the search tells too little, and no more than that where trials have
    different numbers of seeds. `best` is the trial with that mean, empty where there is none.
    """

    trials: int
    best: str
    expected: float
    at_most: bool


def luck_of_the_best(result: Result) -> Luck:
    """What the noise between the seeds of the search lets expect."""
    samples = _searched(result)
    found = _shrunken(samples, result.setup.direction)
    names, sign = _whole(samples), 1 if result.setup.direction == "minimize" else -1
    sizes = {len(samples[name].scores) for name in names}
    best = min(names, key=lambda name: sign * samples[name].mean, default="")
    return Luck(found.means.size, best, best_of_many_bias(found), len(sizes) > 1)


def _searched(result: Result) -> dict[str, Sample]:
    """The search scores of every configuration, by name."""
    runs = runs_of(result.runs, "search")
    return {name: sample_of(name, own, "validation") for name, own in runs.items()}


def _whole(samples: Mapping[str, Sample]) -> list[str]:
    """The trials among them of which every run has a score."""
    return [name for name, sample in samples.items() if name != BASELINE and not sample.lost]


def _shrunken(samples: Mapping[str, Sample], direction: Direction) -> Shrunken:
    return shrunken_means([samples[name].scores for name in _whole(samples)], direction=direction)


def draw_optimism(ax: Axes, rows: tuple[Optimism, ...], *, direction: Direction, label: str) -> Axes:
    """Draw one line a configuration, from its search mean to its confirmation mean."""
    samples = [sample for row in rows for sample in (row.search, row.confirmation)]
    lost = any(sample.lost for sample in samples)
    shown = [score for sample in samples for score in sample.scores] + [row.expected for row in rows]
    scale = scale_of(shown, direction=direction, room=lost)
    for place, row in enumerate(rows):
        color = PALETTE["baseline" if row.name == BASELINE else "candidate"]
        above, below = place - 0.22, place + 0.22
        for sample, height in ((row.search, above), (row.confirmation, below)):
            dots = [height] * len(sample.scores)
            ax.plot(sample.scores, dots, "|", color=color, ms=7, mew=1.1, alpha=0.5)
            if sample.lost:
                mark_lost(ax, height, sample.lost, direction)
        ends = np.array([row.search.mean, row.confirmation.mean])
        if np.isfinite(ends).all():
            ax.plot(ends, [above, below], color=color, lw=1.4, alpha=0.8)
        style: dict[str, Any] = {"mec": color, "mew": 1.5, "ms": 7, "zorder": 4}
        ax.plot(ends[:1], [above], "o", mfc=PALETTE["paper"], **style)
        ax.plot(ends[1:], [below], "o", mfc=color, **style)
        if math.isfinite(row.expected):
            ax.plot([row.expected], [place], "x", color=PALETTE["ink"], ms=6, mew=1.6, zorder=5)
    ax.set_yticks(range(len(rows)), [plain(row.name) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(scale.called(label))
    ax.grid(axis="x")
    for mark, face in (("mean in the search", PALETTE["paper"]), ("mean with fresh seeds", PALETTE["ink"])):
        ax.plot([], [], "o", mfc=face, mec=PALETTE["ink"], mew=1.5, ms=6, label=mark)
    if any(math.isfinite(row.expected) for row in rows):
        ax.plot([], [], "x", color=PALETTE["ink"], mew=1.6, ms=6, ls="", label="expected from the noise")
    return scale.apply(ax, "x")
