"""What the generators share: counts that are checked, a stream for each split, the splits themselves."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np

from tuner.errors import StudyError
from tuner.splits import Splits

Seed = int | np.random.Generator
Pair = tuple[Any, np.ndarray]  # x and y
Counts = tuple[int, int, int]  # examples of train, validation and test


def check_counts(problem: str, least: int = 1, **counts: int) -> None:
    """Whole numbers, none of them below `least`.

    Raises: StudyError that names the one that is wrong.
    """
    for name, value in counts.items():
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or value < least:
            kind = "" if whole else "a whole number, "
            raise StudyError(f"{problem}: {name} is {value!r}; give {kind}{least} or more")


def check_range(problem: str, least: float, **ranges: tuple[float, float]) -> None:
    """Pairs of numbers (lowest, highest) in this order, none of them below `least`.

    Raises: StudyError that names the one that is wrong.
    """
    for name, pair in ranges.items():
        numbers = isinstance(pair, tuple | list) and all(isinstance(one, Real) for one in pair)
        if not (numbers and len(pair) == 2 and least <= pair[0] <= pair[1] < np.inf):
            raise StudyError(
                f"{problem}: {name} is {pair!r}; give (lowest, highest), the lowest {least} or more"
            )


def check_numbers(problem: str, **numbers: float) -> None:
    """Finite numbers.

    Raises: StudyError that names the one that is wrong.
    """
    for name, value in numbers.items():
        if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(value):
            raise StudyError(f"{problem}: {name} is {value!r}; give a finite number")


def streams(problem: str, seed: Seed, count: int = 3) -> list[np.random.Generator]:
    """Independent generators: the same for the same number, fresh ones at every call for a generator.

    So `seed=rng` in a data function with a parameter `rng` gives every run data of its own.

    Raises: StudyError where the seed is neither a generator nor a whole number, 0 or more.
    """
    if not isinstance(seed, np.random.Generator):
        check_counts(problem, least=0, seed=seed)
    return np.random.default_rng(seed).spawn(count)


def draw(
    problem: str,
    generate: Callable[[int, np.random.Generator], Pair],
    counts: Counts,
    seed: Seed,
    naive: tuple[str, ...],
) -> Splits:
    """Splits of what `generate(examples, rng)` returns, each drawn from a stream of its own.

    Raises: StudyError where a count is below 1.
    """
    check_counts(problem, **dict(zip(("n_train", "n_validation", "n_test"), counts, strict=True)))
    train, validation, test = (
        generate(count, rng) for count, rng in zip(counts, streams(problem, seed), strict=True)
    )
    return Splits(train=train, validation=validation, test=test, naive=naive)
