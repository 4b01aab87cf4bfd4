"""What to expect of an ensemble: scored on test examples that none of its networks was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.answering import mean_of
from tuner.deploy.bundle import Ensemble, ExampleErrors, Expected, Single, Units, finite
from tuner.deploy.describing import Kind
from tuner.engines.base import score
from tuner.examples import of_run
from tuner.metrics import Metric
from tuner.records import ExampleScores, Setup
from tuner.result import Measured
from tuner.splits import Splits
from tuner.stats import Summary, describe
from tuner.stats.example_mean import difference_of_examples, mean_of_examples, resampled_interval
from tuner.stats.intervals import Interval
from tuner.stats.series import block_length
from tuner.trees import at_rows, flat, leaves, mapped


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


@dataclass(frozen=True, slots=True, eq=False)
class OverExamples:
    """The interval of a score over test examples, and how many neighbours, `block`, enter it together.

    `each` has the scores of single examples of every answer; nothing of a metric that is no mean of these.
    """

    interval: Interval
    block: int
    each: tuple[ExampleScores, ...] = ()


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
    sure = over_examples(metric, y, (said.together,), (whole,), series=setup.series, level=setup.level)
    alone = tuple(map(finite, scores))
    ensemble = Ensemble(whole, ends_of(sure.interval), count, len(answers), sure.block, how, alone)
    kept = [ExampleErrors(np.asarray(one.values, np.float64), one.each, one.horizon) for one in sure.each]
    return Found(replace(expected, ensemble=ensemble), next(iter(kept), None))


def over_examples(
    metric: Metric, y: Any, said: Sequence[Any], scores: Sequence[float], *, series: bool, level: float
) -> OverExamples:
    """How sure the score of what is said of test examples is, or of two answers the first less the second.

    `said` has one answer or two, `scores` the score of each. A metric that is no mean over examples, such as
    a root of a mean, is looked at by resampling the examples.
    """
    each = tuple(of_run(metric.each, y, one, value) for one, value in zip(said, scores, strict=True))
    if all(one.values.size and not one.reason for one in each):
        first, *other = (np.asarray(one.values, np.float64) for one in each)
        found = (
            difference_of_examples(first, *other, series=series, level=level)
            if other
            else mean_of_examples(first, series=series, level=level)
        )
        return OverExamples(found.interval, found.block, each)
    off = _less([_off(y, one) for one in said])

    def of_some(places: np.ndarray) -> float:
        return float(_less([score(metric, at_rows(y, places), at_rows(one, places)) for one in said]))

    block, rng = block_length(off) if series else 1, np.random.default_rng(0)
    return OverExamples(resampled_interval(of_some, len(off), rng, block=block, level=level), block)


def _less(values: Sequence[Any]) -> Any:
    """The one value, or of two the first less the second."""
    return values[0] if len(values) == 1 else values[0] - values[1]


def _off(y: Any, said: Any) -> np.ndarray:
    """How far off an answer is, one number an example, by the first of its outputs."""
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
