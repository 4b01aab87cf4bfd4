"""Scaling: into a range, to mean 0 and standard deviation 1, and each window by itself.

Coefficients come from scikit-learn. They are applied by a line of arithmetic each, so that a stored step
needs no scikit-learn where it serves, and works within a Keras model too.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.step import (
    Namespace,
    Numeric,
    Start,
    Values,
    constant,
    training_rows,
    training_windows,
    windows_of,
)

Over = Literal["feature", "everything"]
Row = tuple[float, ...]

_OVER = ("feature", "everything")


@dataclass(frozen=True, slots=True)
class Normalize(Numeric):
    """(x - minimum) / (maximum - minimum), stretched from 0..1 to low..high.

    The extremes are those of the training data, of each feature on its own or over="everything". Later
    values may lie outside of the range. A feature that never changed becomes `low`, and what differs from it
    keeps its distance.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.1.1.

    >>> scaling = Normalize().fit([10.0, 20.0, 50.0])
    >>> scaling.transform([10, 20, 60]).tolist()
    [0.0, 0.25, 1.25]
    >>> scaling.inverse([0.5]).tolist()
    [30.0]
    """

    kind: ClassVar[str] = "normalize"
    low: float = 0.0
    high: float = 1.0
    over: Over = "feature"
    minimum: Row | None = None
    maximum: Row | None = None

    def __post_init__(self) -> None:
        low = checks.number("Normalize", "low", self.low)
        checks.settle(self, low=low, high=checks.number("Normalize", "high", self.high, above=low))
        checks.one_of("Normalize", "over", self.over, _OVER)
        minimum, maximum = _learned(self, minimum=self.minimum, maximum=self.maximum)
        checks.settle(self, minimum=minimum, maximum=maximum)
        if minimum and maximum and any(high < low for low, high in zip(minimum, maximum, strict=True)):
            raise PreparationError("Normalize: a maximum is below its minimum")

    @property
    def fitted(self) -> bool:
        return self.minimum is not None

    @property
    def features(self) -> int | None:
        return _features(self.over, self.minimum)

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where the training data are no finite numbers."""
        from sklearn.preprocessing import MinMaxScaler

        found = MinMaxScaler().fit(training_rows("Normalize", train, over=self.over))
        return replace(self, minimum=tuple(found.data_min_.tolist()), maximum=tuple(found.data_max_.tolist()))

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        least, span = self._coefficients(xp, values)
        return (values - least) / span * (self.high - self.low) + self.low

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        least, span = self._coefficients(xp, values)
        return (values - self.low) / (self.high - self.low) * span + least

    def _coefficients(self, xp: Namespace, like: Values) -> tuple[Values, Values]:
        least, most = np.array(self.minimum), np.array(self.maximum)
        span = np.where(most > least, most - least, 1.0)
        return constant(xp, least, like), constant(xp, span, like)


