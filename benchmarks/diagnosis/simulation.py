"""Curves of known shape, with noise, and what they are called.

Each shape is a pair of smooth losses over the time t from 0 to 1, and the label that is right for it.
Every seed has its own level (lognormal, 10 %) and multiplies each loss by noise: independent from epoch to
epoch, or with an autocorrelation of 0.5, as the weights of an epoch come from those of the one before.
"""

import math
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from scipy.signal import lfilter

from tuner.diagnosis import LABELS, Label
from tuner.diagnosis.losses import as_pairs
from tuner.diagnosis.seeds import put_together, read_seed

Array = np.ndarray

Labels = dict[int, Counter[Label]]  # by the number of seeds that were put together

EPOCHS = (15, 50, 200)
NOISES = (0.0, 0.01, 0.05, 0.2)
MEMORIES = (0.0, 0.5)
SEEDS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Shape:
    """Smooth training and validation losses over t, shape (epochs,), and the label that is right."""

    name: str
    train: Callable[[Array], Array]
    validation: Callable[[Array], Array]
    right: Label


def fall(t: Array, floor: float, rate: float) -> Array:
    """From 1 to a floor."""
    return floor + (1.0 - floor) * np.exp(-rate * t)


def turn(t: Array, by: float) -> Array:
    """From 1 to 0.2 and, from two fifths on, up by a share of that at the end."""
    return fall(t, 0.2, 15.0) + 0.2 * by * np.maximum(0.0, t - 0.4) / 0.6


def explosion(t: Array) -> Array:
    """A fall that is overtaken by exponential growth, to ten times the start."""
    return fall(t, 0.1, 10.0) + 1e-3 * np.exp(9.2 * t)


SHAPES = (
    Shape(
        "both still falling",
        partial(fall, floor=0.1, rate=1.5),
        partial(fall, floor=0.2, rate=1.5),
        "underfit_more_epochs",
    ),
    Shape(
        "flat and high",
        partial(fall, floor=0.8, rate=15.0),
        partial(fall, floor=0.82, rate=15.0),
        "underfit_more_capacity",
    ),
    Shape(
        "plateaus with a gap",
        partial(fall, floor=0.3, rate=15.0),
        partial(fall, floor=0.6, rate=15.0),
        "underfit_more_capacity",
    ),
    Shape(
        "plateaus that meet",
        partial(fall, floor=0.1, rate=15.0),
        partial(fall, floor=0.11, rate=15.0),
        "good_fit",
    ),
    Shape(
        "validation flat, training falling",
        partial(fall, floor=0.0, rate=2.0),
        partial(fall, floor=0.5, rate=15.0),
        "undetermined",
    ),
    *(
        Shape(
            f"validation turns up by {by:.0%}",
            partial(fall, floor=0.05, rate=6.0),
            partial(turn, by=by),
            "overfit",
        )
        for by in (0.1, 0.3, 1.0)
    ),
    Shape("explosion", explosion, explosion, "diverged"),
)
PLATEAUS = SHAPES[1:5]


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of curves."""

    shape: Shape
    epochs: int
    noise: float
    memory: float


@dataclass(frozen=True, slots=True)
class Count:
    """A cell, and what its configurations were called."""

    cell: Cell
    labels: Labels

    def share(self, seeds: int, labels: Iterable[Label]) -> float:
        """Share of the configurations that were called one of these."""
        own = self.labels[seeds]
        return sum(own[label] for label in labels) / own.total()


def noisy(smooth: Array, noise: float, memory: float, rng: np.random.Generator, seeds: int = 1) -> Array:
    """Smooth losses, shape (epochs,), times exp(noise z) for every seed, shape (seeds, epochs).

    z is normal with autocorrelation `memory`.
    """
    fresh = math.sqrt(1.0 - memory**2)
    shocks = rng.normal(size=(seeds, smooth.size))
    shocks[:, 0] /= fresh  # the first has the variance of all
    return smooth * np.exp(noise * lfilter([fresh], [1.0, -memory], shocks))


def drawn(cell: Cell, seeds: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Training and validation losses of several seeds, shape (seeds, epochs)."""
    t = np.linspace(0.0, 1.0, cell.epochs)
    levels = np.exp(0.1 * rng.normal(size=(seeds, 1)))
    train, validation = (
        levels * noisy(losses, cell.noise, cell.memory, rng, seeds)
        for losses in (cell.shape.train(t), cell.shape.validation(t))
    )
    return train, validation


