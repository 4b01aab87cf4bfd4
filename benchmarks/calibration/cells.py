"""What the tables of the calibration are made of: drawn scores, cells, tables, and their rates."""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tuner.stats.scores import FloatArray


def draw(distribution: str, rng: np.random.Generator, n: int) -> FloatArray:
    """`n` scores of one of the four distributions."""
    if distribution == "normal":
        return rng.normal(size=n)
    if distribution == "lognormal":
        return rng.lognormal(sigma=1.0, size=n)
    if distribution == "t3":
        return rng.standard_t(3, size=n)
    scores = rng.normal(1.0, 0.1, size=n)
    return np.where(rng.random(n) < 0.1, 10.0 * scores, scores)


STANDARD_DEVIATION = {
    "normal": 1.0,
    "lognormal": math.sqrt((math.e - 1.0) * math.e),
    "t3": math.sqrt(3.0),
    "mixture": math.sqrt(1.01 * (0.9 + 0.1 * 100.0) - (0.9 + 0.1 * 10.0) ** 2),
}

SIZES = (5, 10, 20, 30)
DECIDED = ("better", "worse")

Outcome = tuple[bool, ...]
Numbers = tuple[float, ...]
Repetition = Callable[[np.random.Generator], Outcome | Numbers]


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of a table: what is drawn, and a function that draws and judges once."""

    setting: str
    repetition: Repetition


@dataclass(frozen=True, slots=True)
class Table:
    """Cells that ask the same question; `columns` name the outcomes that a repetition answers, of which the
    mean is told in the given form: a share, unless it is said otherwise."""

    title: str
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    form: str = ".2%"


def rates(cell: Cell, title: str, repetitions: int, seed: int) -> tuple[float, ...]:
    """The mean of every outcome of the cell over the repetitions: the share in which it is true."""
    name = zlib.crc32(f"{title}: {cell.setting}".encode())
    rng = np.random.default_rng([seed, name])
    return tuple(np.mean([cell.repetition(rng) for _ in range(repetitions)], axis=0).tolist())
