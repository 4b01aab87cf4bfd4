"""How far intervals hold where the test examples are drawn too, by simulation: `--only examples`.

In every repetition new seeds and new test examples are drawn for a true difference that stays the same.
Options and streams are those of `benchmarks.calibration`. Prints Markdown tables.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from scipy.signal import lfilter
from scipy.special import ndtri

from benchmarks.calibration.cells import Cell, Outcome, Table
from tuner.stats import compare, diebold_mariano, over_examples
from tuner.stats.example_mean import difference_of_examples, mean_of_examples
from tuner.stats.scores import FloatArray

SEEDS, EXAMPLES = 10, 200
DIFFERENCE = 0.3
OF_A_SEED = 0.15  # standard deviation of a run's mean over all examples there are; 1 is that of an example
RESAMPLES = 999


def autoregressive(rho: float, shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    """Series along the last axis with variance 1 and autocorrelation `rho` at lag 1, from their middle."""
    start = 100
    noise = rng.normal(size=(*shape[:-1], shape[-1] + start)) * np.sqrt(1.0 - rho**2)
    series: FloatArray = lfilter([1.0], [1.0, -rho], noise, axis=-1)[..., start:]
    return series


def drawn(rho: float, common: float, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Scores of a candidate and a baseline, each (seeds, examples), on examples of their own autocorrelation.

    An example is hard for both, harder for one of them, and `common` is the standard deviation of what
    belongs to one seed at one example.
    """
    hard, apart = autoregressive(rho, (2, EXAMPLES), rng)
    candidate, baseline = (
        hard
        + rng.normal(scale=OF_A_SEED, size=(SEEDS, 1))
        + common * autoregressive(rho, (SEEDS, EXAMPLES), rng)
        for _ in range(2)
    )
    return candidate + apart + DIFFERENCE, baseline


