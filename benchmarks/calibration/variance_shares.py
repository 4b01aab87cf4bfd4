"""How often the intervals of `variance_shares` hold the truth, by simulation.

`--only variance` draws scores to which three independent sources add: 60, 30 and 10 %
of the variance. Every cell has a number of runs a source, spread over a number of settings.
"""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from benchmarks.calibration.cells import STANDARD_DEVIATION, Cell, Outcome, Table, draw
from tuner.stats import variance_shares
from tuner.stats.scores import FloatArray

SHARES = {"large": 0.6, "middle": 0.3, "small": 0.1}
DESIGNS = ((10, 1), (10, 2), (20, 2), (20, 4), (30, 3))  # runs of a source, settings


def standardised(distribution: str, rng: np.random.Generator, n: int) -> FloatArray:
    """Draws with a standard deviation of 1."""
    return draw(distribution, rng, n) / STANDARD_DEVIATION[distribution]


def additive(distribution: str, runs: int, settings: int, rng: np.random.Generator) -> Outcome:
    """The intervals hold the true share of the large and the small source, and the true deviations of the
    large source and of all together."""
    drawn = partial(standardised, distribution, rng)
    sources = {
        name: [math.sqrt(share) * part for part in np.array_split(drawn(runs), settings)]
        for name, share in SHARES.items()
    }
    together = sum(math.sqrt(share) * drawn(runs) for share in SHARES.values())
    found = variance_shares(sources, together, rng=rng)
    large, _, small = found.sources
    return (
        large.share_interval.low <= SHARES["large"] <= large.share_interval.high,
        small.share_interval.low <= SHARES["small"] <= small.share_interval.high,
        large.interval.low <= math.sqrt(SHARES["large"]) <= large.interval.high,
        found.together.interval.low <= 1.0 <= found.together.interval.high,
    )


def interacting(runs: int, settings: int, rng: np.random.Generator) -> Outcome:
    """Two sources whose effects multiply, x + y + x y: the intervals hold the true shares of x and of all.

    The shares are Var(x (1 + y)) averaged over y, 2 of 3 parts each, and so sum to 4 / 3. A share holds for
    the settings at hand only, so that few settings leave the truth outside more often.
    """
    x, y = rng.normal(size=(2, runs))
    fixed = np.repeat(rng.normal(size=settings), runs // settings)
    sources = {
        "x": np.array_split(x[: fixed.size] * (1.0 + fixed), settings),
        "y": np.array_split(y[: fixed.size] * (1.0 + fixed), settings),
    }
    a, b = rng.normal(size=(2, runs))
    found = variance_shares(sources, a + b + a * b, rng=rng)
    one = found.sources[0].share_interval
    return (one.low <= 2 / 3 <= one.high,)


def tables() -> Iterator[Table]:
    """All questions, in the order of the report."""
    yield Table(
        "Additive sources with shares 60, 30 and 10 %: 95 % intervals that hold the truth",
        ("share of 60 %", "share of 10 %", "deviation of the first", "deviation of all"),
        tuple(
            Cell(f"{d}, {runs} runs, {settings} settings", partial(additive, d, runs, settings))
            for d in ("normal", "lognormal", "t3")
            for runs, settings in DESIGNS
        ),
    )
    yield Table(
        "Two sources that multiply, shares 2/3 each: 95 % intervals that hold the truth",
        ("share",),
        tuple(
            Cell(f"{runs} runs, {settings} settings", partial(interacting, runs, settings))
            for runs, settings in (*DESIGNS, (40, 10))
        ),
    )
