"""Ready-made hyperparameter suggestions for recurrent models: what the field tunes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.errors import StudyError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Recurrent:
    """Suggested values; `optimizer` makes a fresh Keras optimizer with the suggested learning rate."""

    units: int
    layers: int
    batch_size: int
    dropout: float
    optimizer_name: str
    learning_rate: float

    @property
    def optimizer(self) -> "keras.optimizers.Optimizer":
        import keras

        optimizer = keras.optimizers.get(self.optimizer_name)
        optimizer.learning_rate = self.learning_rate
        return optimizer


def recurrent(
    trial: Any,
    *,
    units: int | tuple[int, int] = (8, 128),
    layers: int | tuple[int, int] = (1, 3),
    batch_size: int | Sequence[int] = (16, 32, 64, 128, 256),
    dropout: float | tuple[float, float] = (0.0, 0.5),
    optimizer: str | Sequence[str] = ("adam", "rmsprop", "sgd"),
    learning_rate: float | tuple[float, float] = (1e-4, 1e-1),
) -> Recurrent:
    """Suggest units, layers, batch size, dropout, optimizer and learning rate.

    A pair is a range (units and learning rate on a logarithmic scale), batch sizes and optimizers are
    choices, and a single value fixes the hyperparameter: it is then not searched and has no place in the
    baseline's values.

    >>> from optuna.trial import FixedTrial
    >>> values = FixedTrial({"units": 16, "layers": 2, "dropout": 0.1, "learning_rate": 0.01})
    >>> recurrent(values, batch_size=32, optimizer="adam").units
    16
    """
    return Recurrent(
        units=_whole(trial, "units", units, log=True),
        layers=_whole(trial, "layers", layers),
        batch_size=_choice(trial, "batch_size", batch_size),
        dropout=_real(trial, "dropout", dropout),
        optimizer_name=_choice(trial, "optimizer", optimizer),
        learning_rate=_real(trial, "learning_rate", learning_rate, log=True),
    )


def _bounds(name: str, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, tuple | list) or len(value) != 2 or value[0] > value[1]:
        raise StudyError(f"{name}={value!r} is neither a value nor a range (low, high)")
    return value[0], value[1]


def _whole(trial: Any, name: str, value: Any, *, log: bool = False) -> int:
    if isinstance(value, int):
        return value
    low, high = _bounds(name, value)
    return int(trial.suggest_int(name, low, high, log=log))


def _real(trial: Any, name: str, value: Any, *, log: bool = False) -> float:
    if isinstance(value, int | float):
        return float(value)
    low, high = _bounds(name, value)
    return float(trial.suggest_float(name, low, high, log=log))


def _choice(trial: Any, name: str, value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    return trial.suggest_categorical(name, list(value))
