"""What a model reads and answers: shapes, names of columns, and the ranges that it was trained on."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tuner.errors import BundleError
from tuner.trees import Outline, flat, outline, places

_LARGEST = 10**7  # of an axis; what is larger was never in memory

Task = Literal["regression", "classes", "binary"]


@dataclass(frozen=True, slots=True)
class Part:
    """One array that is read or answered: its shape without the axis of examples, None where it is free.

    `columns` name its last axis, where names are known. `low` and `high` are the lowest and the highest
    value of each column in the data that the model was trained on.
    """

    shape: tuple[int | None, ...]
    columns: tuple[str, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if any(size is not None and not 1 <= size <= _LARGEST for size in self.shape):
            raise ValueError(f"a shape of {self.shape}")
        for name in ("columns", "low", "high"):
            found = getattr(self, name)
            if found and len(found) != self.width:
                raise ValueError(f"{len(found)} {name} for {self.width}")

    @property
    def width(self) -> int | None:
        """How many columns the last axis has: 1 where there is no axis, None where it is free."""
        return self.shape[-1] if self.shape else 1

    @property
    def words(self) -> str:
        """The shape with its examples, as errors name it."""
        inner = (*("any" if size is None else str(size) for size in self.shape),)
        return f"({', '.join(('examples', *inner))})"

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of that shape, examples first, has this part's shape."""
        sizes = shape[1:]
        return len(sizes) == len(self.shape) and all(
            wanted in (None, size) for wanted, size in zip(self.shape, sizes, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Schema:
    """Inputs as they are read raw and outputs as they are answered, in original units.

    Where there are several arrays, an outline says how they lie in tuples and dicts: see `tuner.trees`.
    `targets` are the columns of the input that a forecast continues; empty where that is not known.
    """

    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]
    inputs_outline: Any = ""
    outputs_outline: Any = ""
    targets: tuple[int, ...] = ()
    classes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        for parts, plan in ((self.inputs, self.inputs_outline), (self.outputs, self.outputs_outline)):
            if parts and places(plan) != len(parts):
                raise ValueError(f"an outline of {places(plan)} arrays for {len(parts)}")
        width = self.input.width if self.inputs and self.input else None
        if any(target < 0 or (width is not None and target >= width) for target in self.targets):
            raise ValueError("a target that is no column")

    @property
    def input(self) -> Part | None:
        """The one array that is read; None where there are several."""
        return self.inputs[0] if self.inputs_outline == "" else None

    @property
    def output(self) -> Part | None:
        """The one array that is answered; None where there are several."""
        return self.outputs[0] if self.outputs_outline == "" else None

    def check(self, x: Any) -> int:
        """How many examples there are in raw inputs.

        Raises: BundleError where they are not of the arrays, shapes or kinds that the model reads.
        """
        if (found := _outline_of(x)) != self.inputs_outline:
            raise BundleError(
                f"the model reads {_several(self.inputs_outline)}, and x is {_several(found)}; give them"
                " in the same tuples and dicts as the study does"
            )
        counts = {self._check_array(array, part) for array, part in zip(flat(x), self.inputs, strict=True)}
        if len(counts) > 1:
            raise BundleError(f"the arrays of x have {' and '.join(map(str, sorted(counts)))} examples")
        return counts.pop()

    @staticmethod
    def _check_array(array: np.ndarray, part: Part) -> int:
        if array.dtype.kind not in "biuf":
            raise BundleError(f"x holds {array.dtype.name} and no numbers; give an array of numbers")
        if not array.ndim or not len(array):
            raise BundleError(f"x is empty; give an array of shape {part.words}")
        if not part.fits(array.shape):
            one = ", one example as x[None]" if part.fits((1, *array.shape)) else ""
            raise BundleError(f"x has shape {array.shape}, and the model reads {part.words}; give that{one}")
        if not np.isfinite(array).all():
            place = np.argwhere(~np.isfinite(array))[0].tolist()
            raise BundleError(f"x is not finite at {tuple(place)}; fill or drop what is missing")
        return len(array)


def part_of(array: Any, *, columns: tuple[str, ...] = (), free: tuple[int, ...] = ()) -> Part:
    """The part of an array (examples, ...), with the ranges of its columns; `free` axes may have any size.

    Axes count without the one of examples.
    """
    values = np.asarray(array)
    shape = tuple(None if axis in free else size for axis, size in enumerate(values.shape[1:]))
    rows = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(-1, 1)
    known = columns if len(columns) == rows.shape[1] else ()
    if rows.shape[1] > MOST_COLUMNS or (shape and shape[-1] is None):
        return Part(shape)
    low, high = (getattr(rows, name)(axis=0).astype(float).tolist() for name in ("min", "max"))
    if not np.isfinite([*low, *high]).all():  # targets that a loss leaves out
        return Part(shape, known)
    return Part(shape, known, tuple(low), tuple(high))


MOST_COLUMNS = 10_000  # whose ranges are kept


def _outline_of(x: Any) -> Outline:
    try:
        return outline(x)
    except TypeError as error:
        raise BundleError(f"x: {error}") from None


def _several(found: Outline) -> str:
    if found == "":
        return "one array"
    many = len(found)
    kind = "a dict" if isinstance(found, dict) else "a tuple"
    return f"{kind} of {many} array{'s' * (many != 1)}"
