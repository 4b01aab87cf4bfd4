"""What every step of preparation can do: be fitted, applied, undone and stored.

Arrays are a series of shape (steps,) or (steps, features), or windows of shape (windows, steps, features).
`before` holds the values that came directly before an array, in the same form: the windows that a model has
seen, where the array is what it forecasts. `start` is the place of the array's first step in time, counted
from the first one of the training series: one number, or one for each window.
"""

from abc import abstractmethod
from typing import Any, Self

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare.stored import Stored

Start = Any  # a whole number, or an array of one for each window
Namespace = Any  # numpy or keras.ops: the same names for the same functions
Values = Any  # an array of numpy, or a tensor of Keras


class Step(Stored):
    """One step of preparation, a frozen record: options, and what was learned from the training data."""

    __slots__ = ()

    @property
    def fitted(self) -> bool:
        """Whether it has learned what it needs to be applied."""
        return True

    @property
    def lost(self) -> int:
        """How many steps at the start of a series `transform` takes away."""
        return 0

    @property
    def windowed(self) -> bool:
        """Whether it takes its coefficients from each window."""
        return False

    @property
    def positional(self) -> bool:
        """Whether it depends on the place in time."""
        return False

    @abstractmethod
    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """A copy that has learned from the training data, and from nothing else."""

    @abstractmethod
    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> Any:
        """The array, prepared."""

    @abstractmethod
    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> Any:
        """What `transform` made this array of."""

    def ready(self) -> None:
        """Raises: PreparationError where it is to be applied and is not fitted."""
        if not self.fitted:
            name = type(self).__name__
            raise PreparationError(
                f"{name}: is not fitted; write step = {name}(...).fit(train) with the training data"
            )


class Numeric(Step):
    """A step that computes with numbers, in numpy and, by the same lines, within a Keras model.

    `forward` and `backward` know only one form, (windows, steps, features), and only the functions that
    numpy and keras.ops share.
    """

    __slots__ = ()

    @property
    def features(self) -> int | None:
        """How many features it was fitted on; None where it takes any."""
        return None

    @abstractmethod
    def forward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        """`transform` of windows."""

    @abstractmethod
    def backward(self, xp: Namespace, values: Values, before: Values | None, start: Start) -> Values:
        """`inverse` of windows."""

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """The array, prepared: float64 of its form, continuing `before` where that is given.

        Raises: PreparationError where the step is not fitted, or the array does not fit it.
        """
        return self._applied(self.forward, array, before, start)

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """What `transform` made this array of, given the same `before` (raw) and `start`.

        Raises: PreparationError where the step is not fitted, or the array does not fit it.
        """
        return self._applied(self.backward, array, before, start)

    def _applied(self, rule: Any, array: Any, before: Any, start: Start) -> np.ndarray:
        self.ready()
        name = type(self).__name__
        values = windows_of(name, array)
        earlier = None if before is None else windows_of(f"{name}: before", before, empty=True)
        if self.features not in (None, values.shape[2]):
            raise PreparationError(
                f"{name}: the array has {values.shape[2]} features, the training data had {self.features}"
            )
        if earlier is not None and earlier.shape[::2] != values.shape[::2]:
            raise PreparationError(
                f"{name}: before has {earlier.shape[0]} windows of {earlier.shape[2]} features,"
                f" the array {values.shape[0]} of {values.shape[2]}; they must agree"
            )
        result = rule(np, values, earlier, starts_of(name, start, len(values)))
        return in_form(result, np.ndim(array))


def windows_of(where: str, array: Any, *, empty: bool = False) -> np.ndarray:
    """An array as float64 windows (windows, steps, features); a series is one window.

    With `empty` there may be no steps in it.

    Raises: PreparationError where it holds no numbers, nothing at all, or has another form.
    """
    try:
        found = np.asarray(array)
    except ValueError:
        raise PreparationError(f"{where}: its rows differ in length; pad them first") from None
    if found.dtype.kind not in "biuf":
        raise PreparationError(f"{where}: holds {found.dtype} values; give numbers")
    if found.ndim not in (1, 2, 3) or not (found.size or empty):
        raise PreparationError(
            f"{where}: has shape {found.shape};"
            " give (steps,), (steps, features) or (windows, steps, features)"
        )
    values = found.astype(np.float64)
    return (values[None, :, None], values[None], values)[found.ndim - 1]


def in_form(windows: np.ndarray, dimensions: int) -> np.ndarray:
    """Windows in the form that they came in, of 1, 2 or 3 dimensions."""
    if dimensions == 1:
        return windows[0, :, 0]
    return windows[0] if dimensions == 2 else windows


def starts_of(where: str, start: Start, windows: int) -> np.ndarray:
    """Places in time, of shape (1,) or (windows,). Raises: PreparationError where they are none."""
    found = np.atleast_1d(np.asarray(start))
    if found.dtype.kind not in "iu" or found.shape not in ((1,), (windows,)):
        raise PreparationError(f"{where}: start is no whole number, nor one for each of {windows} windows")
    return found


def training_windows(where: str, train: Any) -> np.ndarray:
    """Training data as windows of finite numbers. Raises: PreparationError where they are none."""
    values = windows_of(where, train)
    finite = np.isfinite(values).all(axis=2)
    if not finite.all():
        window, step = np.argwhere(~finite)[0]
        place = f"step {step}" + (f" of window {window}" if len(values) > 1 else "")
        raise PreparationError(f"{where}: the training data are not finite at {place}; fill or drop it first")
    return values


def training_rows(where: str, train: Any, *, over: str = "feature") -> np.ndarray:
    """Training data as rows of features, or with over="everything" as rows of one number."""
    values = training_windows(where, train)
    return values.reshape(-1, values.shape[2] if over == "feature" else 1)


def constant(xp: Namespace, numbers: Any, like: Values) -> Values:
    """Coefficients in the type of the values that they are for."""
    return xp.array(np.array(numbers), dtype=like.dtype)
