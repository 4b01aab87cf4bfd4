"""Series without trend or season: differences, and seasonal means taken away."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.step import Namespace, Numeric, Start, Values, constant, training_windows

Table = tuple[tuple[float, ...], ...]

_METHODS = ("difference", "means")


@dataclass(frozen=True, slots=True)
class Difference(Numeric):
    """x_t - x_(t-lag), taken `order` times: lag x order steps shorter.

    The inverse adds up from the values that came before. With `before`, an array continues it and keeps its
    length in both directions. Without, it is the training series or what begins like it: its first values
    were kept in `first`, and come back in front. `rows` is the length of the training series: a shorter
    array is another series and is refused, rather than begun like this one.

    >>> step = Difference().fit([1.0, 4.0, 9.0])
    >>> step.transform([1.0, 4.0, 9.0]).tolist(), step.inverse([3.0, 5.0, 7.0]).tolist()
    ([3.0, 5.0], [1.0, 4.0, 9.0, 16.0])
    >>> step.inverse([1.0, 1.0], before=[20.0, 30.0]).tolist()
    [31.0, 32.0]
    """

    kind: ClassVar[str] = "difference"
    called: ClassVar[str] = "Difference"  # in what it says
    lag: int = 1
    order: int = 1
    first: Table | None = None
    rows: int | None = None

    def __post_init__(self) -> None:
        checks.settle(
            self,
            lag=checks.whole(self.called, "lag", self.lag),
            order=checks.whole(self.called, "order", self.order),
        )
        checks.settle(self, **_beginning(self.called, self.first, self.rows, self.lost))

    @property
    def lost(self) -> int:
        return self.lag * self.order

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """A copy that knows how the training series began; of windows there is nothing to know.

        Raises: PreparationError where the training data are no finite numbers, or too few.
        """
        values = training_windows(self.called, train)
        _enough(self.called, values.shape[1], self.lost + 1)
        if np.ndim(train) == 3:
            return replace(self, first=None, rows=None)
        first = tuple(map(tuple, values[0, : self.lost].tolist()))
        return replace(self, first=first, rows=values.shape[1])

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if before is None:
            _enough(self.called, values.shape[1], self.lost + 1)
            return self._differences(values)[-1]
        _enough(f"{self.called}: before", before.shape[1], self.lost)
        return self._differences(xp.concatenate([before[:, -self.lost :], values], axis=1))[-1]

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if before is None:
            first = self._first(values)
            return xp.concatenate([first, self.backward(xp, values, first, start)], axis=1)
        _enough(f"{self.called}: before", before.shape[1], self.lost)
        result = values
        for level in reversed(self._differences(before[:, -self.lost :])[:-1]):
            result = _summed(xp, result, level[:, -self.lag :])
        return result

    def _differences(self, values: Values) -> list[Values]:
        """The values, their differences, the differences of those, and so on."""
        levels = [values]
        for _ in range(self.order):
            levels.append(levels[-1][:, self.lag :] - levels[-1][:, : -self.lag])
        return levels

    def _first(self, values: np.ndarray) -> np.ndarray:
        """The beginning of the training series, where these may be its differences."""
        if self.first is not None and self.rows is not None and len(values) == 1:
            first = np.array(self.first)[None]
            if first.shape[2] == values.shape[2] and values.shape[1] + self.lost >= self.rows:
                return first
        raise PreparationError(
            f"{self.called}: what came before these differences is not known, they are not those of the"
            " training series; give before=..., the values in front of them"
        )


class _AtTheSeason(Difference):
    """The difference that `SeasonalAdjust` takes, which speaks in its name."""

    __slots__ = ()
    called = "SeasonalAdjust"


@dataclass(frozen=True, slots=True)
class SeasonalAdjust(Numeric):
    """A series without its season of `season` steps, by one of two methods.

    "difference" is x_t - x_(t-season), as `Difference(lag=season)`. "means" takes away how far the mean of
    the phase lies from the mean of all phases, in the training series, whose first step has phase 0; it
    keeps the level and the length. Other arrays say with `start` where they lie in time. For seasons that
    grow with the level, put `Log()` in front.

    >>> step = SeasonalAdjust(2, method="means").fit([1.0, 3.0, 2.0, 4.0])
    >>> step.transform([1.0, 3.0, 2.0, 4.0]).tolist()
    [2.0, 2.0, 3.0, 3.0]
    >>> step.inverse([2.0], start=5).tolist()
    [3.0]
    """

    kind: ClassVar[str] = "seasonal_adjust"
    season: int
    method: Literal["difference", "means"] = "difference"
    first: Table | None = None
    rows: int | None = None
    means: Table | None = None

    def __post_init__(self) -> None:
        name = "SeasonalAdjust"
        checks.settle(self, season=checks.whole(name, "season", self.season, least=2))
        checks.one_of(name, "method", self.method, _METHODS)
        checks.settle(self, **_beginning(name, self.first, self.rows, self.season))
        if (self.first if self.method == "means" else self.means) is not None:
            raise PreparationError(f"{name}: holds what the other method than {self.method!r} has learned")
        if self.means is not None:
            means = checks.table(name, "means", self.means)
            if len(means) != self.season:
                raise PreparationError(f"{name}: {len(means)} means for a season of {self.season} steps")
            checks.settle(self, means=means)

    @property
    def fitted(self) -> bool:
        return self.method == "difference" or self.means is not None

    @property
    def lost(self) -> int:
        return self.season if self.method == "difference" else 0

    @property
    def positional(self) -> bool:
        return self.method == "means"

    @property
    def features(self) -> int | None:
        return len(self.means[0]) if self.means is not None else None

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where they are no finite numbers, too few, or windows for "means"."""
        if self.method == "difference":
            fitted = self._difference().fit(train)
            return replace(self, first=fitted.first, rows=fitted.rows, means=None)
        values = training_windows("SeasonalAdjust", train)
        if np.ndim(train) == 3:
            raise PreparationError(
                "SeasonalAdjust: seasonal means are those of a series; give one of shape (steps, features),"
                " or use method='difference'"
            )
        _enough("SeasonalAdjust", values.shape[1], self.season)
        phases = (int(start) + np.arange(values.shape[1])) % self.season
        means = np.stack([values[0, phases == phase].mean(axis=0) for phase in range(self.season)])
        offsets = means - means.mean(axis=0)
        return replace(self, means=tuple(map(tuple, offsets.tolist())), first=None, rows=None)

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if self.method == "difference":
            return self._difference().forward(xp, values, before, start)
        return values - self._offsets(xp, values, start)

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if self.method == "difference":
            return self._difference().backward(xp, values, before, start)
        return values + self._offsets(xp, values, start)

    def _difference(self) -> Difference:
        return _AtTheSeason(self.season, first=self.first, rows=self.rows)

    def _offsets(self, xp: Namespace, values: Values, start: Start) -> Values:
        places = np.reshape(start, (-1, 1)) + np.arange(values.shape[1])
        return constant(xp, np.array(self.means)[places % self.season], values)