def counted(cell: Cell, repetitions: int, seed: int) -> Labels:
    """Diagnose configurations of a cell, each seed alone and the first ones put together."""
    name = f"{cell.shape.name} {cell.epochs} {cell.noise} {cell.memory}"
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    numbers = np.arange(1, cell.epochs + 1)
    labels: Labels = {seeds: Counter() for seeds in SEEDS}
    for _ in range(repetitions):
        pairs = as_pairs(*drawn(cell, max(SEEDS), rng), None)
        readings = tuple(read_seed(pair, numbers) for pair in pairs)  # once, whoever they are put with
        labels[1].update(reading.label for reading in readings)
        for seeds in SEEDS[1:]:
            labels[seeds][put_together(pairs[:seeds], readings[:seeds], numbers).label] += 1
    return labels


def cells() -> Iterator[Cell]:
    """All combinations; noise without a size has no memory."""
    for shape, epochs, noise, memory in product(SHAPES, EPOCHS, NOISES, MEMORIES):
        if noise or not memory:
            yield Cell(shape, epochs, noise, memory)


def report(repetitions: int, seed: int, workers: int) -> None:
    """Draw, diagnose, print three tables."""
    start = time.perf_counter()
    kept = list(cells())
    one = partial(counted, repetitions=repetitions, seed=seed)
    with ProcessPoolExecutor(workers) as pool:
        counts = list(map(Count, kept, pool.map(one, kept, chunksize=4)))
    print("**What single seeds are called, over all numbers of epochs**\n")
    print(confusion(counts), end="\n\n")
    print(
        "**How often a single seed is called overfit while validation stays on its plateau (bound: 5 %)**\n"
    )
    print(alarms(counts), end="\n\n")
    print("**How often the label is right, by the number of seeds, over all noises and numbers of epochs**\n")
    print(by_seeds(counts), end="\n\n")
    print(f"{repetitions:,} configurations of {max(SEEDS)} seeds a cell, seed {seed}, ", end="")
    print(f"{time.perf_counter() - start:.0f} s with {workers} processes.")


def confusion(counts: Sequence[Count]) -> str:
    """Shares of the labels by shape and noise."""
    lines = ["| shape | noise | " + " | ".join(LABELS) + " |", "|---|---:|" + "---:|" * len(LABELS)]
    for shape, noise in product(SHAPES, NOISES):
        own = [one for one in counts if one.cell.shape == shape and one.cell.noise == noise]
        shares = [np.mean([one.share(1, [label]) for one in own]) for label in LABELS]
        texts = [
            f"**{share:.0%}**" if label == shape.right else f"{share:.0%}" if share else ""
            for label, share in zip(LABELS, shares, strict=True)
        ]
        lines.append(f"| {shape.name} | {noise:.0%} | {' | '.join(texts)} |")
    return "\n".join(lines)


def alarms(counts: Sequence[Count]) -> str:
    """Shares of false overfits by shape, epochs, noise and its memory."""
    kinds = [(noise, memory) for noise in NOISES[1:] for memory in MEMORIES]
    head = [f"{noise:.0%}{', correlated' if memory else ''}" for noise, memory in kinds]
    lines = ["| shape | epochs | " + " | ".join(head) + " |", "|---|---:|" + "---:|" * len(kinds)]
    for shape, epochs in product(PLATEAUS, EPOCHS):
        found = {
            (one.cell.noise, one.cell.memory): one.share(1, ["overfit"])
            for one in counts
            if one.cell.shape == shape and one.cell.epochs == epochs
        }
        lines.append(f"| {shape.name} | {epochs} | {' | '.join(f'{found[kind]:.1%}' for kind in kinds)} |")
    return "\n".join(lines)


def by_seeds(counts: Sequence[Count]) -> str:
    """Shares of right labels."""
    lines = [
        "| shape | " + " | ".join(f"{seeds} seeds" if seeds > 1 else "1 seed" for seeds in SEEDS) + " |",
        "|---|" + "---:|" * len(SEEDS),
    ]
    for shape in SHAPES:
        own = [one for one in counts if one.cell.shape == shape]
        shares = [np.mean([one.share(seeds, [shape.right]) for one in own]) for seeds in SEEDS]
        lines.append(f"| {shape.name} | {' | '.join(f'{share:.0%}' for share in shares)} |")
    return "\n".join(lines)
