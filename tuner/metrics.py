"""The metric: its name, which way is better, and one number from (y_true, y_pred)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.errors import StudyError
from tuner.records import Direction
from tuner.study import Study

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
    """`score(y_true, y_pred)` of arrays (examples, ...) is one number; may be NaN or infinite."""

    name: str
    direction: Direction
    score: Callable[[Any, Any], float]


def resolve_metric(study: Study) -> Metric:
    """The study's metric. Raises: StudyError where Keras has none of that name or the direction is open."""
    if not isinstance(study.metric, str):
        if study.direction is None:
            raise StudyError("metric is a function, so add direction='minimize' or direction='maximize'")
        function = study.metric
        name = getattr(function, "__name__", "metric")
        return Metric(name, study.direction, lambda *pair: float(function(*_aligned(*pair))))
    kind = type(_keras_metric(study.metric)).__name__
    if study.direction is None and kind in _UNDIRECTED:
        raise StudyError(
            f"metric {study.metric!r} has no better side; add direction='minimize' or 'maximize'"
        )
    inferred: Direction = "maximize" if kind in _MAXIMIZED else "minimize"
    name = study.metric
    return Metric(name, study.direction or inferred, lambda *pair: _keras_score(name, *_aligned(*pair)))


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """One target a prediction: (n,) against (n, 1) would silently broadcast to (n, n)."""
    if isinstance(y_pred, tuple | list | dict):
        return y_true, y_pred
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return (y_true.reshape(y_pred.shape) if y_true.size == y_pred.size else y_true), y_pred


def _keras_metric(name: str) -> Any:
    """A fresh stateful Keras metric for the name of a Keras metric or loss."""
    import keras

    try:
        metric = keras.metrics.get(name)
    except ValueError:
        try:
            metric = keras.losses.get(name)
        except ValueError:
            raise StudyError(
                f"metric {name!r} is no Keras metric or loss; use a name such as 'mse', 'mae' or 'accuracy',"
                " or a function of (y_true, y_pred)"
            ) from None
    if isinstance(metric, keras.metrics.Metric):
        return metric
    return keras.metrics.MeanMetricWrapper(metric, name=name)


def _keras_score(name: str, y_true: Any, y_pred: Any) -> float:
    import keras

    if name in ("accuracy", "acc"):
        metric = getattr(keras.metrics, _accuracy_kind(y_true, y_pred))()
    else:
        metric = _keras_metric(name)
    metric.update_state(y_true, y_pred)
    return float(np.asarray(metric.result()))


def _accuracy_kind(y_true: np.ndarray, y_pred: np.ndarray) -> str:
    """Which accuracy "accuracy" means for these shapes: the rule of `compile(metrics=["accuracy"])`."""
    if y_pred.shape[-1] == 1:
        return "BinaryAccuracy"
    return "CategoricalAccuracy" if y_true.shape == y_pred.shape else "SparseCategoricalAccuracy"