def _beginning(where: str, first: object, rows: object, lost: int) -> dict[str, object]:
    """The first values of a training series and its length, checked: both or neither."""
    if first is None and rows is None:
        return {"first": None, "rows": None}
    table = checks.table(where, "first", first)
    length = checks.whole(where, "rows", rows, least=lost + 1)
    if len(table) != lost:
        raise PreparationError(f"{where}: first has {len(table)} rows; give the first {lost} of the series")
    return {"first": table, "rows": length}


def _enough(where: str, steps: int, least: int) -> None:
    if steps < least:
        raise PreparationError(f"{where}: {steps} steps are too few; give {least} or more")


def _summed(xp: Namespace, differences: Values, base: Values) -> Values:
    """x_t = x_(t-lag) + d_t for all steps at once, from `base` (windows, lag, features), the values before.

    The steps of one phase of the lag lie in a column, and are summed along it.
    """
    lag, features, steps = base.shape[1], differences.shape[2], differences.shape[1]
    blocks = -(-steps // lag)
    filled = xp.pad(differences, ((0, 0), (0, blocks * lag - steps), (0, 0)))
    totals = xp.cumsum(xp.reshape(filled, (-1, blocks, lag, features)), axis=1) + base[:, None]
    return xp.reshape(totals, (-1, blocks * lag, features))[:, :steps]
