"""Which stretches of a series that never ends are tested, each at which share of the error rate.

A change may begin at any time and be of any size. So windows of all lengths are tested, every length
twice the one before, and those of a length a quarter of it apart: wherever a change begins, a window holds
nearly nothing else before the change has lasted twice as long as it would have to. The shares of all windows
that there will ever be sum to one, so that the probability that any of them errs is bounded without an end
to the looking, whatever they have in common.

Source: lengths and places as the seeded intervals of Kovacs, Buhlmann, Li & Munk (2023),
doi:10.1093/biomet/asac052; error rates spent over geometric epochs as in the stitching of Howard, Ramdas,
McAuliffe & Sekhon (2021), doi:10.1214/20-AOS1991, section 3.1; Bonferroni's inequality for a countable
family.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tuner.stats.intervals import Interval
from tuner.stats.monitoring.expected import PIECES
from tuner.stats.scores import FloatArray

QUARTERS = 4  # windows of a length begin a quarter of it apart
FEWEST = 32  # examples in a window: below, means of skewed scores are far from normal


@dataclass(frozen=True, slots=True)
class Departure:
    """A window in which the scores differ from what is expected: examples `start` to `stop` (not included).

    `interval` is that of the `difference` of its mean and the expected level, in metric units, at the share
    of the error rate that this window has: it holds together with those of all other windows, ever.
    """

    word: Literal["degrading", "improving"]
    start: int
    stop: int
    mean: float
    difference: float
    interval: Interval

    @property
    def examples(self) -> int:
        """How many it holds."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Scale:
    """All windows of one length that a series of so many examples holds, in the order of time."""

    size: int
    starts: np.ndarray  # (windows,) the first example of each
    shares: FloatArray  # (windows,) of the error rate


def first_size(block: int) -> int:
    """Examples of the shortest windows, where `block` neighbours are alike: a multiple of four.

    >>> first_size(1), first_size(9)
    (32, 92)
    """
    return max(FEWEST, QUARTERS * math.ceil(PIECES * block / QUARTERS))


def scales(examples: int, first: int) -> Iterator[Scale]:
    """The windows of a series of so many examples, the shortest, of `first` examples, first.

    >>> [(scale.size, scale.starts.tolist()) for scale in scales(70, 32)]
    [(32, [0, 8, 16, 24, 32]), (64, [0])]
    """
    number, size = 0, first
    while size <= examples:
        starts = np.arange(0, examples - size + 1, size // QUARTERS)
        yield Scale(size, starts, _of_scale(number) * of_turn(np.arange(len(starts))))
        number, size = number + 1, 2 * size


def _of_scale(number: int) -> float:
    """The share of all windows of a length: 1/5, 4/25, 16/125, ..., each four fifths of the one before.

    They sum to one, and the ten shortest lengths, up to 512 times the shortest, have nine tenths of it.
    """
    return 0.2 * 0.8**number


def of_turn(turn: np.ndarray) -> FloatArray:
    """The share of the window that is the `turn`-th of its length, counted from 0.

    Differences of log 2 / log (turn + 2), which falls from 1 to 0, so that they sum to one: about
    1 / (turn log^2 turn), next to the slowest decrease that has a sum.

    >>> of_turn(np.arange(3)).round(3).tolist()
    [0.369, 0.131, 0.069]
    """
    shares: FloatArray = math.log(2.0) / np.log(turn + 2.0) - math.log(2.0) / np.log(turn + 3.0)
    return shares
