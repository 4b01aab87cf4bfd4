"""Echo: read a sequence of whole numbers, say which one stood at a given place."""

from numbers import Integral

import numpy as np

from tuner.errors import StudyError
from tuner.problems.coding import one_hot
from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits


def random_integers(
    examples: int, *, length: int = 5, cardinality: int = 10, rng: np.random.Generator
) -> np.ndarray:
    """Whole numbers uniform in 0 .. cardinality - 1, of shape (examples, length).

    Raises: StudyError where a count is below 1.
    """
    check_counts("echo", examples=examples, length=length, cardinality=cardinality)
    return rng.integers(cardinality, size=(examples, length))


def echo(
    *,
    n_train: int = 10_000,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    length: int = 5,
    cardinality: int = 10,
    index: int = 2,
    seed: Seed = 0,
) -> Splits:
    """Repeat the number at place `index`, counted from 0, or from the end where it is negative; float32.

    x has shape (examples, length, cardinality), y (examples, cardinality), both one-hot: `from_one_hot`
    gives the numbers back. Whoever guesses is right once in `cardinality` times.

    Raises: StudyError where a count is below 1 or the place lies outside of the sequence.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 6; the source trains on 10,000
    sequences, each seen once.
    """
    check_counts("echo", length=length)
    if not isinstance(index, Integral) or isinstance(index, bool) or not -length <= index < length:
        raise StudyError(f"echo: index is {index!r}; {length} numbers have the places 0 to {length - 1}")

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        numbers = random_integers(examples, length=length, cardinality=cardinality, rng=rng)
        x = one_hot(numbers, cardinality)
        return x, x[:, index].copy()

    return draw("echo", generate, (n_train, n_validation, n_test), seed, ("majority",))
