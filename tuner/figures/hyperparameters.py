"""Hyperparameters as axes: where every trial lies on each of them, and what the ticks say."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from tuner.figures.samples import FloatArray, spread_offsets
from tuner.figures.search_history import SearchHistory, search_history
from tuner.figures.style import plain
from tuner.records import BASELINE
from tuner.result import Result
from tuner.searched import Kind, Space, is_number, kind_of, searched_spaces

MOST_CHOICES = 9  # more cannot be told apart on one axis; the rarest stand together
MOST_LEVELS = 50  # whole numbers in a wider range are as good as continuous

_ROOM = 0.17  # of an axis, between the labels of two ticks

_ABSENT = object()  # None is a value that a choice may have
_MINUS = "\N{MINUS SIGN}"

Tick = tuple[float, str]


@dataclass(frozen=True, slots=True, eq=False)
class Hyperparameter:
    """One hyperparameter that the search varied, laid out from 0 to 1.

    `places` has shape (trials,), NaN where a trial does not have it; `texts` are the values as written,
    empty there. `baseline` is the baseline's place. `levels` is how many places there can be, where that is
    a small number: choices, or whole numbers; else 0. With `whole` the axis spans all that was searched,
    drawn or not; else what was drawn.
    """

    name: str
    kind: Kind
    places: FloatArray
    texts: tuple[str, ...]
    baseline: float
    ticks: tuple[Tick, ...]
    levels: int = 0
    whole: bool = False

    @property
    def present(self) -> NDArray[np.bool_]:
        """True where a trial has it, shape (trials,)."""
        return np.isfinite(self.places)

    @property
    def variety(self) -> int:
        """How many different values were tried."""
        return len(np.unique(self.places[self.present]))


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """The trials of a search, their hyperparameters, and how they rank.

    `ranks` has shape (trials,), 0 for the best mean. A trial that was dropped from a race comes after those
    that have all seeds; those with a run without a score share the last place.
    """

    history: SearchHistory
    axes: tuple[Hyperparameter, ...]
    ranks: NDArray[np.int64]

    @property
    def scored(self) -> NDArray[np.bool_]:
        """True for trials whose every run has a score, shape (trials,)."""
        return np.array([not trial.lost for trial in self.history.trials])


def searched(result: Result) -> Searched | None:
    """The trials on every hyperparameter that the search varied; None where no trial was measured."""
    history = search_history(result)
    if history is None:
        return None
    told = searched_spaces(result.folder)
    params = [result.configurations[trial.name].params for trial in history.trials]
    first = result.configurations[BASELINE].params if BASELINE in result.configurations else {}
    axes = (
        lay_out(name, [one.get(name, _ABSENT) for one in params], first.get(name, _ABSENT), told.get(name))
        for name in dict.fromkeys(name for one in params for name in one)
    )
    varied = tuple(axis for axis in axes if axis.variety > 1)
    return Searched(history, varied, _ranks(history))


def _ranks(history: SearchHistory) -> NDArray[np.int64]:
    sign = 1.0 if history.direction == "minimize" else -1.0
    trials = history.trials
    keys = [(bool(one.lost), one.name in history.dropped, sign * one.mean) for one in trials]
    order = sorted((place for place, one in enumerate(trials) if not one.lost), key=keys.__getitem__)
    ranks = np.full(len(trials), len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def lay_out(name: str, values: Sequence[Any], baseline: Any, told: Space | None = None) -> Hyperparameter:
    """The values of the trials and of the baseline on one axis, as it was `told` where they allow it."""
    drawn = [value for value in (*values, baseline) if value is not _ABSENT]
    kind, every = _spanned(drawn, told)
    whole = len(every) > len(drawn)
    if kind == "choice":
        known, ticks, levels = _choices(drawn, every)
        places = [known.get(_identity(value), math.nan) for value in (*values, baseline)]
    else:
        scale = _Line.over(every, log=kind == "log")
        places = [math.nan if value is _ABSENT else scale.place(value) for value in (*values, baseline)]
        ticks, levels = scale.ticks(ends=whole), _whole_levels(every) if kind == "linear" else 0
    texts = tuple("" if value is _ABSENT else value_text(value) for value in values)
    return Hyperparameter(name, kind, np.array(places[:-1]), texts, places[-1], ticks, levels, whole)


def _spanned(drawn: Sequence[Any], told: Space | None) -> tuple[Kind, Sequence[Any]]:
    """The kind of an axis, and all values that it spans: the drawn ones, and those searched where told."""
    if told is None:
        return kind_of(drawn), drawn
    every = [*drawn, *told.values]
    kind = kind_of(every, told.kind)
    return kind, every if (kind == "choice") == (told.kind == "choice") else drawn


def value_text(value: Any) -> str:
    """A value as a figure writes it.

    >>> value_text(0.000123456), value_text(64), value_text(None)
    ('0.0001235', '64', 'None')
    """
    if not is_number(value):
        return str(value)
    return (f"{value:.4g}" if isinstance(value, float) else str(value)).replace("-", _MINUS)


def _identity(value: Any) -> str:
    """Equal for equal choices, though True == 1 and a choice may be none that can be hashed."""
    return "" if value is _ABSENT else repr(value)


def _choices(drawn: Sequence[Any], every: Sequence[Any]) -> tuple[dict[str, float], tuple[Tick, ...], int]:
    """The place of every choice by its identity, the ticks, and how many places there are.

    Numbers stand in their order, all else in that of the alphabet; the rarest beyond `MOST_CHOICES` share
    the last place, those that were never drawn first.
    """
    by_identity = {_identity(value): value for value in every}
    counts = Counter(map(_identity, drawn))
    counts.update(dict.fromkeys(by_identity, 0))
    kept = [one for one, _ in counts.most_common(None if len(counts) <= MOST_CHOICES else MOST_CHOICES - 1)]
    if all(is_number(by_identity[one]) for one in kept):
        kept.sort(key=lambda one: by_identity[one])
    else:
        kept.sort(key=lambda one: (str(by_identity[one]).lower(), one))
    labels = [value_text(by_identity[one]) for one in kept]

    others = [one for one in counts if one not in set(kept)]
    if others:
        labels.append(f"{len(others)} others")
    levels = len(labels)
    centers = [(place + 0.5) / levels for place in range(levels)]
    places = dict(zip(kept, centers, strict=False)) | dict.fromkeys(others, centers[-1])
    return places, tuple(zip(centers, labels, strict=True)), levels


def _whole_levels(values: Sequence[float]) -> int:
    """How many whole numbers lie between the ends, where all are whole and that is a small number."""
    span = max(values) - min(values)
    whole = span < MOST_LEVELS and all(value == round(value) for value in values)
    return round(span) + 1 if whole else 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight or logarithmic axis from `low` to `high`."""

    low: float
    high: float
    log: bool
    whole: bool

    @classmethod
    def over(cls, values: Sequence[float], *, log: bool) -> "_Line":
        return cls(min(values), max(values), log, all(isinstance(value, int) for value in values))

    def place(self, value: float) -> float:
        """Between 0 and 1; halfway where there is a single value."""
        low, high = self._steps(self.low), self._steps(self.high)
        return 0.5 if low == high else min(max((self._steps(value) - low) / (high - low), 0.0), 1.0)

    def _steps(self, value: float) -> float:
        return math.log10(value) if self.log else float(value)

    def ticks(self, *, ends: bool) -> tuple[Tick, ...]:
        """Round numbers between the ends; the ends themselves where there are not two of those.

        With `ends` they come as well where there is room for them.
        """
        inside = self._decades() if self.log else self._round_numbers()
        outer = [self.low, self.high]
        if len(inside) > 1:
            outer = [end for end in outer if ends and self._is_far(end, inside)]
        else:
            inside = []
        return tuple((self.place(value), value_text(value)) for value in sorted({*inside, *outer}))

    def _is_far(self, end: float, others: Sequence[float]) -> bool:
        """Whether the label of an end would not stand on those of others."""
        return min(abs(self.place(end) - self.place(other)) for other in others) >= _ROOM

    def _decades(self) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        powers = range(first, last + 1, max(1, (last - first) // 4))
        found: list[float] = []
        for factors in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0)):
            every = [factor * 10.0**power for power in powers for factor in factors]
            found = [value for value in every if self.low <= value <= self.high]
            if len(found) > 1:
                break
        return found

    def _round_numbers(self) -> list[float]:
        locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=self.whole)
        # As floats: numpy has no whole numbers of more than 64 bits.
        every = np.asarray(locator.tick_values(float(self.low), float(self.high))).tolist()
        return [value for value in every if self.low <= value <= self.high]


