"""How often the intervals hold the truth, and the set of the best the best: tables for `calibration`."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.calibration.cells import STANDARD_DEVIATION, Cell, Outcome, Table, draw
from tuner.stats import Interval, best_set, compare, compare_all, describe
from tuner.stats.scores import FloatArray

MEAN = {"normal": 0.0, "lognormal": math.exp(0.5), "t3": 0.0, "mixture": 0.9 + 0.1 * 10.0}
MEDIAN = {"normal": 0.0, "lognormal": 1.0, "t3": 0.0, "mixture": 1.0 + 0.1 * float(ndtri(0.5 / 0.9))}
"""Of the mixture, but for the chance, next to none, that a bad run is not worse than a good one."""

DESIGNS = (
    *((n, n, spreads) for n in (5, 10, 30) for spreads in ((1.0, 1.0), (1.0, 3.0))),
    *((5, 30, spreads) for spreads in ((1.0, 1.0), (1.0, 3.0), (3.0, 1.0))),
)
"""Runs of the candidate and of the baseline, and their standard deviations."""

SHIFTS = (0.0, 0.0, -0.5, -1.0, -3.0)
"""Finalists in standard deviations from the baseline: two equal to it, three better, one of them clearly."""


def holds(interval: Interval, truth: float) -> bool:
    """Whether the truth is inside; no interval is a miss."""
    return interval.low <= truth <= interval.high


def superiority(
    n: int, m: int, shift: float, spreads: tuple[float, float], rng: np.random.Generator
) -> Outcome:
    """Two normal groups, the baseline higher by `shift` of its root mean square deviations."""
    apart = shift * math.hypot(*spreads)
    result = compare(rng.normal(scale=spreads[0], size=n), rng.normal(apart, spreads[1], size=m))
    return (holds(result.interval_superiority, float(ndtr(shift))),)


def failing_superiority(rate: float, n: int, rng: np.random.Generator) -> Outcome:
    """Two equal normal groups; runs of the candidate fail, and lose to every run of the baseline."""
    first = rng.normal(size=n)
    first[rng.random(n) < rate] = np.nan
    return (holds(compare(first, rng.normal(size=n)).interval_superiority, 0.5 * (1.0 - rate)),)


def switching_superiority(chance: float, n: int, m: int, rng: np.random.Generator) -> Outcome:
    """Candidate runs that lie far below or far above all of the baseline: the groups are apart most often."""
    first = np.where(rng.random(n) < chance, -1.0, 1.0) + 0.001 * rng.normal(size=n)
    return (holds(compare(first, 0.001 * rng.normal(size=m)).interval_superiority, chance),)


def paired_superiority(n: int, shift: float, rng: np.random.Generator) -> Outcome:
    """Pairs whose difference is normal with standard deviation 1."""
    shared = rng.normal(size=n)
    result = compare(shared, shared + rng.normal(shift, 1.0, size=n), paired=True)
    return (holds(result.interval_superiority, float(ndtr(shift))),)


def effect(n: int, m: int, truth: float, spreads: tuple[float, float], rng: np.random.Generator) -> Outcome:
    """Two normal groups `truth` pooled standard deviations apart."""
    pooled = math.sqrt(((n - 1) * spreads[0] ** 2 + (m - 1) * spreads[1] ** 2) / (n + m - 2))
    first = rng.normal(truth * pooled, spreads[0], size=n)
    return (holds(compare(first, rng.normal(scale=spreads[1], size=m)).interval_effect, truth),)


def paired_effect(n: int, truth: float, correlation: float, rng: np.random.Generator) -> Outcome:
    """Normal pairs with standard deviation 1 on both sides, `truth` apart."""
    shared, own = rng.normal(size=n), rng.normal(size=n)
    second = correlation * shared + math.sqrt(1.0 - correlation**2) * own
    return (holds(compare(truth + shared, second, paired=True).interval_effect, truth),)


def reference(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """A fixed reference that is the true mean: a false verdict, and the interval of the difference."""
    result = compare(draw(distribution, rng, n), MEAN[distribution])
    return result.verdict in ("better", "worse"), holds(result.interval, 0.0)


def one_group(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """Intervals of the standard deviation, and of the median by a level that few runs may not reach."""
    found = describe(draw(distribution, rng, n))
    return (
        holds(found.interval_std, STANDARD_DEVIATION[distribution]),
        holds(found.interval_median, MEDIAN[distribution]),
    )


def bootstrap(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """Intervals of the mean, by the bootstrap and by t."""
    found = describe(draw(distribution, rng, n), bootstrap=True, rng=rng)
    mean = MEAN[distribution]
    return (
        found.interval_bootstrap is not None and holds(found.interval_bootstrap, mean),
        holds(found.interval, mean),
    )


def _finalists(
    distribution: str, n: int, shifts: tuple[float, ...], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """The baseline "0" and finalists that are truly `shifts` standard deviations away from it."""
    deviation = STANDARD_DEVIATION[distribution]
    moved = (0.0, *shifts)
    return {str(k): draw(distribution, rng, n) + shift * deviation for k, shift in enumerate(moved)}


def together(distribution: str, n: int, shifts: tuple[float, ...], rng: np.random.Generator) -> Outcome:
    """All five intervals of the difference hold at once: adjusted, and not adjusted."""
    found = compare_all(_finalists(distribution, n, shifts, rng), baseline="0")
    truths = [shift * STANDARD_DEVIATION[distribution] for shift in shifts]
    return (
        all(holds(one.interval_adjusted, truth) for one, truth in zip(found, truths, strict=True)),
        all(holds(one.interval, truth) for one, truth in zip(found, truths, strict=True)),
    )


def best(distribution: str, n: int, shifts: tuple[float, ...], rng: np.random.Generator) -> Outcome:
    """The set of the best holds the first of the truly best, and is smaller than all groups together."""
    found = best_set(_finalists(distribution, n, shifts, rng))
    moved = (0.0, *shifts)
    kept = {one.name for one in found if one.may_be_best}
    return str(moved.index(min(moved))) in kept, len(kept) < len(found)


def tables() -> Iterator[Table]:
    """All tables of coverage, in the order of the report; every bound is for the 95 % level."""
    yield from _of_effects()
    yield from _of_groups()
    yield from _of_many()


def _of_effects() -> Iterator[Table]:
    def named(n: int, m: int, value: str, spreads: tuple[float, float]) -> str:
        return f"{n} against {m}, {value}, spreads {spreads[0]:g} to {spreads[1]:g}"

    yield Table(
        "95 % interval of the probability of superiority P, normal groups (bound: covers in at least 93 %)",
        ("covers",),
        (
            *(
                Cell(
                    named(n, m, f"P = {ndtr(shift):.2f}", spreads),
                    partial(superiority, n, m, shift, spreads),
                )
                for n, m, spreads in DESIGNS
                for shift in (0.0, 1.0, 2.0, 3.0)
            ),
            *(
                Cell(
                    f"{n} against {m}, far below or above, P = {p:g}", partial(switching_superiority, p, n, m)
                )
                for n, m in ((5, 5), (10, 10), (5, 30), (30, 5))
                for p in (0.8, 0.9, 0.97)
            ),
            *(
                Cell(f"{n} against {n}, 20 % of the candidate fail", partial(failing_superiority, 0.2, n))
                for n in (5, 10, 30)
            ),
            *(
                Cell(f"{n} pairs, P = {ndtr(shift):.2f}", partial(paired_superiority, n, shift))
                for n in (5, 10, 30)
                for shift in (0.0, 1.0, 2.0)
            ),
        ),
    )
    yield Table(
        "95 % interval of Hedges' g, normal groups (bound: covers in at least 93 %)",
        ("covers",),
        (
            *(
                Cell(named(n, m, f"g = {truth:g}", spreads), partial(effect, n, m, truth, spreads))
                for n, m, spreads in DESIGNS
                for truth in (0.0, 0.8, 2.0)
            ),
            *(
                Cell(f"{n} pairs, g = {truth:g}, correlation {r:g}", partial(paired_effect, n, truth, r))
                for n in (5, 10, 30)
                for truth in (0.0, 0.8, 2.0)
                for r in (0.0, 0.8)
            ),
        ),
    )


def _of_groups() -> Iterator[Table]:
    yield Table(
        "95 % intervals of one group (bounds: median, and standard deviation of normal scores, 94.5 %)",
        ("standard deviation", "median"),
        tuple(Cell(f"{d}, n = {n}", partial(one_group, d, n)) for d in MEAN for n in (6, 10, 20, 30)),
    )
    yield Table(
        "95 % intervals of the mean (no bound)",
        ("BCa bootstrap", "t interval"),
        tuple(Cell(f"{d}, n = {n}", partial(bootstrap, d, n)) for d in MEAN for n in (10, 30)),
    )
    yield Table(
        "A fixed reference that is the true mean (bound: a verdict in at most 5.5 % of normal scores)",
        ("better or worse", "95 % interval covers"),
        tuple(Cell(f"{d}, n = {n}", partial(reference, d, n)) for d in MEAN for n in (5, 10, 30)),
    )


def _of_many() -> Iterator[Table]:
    shifted = ", ".join(f"{shift:g}" for shift in SHIFTS)
    settings = (("all equal", (0.0,) * 5), (f"shifts {shifted}", SHIFTS))
    cells = [
        (f"{d}, n = {n}, {words}", (d, n, shifts))
        for words, shifts in settings
        for d in MEAN
        for n in (5, 10, 30)
    ]
    yield Table(
        "Five finalists and a baseline: all intervals of the difference cover at once "
        "(bound: adjusted, normal, 94.5 %)",
        ("adjusted", "not adjusted"),
        tuple(Cell(name, partial(together, *values)) for name, values in cells),
    )
    yield Table(
        "The set that may hold the best of six (bound: it holds a given best one in at least 94.5 %)",
        ("holds the best", "leaves some out"),
        tuple(Cell(name, partial(best, *values)) for name, values in cells),
    )
