"""What forecasts are made from: an input, and targets beside what the model outputs for them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tuner.errors import StudyError
from tuner.trees import Tree

ROWS = 8_192  # examples that are read at once

Pair = tuple[Tree, Tree]  # x and y
Forecast = Callable[[Tree], Tree]  # from x to predictions


class NotComputedError(Exception):
    """A forecast is too much to compute, or its numbers cannot be computed with; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One array of targets, (examples, ...), and the `shape` of what the model outputs for an example.

    With `labels` each value is a label: it picks one of the numbers along the last axis of an output.
    `columns` are the places along the last axis of x of what a target continues; none: it is not said.
    """

    values: np.ndarray
    shape: tuple[int, ...]
    labels: bool
    columns: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Numbers that the model outputs for an example."""
        return math.prod(self.shape)

    def rows(self, start: int, stop: int) -> np.ndarray:
        """Some targets as float64 of shape (examples, size), one-hot where they are labels."""
        part = self.values[start:stop]
        if self.labels:
            part = np.eye(self.shape[-1])[part.reshape(len(part), -1).astype(np.int64)]
        return part.reshape(len(part), -1).astype(np.float64)


def target_of(values: np.ndarray, shape: tuple[int, ...], columns: tuple[int, ...] = ()) -> Target:
    """A target beside what the model outputs for it.

    Raises: StudyError where it is open how targets and outputs go together."""
    if values.dtype.kind not in "fiub":
        raise StudyError("the targets are no numbers")
    size = math.prod(values.shape[1:])
    if size == math.prod(shape):
        return Target(values, shape, labels=False, columns=columns)
    picks = len(shape) > 0 and size == math.prod(shape[:-1])
    if picks and are_whole(values) and values.min() >= 0 and values.max() < shape[-1]:
        return Target(values, shape, labels=True)
    raise StudyError(
        f"a target has the shape {values.shape[1:]} and what the model outputs for it {shape}, so it is open"
        " what a forecast is; leave out naive"
    )


def are_whole(values: np.ndarray) -> bool:
    """Whether all are whole numbers, of whatever type."""
    return values.dtype.kind != "f" or bool(np.all(values == np.rint(values)))


def input_of(x: Tree) -> np.ndarray:
    """The first array of x. Raises: StudyError where it is open which is the first, or it is no numbers."""
    if isinstance(x, Mapping) and len(x) > 1:
        raise StudyError(
            f"x is a dict of {', '.join(map(repr, sorted(x)))}, and it is open which of them is the input;"
            " make x a tuple with it in front, or leave it out"
        )
    if isinstance(x, Mapping | tuple | list):
        return input_of(next(iter(x.values())) if isinstance(x, Mapping) else x[0])
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise StudyError("x is no numbers; leave it out")
    return array
