"""Which columns of a CSV are what: the time, what the model reads, and what it should have said.

Two forms. A **series** is what a model reads that forecasts how its own input goes on: one row a step, with
the columns of the series; what was observed later is the next rows. Otherwise a row is an **example**:
first the columns that the model reads (of windows all steps, one after another), then what was observed.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.csvfiles import named
from tuner.deploy.bundle import Bundle
from tuner.deploy.observations import known_columns, time_column
from tuner.deploy.schema import Part
from tuner.errors import BundleError
from tuner.trees import rebuilt


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the CSV files of a bundle, fixed by the first one.

    In a series `targets` are some of the columns `inputs`, `steps` is how many rows are read, and `ahead`
    how many are forecast. `time` is empty where rows are numbered. `start` is the place in time of the first
    row of a series, counted as in the training data; it matters where the preparation has seasonal means.
    """

    series: bool
    time: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    steps: int = 0
    ahead: int = 0
    start: int | None = None

    def __post_init__(self) -> None:
        if not self.inputs or not self.targets:
            raise ValueError("it has no columns")
        if self.series and (self.steps < 1 or self.ahead < 1 or not set(self.targets) <= set(self.inputs)):
            raise ValueError("it is no series")

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that hold values."""
        return self.inputs if self.series else (*self.inputs, *self.targets)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of the columns of the first CSV; None where the bundle knows."""

    time: str | None = None
    targets: tuple[str, ...] = ()
    steps: int | None = None
    start: int | None = None


def layout_of(
    bundle: Bundle,
    columns: Sequence[str],
    wishes: Wishes,
    where: str,
    *,
    texts: Collection[str] = (),
    positional: bool = False,
) -> Layout:
    """The layout of a bundle's first CSV, whose header is `columns`; those in `texts` hold no numbers.

    Columns that the model does not know and that hold no numbers are left alone. `positional` says
    whether the place in time of what is read matters.

    Raises: BundleError where the columns do not fit what the model reads and answers.
    """
    if bundle.schema.output is None:
        raise BundleError(f"{where}: the model has several outputs, which no CSV can be compared with")
    time = time_column(columns, bundle.schema, wishes.time, where)
    kept = {*known_columns(bundle.schema), *wishes.targets}
    others = [name for name in columns if name != time and (name in kept or name not in texts)]
    if twice := [name for name in (time, *others) if name and list(columns).count(name) > 1]:
        raise BundleError(f"{where}: has more than one column {twice[0][:40]!r}; keep one")
    if bundle.schema.targets or (wishes.targets and _windows(bundle.schema.input)):
        return _series(bundle, time, others, wishes, where, positional)
    return _examples(bundle, time, others, wishes, where)


def _windows(part: Part | None) -> bool:
    return part is not None and len(part.shape) == 2


def _series(
    bundle: Bundle, time: str, others: list[str], wishes: Wishes, where: str, positional: bool
) -> Layout:
    part, output = bundle.schema.input, bundle.schema.output
    assert part is not None and output is not None  # asked before
    features = part.width or len(others)
    inputs = _named(part.columns, others, features, "of the series", where)
    targets = wishes.targets or tuple(inputs[place] for place in bundle.schema.targets)
    if missing := [name for name in targets if name not in inputs]:
        raise BundleError(f"{where}: has no column {missing[0][:40]!r} to forecast; {_list(inputs)}")
    steps = part.shape[0] or wishes.steps
    if steps is None:
        raise BundleError("the model reads any number of steps; say with --steps how many it shall see")
    if wishes.steps is not None and wishes.steps != steps:
        raise BundleError(f"--steps is {wishes.steps}, and the model reads {steps} steps")
    answers = math.prod(size or 0 for size in output.shape)
    if bundle.task != "regression" or answers < 1 or answers % len(targets):
        raise BundleError(
            f"{where}: a model that answers {output.words} forecasts no steps of {', '.join(targets)}"
        )
    if positional and wishes.start is None:
        raise BundleError(
            f"{where}: the model has seasonal means; give the place of the first row with --start, counted"
            " from 0 at the first step of the training data"
        )
    return Layout(True, time, inputs, targets, steps, answers // len(targets), wishes.start)


def _examples(bundle: Bundle, time: str, others: list[str], wishes: Wishes, where: str) -> Layout:
    output = bundle.schema.output
    assert output is not None
    shape = observed_shape(bundle)
    if None in shape:
        raise BundleError(f"{where}: a model that answers {output.words} has no fixed number of columns")
    wanted = math.prod(size or 0 for size in shape)
    parts = bundle.schema.inputs
    known = parts[0].columns if len(parts) == 1 and len(parts[0].shape) == 1 else ()
    names = output.columns if bundle.task == "regression" else ()
    if missing := [name for name in wishes.targets if name not in others]:
        raise BundleError(f"{where}: has no column {missing[0][:40]!r} that was observed; {_list(others)}")
    if wishes.targets or (names and set(names) <= set(others)):
        targets = wishes.targets or names
    else:
        unknown = [name for name in others if name not in known]
        if known and len(unknown) > wanted:
            raise BundleError(
                f"{where}: {len(unknown)} columns may be what was observed, and the model answers {wanted};"
                f" name {'it' if wanted == 1 else 'them'} with --target"
                f" ({' or '.join(repr(name[:40]) for name in unknown[:12])})"
            )
        targets = tuple(unknown[-wanted:]) if len(others) > wanted else ()
    if len(targets) != wanted:
        raise BundleError(
            f"{where}: needs {wanted} column{'s' * (wanted != 1)} for what was observed, behind those that"
            f" the model reads; {_list(others)}"
        )
    left = [name for name in others if name not in targets]
    sizes = [math.prod(size or 0 for size in part.shape) for part in parts]
    if len(parts) == 1 and None in parts[0].shape:
        inner = math.prod(size for size in parts[0].shape if size is not None)
        free = parts[0].shape.count(None)
        if free > 1 or len(left) % inner:
            raise BundleError(f"{where}: {len(left)} columns are none of {parts[0].words}; {_list(left)}")
        return Layout(False, time, tuple(left), targets)
    return Layout(False, time, _named(known, left, sum(sizes), "to read", where), targets)


def observed_shape(bundle: Bundle) -> tuple[int | None, ...]:
    """The shape of what was observed of an example: of classes their numbers, not one column for each."""
    output = bundle.schema.output
    assert output is not None
    return output.shape[:-1] if bundle.task == "classes" else output.shape


def _named(known: tuple[str, ...], others: list[str], count: int, what: str, where: str) -> tuple[str, ...]:
    """The columns by the names that the bundle knows, or all others where it knows none."""
    if known:
        if missing := [name for name in known if name not in others]:
            raise BundleError(f"{where}: has no column {missing[0][:40]!r}; {_list(others)}")
        return known
    if len(others) != count:
        raise BundleError(
            f"{where}: has {len(others)} columns {what}, and the model {count}; {_list(others)}"
        )
    return tuple(others)


def _list(columns: Sequence[str]) -> str:
    return f"its columns are {named(columns) or 'none'}"


def as_read(bundle: Bundle, flat: np.ndarray) -> object:
    """Rows of shape (examples, columns) as the array, or the tuple or dict of arrays, that is read."""
    parts = bundle.schema.inputs
    arrays, at = [], 0
    for part in parts:
        size = math.prod(one or 0 for one in part.shape) if None not in part.shape else flat.shape[1]
        shape = [-1 if one is None else one for one in part.shape]
        arrays.append(flat[:, at : at + size].reshape(len(flat), *shape))
        at += size
    return rebuilt(bundle.schema.inputs_outline, arrays)
