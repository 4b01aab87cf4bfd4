"""Ready-made hyperparameter suggestions for recurrent models: what the field tunes first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tuner.errors import StudyError

if TYPE_CHECKING:
    import keras


_WHOLE = frozenset({"units", "layers", "batch_size"})


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
    units: int | tuple[int, int] | list[int] = (8, 128),
    layers: int | tuple[int, int] | list[int] = (1, 3),
    batch_size: int | tuple[int, int] | list[int] = [16, 32, 64, 128, 256],  # noqa: B006  # never changed
    dropout: float | tuple[float, float] | list[float] = (0.0, 0.5),
    optimizer: str | list[str] = ["adam", "rmsprop", "sgd"],  # noqa: B006  # never changed
    learning_rate: float | tuple[float, float] | list[float] = (1e-4, 1e-1),
) -> Recurrent:
    """Suggest units, layers, batch size, dropout, optimizer and learning rate.

    A tuple (low, high) is a range (units, batch size and learning rate on a logarithmic scale), a list is a
    choice, and a single value fixes the hyperparameter: it is then not searched and has no place in the
    baseline's values.

    Raises: StudyError where a tuple is no range.

    >>> from optuna.trial import FixedTrial
    >>> values = FixedTrial({"units": 16, "layers": 2, "dropout": 0.1, "learning_rate": 0.01})
    >>> recurrent(values, batch_size=32, optimizer="adam").units
    16
    """
    return Recurrent(
        units=int(_suggest(trial, "units", units, log=True)),
        layers=int(_suggest(trial, "layers", layers)),
        batch_size=int(_suggest(trial, "batch_size", batch_size, log=True)),
        dropout=float(_suggest(trial, "dropout", dropout)),
        optimizer_name=str(_suggest(trial, "optimizer", optimizer)),
        learning_rate=float(_suggest(trial, "learning_rate", learning_rate, log=True)),
    )


def _suggest(trial: Any, name: str, given: Any, *, log: bool = False) -> Any:
    if isinstance(given, list):
        return trial.suggest_categorical(name, given)
    if isinstance(given, str if name == "optimizer" else int | float):
        return given
    ends = given if isinstance(given, tuple) else ()
    if len(ends) != 2 or not all(isinstance(end, int | float) for end in ends) or ends[0] > ends[1]:
        raise StudyError(
            f"{name}={given!r} is neither a value, nor a range (low, high), nor a list of choices"
        )
    low, high = ends
    if name in _WHOLE:
        return trial.suggest_int(name, low, high, log=log)
    return trial.suggest_float(name, low, high, log=log)
