"""Logarithm and Box-Cox transform: variance that does not grow with the level."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.scaling import Over
from tuner.prepare.step import Namespace, Numeric, Start, Values, constant, training_rows

_LEAST = 1e-30  # a power nearer to 0 is the logarithm, to all digits


@dataclass(frozen=True, slots=True)
class Log(Numeric):
    """log(x + offset); nothing is learned.

    Raises: PreparationError where x + offset is not above 0 (within a Keras model it is NaN).

    >>> Log(offset=1.0).transform([0.0]).tolist()
    [0.0]
    """

    kind: ClassVar[str] = "log"
    offset: float = 0.0

    def __post_init__(self) -> None:
        checks.settle(self, offset=checks.number("Log", "offset", self.offset))

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """The same step, where the training data can be transformed.

        Raises: PreparationError where x + offset is not above 0.
        """
        _above_zero("Log", training_rows("Log", train), self.offset)
        return self

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if xp is np:
            _above_zero("Log", values, self.offset)
        return xp.log(values + self.offset)

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        with np.errstate(over="ignore"):  # a forecast far out is infinite
            return xp.exp(values) - self.offset


@dataclass(frozen=True, slots=True)
class BoxCox(Numeric):
    """((x + offset)^power - 1) / power, and log(x + offset) where the power is 0.

    The power makes the training data most normal (`scipy.stats.boxcox`), for each feature on its own or
    over="everything". Values that no x is transformed to, such as forecasts below -1 / power, are undone as
    the nearest ones that are.

    Raises: PreparationError where x + offset is not above 0 (within a Keras model it is NaN).
    Source: Box & Cox (1964), An Analysis of Transformations.

    >>> step = BoxCox(power=(0.5,))
    >>> step.transform([4.0]).tolist(), step.inverse([2.0, -3.0]).round(6).tolist()
    ([2.0], [4.0, 0.0])
    """

    kind: ClassVar[str] = "box_cox"
    offset: float = 0.0
    over: Over = "feature"
    power: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        checks.settle(self, offset=checks.number("BoxCox", "offset", self.offset))
        checks.one_of("BoxCox", "over", self.over, ("feature", "everything"))
        if self.power is not None:
            power = checks.row("BoxCox", "power", self.power)
            if self.over == "everything" and len(power) > 1:
                raise PreparationError("BoxCox: over everything there is one power; give one number")
            checks.settle(self, power=power)

    @property
    def fitted(self) -> bool:
        return self.power is not None

    @property
    def features(self) -> int | None:
        return len(self.power) if self.power and self.over == "feature" else None

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """Raises: PreparationError where x + offset is not above 0, or a feature never changes."""
        rows = training_rows("BoxCox", train, over=self.over)
        _above_zero("BoxCox", rows, self.offset)
        powers = (_most_normal(column, number) for number, column in enumerate((rows + self.offset).T))
        return replace(self, power=tuple(powers))

    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        if xp is np:
            _above_zero("BoxCox", values, self.offset)
        power, is_log = self._power(xp, values)
        log = xp.log(values + self.offset)
        return xp.where(is_log, log, xp.expm1(power * log) / power)

    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        power, is_log = self._power(xp, values)
        # Just inside the range: at its edge the slope is infinite, and a gradient through it no number.
        edge = -1.0 + float(np.finfo(np.float64 if xp is np else np.float32).eps)
        with np.errstate(over="ignore"):
            log = xp.where(is_log, values, xp.log1p(xp.maximum(power * values, edge)) / power)
            return xp.exp(log) - self.offset

    def _power(self, xp: Namespace, like: Values) -> tuple[Values, Values]:
        """The powers, 1 in place of those that mean the logarithm, and which do."""
        power = np.array(self.power)
        is_log = np.abs(power) < _LEAST
        return constant(xp, np.where(is_log, 1.0, power), like), xp.array(is_log)


def _most_normal(column: np.ndarray, number: int) -> float:
    from scipy.stats import boxcox

    if np.ptp(column) == 0:
        raise PreparationError(f"BoxCox: feature {number} never changes in the training data; leave it out")
    _, power = boxcox(column)
    return float(power)


def _above_zero(where: str, values: np.ndarray, offset: float) -> None:
    """Raises: PreparationError where a value cannot be transformed, and says which offset could."""
    if (values + offset <= 0).any():
        least = float(np.nanmin(values))
        raise PreparationError(
            f"{where}: the least value is {least:g}, which offset={offset:g} does not lift above 0;"
            f" give an offset above {-least:g}"
        )
