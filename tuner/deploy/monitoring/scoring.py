"""The scores of examples that were predicted and observed, by the metric of the study."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuner.answering import by_output, logits_from
from tuner.deploy.bundle import Bundle
from tuner.deploy.layout import observed_shape
from tuner.deploy.moments import Moment
from tuner.deploy.monitoring.forecasting import Examples, known_before
from tuner.deploy.monitoring.store import Predicted
from tuner.errors import BundleError, StudyError, first_line
from tuner.metrics import Metric, named_metric

_AT_ONCE = 500  # examples that a metric is called on: one that says a single number is called on each of them


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The scores of the examples that were predicted and observed, in the order of their moments.

    `scores` has shape (examples,), NaN where what was predicted is no number. `order` are their places in the
    order in which they became known. `waiting` counts predictions without an observation, `unpredicted`
    observations without a prediction, because something that the model reads was missing.

    A metric that is no mean of one number an example has no such scores, for a `reason`, and `of` is its
    value for the examples at some places together.
    """

    moments: tuple[Moment, ...]
    scores: np.ndarray
    order: np.ndarray
    waiting: int
    unpredicted: int
    reason: str = ""
    of: Callable[[list[int]], float] | None = None


def metric_of_bundle(bundle: Bundle, study: Path | None, options: Mapping[str, Any]) -> Metric:
    """The metric of a bundle: one of Keras by its name, or that of a study file, which is then executed.

    Raises: BundleError where it is a function of the study's and no file is given.
    """
    if study is not None:
        from tuner.loading import load_study
        from tuner.metrics import resolve_metric

        metric = resolve_metric(load_study(study, dict(options)))
        if (metric.name, metric.direction) != (bundle.metric, bundle.direction):
            raise BundleError(
                f"{study}: its metric is {metric.name!r} ({metric.direction}), that of the bundle"
                f" {bundle.metric!r} ({bundle.direction}); give the study that the bundle was made of"
            )
        return metric
    try:
        return named_metric(bundle.metric, bundle.direction)
    except StudyError:
        raise BundleError(
            f"the metric {bundle.metric[:60]!r} is a function of the study; give its file with --study,"
            " which is then executed"
        ) from None


def scored(
    examples: Examples, predictions: Mapping[Moment, Predicted], bundle: Bundle, metric: Metric
) -> Scored:
    """Score what a model predicted, where it was observed and the model cannot have learned it.

    A prediction that goes across a gap in time is no forecast of the next steps and has no score, and neither
    has one that read or forecast a void row.
    """
    predicted = np.array([moment in predictions for moment in examples.moments], bool)
    observed = np.isfinite(examples.observed).all(axis=1) if examples.moments else predicted
    new = ~known_before(examples, bundle) & examples.usable
    predicted, observed = predicted & new, observed & new
    both = np.flatnonzero(predicted & observed)
    waiting, unpredicted = int((predicted & ~observed).sum()), int((observed & ~predicted).sum())
    moments = tuple(examples.moments[at] for at in both)
    if not moments:
        return Scored((), np.empty(0), np.empty(0, int), waiting, unpredicted)
    output = bundle.schema.output
    assert output is not None  # or there would be no layout
    said = np.array([predictions[moment].mean for moment in moments])
    shaped = said.reshape(-1, *_sizes(output.shape))
    y_pred = by_output(logits_from, shaped, bundle.logits).astype(np.float32)
    y_true = _true(bundle, examples.observed[both], y_pred, metric.name)
    order = np.lexsort((np.arange(len(both)), examples.known[both]))
    try:
        scores = np.concatenate(
            [
                _each(metric, y_true[at : at + _AT_ONCE], y_pred[at : at + _AT_ONCE])
                for at in range(0, len(moments), _AT_ONCE)
            ]
        )
    except _NoScoresError as error:
        nothing = np.full(len(moments), np.nan)
        of = _together(metric, y_true, y_pred)
        return Scored(moments, nothing, order, waiting, unpredicted, str(error), of)
    return Scored(moments, scores, order, waiting, unpredicted)


class _NoScoresError(Exception):
    """Why a metric has no scores of single examples."""


def _together(metric: Metric, y_true: np.ndarray, y_pred: np.ndarray) -> Callable[[list[int]], float]:
    """The metric of the examples at some places together; NaN where it raises."""

    def of(places: list[int]) -> float:
        try:
            return float(metric.score(y_true[places], y_pred[places]))
        except Exception:  # of the user's code, which is told as the reason already
            return float("nan")

    return of


def _sizes(shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """A shape for `reshape`, which finds the size of a free axis."""
    return tuple(-1 if size is None else size for size in shape)


def _true(bundle: Bundle, observed: np.ndarray, y_pred: np.ndarray, metric: str) -> np.ndarray:
    """What was observed as the metric reads it; classes are one-hot where they are so in the study.

    A bundle that does not tell how they stand there is told by the metric's name.
    """
    if bundle.task == "classes":
        numbers = observed.reshape(len(observed), *_sizes(observed_shape(bundle))).astype(int)
        words = metric.lower().replace("_", "")
        if bundle.target_shape is not None:
            if bundle.target_shape != y_pred.shape[1:]:
                return numbers.reshape(len(observed), *bundle.target_shape)
        elif words in ("accuracy", "acc") or "sparse" in words:
            return numbers
        return np.asarray(np.eye(y_pred.shape[-1], dtype=np.float32)[numbers])
    return observed.reshape(y_pred.shape).astype(np.float32)


def _each(metric: Metric, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """One number an example; NaN where the prediction is not finite."""
    fine = np.isfinite(y_pred.reshape(len(y_pred), -1)).all(axis=1)
    scores = np.full(len(y_pred), np.nan)
    if not fine.any():
        return scores
    try:
        values = metric.each(y_true[fine], y_pred[fine])
    except Exception as error:
        raise _NoScoresError(f"the metric {metric.name[:60]!r} raises: {first_line(error)}") from None
    if values is None or len(values) != fine.sum():
        raise _NoScoresError(
            f"the metric {metric.name[:60]!r} is not the mean of one number an example, as mse, mae and"
            " accuracy are; what happens to it from one period to the next cannot be tested"
        )
    scores[fine] = values
    return scores
