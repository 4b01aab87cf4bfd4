"""What to expect of an ensemble: scored on test examples that none of its networks was trained on."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.answering import mean_of
from tuner.deploy.bundle import Ensemble, ExampleErrors, Expected, Single, Units, finite
from tuner.deploy.describing import Kind
from tuner.engines.base import score
from tuner.examples import of_run
from tuner.metrics import Metric
from tuner.records import Setup
from tuner.result import Measured
from tuner.stats import Summary, describe
from tuner.stats.example_mean import mean_of_examples, resampled_interval
from tuner.stats.intervals import Interval
from tuner.stats.series import block_length
from tuner.study import Splits
from tuner.trees import flat, leaves, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What to expect, and what the ensemble scored on single test examples, where that is known."""

    expected: Expected
    examples: ExampleErrors | None


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What networks answer for test examples, one by one and `together`, beside what is true, `y`.

    Together they answer as the metric reads them: a model that gives logits gives logits.
    """

    y: Any
    single: list[Any]
    together: Any
    units: Units


def said_by(kind: Kind, splits: Splits, raw: Splits | None, answers: list[Any]) -> Said:
    """What networks say of the test split of `splits`, by what each of them answers.

    In original units, those of `raw`, unless it is None.
    """
    units: Units = "original"
    y = splits.test[1]
    if splits.preparation is not None and splits.preparation.targets:
        if raw is None:
            units = "prepared"
        else:
            start = splits.starts.get("test", 0)
            answers = [splits.preparation.restored(one, raw.test[0], start=start) for one in answers]
            y = raw.test[1]
    each = mapped(lambda *arrays: np.stack(arrays), *answers)
    return Said(y, answers, _single_precision(mean_of(each, kind.logits)), units)


def of_confirmation(setup: Setup, measured: Measured, units: Units) -> Expected:
    """What the confirmation says of single networks."""
    return Expected("test", setup.level, _single(measured.summary), units=units)


def of_ensemble(
    setup: Setup,
    measured: Measured,
    metric: Metric,
    kind: Kind,
    splits: Splits,
    raw: Splits | None,
    answers: list[Any],
    how: str,
) -> Found:
    """What several networks say together, by what each of them answers for the test split of `splits`.

    Forecasts and targets are compared in original units, in those of `raw`, unless it is None. Where the
    confirmation scored prepared targets, these networks' own scores take the place of its scores of single
    networks.
    """
    said = said_by(kind, splits, raw, answers)
    y, units = said.y, said.units
    expected = of_confirmation(setup, measured, units)
    scores = [score(metric, y, _single_precision(one)) for one in said.single]
    if units == "original" and splits.preparation is not None and splits.preparation.targets:
        expected = replace(expected, single=_single(describe(scores, level=setup.level)))
    whole = score(metric, y, said.together)
    if not np.isfinite(whole):
        return Found(replace(expected, reason="the score of the ensemble is not finite"), None)
    count = len(next(leaves(y)))
    interval, block, examples = _interval(setup, metric, y, said.together, whole)
    alone = tuple(map(finite, scores))
    ensemble = Ensemble(whole, ends_of(interval), count, len(answers), block, how, alone)
    return Found(replace(expected, ensemble=ensemble), examples)


def _interval(
    setup: Setup, metric: Metric, y: Any, said: Any, whole: float
) -> tuple[Interval, int, ExampleErrors | None]:
    """An interval over test examples, how many neighbours enter it together, and the scores of examples.

    Of a metric that is no mean over examples, such as a root of a mean, by resampling the examples.
    """
    by_example = of_run(metric.each, y, said, whole)
    values = np.asarray(by_example.values, np.float64)
    if not by_example.reason and values.size:
        found = mean_of_examples(values, series=setup.series, level=setup.level)
        kept = ExampleErrors(values, by_example.each, by_example.horizon)
        return found.interval, found.block, kept
    block = block_length(residuals(y, said)) if setup.series else 1

    def of_some(places: np.ndarray) -> float:
        return score(metric, *(mapped(lambda array: array[places], part) for part in (y, said)))

    rng = np.random.default_rng(0)
    count = len(next(leaves(y)))
    return resampled_interval(of_some, count, rng, block=block, level=setup.level), block, None


def residuals(y: Any, said: Any) -> np.ndarray:
    """How far off the ensemble is, one number an example, by the first of its outputs."""
    true, answered = flat(y)[0], flat(said)[0]
    off = answered - true.reshape(answered.shape) if true.size == answered.size else answered
    return np.asarray(np.abs(np.asarray(off, np.float64)).reshape(len(answered), -1).mean(axis=1))


def _single_precision(answer: Any) -> Any:
    return mapped(lambda array: np.asarray(array, np.float32), answer)


def _single(summary: Summary) -> Single:
    return Single(finite(summary.mean), ends_of(summary.interval), finite(summary.std), summary.n)


def ends_of(interval: Interval) -> tuple[float | None, float | None]:
    """The ends of an interval as bundle.json holds them."""
    return finite(interval.low), finite(interval.high)
