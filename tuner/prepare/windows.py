"""Windows of a series, and tables and series as the (samples, steps, features) that recurrent layers read."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np

from tuner.errors import PreparationError
from tuner.prepare import checks
from tuner.prepare.step import Start, Step

Layout = Literal["natural", "features", "steps"]
Rest = Literal["refuse", "drop", "pad"]

LAYOUTS = get_args(Layout)
_FORM = "(steps,) or (steps, features)"


@dataclass(frozen=True, slots=True)
class Windows(Step):
    """All runs of `steps_in` + `steps_out` neighbouring steps of a series, every `stride` steps.

    `transform` gives whole windows (windows, steps_in + steps_out, features), `pairs` the two parts that a
    forecast needs: x of all features, and y of the columns `targets` (all where none are named). `layout`
    says how x lies: "natural" is (windows, steps_in, features), with columns as features; "features" makes
    everything the features of one step, (windows, 1, steps_in x features), and "steps" everything steps of
    one feature, (windows, steps_in x features, 1).

    >>> x, y = Windows(2, steps_out=1).pairs([1, 2, 3, 4])
    >>> x[..., 0].tolist(), y[..., 0].tolist()
    ([[1, 2], [2, 3]], [[3], [4]])
    """

    kind: ClassVar[str] = "windows"
    steps_in: int
    steps_out: int = 0
    stride: int = 1
    targets: tuple[int, ...] | None = None
    layout: Layout = "natural"

    def __post_init__(self) -> None:
        for name, least in (("steps_in", 1), ("steps_out", 0), ("stride", 1)):
            value = checks.whole("Windows", name, getattr(self, name), least=least)
            checks.settle(self, **{name: value})
        if self.targets is not None:
            checks.settle(self, targets=checks.indices("Windows", "targets", self.targets))
        checks.one_of("Windows", "layout", self.layout, LAYOUTS)

    @property
    def size(self) -> int:
        """Steps of a whole window."""
        return self.steps_in + self.steps_out

    def fit(self, train: Any, *, start: Start = 0) -> Self:
        """The same step: there is nothing to learn."""
        return self

    def transform(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """A series as whole windows (windows, steps_in + steps_out, features), in its own type.

        Raises: PreparationError where it is no series of numbers, or shorter than a window.
        """
        values = _series("Windows", array)
        if len(values) < self.size:
            raise PreparationError(f"Windows: {len(values)} steps are too few for windows of {self.size}")
        views = np.lib.stride_tricks.sliding_window_view(values, self.size, axis=0)
        return np.ascontiguousarray(views[:: self.stride].transpose(0, 2, 1))

    def inverse(self, array: Any, *, before: Any = None, start: Start = 0) -> np.ndarray:
        """The series (steps, features) that whole windows were cut from, up to the end of the last one.

        Raises: PreparationError where they are no such windows, or leave gaps.
        """
        windows = np.asarray(array)
        if windows.ndim != 3 or windows.shape[1] != self.size or not windows.size:
            raise PreparationError(
                f"Windows: has shape {windows.shape}; give windows of shape (windows, {self.size}, features)"
            )
        if self.stride > self.size:
            raise PreparationError(
                f"Windows: those of {self.size} steps, every {self.stride} steps, leave gaps in the series"
            )
        later = windows[1:, self.size - self.stride :].reshape(-1, windows.shape[2])
        return np.concatenate([windows[0], later])

    def pairs(self, series: Any) -> tuple[np.ndarray, np.ndarray]:
        """x in the layout asked for, and y of shape (windows, steps_out, targets).

        Raises: PreparationError where the series is too short, or has no such columns.
        """
        if not self.steps_out:
            raise PreparationError("Windows: steps_out is 0, so that nothing is forecast; give 1 or more")
        windows = self.transform(series)
        targets = columns_of("Windows", self.targets, windows.shape[2])
        return laid_out(windows[:, : self.steps_in], self.layout), windows[:, self.steps_in :][..., targets]


def laid_out(windows: np.ndarray, layout: Layout) -> np.ndarray:
    """Windows (windows, steps, features) in one of the layouts of `Windows`."""
    if layout == "natural":
        return windows
    shape = (len(windows), 1, -1) if layout == "features" else (len(windows), -1, 1)
    return windows.reshape(shape)


def columns_of(where: str, targets: tuple[int, ...] | None, features: int) -> list[int]:
    """The columns that are forecast: all where none are named. Raises: PreparationError without them."""
    if targets is None:
        return list(range(features))
    if max(targets) >= features:
        raise PreparationError(
            f"{where}: there is no column {max(targets)}; the series has {features}, counted from 0"
        )
    return list(targets)


def as_sequences(
    array: Any,
    *,
    rows: Literal["samples", "steps"] = "samples",
    columns: Literal["features", "steps"] = "features",
) -> np.ndarray:
    """A table (rows, columns) as (samples, steps, features).

    With rows="steps" it is one series: (1, rows, columns). Otherwise every row is a sample: of one step,
    (rows, 1, columns), or with columns="steps" of one feature, (rows, columns, 1). An array (rows,) is a
    table of one column, and one of more than two dimensions a table of flattened rows.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 4.1, 4.7 and 5.5.

    Raises: PreparationError where the array is empty, or rows and columns are both to be steps.

    >>> as_sequences([1, 2, 3], rows="steps").shape
    (1, 3, 1)
    >>> table = np.zeros((10, 2))
    >>> as_sequences(table).shape, as_sequences(table, columns="steps").shape
    ((10, 1, 2), (10, 2, 1))
    """
    checks.one_of("as_sequences", "rows", rows, ("samples", "steps"))
    checks.one_of("as_sequences", "columns", columns, ("features", "steps"))
    found = np.asarray(array)
    if not found.ndim or not found.size:
        raise PreparationError(f"as_sequences: has shape {found.shape}; give rows with values in them")
    table = found.reshape(len(found), -1)
    if rows == "samples":
        return table[:, None, :] if columns == "features" else table[:, :, None]
    if columns == "steps":
        raise PreparationError("as_sequences: rows and columns cannot both be steps; columns='features'")
    return table[None]


def split_sequence(sequence: Any, steps: int, *, rest: Rest = "refuse", value: float = 0.0) -> np.ndarray:
    """Long sequences as parts of `steps` steps, for backpropagation through time that is truncated there.

    A sequence (length,) or (length, features) becomes (parts, steps, features). Several of one length,
    (sequences, length, features), become (parts x sequences, steps, features), the first part of every
    sequence first: in batches of as many as there are sequences, unshuffled, a stateful layer carries each
    sequence's state from part to part. Where `steps` does not divide the length, `rest` says what to do:
    "refuse", "drop" the first steps, or "pad" in front of them with `value`.

    Source: Brownlee, Long Short-Term Memory Networks With Python, 2.5 and 2.6, TBPTT(k, k).

    Raises: PreparationError where they are no such sequences, or `steps` does not divide their length.

    >>> split_sequence(np.arange(1000), 20).shape
    (50, 20, 1)
    """
    name = "split_sequence"
    checks.whole(name, "steps", steps)
    checks.one_of(name, "rest", rest, ("refuse", "drop", "pad"))
    values = _several(name, sequence)
    sequences, length, features = values.shape
    over = length % steps
    if over and rest == "refuse":
        raise PreparationError(
            f"{name}: {length} steps are no multiple of {steps}; give rest='drop' or rest='pad'"
        )
    if over and rest == "drop":
        values = values[:, over:]
    elif over:
        filling = np.full((sequences, steps - over, features), checks.number(name, "value", value))
        values = np.concatenate([filling.astype(np.result_type(values, np.float32)), values], axis=1)
    parts = values.shape[1] // steps
    if not parts:
        raise PreparationError(f"{name}: {length} steps have no part of {steps}; give fewer, or rest='pad'")
    return values.reshape(sequences, parts, steps, features).swapaxes(0, 1).reshape(-1, steps, features)


def _several(where: str, sequences: Any) -> np.ndarray:
    """One or more sequences of one length as (sequences, length, features), in their own type."""
    found = _array(where, sequences)
    if found.ndim != 3:
        return _series(where, found)[None]
    flat = _series(where, found.reshape(-1, found.shape[2]) if found.size else [])
    return flat.reshape(found.shape)


def _series(where: str, array: Any) -> np.ndarray:
    """A series of numbers as (steps, features). Raises: PreparationError where it is none."""
    found = _array(where, array)
    if found.dtype.kind not in "biuf" or found.ndim not in (1, 2) or not found.size:
        raise PreparationError(
            f"{where}: has {found.dtype} values of shape {found.shape}; give numbers of shape {_FORM}"
        )
    return found[:, None] if found.ndim == 1 else found


def _array(where: str, values: Any) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError:
        raise PreparationError(f"{where}: its rows differ in length; pad them first") from None
