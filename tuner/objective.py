"""The search objective: one number from the scores of a trial's seeds."""

import math
import re
from collections.abc import Callable, Sequence

import numpy as np

from tuner.errors import StudyError
from tuner.records import Direction

Objective = Callable[[Sequence[float]], float]

_SPREAD = re.compile(r"mean\s*([+-])\s*(\d*\.?\d+)\s*\*\s*std")
_QUANTILE = re.compile(r"quantile\s*[:( ]\s*(\d*\.?\d+)\s*\)?")


def parse_objective(text: str) -> Objective:
    """`mean`, `median`, `mean+k*std` (or `mean-k*std`), `quantile:q` as a function of scores (seeds,).

    The standard deviation has ddof 1 (zero for a single seed).

    >>> parse_objective("mean+2*std")([1.0, 3.0])
    4.82842712474619
    >>> parse_objective("quantile:0.5")([1.0, 2.0, 9.0])
    2.0

    Raises: StudyError where the text is none of these.
    """
    if text == "mean":
        return lambda scores: float(np.mean(scores))
    if text == "median":
        return lambda scores: float(np.median(scores))
    if match := _SPREAD.fullmatch(text):
        k = float(match[1] + match[2])
        return lambda scores: float(np.mean(scores)) + k * _std(scores)
    if (match := _QUANTILE.fullmatch(text)) and 0 <= float(match[1]) <= 1:
        q = float(match[1])
        return lambda scores: float(np.quantile(scores, q))
    raise StudyError(
        f"objective is {text!r}; write mean, median, mean+1*std (any factor, + or -) or quantile:0.9"
    )


def _std(scores: Sequence[float]) -> float:
    return float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0


def evaluate_objective(objective: Objective, scores: Sequence[float], direction: Direction) -> float:
    """The objective of a trial; infinite in the losing direction as soon as one seed has no score."""
    if not all(map(math.isfinite, scores)):
        return math.inf if direction == "minimize" else -math.inf
    return objective(scores)
