"""How two groups are compared: decided by the user before the data are seen, never by the data."""

import math
from dataclasses import dataclass
from numbers import Real
from typing import Literal, get_args

from tuner.errors import StatisticsError

Direction = Literal["minimize", "maximize"]

SECONDARY = "secondary: it describes, and decides no verdict"
"""The label of every comparison beside the one that the verdict comes from."""


def check_level(level: float) -> None:
    """Raises: StatisticsError unless `level` is a confidence level, at least 0.5 and below 1."""
    if not isinstance(level, Real) or not 0.5 <= float(level) < 1.0:
        raise StatisticsError(
            f"level is {level!r}; give a confidence level such as 0.95, from 0.5 to below 1"
        )


def check_margin(margin: float | None) -> None:
    """Raises: StatisticsError unless `margin` is None or a positive finite number."""
    if margin is None:
        return
    if not isinstance(margin, Real) or isinstance(margin, bool) or not 0.0 < float(margin) < math.inf:
        raise StatisticsError(
            f"margin is {margin!r}; give the smallest difference that matters as a positive number, or None"
        )


def check_share(share: float) -> None:
    """Raises: StatisticsError unless `share` is a share of the error rate, above 0 and at most 1."""
    if not isinstance(share, Real) or isinstance(share, bool) or not 0.0 < float(share) <= 1.0:
        raise StatisticsError(f"share is {share!r}; give the share of the error rate, above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Design:
    """The settings of a comparison, checked when made.

    `paired` says that run k of both groups saw the same data; `margin` is the smallest difference that
    matters, in metric units; `level` is the confidence level of intervals, and 1 - level the error rate.
    `called` is what sentences call the baseline.
    """

    direction: Direction = "minimize"
    paired: bool = False
    margin: float | None = None
    level: float = 0.95
    called: str = "the baseline"

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise StatisticsError(f'direction is {self.direction!r}; give "minimize" or "maximize"')
        if not isinstance(self.paired, bool):
            raise StatisticsError(f"paired is {self.paired!r}; give True or False")
        check_margin(self.margin)
        check_level(self.level)

    @property
    def alpha(self) -> float:
        """The error rate that the tests hold."""
        return 1.0 - self.level
