"""A running sum that comes to a limit: say at every step whether it has."""

import numpy as np

from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits


def reached(values: np.ndarray) -> np.ndarray:
    """Whether the running sum of (..., steps) has come to steps / 4, step by step: bool of the same shape.

    >>> reached(np.array([0.5, 0.25, 0.25, 0.0])).tolist()
    [False, False, True, True]
    """
    return np.asarray(np.cumsum(values, axis=-1, dtype="float64") >= values.shape[-1] / 4)


def random_values(examples: int, *, steps: int = 10, rng: np.random.Generator) -> np.ndarray:
    """Values uniform in (0, 1), float32 of shape (examples, steps).

    Raises: StudyError where a count is below 1.
    """
    check_counts("cumulative_sum", examples=examples, steps=steps)
    return rng.random((examples, steps), dtype="float32")


def cumulative_sum(
    *,
    n_train: int = 50_000,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    steps: int = 10,
    seed: Seed = 0,
) -> Splits:
    """Label every step 1 from where the running sum of the values is steps / 4 or more, else 0; float32.

    x and y have shape (examples, steps, 1). With 10 steps 53.3 % of the labels are 1, and the best constant
    at each step is right 88.9 % of the time.

    Raises: StudyError where a count is below 1.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 10.
    """

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        values = random_values(examples, steps=steps, rng=rng)
        return values[..., None], reached(values)[..., None].astype("float32")

    return draw("cumulative_sum", generate, (n_train, n_validation, n_test), seed, ("majority",))
