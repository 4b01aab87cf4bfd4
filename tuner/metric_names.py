"""The names of Keras' metrics and losses, and what a name that is none of them was meant to be."""

import math
import re
import sys
from difflib import get_close_matches
from typing import Any

from tuner.errors import StudyError

# Names that Keras does not know for metrics that it has.
_ALIASES = {"acc": "accuracy", "rmse": "root_mean_squared_error"}
# Short names that Keras knows, beside those that `_names` reads off its modules.
_SHORT = ("bce", "kld", "mae", "mape", "mse", "msle")
_NO_METRICS = frozenset({"deserialize", "get", "loss", "metric", "serialize"})


Bounds = tuple[float, float]
"""The lowest and the highest value that a metric can have."""

_ANY: Bounds = (-math.inf, math.inf)
_SHARES = frozenset({"acc", "precision", "recall", "iou", "meaniou", "auc", "f1score"})
_ERRORS = frozenset(
    {
        *("mse", "mae", "mape", "msle", "rmse", "meansquarederror", "meanabsoluteerror", "huber", "logcosh"),
        *("meanabsolutepercentageerror", "meansquaredlogarithmicerror", "rootmeansquarederror", "hinge"),
        *("squaredhinge", "categoricalhinge", "bce", "binarycrossentropy", "categoricalcrossentropy"),
        *("sparsecategoricalcrossentropy",),
    }
)


def bounds_of(name: str) -> Bounds:
    """The range of the metric of that name: of an accuracy 0 to 1, of an error 0 to infinity.

    Everything is possible where it is not known.

    >>> bounds_of("accuracy"), bounds_of("mse"), bounds_of("profit")
    ((0.0, 1.0), (0.0, inf), (-inf, inf))
    """
    plain = name.lower().replace("_", "")
    if plain in _SHARES or plain.endswith("accuracy"):
        return 0.0, 1.0
    return (0.0, math.inf) if plain in _ERRORS else _ANY


def metric_of(name: str) -> Any:
    """A fresh Keras metric for the name of a Keras metric, or a Keras loss.

    Raises: StudyError where it is neither, or one that needs arguments.
    """
    import keras

    for known in (keras.metrics, keras.losses):
        try:
            return known.get(_ALIASES.get(name, name))
        except ValueError:
            continue
        except TypeError:
            raise StudyError(f"metric {name!r} needs arguments; give a Keras metric object instead") from None
    close = _meant(name)
    raise StudyError(
        f"metric {name!r} is no Keras metric or loss;"
        + (f" did you mean {' or '.join(map(repr, close))}? Or" if close else "")
        + " use a name such as 'mse', 'mae' or 'accuracy', or a function of (y_true, y_pred)"
    )


def check_name(name: str) -> None:
    """A name is looked up at once where Keras is loaded, as it is by a file that builds a model.

    Raises: StudyError where Keras has no metric and no loss of that name.
    """
    if hasattr(sys.modules.get("keras"), "losses") and name not in _names():
        metric_of(name)


def _names() -> set[str]:
    """The names of Keras' metrics and losses, as classes and as functions, and the aliases."""
    import keras

    public = {name for module in (keras.metrics, keras.losses) for name in vars(module) if name[0] != "_"}
    return (public | set(map(_snake, public)) | {*_SHORT, *_ALIASES}) - _NO_METRICS


def _snake(name: str) -> str:
    """RootMeanSquaredError as root_mean_squared_error, by Keras' rule."""
    parts = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parts).lower()


def _meant(name: str) -> list[str]:
    """Up to three names like this one, in lower case, or those that begin with it."""
    names, low = sorted({known for known in _names() if known.islower()}), name.lower()
    return get_close_matches(low, names, n=2) or [one for one in names if low and one.startswith(low)][:3]