@dataclass(frozen=True, slots=True)
class Standardize(Numeric):
    """(x - mean) / std, with the mean and the population standard deviation of the training data.

    They are taken of each feature on its own, or over="everything". A feature that never changed is only
    shifted.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 3.1.2.

    >>> Standardize().fit([1.0, 3.0]).transform([1, 2, 5]).tolist()
    [-1.0, 0.0, 3.0]
    """

    kind: ClassVar[str] = "standardize"
    over: Over = "feature"
    mean: Row | None = None
    std: Row | None = None

    def __post_init__(self) -> None:
        checks.one_of("Standardize", "over", self.over, _OVER)
        mean, std = _learned(self, mean=self.mean, std=self.std)
        if std is not None:
            std = checks.row("Standardize", "std", std, above=0)
        checks.settle(self, mean=mean, std=std)

    @property
    def fitted(self) -> bool:
        return self.mean is not None

    @property
    def features(self) -> int | None:
        return _features(self.over, self.mean)

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where the training data are no finite numbers."""
        from sklearn.preprocessing import StandardScaler

        found = StandardScaler().fit(training_rows("Standardize", train, over=self.over))
        return replace(self, mean=tuple(found.mean_.tolist()), std=tuple(found.scale_.tolist()))

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        return (values - constant(xp, self.mean, values)) / constant(xp, self.std, values)

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        return values * constant(xp, self.std, values) + constant(xp, self.mean, values)


@dataclass(frozen=True, slots=True)
class StandardizeWindows(Numeric):
    """(x - mean - epsilon) / (spread (std + epsilon)) with the mean and std of each window over its steps.

    They are those of each feature on its own, or over="everything" of the whole window; std is that of the
    population. A forecast has no coefficients of its own: it is prepared, and undone, with those of the
    window `before` it, so that nothing of the future is known. Nothing is learned from the training data.

    Source: G. Chevalier, seq2seq-signal-prediction, exercise 4 (epsilon 1e-5, spread 2.5).

    >>> seen, ahead = np.array([[[1.0], [3.0]]]), np.array([[[4.0]]])
    >>> step = StandardizeWindows(epsilon=0.0, spread=1.0)
    >>> step.transform(ahead, before=seen).ravel().tolist()
    [2.0]
    >>> step.inverse([[[2.0]]], before=seen).ravel().tolist()
    [4.0]
    """

    kind: ClassVar[str] = "standardize_windows"
    epsilon: float = 1e-5
    spread: float = 2.5
    over: Over = "feature"

    def __post_init__(self) -> None:
        name = "StandardizeWindows"
        epsilon, spread = (
            checks.number(name, "epsilon", self.epsilon),
            checks.number(name, "spread", self.spread, above=0),
        )
        if epsilon < 0:
            raise PreparationError(f"{name}: epsilon is {epsilon:g}; give 0 or more")
        checks.one_of(name, "over", self.over, _OVER)
        checks.settle(self, epsilon=epsilon, spread=spread)

    @property
    def windowed(self) -> bool:
        return True

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """The same step: there is nothing to learn. Raises: PreparationError where they are no numbers."""
        training_windows("StandardizeWindows", train)
        return self

    def coefficients(self, windows: object) -> tuple[np.ndarray, np.ndarray]:
        """What is taken away and what is divided by: two arrays (windows, 1, features).

        Over everything their shape is (windows, 1, 1).
        """
        shift, scale = self._coefficients(np, windows_of("StandardizeWindows", windows))
        return np.asarray(shift), np.asarray(scale)

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        shift, scale = self._coefficients(xp, values if before is None else before)
        return (values - shift) / scale

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if before is None:
            raise PreparationError(
                "StandardizeWindows: the coefficients of these windows are not in them;"
                " give before=..., the raw windows that they follow"
            )
        shift, scale = self._coefficients(xp, before)
        return values * scale + shift

    def _coefficients(self, xp: Namespace, windows: Values) -> tuple[Values, Values]:
        if not windows.shape[1]:
            raise PreparationError("StandardizeWindows: before has no steps left; give longer windows")
        axis = (1,) if self.over == "feature" else (1, 2)
        mean, std = (statistic(windows, axis=axis, keepdims=True) for statistic in (xp.mean, xp.std))
        scale = self.spread * (std + self.epsilon)
        return mean + self.epsilon, xp.where(scale > 0, scale, xp.ones_like(scale))


def _features(over: str, coefficients: Row | None) -> int | None:
    return len(coefficients) if coefficients and over == "feature" else None


def _learned(step: Normalize | Standardize, **rows: object) -> tuple[Row | None, Row | None]:
    """Two checked rows of coefficients, as many each, or None twice."""
    where = type(step).__name__
    first, second = (
        None if value is None else checks.row(where, name, value) for name, value in rows.items()
    )
    lengths = {0 if found is None else len(found) for found in (first, second)}
    if len(lengths) > 1 or (step.over == "everything" and max(lengths) > 1):
        number = "one number each" if step.over == "everything" else "one number a feature each"
        raise PreparationError(f"{where}: {' and '.join(rows)} do not fit together; give {number}")
    return first, second
