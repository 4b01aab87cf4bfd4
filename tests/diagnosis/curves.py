"""Curves whose diagnosis is plain from their formula."""

import numpy as np

Array = np.ndarray


def fall(epochs: int, floor: float, rate: float, start: float = 1.0) -> Array:
    """From `start` to `floor`: what is left of the way shrinks by exp(-rate) over all epochs."""
    return floor + (start - floor) * np.exp(-rate * np.arange(epochs) / epochs)


def bend(epochs: int, at: int, up: float, start: float = 1.0, floor: float = 0.2) -> Array:
    """A parabola from `start` down to `floor` at epoch `at`, counted from 1, then a straight line up to
    floor + up."""
    number = np.arange(1, epochs + 1)
    down = floor + (start - floor) * ((at - number) / (at - 1)) ** 2
    return np.where(number < at, down, floor + up * (number - at) / (epochs - at))


def jumps(shape: tuple[int, ...], size: float, seed: int = 0) -> Array:
    """Factors around 1."""
    return np.exp(size * np.random.default_rng(seed).normal(size=shape))
