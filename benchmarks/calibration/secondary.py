"""How often the secondary comparisons mislead, by simulation: `--only secondary`.

Almost stochastic order and the Bayesian comparison decide no verdict; these tables say what a reader who
takes them for a test would be in for. Every number comes from calls of `tuner.stats` on drawn scores.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.calibration.cells import SIZES, Cell, Outcome, Table, draw
from tuner.stats import almost_stochastic_order, bayesian_comparison

SHAPES = ("normal", "lognormal")
THRESHOLDS = (0.2, 0.5)
PROBABILITY = 0.95


def order(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """Both groups from one distribution: the candidate is called dominant, at either threshold."""
    found = almost_stochastic_order(draw(distribution, rng, n), draw(distribution, rng, n), rng=rng)
    return tuple(found.dominates(threshold) for threshold in THRESHOLDS)


def any_order(distribution: str, n: int, count: int, rng: np.random.Generator) -> Outcome:
    """Several candidates from the baseline's distribution: any called dominant, without and with the
    adjustment for their number, at 0.5."""
    baseline = draw(distribution, rng, n)
    scores = [draw(distribution, rng, n) for _ in range(count)]
    return tuple(
        any(
            almost_stochastic_order(one, baseline, comparisons=comparisons, rng=rng).dominates(0.5)
            for one in scores
        )
        for comparisons in (1, count)
    )


def found_order(difference: float, n: int, rng: np.random.Generator) -> Outcome:
    """A candidate that is truly better at every quantile, by `difference` standard deviations."""
    found = almost_stochastic_order(rng.normal(-difference, size=n), rng.normal(size=n), rng=rng)
    return tuple(found.dominates(threshold) for threshold in THRESHOLDS)


def bound(shift: float, spread: float, n: int, rng: np.random.Generator) -> Outcome:
    """The bound holds the true violation ratio of two normal distributions."""
    found = almost_stochastic_order(rng.normal(shift, spread, size=n), rng.normal(size=n), rng=rng)
    return (true_violation(shift, spread) <= found.bound,)


def true_violation(shift: float, spread: float) -> float:
    """The violation ratio of a normal candidate loss (mean `shift`, this spread) to a standard normal one.

    The quantile functions differ by shift + (spread - 1) z, whose square is integrated over normal z.
    """
    slope = spread - 1.0
    if slope == 0.0:
        return float(shift > 0.0) if shift else 0.5
    edge = -shift / slope  # the candidate is worse on one side of it
    density = math.exp(-(edge**2) / 2.0) / math.sqrt(2.0 * math.pi)
    above = 0.5 * math.erfc(edge / math.sqrt(2.0))
    upper = (shift**2 + slope**2) * above + (2.0 * shift * slope + slope**2 * edge) * density
    whole = shift**2 + slope**2
    return (upper if slope > 0.0 else whole - upper) / whole


def belief(distribution: str, n: int, paired: bool, rng: np.random.Generator) -> Outcome:
    """No difference: better, or better or worse, with a probability above 95 %."""
    first, second = draw(distribution, rng, n), draw(distribution, rng, n)
    found = bayesian_comparison(first, second, paired=paired)
    return found.better > PROBABILITY, max(found.better, found.worse) > PROBABILITY


def any_belief(distribution: str, n: int, count: int, rng: np.random.Generator) -> Outcome:
    """Several candidates no different from the baseline: any better with a probability above 95 %."""
    baseline = draw(distribution, rng, n)
    return (
        any(
            bayesian_comparison(draw(distribution, rng, n), baseline).better > PROBABILITY
            for _ in range(count)
        ),
    )


def equivalence(n: int, rng: np.random.Generator) -> Outcome:
    """A true difference of exactly the margin, one standard deviation: equivalent above 95 %."""
    found = bayesian_comparison(rng.normal(1.0, size=n), rng.normal(size=n), margin=1.0)
    assert found.equivalent is not None
    return (found.equivalent > PROBABILITY,)


def order_tables() -> Iterator[Table]:
    """What almost stochastic order says where nothing, and where something, is to be found."""
    dominant = tuple(f"bound below {threshold}" for threshold in THRESHOLDS)
    yield Table(
        "Almost stochastic order, same distribution in both groups (secondary; no bound is promised)",
        dominant,
        tuple(Cell(f"{d}, n = {n}", partial(order, d, n)) for d in SHAPES for n in SIZES),
    )
    yield Table(
        "Almost stochastic order, five candidates from the baseline's distribution, bound below 0.5",
        ("any, not adjusted", "any, adjusted"),
        tuple(Cell(f"{d}, n = {n}", partial(any_order, d, n, 5)) for d in SHAPES for n in (10, 30)),
    )
    yield Table(
        "Almost stochastic order, normal, truly better at every quantile",
        dominant,
        tuple(
            Cell(f"{k} standard deviations, n = {n}", partial(found_order, k, n))
            for k in (0.5, 1.5)
            for n in SIZES
        ),
    )
    yield Table(
        "Almost stochastic order, normal with another spread (asymptotic level: 95 %)",
        ("bound holds the true ratio",),
        tuple(
            Cell(f"shift {k}, spread {s}, n = {n}", partial(bound, k, s, n))
            for k, s in ((-0.5, 2.0), (-0.5, 0.5))
            for n in (10, 30, 100)
        ),
    )


def belief_tables() -> Iterator[Table]:
    """What the Bayesian comparison believes where there is no difference."""
    yield Table(
        "Bayesian comparison, no difference, probability above 95 % (secondary; no bound is promised)",
        ("better", "better or worse"),
        tuple(
            Cell(f"{d}, n = {n}{', paired' if paired else ''}", partial(belief, d, n, paired))
            for d in SHAPES
            for paired in (False, True)
            for n in SIZES
        ),
    )
    yield Table(
        "Bayesian comparison, five candidates no different from the baseline, probability above 95 %",
        ("any better",),
        tuple(Cell(f"{d}, n = {n}", partial(any_belief, d, n, 5)) for d in SHAPES for n in (10, 30)),
    )
    yield Table(
        "Bayesian comparison, normal, a true difference of exactly the margin, one standard deviation",
        ("equivalent above 95 %",),
        tuple(Cell(f"n = {n}", partial(equivalence, n)) for n in SIZES),
    )


def tables() -> Iterator[Table]:
    """All questions, in the order of the report."""
    yield from order_tables()
    yield from belief_tables()
