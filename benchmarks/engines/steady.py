"""Milliseconds per seed and training step, in processes that have everything compiled.

Every contender trains each workload for E1 epochs and then for E2 > E1 epochs, and the figure is the
difference quotient

    (seconds of E2 - seconds of E1) / ((E2 - E1) x steps of an epoch x seeds),

so that everything a training pays once drops out: building, initialising, tracing, loading compiled code,
scoring. What it pays every epoch stays in, the validation of one batch of a few examples included; it is
the same for all. E2 - E1 is chosen so that the difference takes some seconds, and E1 is a third of it. The
contenders take turns: a round has one quotient of each, and medians over the rounds are reported.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import NamedTuple

from benchmarks.engines.workloads import WORKLOADS
from benchmarks.processes import NotTimedError

MOST_EPOCHS = 1_000_000


class Cell(NamedTuple):
    """A workload, who trains it ("tensorflow", "jax" or "vectorized"), and how many seeds at once."""

    workload: str
    contender: str
    seeds: int

    @property
    def column(self) -> str:
        return f"N = {self.seeds}" if self.contender == "vectorized" else FITS[self.contender]


FITS = {"tensorflow": "TensorFlow fit", "jax": "JAX fit"}
Seconds = Callable[[Cell, int], float]  # trains a cell for a number of epochs; raises NotTimedError


@dataclass(frozen=True, slots=True)
class Measurement:
    """The two trainings of a cell in one round."""

    cell: Cell
    round: int
    short_epochs: int
    long_epochs: int
    short_seconds: float
    long_seconds: float

    @property
    def milliseconds(self) -> float:
        """Per seed and training step."""
        steps = (self.long_epochs - self.short_epochs) * WORKLOADS[self.cell.workload].steps
        return 1000 * (self.long_seconds - self.short_seconds) / (steps * self.cell.seeds)

    def row(self) -> dict[str, object]:
        measured = {name: value for name, value in asdict(self).items() if name != "cell"}
        return {**self.cell._asdict(), **measured, "milliseconds": self.milliseconds}


def cells(workload: str, seeds: tuple[int, ...]) -> tuple[Cell, ...]:
    """What is timed of a workload, in the order of a round."""
    fits = tuple(Cell(workload, contender, 1) for contender in FITS)
    return fits + tuple(Cell(workload, "vectorized", n) for n in seeds)


def lengths(seconds: Callable[[int], float], target: float) -> tuple[int, int]:
    """Epochs of a short and of a long training, whose difference takes about `target` seconds.

    `seconds` trains for a number of epochs.
    """
    ran: set[int] = set()

    def warm(epochs: int) -> float:
        """Seconds of a training whose programs are compiled; another length may need others."""
        if epochs not in ran:
            ran.add(epochs)
            seconds(epochs)
        return seconds(epochs)

    once = warm(1)
    epochs = 2
    while (extra := warm(epochs) - once) < target / 4 and epochs < MOST_EPOCHS:
        epochs *= 8
    difference = math.ceil((epochs - 1) * target / max(extra, target / 4))
    short = max(1, difference // 3)
    for epochs in {short, short + difference} - ran:
        seconds(epochs)
    return short, short + difference


def measure(
    todo: tuple[Cell, ...], seconds: Seconds, rounds: int, target: float, tell: Callable[[str], None]
) -> Iterator[Measurement]:
    """All rounds of some cells; one that fails is told about and left out from then on."""
    epochs: dict[Cell, tuple[int, int]] = {}
    for cell in todo:
        try:
            epochs[cell] = lengths(partial(seconds, cell), target)
            tell(f"{cell.workload}, {cell.column}: {' and '.join(map(str, epochs[cell]))} epochs")
        except NotTimedError as failure:
            tell(f"{cell.workload}, {cell.column}: {failure}")
    for turn in range(1, rounds + 1):
        for cell, (short, long) in tuple(epochs.items()):
            try:
                one = Measurement(cell, turn, short, long, seconds(cell, short), seconds(cell, long))
            except NotTimedError as failure:
                del epochs[cell]
                tell(f"{cell.workload}, {cell.column}: {failure}")
                continue
            tell(f"{cell.workload}, {cell.column}, round {turn}: {one.milliseconds:.4g} ms")
            yield one
