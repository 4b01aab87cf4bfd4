"""How often scores that come in over time are called degrading or improving: `--only monitoring`.

Every number comes from calls of `tuner.stats.monitoring` on drawn scores: of expected ones, finitely
many, and of a life of up to 1,000 looks, one after each period of 20 examples. Options and streams are
those of `benchmarks.calibration`. Prints Markdown tables.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.special import stdtrit

from benchmarks.calibration.cells import Cell, Outcome, Table, draw
from benchmarks.calibration.examples import autoregressive
from tuner.stats.monitoring import ExpectedLevel, Other, expected_level, monitor_scores
from tuner.stats.scores import FloatArray

PERIOD = 20  # examples between two looks
LIVES = (100, 300, 1_000)  # looks
DELAYS = (5, 10, 20, 50, 100, 300)  # periods
EARLY, LATE = 10, 500  # periods before the change
MEMORY = {
    "autocorrelation 0.2": 0.2,
    "autocorrelation 0.5": 0.5,
    "autocorrelation 0.9": 0.9,
    "squares, autocorrelation 0.9": 0.9,
}
APART = 40  # steps of a series between two test examples in no order, on average


def scores(kind: str, size: int, rng: np.random.Generator) -> FloatArray:
    """So many scores of single examples; errors of regressions are squares, those of classes 0 or 1."""
    if kind == "squares":
        return rng.normal(size=size) ** 2
    if kind == "right or wrong":
        return (rng.random(size) < 0.1).astype(float)
    if kind in MEMORY:
        series = autoregressive(MEMORY[kind], (size,), rng)
        return series**2 if kind.startswith("squares") else series
    return draw(kind, rng, size)


def unchanged(kind: str, examples: int, series: bool, rng: np.random.Generator) -> Outcome:
    """Nothing changes: called anything but stable by each look, and what usual practice would say.

    Usual practice takes every period alone: is the expected mean outside its 95 % t interval?
    """
    reference = scores(kind, examples if series else APART * examples, rng)
    if not series:
        reference = rng.choice(
            reference, examples, replace=False
        )  # in no order: it tells nothing of neighbours
    expected = expected_level(reference, series=series)
    return _said(scores(kind, LIVES[-1] * PERIOD, rng), expected)


def _said(life: FloatArray, expected: ExpectedLevel) -> Outcome:
    found = monitor_scores(life, expected)
    first = found.alarms[0].stop if found.alarms else np.inf
    periods = life.reshape(-1, PERIOD)
    errors = periods.std(axis=1, ddof=1) / np.sqrt(PERIOD)
    outside = np.abs(periods.mean(axis=1) - expected.mean) > stdtrit(PERIOD - 1, 0.975) * errors
    return (
        *(first <= looks * PERIOD for looks in LIVES),
        bool(outside[: LIVES[0]].any()),
        not expected.enough,
    )


def another_model(examples: int, rng: np.random.Generator) -> Outcome:
    """Nothing changes, and the model in use is not the one that was measured: both are means of 5 networks.

    Levels of networks vary over seeds with a tenth of the standard deviation of examples, known from 10.
    """
    of_a_network, members = 0.1, 5
    spread = np.var(rng.normal(scale=of_a_network, size=10), ddof=1)
    measured, used = rng.normal(scale=of_a_network / np.sqrt(members), size=2)
    other = Other(2.0 * float(spread) / members, 9.0)
    expected = expected_level(measured + rng.normal(size=examples), other=other)
    life = used + rng.normal(size=LIVES[-1] * PERIOD)
    return _said(life, expected)


def changed(kind: str, change: float, before: int, examples: int, rng: np.random.Generator) -> Outcome:
    """A change after so many periods: called degrading within each delay, and by nothing else before.

    Normal scores shift by `change` standard deviations; squares grow by this factor.
    """
    expected = expected_level(scores(kind, examples, rng))
    life = scores(kind, (before + DELAYS[-1]) * PERIOD, rng)
    after = slice(before * PERIOD, None)
    life[after] = life[after] + change if kind == "normal" else life[after] * change
    found = monitor_scores(life, expected)
    first = found.alarms[0] if found.alarms else None
    late = (first.stop / PERIOD - before) if first is not None and first.word == "degrading" else np.inf
    return tuple(bool(0 < late <= delay) for delay in DELAYS)


def tables() -> Iterator[Table]:
    """All questions about monitoring."""
    kinds = ("normal", "lognormal", "t3", "squares", "right or wrong")
    columns = (
        *(f"an alarm within {looks:,} looks" for looks in LIVES),
        f"usual practice, {LIVES[0]} looks",
        "too few expected scores",
    )
    for examples in (100, 1_000):
        yield Table(
            f"Nothing has changed; the expected level is estimated from {examples:,} examples (bound: an"
            f" alarm in at most 5 % of lives), {PERIOD} examples between two looks",
            columns,
            (
                *(Cell(kind, partial(unchanged, kind, examples, False)) for kind in kinds),
                *(Cell(kind, partial(unchanged, kind, examples, True)) for kind in MEMORY),
                *(
                    Cell(f"{kind}, test examples in no order", partial(unchanged, kind, examples, False))
                    for kind in MEMORY
                ),
                Cell("normal, another model than the one measured", partial(another_model, examples)),
            ),
        )
    for examples in (100, 1_000):
        yield Table(
            f"A change to the worse that stays, {examples:,} expected scores (no bound)",
            tuple(f"found within {delay} periods" for delay in DELAYS),
            tuple(
                Cell(f"{text} after {before} periods", partial(changed, kind, change, before, examples))
                for before in (EARLY, LATE)
                for text, kind, change in (
                    ("0.25 standard deviations", "normal", 0.25),
                    ("0.5 standard deviations", "normal", 0.5),
                    ("1 standard deviation", "normal", 1.0),
                    ("squared errors 1.5 times as large", "squares", 1.5),
                    ("squared errors twice as large", "squares", 2.0),
                    ("squared errors 4 times as large", "squares", 4.0),
                )
            ),
        )
