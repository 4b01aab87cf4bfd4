"""The metric: its name, which way is better, and one number from (y_true, y_pred)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tuner.errors import StudyError
from tuner.examples import Each, in_calls
from tuner.metric_names import metric_of
from tuner.records import Direction
from tuner.study import Study
from tuner.trees import leaves

# Keras metrics of which more is better. Keras keeps no such flag itself.
_MAXIMIZED = frozenset(
    {
        "Accuracy",
        "AUC",
        "BinaryAccuracy",
        "BinaryIoU",
        "CategoricalAccuracy",
        "ConcordanceCorrelation",
        "CosineSimilarity",
        "F1Score",
        "FBetaScore",
        "IoU",
        "MeanIoU",
        "OneHotIoU",
        "OneHotMeanIoU",
        "PearsonCorrelation",
        "Precision",
        "PrecisionAtRecall",
        "R2Score",
        "Recall",
        "RecallAtPrecision",
        "SensitivityAtSpecificity",
        "SparseCategoricalAccuracy",
        "SparseTopKCategoricalAccuracy",
        "SpecificityAtSensitivity",
        "TopKCategoricalAccuracy",
        "TruePositives",
        "TrueNegatives",
    }
)
# Keras metrics whose direction depends on what is averaged.
_UNDIRECTED = frozenset({"Mean", "MeanMetricWrapper", "Metric", "Sum", "MeanRelativeError"})


@dataclass(frozen=True, slots=True)
class Metric:
    """`score(y_true, y_pred)` of arrays (examples, ...) is one number; may be NaN or infinite.

    `each(y_true, y_pred)` is one number an example (see `tuner.examples`), whose mean should be the score.
    """

    name: str
    direction: Direction
    score: Callable[[Any, Any], float]
    each: Each = lambda y_true, y_pred: None


def resolve_metric(study: Study) -> Metric:
    """The study's metric.

    Raises: StudyError where Keras has none of that name or the direction is open."""
    import keras

    given = study.metric
    if isinstance(given, str):
        fresh = partial(metric_of, given)
        direction = study.direction or _direction(fresh(), given)
        return _of_keras(given, direction, fresh)
    if isinstance(given, keras.metrics.Metric):  # it keeps a state, so every score gets a fresh one
        fresh = partial(type(given).from_config, given.get_config())
        direction = study.direction or _direction(given, given.name)
        return _of_keras(given.name, direction, fresh)
    if study.direction is None:
        raise StudyError("metric is a function, so add direction='minimize' or direction='maximize'")
    name = getattr(given, "__name__", type(given).__name__)

    def score(y_true: Any, y_pred: Any) -> float:
        return _mean(given(*_aligned(y_true, y_pred)), y_true)

    def each(y_true: Any, y_pred: Any) -> np.ndarray | None:
        value = given(*_aligned(y_true, y_pred))
        return _by_example(value) if _has_examples(value, y_true) else in_calls(score, y_true, y_pred)

    return Metric(name, study.direction, score, each)


def named_metric(name: str, direction: Direction) -> Metric:
    """The metric or loss of Keras of that name. Raises: StudyError where Keras has none."""
    metric_of(name)
    return _of_keras(name, direction, partial(metric_of, name))


def _of_keras(name: str, direction: Direction, fresh: Callable[[], Any]) -> Metric:
    return Metric(
        name,
        direction,
        lambda *pair: _score(fresh, *_aligned(*pair)),
        lambda *pair: _each(fresh, *_aligned(*pair)),
    )


def _mean(value: Any, y_true: Any) -> float:
    """What a user's metric says: one number, or the mean of one number an example."""
    return float(np.mean(np.asarray(value))) if _has_examples(value, y_true) else float(value)


def _has_examples(value: Any, y_true: Any) -> bool:
    return np.ndim(value) > 0 and len(value) == len(next(leaves(y_true)))


def _by_example(values: Any) -> np.ndarray:
    """Numbers of shape (examples, ...) as their means of shape (examples,)."""
    numbers = np.asarray(values, dtype=np.float64)
    return np.asarray(numbers.reshape(len(numbers), -1).mean(axis=1))


def _direction(metric: Any, name: str) -> Direction:
    import keras

    kind = type(metric)
    if not isinstance(metric, keras.metrics.Metric):
        return "minimize"  # a loss
    if kind.__name__ in _MAXIMIZED:
        return "maximize"
    if kind.__name__ in _UNDIRECTED or not kind.__module__.startswith("keras."):
        raise StudyError(f"metric {name!r} has no known better side; add direction='minimize' or 'maximize'")
    return "minimize"


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """One target a prediction: (n,) against (n, 1) would silently broadcast to (n, n)."""
    if isinstance(y_pred, tuple | list | dict):
        return y_true, y_pred
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return (y_true.reshape(y_pred.shape) if y_true.size == y_pred.size else y_true), y_pred


def unlike(y: Any, y_pred: Any) -> str:
    """How many numbers an example the model answers and y has, in words; nothing where they are as many."""
    if any(isinstance(one, tuple | list | dict) for one in (y, y_pred)) or y.size == y_pred.size:
        return ""
    answer, target = (str(("examples", *one.shape[1:])).replace("'", "") for one in (y_pred, y))
    return f"answers {answer}, y is {target}"


def _score(fresh: Callable[[], Any], y_true: Any, y_pred: Any) -> float:
    """A stateful Keras metric, or the mean of a Keras loss, over all examples."""
    import keras

    if isinstance(y_pred, tuple | list | dict):
        raise StudyError(
            "a Keras metric needs a model with one output; give a function of (y_true, y_pred) as metric"
        )
    metric = _fitting(fresh(), y_true, y_pred)
    if not isinstance(metric, keras.metrics.Metric):
        metric = keras.metrics.MeanMetricWrapper(metric)
    metric.update_state(y_true, y_pred)
    return float(np.asarray(metric.result()))


def _each(fresh: Callable[[], Any], y_true: Any, y_pred: Any) -> np.ndarray | None:
    """The numbers that a Keras metric or loss averages, by example; None where it is more than a mean."""
    import keras

    metric = _fitting(fresh(), y_true, y_pred)
    if isinstance(metric, keras.metrics.Metric):
        # The function inside: Keras has no public way to it. Without it there are no scores of examples.
        function, arguments = getattr(metric, "_fn", None), getattr(metric, "_fn_kwargs", {})
    else:
        function, arguments = getattr(metric, "call", metric), {}
    if function is None:
        return None
    values = np.asarray(function(y_true, y_pred, **arguments))
    return _by_example(values) if _has_examples(values, y_true) else None


def _fitting(metric: Any, y_true: np.ndarray, y_pred: np.ndarray) -> Any:
    """The metric itself, or where it is "accuracy" the kind of it that fits the shapes."""
    import keras

    if type(metric) is keras.metrics.Accuracy:
        return getattr(keras.metrics, _accuracy_kind(y_true, y_pred))()
    return metric


def _accuracy_kind(y_true: np.ndarray, y_pred: np.ndarray) -> str:
    """Which accuracy "accuracy" means for these shapes: the rule of `compile(metrics=["accuracy"])`."""
    if y_pred.shape[-1] == 1:
        return "BinaryAccuracy"
    return "CategoricalAccuracy" if y_true.shape == y_pred.shape else "SparseCategoricalAccuracy"
