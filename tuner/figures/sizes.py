"""The test score against a size, of the training part or of an ensemble: one line a configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tuner.figures.samples import FloatArray
from tuner.figures.scale import Scale, scale_of
from tuner.figures.style import PALETTE, plain
from tuner.records import BASELINE, Direction
from tuner.result import Result
from tuner.sized import EnsembleSizes, TrainSizes

_MOST_TICKS = 7
_NEAR = 0.1  # of the axis: sizes that are nearer share a tick
_AIR = 1.15  # factor beside the first and the last size
_APART = 1.03  # factor between the marks of two configurations at one size


@dataclass(frozen=True, slots=True, eq=False)
class SizeLine:
    """Mean scores of one configuration at each size, with the ends of their intervals, shape (sizes,).

    NaN where there is none. `dots` are the single scores at each size, where they are shown.
    """

    name: str
    sizes: tuple[int, ...]
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    dots: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SizeLines:
    """The lines of a figure, and what they are made of; the baseline comes last."""

    lines: tuple[SizeLine, ...]
    direction: Direction

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(sorted({size for line in self.lines for size in line.sizes}))

    @property
    def scale(self) -> Scale:
        """The axis of the scores: of means and dots, and of intervals where these do not go far beyond."""
        every = [value for line in self.lines for part in (line.mean.tolist(), *line.dots) for value in part]
        ends = np.array([value for line in self.lines for value in (*line.low, *line.high)])
        plain_scale = scale_of(every, direction=self.direction, fence=6.0)
        reach = plain_scale.high - plain_scale.low
        near = np.isfinite(ends) & (ends > plain_scale.low - reach) & (ends < plain_scale.high + reach)
        if plain_scale.log:
            near &= ends > plain_scale.low / 3
        return scale_of([*every, *ends[near].tolist()], direction=self.direction, fence=6.0)


def train_size_lines(result: Result) -> SizeLines | None:
    """The numbers of the figure of training-set sizes; None without any."""
    return _lines(result, [_of_examples(one) for one in result.train_sizes])


def ensemble_size_lines(result: Result) -> SizeLines | None:
    """The numbers of the figure of ensembles; None without any."""
    return _lines(result, [line for one in result.ensemble_sizes if (line := _of_networks(one))])


def _lines(result: Result, lines: Sequence[SizeLine]) -> SizeLines | None:
    shown = [line for line in lines if np.isfinite(line.mean).any()]
    shown.sort(key=lambda line: line.name == BASELINE)
    return SizeLines(tuple(shown), result.setup.direction) if shown else None


def _of_examples(one: TrainSizes) -> SizeLine:
    ends = [each.summary.interval for each in one.sizes]
    return SizeLine(
        one.configuration,
        one.examples,
        np.array([each.summary.mean for each in one.sizes]),
        np.array([each.low for each in ends]),
        np.array([each.high for each in ends]),
        tuple(tuple(score for score in each.test if np.isfinite(score)) for each in one.sizes),
    )


def _of_networks(one: EnsembleSizes) -> SizeLine | None:
    if one.curve is None:
        return None
    sizes = one.curve.sizes
    return SizeLine(
        one.configuration,
        tuple(each.size for each in sizes),
        np.array([each.mean for each in sizes]),
        np.array([each.interval.low for each in sizes]),
        np.array([each.interval.high for each in sizes]),
    )


def draw_sizes(ax: Axes, data: SizeLines, *, x: str, label: str) -> Axes:
    """Draw the lines on `ax` over a logarithmic axis named `x`; `label` names the score."""
    scale = data.scale
    for place, line in enumerate(data.lines):
        _draw_line(ax, line, scale, _APART ** (place - (len(data.lines) - 1) / 2))
    ax.set_xscale("log")
    sizes = data.sizes
    ax.set_xlim(sizes[0] / _AIR, sizes[-1] * _AIR)
    ax.xaxis.set_major_locator(FixedLocator(ticks_of(sizes)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(f"{x} (logarithmic)")
    ax.set_ylabel(scale.called(label))
    ax.grid(axis="y")
    return scale.apply(ax, "y")


def _draw_line(ax: Axes, line: SizeLine, scale: Scale, shift: float) -> None:
    role = "baseline" if line.name == BASELINE else "candidate"
    color, sizes = PALETTE[role], np.array(line.sizes) * shift
    shown = np.isfinite(line.mean)
    ax.plot(
        sizes[shown],
        scale.clip(line.mean[shown]),
        "s--" if role == "baseline" else "o-",
        color=color,
        lw=1.6,
        ms=4.5,
        label=plain(line.name),
        zorder=4,
    )
    known = shown & np.isfinite(line.low) & np.isfinite(line.high)
    ax.vlines(
        sizes[known],
        scale.clip(line.low[known]),
        scale.clip(line.high[known]),
        color=color,
        lw=2.4,
        alpha=0.45,
    )
    for size, scores in zip(sizes, line.dots, strict=False):
        inside = np.array(scores)[~scale.outside(np.array(scores))]
        ax.plot(np.full(inside.size, size), inside, ".", color=color, ms=3.5, alpha=0.5, mew=0, zorder=3)


def ticks_of(sizes: Sequence[int]) -> list[int]:
    """Sizes that have a number at the axis: the ends, and others that leave room.

    >>> ticks_of([10, 11, 50, 100]), len(ticks_of(range(1, 200)))
    ([10, 50, 100], 7)
    """
    kept, least = [sizes[-1]], (sizes[-1] / sizes[0] * _AIR**2) ** _NEAR
    for size in reversed(sizes[:-1]):
        if kept[-1] / size >= least:
            kept.append(size)
    kept.reverse()
    if kept[0] != sizes[0]:  # it is too near to its neighbour
        kept[0] = sizes[0]
    if len(kept) > _MOST_TICKS:
        places = np.linspace(0, len(kept) - 1, _MOST_TICKS).round().astype(int)
        kept = [kept[place] for place in places]
    return kept
