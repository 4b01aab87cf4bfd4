"""The metric: its name, which way is better, and one number from (y_true, y_pred)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
    """The study's metric.

    Raises: StudyError where Keras has none of that name or the direction is open."""
    import keras

    given = study.metric
    if isinstance(given, str):
        fresh = partial(_by_name, given)
        direction = study.direction or _direction(fresh(), given)
        return Metric(given, direction, lambda *pair: _score(fresh, *_aligned(*pair)))
    if isinstance(given, keras.metrics.Metric):  # it keeps a state, so every score gets a fresh one
        fresh = partial(type(given).from_config, given.get_config())
        direction = study.direction or _direction(given, given.name)
        return Metric(given.name, direction, lambda *pair: _score(fresh, *_aligned(*pair)))
    if study.direction is None:
        raise StudyError("metric is a function, so add direction='minimize' or direction='maximize'")
    name = getattr(given, "__name__", type(given).__name__)
    return Metric(name, study.direction, lambda *pair: float(given(*_aligned(*pair))))


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


def _by_name(name: str) -> Any:
    """A fresh Keras metric for the name of a Keras metric, or a Keras loss."""
    import keras

    for known in (keras.metrics, keras.losses):
        try:
            return known.get("accuracy" if name == "acc" else name)
        except ValueError:
            continue
        except TypeError:
            raise StudyError(f"metric {name!r} needs arguments; give a Keras metric object instead") from None
    raise StudyError(
        f"metric {name!r} is no Keras metric or loss; use a name such as 'mse', 'mae' or 'accuracy',"
        " or a function of (y_true, y_pred)"
    )


def _aligned(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """One target a prediction: (n,) against (n, 1) would silently broadcast to (n, n)."""
    if isinstance(y_pred, tuple | list | dict):
        return y_true, y_pred
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    return (y_true.reshape(y_pred.shape) if y_true.size == y_pred.size else y_true), y_pred


def _score(fresh: Callable[[], Any], y_true: Any, y_pred: Any) -> float:
    """A stateful Keras metric, or the mean of a Keras loss, over all examples."""
    import keras

    if isinstance(y_pred, tuple | list | dict):
        raise StudyError(
            "a Keras metric needs a model with one output; give a function of (y_true, y_pred) as metric"
        )
    metric = fresh()
    if type(metric) is keras.metrics.Accuracy:
        metric = getattr(keras.metrics, _accuracy_kind(y_true, y_pred))()
    if not isinstance(metric, keras.metrics.Metric):
        metric = keras.metrics.MeanMetricWrapper(metric)
    metric.update_state(y_true, y_pred)
    return float(np.asarray(metric.result()))


def _accuracy_kind(y_true: np.ndarray, y_pred: np.ndarray) -> str:
    """Which accuracy "accuracy" means for these shapes: the rule of `compile(metrics=["accuracy"])`."""
    if y_pred.shape[-1] == 1:
        return "BinaryAccuracy"
    return "CategoricalAccuracy" if y_true.shape == y_pred.shape else "SparseCategoricalAccuracy"