def pigeonhole(
    candidate: FloatArray, baseline: FloatArray, level: float, rng: np.random.Generator
) -> tuple[float, float]:
    """The percentile interval of Owen (2007): seeds and examples resampled, each with their own weights."""
    columns = _resampled(EXAMPLES, rng)
    first, second = (
        np.einsum("rk,rk->r", _resampled(SEEDS, rng) @ scores, columns) for scores in (candidate, baseline)
    )
    low, high = np.quantile(first - second, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _resampled(count: int, rng: np.random.Generator) -> FloatArray:
    """The weight of each of `count` in every resample, of shape (resamples, count)."""
    places = rng.integers(count, size=(RESAMPLES, count)) + count * np.arange(RESAMPLES)[:, None]
    return np.bincount(places.ravel(), minlength=count * RESAMPLES).reshape(RESAMPLES, count) / count


def independent(common: float, rng: np.random.Generator) -> Outcome:
    """Whether the intervals hold the difference: over seeds alone, over both, and of the bootstrap."""
    candidate, baseline = drawn(0.0, common, rng)
    alone = compare(candidate.mean(axis=1), baseline.mean(axis=1)).interval
    both = over_examples(candidate, baseline).interval
    low, high = pigeonhole(candidate, baseline, both.level, rng)
    return (
        alone.low <= DIFFERENCE <= alone.high,
        both.low <= DIFFERENCE <= both.high,
        low <= DIFFERENCE <= high,
    )


def of_a_series(rho: float, rng: np.random.Generator) -> Outcome:
    """Whether the intervals hold the difference: over seeds alone, and over both without and with blocks."""
    candidate, baseline = drawn(rho, 1.0, rng)
    alone = compare(candidate.mean(axis=1), baseline.mean(axis=1)).interval
    apart, blocks = (over_examples(candidate, baseline, series=series).interval for series in (False, True))
    return tuple(one.low <= DIFFERENCE <= one.high for one in (alone, apart, blocks))


def forecasts(size: int, horizon: int, rng: np.random.Generator) -> Outcome:
    """Two equally good forecasts `horizon` steps ahead, whose errors are moving averages, are told apart."""
    noise = rng.normal(size=(2, size + horizon - 1))
    errors = np.lib.stride_tricks.sliding_window_view(noise, horizon, axis=1).sum(axis=2)
    found = diebold_mariano(errors[0] ** 2, errors[1] ** 2, horizon)
    return (found.p_value <= 0.05,)


def of_one_model(kind: str, rng: np.random.Generator) -> Outcome:
    """Whether the interval of the mean over examples of one model's scores holds the true mean."""
    if kind == "squares":
        scores, truth, series = rng.normal(size=EXAMPLES) ** 2, 1.0, False
    elif kind == "right or wrong":
        scores, truth, series = (rng.random(EXAMPLES) < 0.95).astype(float), 0.95, False
    elif "right or wrong" in kind:
        hard = autoregressive(0.4, (1, EXAMPLES), rng)[0]
        scores, truth, series = (hard < ndtri(0.9)).astype(float), 0.9, True
    else:
        scores, truth, series = autoregressive(0.7, (1, EXAMPLES), rng)[0] ** 2, 1.0, True
    found = mean_of_examples(scores, series=series).interval
    return (found.low <= truth <= found.high,)


def of_two_models(kind: str, rng: np.random.Generator) -> Outcome:
    """Whether the interval of the difference of two models on the same examples holds the true one."""
    if kind == "right or wrong":
        same = (
            rng.random(EXAMPLES) < 0.9
        )  # both are right, or both are wrong; else one of them alone is right
        first = np.where(same, 1.0, rng.random(EXAMPLES) < 0.7)
        second, truth, series = np.where(same, 1.0, 1.0 - first), 0.04, False
    else:
        rho = 0.7 if "series" in kind else 0.0
        hard, one, other = autoregressive(rho, (3, EXAMPLES), rng)
        first, second = (hard + 0.8 * one) ** 2, (hard + 0.6 * other) ** 2
        truth, series = 0.8**2 - 0.6**2, "series" in kind
    found = difference_of_examples(first, second, series=series).interval
    return (found.low <= truth <= found.high,)


def tables() -> Iterator[Table]:
    """All questions, in the order of the report."""
    yield Table(
        f"95 % interval holds the true difference; {SEEDS} + {SEEDS} seeds, {EXAMPLES} new examples each",
        ("over seeds alone", "over seeds and examples", "pigeonhole bootstrap"),
        tuple(
            Cell(f"noise of a seed at an example: {common:g}", partial(independent, common))
            for common in (0.0, 1.0, 5.0)
        ),
    )
    yield Table(
        "The same for examples of a series, first-order autoregressive",
        ("over seeds alone", "examples as if independent", "examples in blocks"),
        tuple(Cell(f"autocorrelation {rho:g}", partial(of_a_series, rho)) for rho in (0.0, 0.4, 0.7)),
    )
    yield Table(
        f"95 % interval holds the true score of one model; {EXAMPLES} new examples",
        ("over examples",),
        tuple(
            Cell(kind, partial(of_one_model, kind))
            for kind in (
                "squares",
                "right or wrong",
                "squares of a series with autocorrelation 0.7",
                "right or wrong, of a series with autocorrelation 0.4 in how hard it is",
            )
        ),
    )
    yield Table(
        "Two equally good forecasts told apart by the Diebold-Mariano test (nominal: 5 %)",
        ("p at most 0.05",),
        tuple(
            Cell(f"{size} examples, horizon {horizon}", partial(forecasts, size, horizon))
            for size in (50, 200)
            for horizon in (1, 5)
        ),
    )
    yield Table(
        f"95 % interval holds the true difference of two models; {EXAMPLES} new examples, in pairs",
        ("over examples",),
        tuple(
            Cell(kind, partial(of_two_models, kind))
            for kind in ("squares", "right or wrong", "squares of a series with autocorrelation 0.7")
        ),
    )