def spread(axis: Hyperparameter, by: FloatArray, *, widest: float = 0.15) -> FloatArray:
    """Where to draw the trials so that those with the same value do not hide each other, shape (trials,).

    Trials with one value stand beside each other, told apart by the numbers `by`, well within the distance
    to the next value and within `widest` to both sides; the picture is the same every time. None leaves the
    axis: those at its ends stand beside each other inwards.
    """
    gap = 1.0 / axis.levels if axis.levels else 0.0
    width = 0.3 * gap if axis.kind == "choice" else min(0.04, 0.3 * gap)
    width = min(width, widest)
    shown = axis.places.copy()
    for place in np.unique(axis.places[axis.present]):
        own = np.flatnonzero(axis.places == place)
        if own.size > 1:
            shown[own] = min(max(place, width), 1.0 - width) + spread_offsets(by[own].tolist(), width)
    return shown


def selection(ranks: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most so many trials to draw, worst first: the best half of them, and an even sample of the others.

    >>> selection(np.array([3, 0, 1, 2, 4, 5]), 4)
    array([5, 3, 2, 1])
    """
    order = np.argsort(ranks, kind="stable")
    if order.size > most:
        best = most // 2
        others = np.linspace(best, order.size - 1, most - best).round().astype(np.int64)
        order = order[np.concatenate([np.arange(best), others])]
    return order[::-1]


def tick_label(text: str, limit: int) -> str:
    """`text` as the label of a tick; a name that only invisible characters make up is a dash."""
    return plain(text, limit) or "\N{EN DASH}"
