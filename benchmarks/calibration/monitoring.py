"""How often scores that come in over time are called degrading or improving: `--only monitoring refits`.

Every number comes from calls of `tuner.stats.monitoring` on drawn scores: of expected ones, finitely
many, and of a life of up to 1,000 looks, one after each period of 20 examples. Options and streams are
those of `benchmarks.calibration`. Prints Markdown tables.
"""

import math
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
SPREAD = {"normal": 1.0, "squares": math.sqrt(2.0)}  # standard deviation of scores, where it is needed
OF_A_NETWORK, KNOWN, MEMBERS = (
    0.1,
    10,
    5,
)  # spread of networks beside that of examples; networks; of an ensemble


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
    """Nothing changes, and the model in use is not the measured one: both are means of 5 networks."""
    expected, used = _trained_again("normal", examples, rng)
    life = used + rng.normal(size=LIVES[-1] * PERIOD)
    return _said(life, expected)


def _trained_again(kind: str, examples: int, rng: np.random.Generator) -> tuple[ExpectedLevel, float]:
    """What is expected, and by how many standard deviations of examples the model in use is worse by chance.

    The level of a network varies over seeds with a tenth of that standard deviation, known from 10 networks.
    """
    known = rng.normal(scale=OF_A_NETWORK, size=KNOWN)
    spread = float(np.var(known, ddof=1)) * SPREAD[kind] ** 2
    measured, used = rng.normal(scale=OF_A_NETWORK / math.sqrt(MEMBERS), size=2)
    other = Other(2.0 * spread / MEMBERS, KNOWN - 1.0)
    return expected_level(_worse(kind, scores(kind, examples, rng), measured), other=other), used


def _worse(kind: str, values: FloatArray, by: float) -> FloatArray:
    """Scores of a level that is worse by so many standard deviations: squared errors grow, others shift."""
    return values * (1.0 + SPREAD[kind] * by) if kind == "squares" else values + by


def _changed(kind: str, values: FloatArray, change: float) -> FloatArray:
    """Normal scores shift by `change` standard deviations; squares grow by this factor."""
    return values + change if kind == "normal" else values * change


def changed(kind: str, change: float, before: int, examples: int, rng: np.random.Generator) -> Outcome:
    """A change after so many periods: called degrading within each delay, and by nothing else before."""
    expected = expected_level(scores(kind, examples, rng))
    life = scores(kind, (before + DELAYS[-1]) * PERIOD, rng)
    after = slice(before * PERIOD, None)
    life[after] = _changed(kind, life[after], change)
    found = monitor_scores(life, expected)
    first = found.alarms[0] if found.alarms else None
    late = (first.stop / PERIOD - before) if first is not None and first.word == "degrading" else np.inf
    return tuple(bool(0 < late <= delay) for delay in DELAYS)


def more_data(kind: str, gain: float, examples: int, rng: np.random.Generator) -> Outcome:
    """Nothing changes, and the model in use is better than the one that was measured: it had more data.

    Both are means of 5 networks. Answers: called improving within each life, ever degrading.
    """
    expected, used = _trained_again(kind, examples, rng)
    life = _changed(kind, _worse(kind, scores(kind, LIVES[-1] * PERIOD, rng), used), gain)
    alarms = monitor_scores(life, expected).alarms
    better = min((one.stop for one in alarms if one.word == "improving"), default=math.inf)
    worse = any(one.word == "degrading" for one in alarms)
    return (*(better <= looks * PERIOD for looks in LIVES), worse)


def more_data_then_worse(
    kind: str, gain: float, change: float, before: int, examples: int, rng: np.random.Generator
) -> Outcome:
    """Such a model becomes worse after so many periods.

    Answers: called improving before, degrading within each delay and not before, improving at the end.
    """
    expected, used = _trained_again(kind, examples, rng)
    life = _worse(kind, scores(kind, (before + DELAYS[-1]) * PERIOD, rng), used)
    life = _changed(kind, life, gain)
    after = slice(before * PERIOD, None)
    life[after] = _changed(kind, life[after], change)
    found = monitor_scores(life, expected)
    better = any(one.word == "improving" and one.stop <= before * PERIOD for one in found.alarms)
    worse = min((one.stop for one in found.alarms if one.word == "degrading"), default=math.inf)
    late = worse / PERIOD - before
    return (better, *(bool(0 < late <= delay) for delay in DELAYS), found.word == "improving")


def tables() -> Iterator[Table]:
    """All questions about a model that is like the one that was measured."""
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


def refit_tables() -> Iterator[Table]:
    """A model as `tuner finalize` makes it by default: trained on the validation and test data as well."""
    for examples in (100, 1_000):
        yield Table(
            "Nothing has changed, and the model in use is better than what was measured on"
            f" {examples:,} examples (bound: degrading in at most 2.5 % of lives)",
            (*(f"improving within {looks:,} looks" for looks in LIVES), "ever degrading"),
            tuple(
                Cell(text, partial(more_data, kind, gain, examples))
                for text, kind, gain in (
                    ("0.1 standard deviations better", "normal", -0.1),
                    ("0.25 standard deviations better", "normal", -0.25),
                    ("0.5 standard deviations better", "normal", -0.5),
                    ("squared errors 0.9 times as large", "squares", 0.9),
                    ("squared errors 0.75 times as large", "squares", 0.75),
                )
            ),
        )
    yield Table(
        "A change to the worse that stays, of a model that is better than what was measured on 1,000 examples"
        " (no bound)",
        (
            "improving before it",
            *(f"found within {delay} periods" for delay in DELAYS),
            "improving is the last word",
        ),
        tuple(
            Cell(
                f"{text} after {before} periods",
                partial(more_data_then_worse, kind, gain, change, before, 1_000),
            )
            for before in (EARLY, LATE)
            for text, kind, gain, change in (
                ("as expected; 0.25 standard deviations worse", "normal", 0.0, 0.25),
                ("0.25 standard deviations better; 0.25 worse", "normal", -0.25, 0.25),
                ("0.25 standard deviations better; 0.5 worse", "normal", -0.25, 0.5),
                ("as expected; 0.5 standard deviations worse", "normal", 0.0, 0.5),
                ("0.5 standard deviations better; 0.5 worse", "normal", -0.5, 0.5),
                ("0.5 standard deviations better; 1 worse", "normal", -0.5, 1.0),
                ("as expected; squared errors twice as large", "squares", 1.0, 2.0),
                ("squared errors 0.75 times as large; then twice that", "squares", 0.75, 2.0),
            )
        ),
    )
