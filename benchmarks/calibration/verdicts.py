"""How often verdicts are wrong where the truth is known."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.stats import ttest_ind

from benchmarks.calibration.cells import DECIDED, SIZES, STANDARD_DEVIATION, Cell, Outcome, Table, draw
from tuner.stats import compare, compare_all
from tuner.stats.power import Spread, seeds_for_difference


def same(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """Both groups from one distribution: a false verdict, and the interval holding the true 0."""
    result = compare(draw(distribution, rng, n), draw(distribution, rng, n))
    return result.verdict in DECIDED, result.interval.low <= 0.0 <= result.interval.high


def spreads(n: int, rng: np.random.Generator) -> Outcome:
    """Equal means, one group three times as spread as the other."""
    result = compare(rng.normal(size=n), rng.normal(scale=3.0, size=n))
    return (result.verdict in DECIDED,)


def unequal_sizes(distribution: str, n: int, m: int, rng: np.random.Generator) -> Outcome:
    """The verdict, and beside it what Welch's test alone would have said."""
    first, second = draw(distribution, rng, n), draw(distribution, rng, m)
    welch = ttest_ind(first, second, equal_var=False).pvalue <= 0.05
    return compare(first, second).verdict in DECIDED, bool(welch)


def shapes_apart(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """A risky candidate against a steady baseline with the same true mean: called better, or worse."""
    mean = {"lognormal": math.exp(0.5), "mixture": 0.9 + 0.1 * 10.0}[distribution]
    result = compare(draw(distribution, rng, n), rng.normal(mean, 0.1, size=n))
    return result.verdict == "better", result.verdict == "worse"


def finalists(distribution: str, n: int, rng: np.random.Generator) -> Outcome:
    """Five finalists equal to the baseline: any of them called better or worse."""
    scores = {str(k): draw(distribution, rng, n) for k in range(6)}
    return (any(one.verdict in DECIDED for one in compare_all(scores, baseline="0")),)


def shifted(distribution: str, n: int, deviations: float, count: int, rng: np.random.Generator) -> Outcome:
    """Candidates that are exactly the margin away from the baseline: any of them called equivalent."""
    margin = deviations * STANDARD_DEVIATION[distribution]
    scores = {str(k): draw(distribution, rng, n) + (margin if k else 0.0) for k in range(count + 1)}
    results = compare_all(scores, baseline="0", margin=margin)
    return (any(one.verdict == "equivalent" for one in results),)


def failing(rate: float, n: int, paired: bool, rng: np.random.Generator) -> Outcome:
    """Both groups normal, both failing at one rate."""
    first, second = rng.normal(size=n), rng.normal(size=n)
    first[rng.random(n) < rate] = np.nan
    second[rng.random(n) < rate] = np.nan
    return (compare(first, second, paired=paired).verdict in DECIDED,)


def found(difference: float, n: int, rng: np.random.Generator) -> Outcome:
    """A candidate that is truly better by `difference` standard deviations is called better."""
    return (compare(rng.normal(-difference, size=n), rng.normal(size=n)).verdict == "better",)


def tables() -> Iterator[Table]:
    """All questions about verdicts, in the order of the report."""
    shapes = tuple(STANDARD_DEVIATION)
    verdict = "better or worse"
    yield Table(
        "Same distribution in both groups (bound: a verdict in at most 5.5 %; normal coverage 94 to 96 %)",
        (verdict, "95 % interval covers"),
        tuple(Cell(f"{d}, n = {n}", partial(same, d, n)) for d in shapes for n in SIZES),
    )
    yield Table(
        "Equal means, spreads 1 to 3, normal (bound: 6 %)",
        (verdict,),
        tuple(Cell(f"n = {n}", partial(spreads, n)) for n in SIZES),
    )
    yield Table(
        "Same distribution, unequal sizes (bound: 7 %)",
        (verdict, "Welch's test alone"),
        tuple(
            Cell(f"{d}, {n} against {m}", partial(unequal_sizes, d, n, m))
            for d in ("lognormal", "mixture")
            for n, m in ((5, 30), (10, 100))
        ),
    )
    yield Table(
        "Equal means, different shapes: against a steady normal baseline, standard deviation 0.1 (no bound)",
        DECIDED,
        tuple(
            Cell(f"{d}, n = {n}", partial(shapes_apart, d, n))
            for d in ("lognormal", "mixture")
            for n in SIZES
        ),
    )
    yield Table(
        "Five finalists equal to the baseline, n = 10 (bound: any verdict in at most 5.5 %)",
        (f"any {verdict}",),
        tuple(Cell(d, partial(finalists, d, 10)) for d in shapes),
    )
    yield Table(
        "True shift exactly the margin (bound: equivalent in at most 5.5 %)",
        ("equivalent",),
        tuple(
            Cell(f"{d}, n = {n}, margin {k} x standard deviation", partial(shifted, d, n, k, 1))
            for d in shapes
            for n in (10, 30)
            for k in (1, 2)
        ),
    )
    yield Table(
        "Three finalists, each exactly the margin away, n = 30, margin 1 standard deviation (bound: 5.5 %)",
        ("any equivalent",),
        tuple(Cell(d, partial(shifted, d, 30, 1, 3)) for d in shapes),
    )
    yield Table(
        "Runs fail at the same rate in both groups, scores normal (bound: 5.5 %)",
        (verdict,),
        tuple(
            Cell(f"{rate:.0%} fail, n = {n}{', paired' if paired else ''}", partial(failing, rate, n, paired))
            for paired, sizes in ((False, SIZES), (True, (10, 30)))
            for rate in (0.1, 0.3)
            for n in sizes
        ),
    )
    needed = seeds_for_difference(0.7, Spread(math.sqrt(2.0), 2.0), alpha=0.05)
    yield Table(
        "A true difference, normal (bounds: at least 85 % at n = 10, at least 75 % at the planned n)",
        ("better",),
        (
            Cell("1.5 standard deviations, n = 10", partial(found, 1.5, 10)),
            Cell(f"0.7 standard deviations, n = {needed} as planned for 80 %", partial(found, 0.7, needed)),
        ),
    )
