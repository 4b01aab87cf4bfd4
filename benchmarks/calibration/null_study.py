"""Whole studies, from search to verdict, and the choice of finalists: tables for `benchmarks.calibration`.

A study here is scores instead of trainings; who goes on and what is said in the end is the work of
`tuner.stats.selection` and `tuner.stats.compare_looks`, as in `tuner.protocol`.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from scipy.stats import ttest_ind

from benchmarks.calibration.cells import STANDARD_DEVIATION, Cell, Outcome, Table, draw
from benchmarks.calibration.sequential import DOUBLED, first_of
from tuner.stats import compare_looks
from tuner.stats.scores import FloatArray
from tuner.stats.selection import best_first
from tuner.stats.spending import shares

TRIALS = 50
FINALISTS = 3
SEARCH_SEEDS = 4


def null_study(distribution: str, rng: np.random.Generator) -> Outcome:
    """50 trials all equal to the baseline: is the best of them called better?

    By tuner, after 10 fresh seeds and after extending; by the usual practice, the best single score against
    one of the baseline; and by a t-test of the best mean in the search against the baseline's, same draws.
    """
    search = draw(distribution, rng, TRIALS * SEARCH_SEEDS).reshape(TRIALS, SEARCH_SEEDS)
    baseline = draw(distribution, rng, SEARCH_SEEDS)
    chosen = best_first(list(search))[:FINALISTS]
    fresh = {str(k): draw(distribution, rng, max(DOUBLED)) for k in ("baseline", *chosen)}
    found = compare_looks([first_of(fresh, seeds) for seeds in DOUBLED], baseline="baseline")
    better = [one.share for one in found if one.verdict == "better"]
    usual = search[:, 0].min() < baseline[0]
    best = search[search.mean(axis=1).argmin()]
    tested = best.mean() < baseline.mean() and ttest_ind(best, baseline, equal_var=False).pvalue <= 0.05
    return (
        shares(DOUBLED)[0] in better,
        bool(better),
        bool(usual),
        bool(tested),
    )


Allocate = Callable[[FloatArray, np.random.Generator], list[FloatArray]]


def by_chance(sizes: tuple[int, ...], scores: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """A number of seeds for each trial, whatever it scored."""
    return [row[:n] for row, n in zip(scores, rng.choice(sizes, size=len(scores)), strict=True)]


def by_halving(scores: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """Two seeds for all trials, and twice as many for the better half, again and again up to all seeds."""
    seeds, alive = 2, np.arange(len(scores))
    sizes = np.full(len(scores), seeds)
    while seeds < scores.shape[1]:
        means = scores[alive, :seeds].mean(axis=1)
        alive = alive[np.argsort(means)[: max(FINALISTS, alive.size // 2)]]
        seeds *= 2
        sizes[alive] = seeds
    return [row[:n] for row, n in zip(scores, sizes, strict=True)]


def selection(allocate: Allocate, uneven: bool, tail: bool, rng: np.random.Generator) -> Outcome:
    """Whether the truly best of 50 trials is among the finalists, and whether it is the first of them.

    True means spread as much as the noise (standard deviation 1). `uneven` noise differs between trials, by a
    factor of 2 up or down at one standard deviation; with a `tail` a quarter of the trials is much worse.
    """
    truth = rng.normal(size=TRIALS)
    if tail:
        truth[: TRIALS // 4] += rng.exponential(20.0, size=TRIALS // 4)
    noise = np.exp(np.log(2.0) * rng.normal(size=TRIALS)) if uneven else np.ones(TRIALS)
    runs = allocate(truth[:, None] + noise[:, None] * rng.normal(size=(TRIALS, 16)), rng)
    best = int(truth.argmin())
    shrunken = best_first(runs)[:FINALISTS]
    raw = np.argsort([scores.mean() for scores in runs])[:FINALISTS].tolist()
    return best in shrunken, best in raw, best == shrunken[0], best == raw[0]


def tables() -> Iterator[Table]:
    """All questions about whole studies and the choice of finalists."""
    yield Table(
        f"Whole studies, {TRIALS} trials with {SEARCH_SEEDS} seeds, all equal to the baseline in truth, "
        f"{FINALISTS} finalists (bound for tuner: better in at most 5.5 %)",
        (
            "tuner: better, 10 fresh seeds",
            f"extended until decided, up to {max(DOUBLED)}",
            "usual: best single score beats the baseline's",
            "t-test of the best mean in the search",
        ),
        tuple(Cell(d, partial(null_study, d)) for d in STANDARD_DEVIATION),
    )
    ways: dict[str, Allocate] = {
        "1, 2, 4 or 8 seeds by chance": partial(by_chance, (1, 2, 4, 8)),
        "2 or 12 seeds by chance": partial(by_chance, (2, 12)),
        "2 to 16 seeds by halving": by_halving,
    }
    kinds = (
        ("", False, False),
        (", uneven noise", True, False),
        (", a quarter much worse", False, True),
        (", both", True, True),
    )
    yield Table(
        f"How often the truly best of {TRIALS} is chosen, true means as spread as the noise (no bound)",
        (
            f"among {FINALISTS}: shrunken means",
            "raw means",
            "first: shrunken means",
            "raw means",
        ),
        tuple(
            Cell(f"{way}{kind}", partial(selection, allocate, uneven, tail))
            for way, allocate in ways.items()
            for kind, uneven, tail in kinds
        ),
    )
