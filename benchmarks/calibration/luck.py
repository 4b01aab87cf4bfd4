"""How lucky the best of many trials is, and how lucky it is expected to be: `--only luck`.

A search here is scores instead of trainings: true means, a noise for every trial, a few seeds of each. What
the report expects of the best trial's luck, and who is chosen first, is the work of `tuner.stats.selection`.
"""

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np

from benchmarks.calibration.cells import Cell, Numbers, Table
from tuner.stats.scores import FloatArray
from tuner.stats.selection import best_of_many_bias, shrunken_means

SEEDS = (2, 4)
TRIALS = (12, 50)
SPREADS = {"alike": 0.0, "as spread as the noise": 1.0, "three times as spread": 3.0}
KINDS = {
    "equal": "equal noise",
    "unequal": "unequal noise",
    "growing": "noise that grows with the mean",
}
FACTOR = np.log(2.0)  # unequal noise: up or down by a factor of 2 at one standard deviation


def noise_of(kind: str, truth: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The standard deviation of one seed for every trial: 1 in the middle.

    Where it is `growing` it doubles from the middle of the trials to each standard deviation of the true
    means above, as losses do whose noise is a share of them.
    """
    if kind == "equal":
        return np.ones(truth.size)
    if kind == "unequal":
        return np.exp(FACTOR * rng.normal(size=truth.size))
    return np.exp(FACTOR * (truth - truth.mean()) / (truth.std() or 1.0))


def searched(
    trials: int, seeds: int, kind: str, spread: float, rng: np.random.Generator
) -> tuple[FloatArray, list[FloatArray]]:
    """True means, shape (trials,), and the scores of every trial."""
    truth = spread * rng.normal(size=trials)
    noise = noise_of(kind, truth, rng)
    scores = truth[:, None] + noise[:, None] * rng.normal(size=(trials, seeds))
    return truth, list(scores)


def luck(trials: int, seeds: int, kind: str, spread: float, rng: np.random.Generator) -> Numbers:
    """By how much the best mean flattered its trial, and was expected to; and how much worse than the best
    the chosen one is in truth, by shrunken and by raw means. In standard deviations of one seed."""
    truth, scores = searched(trials, seeds, kind, spread, rng)
    found = shrunken_means(scores)
    best = int(found.observed.argmin())
    return (
        truth[best] - found.observed[best],
        best_of_many_bias(found),
        truth[int(found.means.argmin())] - truth.min(),
        truth[best] - truth.min(),
    )


def tables() -> Iterator[Table]:
    """The same question for every kind of noise."""
    for kind, words in KINDS.items():
        yield Table(
            f"The best of many trials, {words}, in standard deviations of one seed (no bound)",
            ("true luck", "expected luck", "regret of shrunken means", "of raw means"),
            tuple(
                Cell(
                    f"{trials} trials, {seeds} seeds, true means {name}",
                    partial(luck, trials, seeds, kind, spread),
                )
                for trials, seeds, (name, spread) in product(TRIALS, SEEDS, SPREADS.items())
                if spread or kind != "growing"  # with what it grows
            ),
            form=".3f",
        )
