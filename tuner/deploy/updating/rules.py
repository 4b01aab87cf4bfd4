"""How a table of observations becomes examples: as the old ones were cut, where that is known.

Either every row is an example, its inputs and then its targets, or the rows are the steps of a series, of
which windows are cut. Which columns of a series a forecast continues follows from the preparation, from the
schema, or from the old examples themselves, where each begins a step after the one before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from tuner.deploy.updating.parting import Pair
from tuner.errors import BundleError
from tuner.prepare import Preparation

Reading = Literal["auto", "rows", "series"]
READINGS: tuple[Reading, ...] = ("auto", "rows", "series")

_SAY_IT = (
    "let the study file say it: Study(..., new_data=function), of a path, that returns (x, y), and go on with"
    " the file so changed by --accept-changes"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """Windows of `steps_in` steps that forecast the columns `targets` of the `steps_out` steps after them."""

    steps_in: int
    steps_out: int
    targets: tuple[int, ...]


def raw_examples(
    table: np.ndarray,
    old: Pair,
    targets: tuple[int, ...] = (),
    reading: Reading = "auto",
    gaps: tuple[int, ...] = (),
) -> Pair:
    """Raw examples of a table (rows, columns), as the raw `old` ones are.

    `targets` are the columns that a forecast continues, where that is known, and `gaps` the rows before which
    steps of a series are missing.

    Raises: BundleError where it is not known how they are cut.
    """
    if any(isinstance(part, tuple | list | Mapping) for part in old):
        raise BundleError(f"the model has several inputs or outputs, which one table cannot hold; {_SAY_IT}")
    x, y = (np.shape(part)[1:] for part in old)
    inputs, outputs = prod(x), prod(y)
    if reading != "series" and table.shape[1] == inputs + 1 and _is_one_hot(old[1]):
        return table[:, :inputs].reshape(-1, *x), one_hot(table[:, inputs], outputs)
    if reading == "rows" or (reading == "auto" and table.shape[1] == inputs + outputs):
        if table.shape[1] != inputs + outputs:
            raise BundleError(
                f"the table has {_columns(table)}; a row of {inputs:,} inputs and {outputs:,} targets has"
                f" {inputs + outputs:,}"
            )
        return table[:, :inputs].reshape(-1, *x), table[:, inputs:].reshape(-1, *y)
    cut = cut_of(old, targets)
    if cut is None:
        raise BundleError(
            f"the table has {_columns(table)}; a row of inputs and targets has {inputs + outputs:,}, and it"
            " is not known how windows of a series were cut; of a file, name what was observed with --target,"
            f" or {_SAY_IT}"
        )
    return windows(table, cut, x, y, gaps)


def one_hot(numbers: np.ndarray, classes: int) -> np.ndarray:
    """Numbers of classes as rows of 0 and a 1. Raises: BundleError where one is no such number."""
    wrong = numbers[~np.isin(numbers, np.arange(classes))]
    if len(wrong):
        raise BundleError(f"{wrong[0]:g} is no number of a class; give 0 to {classes - 1}, or its name")
    rows: np.ndarray = np.eye(classes)[numbers.astype(int)]
    return rows


def _is_one_hot(y: Any) -> bool:
    values = np.asarray(y)
    if values.ndim != 2 or values.shape[1] < 2:
        return False
    return bool(np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all())


def cut_of(old: Pair, targets: tuple[int, ...]) -> Cut | None:
    """How windows were cut from a series; None where that is not known."""
    x, y = old
    size = prod(np.shape(y)[1:])
    if np.ndim(x) == 3 and targets and size % len(targets) == 0:
        return Cut(np.shape(x)[1], size // len(targets), targets)
    return continued(x, y)


def continued(x: Any, y: Any) -> Cut | None:
    """How examples in the order of time were cut from a series, a step after each other; None if they were
    not.

    x has shape (examples, steps, features); the numbers of y are those of the steps after a window.

    >>> series = np.arange(10.0)[:, None]
    >>> x = np.stack([series[i : i + 3] for i in range(6)])
    >>> continued(x, np.stack([series[i + 3 : i + 5, 0] for i in range(6)]))
    Cut(steps_in=3, steps_out=2, targets=(0,))
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim != 3 or len(x) < 3 or x.shape[1] < 2 or not np.array_equal(x[1:, :-1], x[:-1, 1:]):
        return None
    y = y.reshape(len(y), -1)
    after = x[1:, -1]  # the step after the window of the example before
    targets: list[int] = []
    for values in y[:-1].T:
        column = next((c for c in range(x.shape[2]) if np.array_equal(values, after[:, c])), None)
        if column is None or column in targets:
            break
        targets.append(column)
    width = len(targets)
    if not width or y.shape[1] % width or not np.array_equal(y[:-1, width:], y[1:, :-width]):
        return None
    return Cut(x.shape[1], y.shape[1] // width, tuple(targets))


def windows(
    table: np.ndarray, cut: Cut, x: tuple[int, ...], y: tuple[int, ...], gaps: tuple[int, ...] = ()
) -> Pair:
    """Every window of a series (steps, features) with the steps that follow it, in the shapes of an example.

    None goes across one of the `gaps`, the rows before which steps are missing.

    Raises: BundleError where the table has other columns, or too few steps.
    """
    if table.shape[1] != x[-1]:
        raise BundleError(f"the series has {_columns(table)}, and the model reads {x[-1]:,}")
    size = cut.steps_in + cut.steps_out
    if len(table) < size:
        raise BundleError(
            f"the series has {len(table):,} steps; a window and what follows it take {cut.steps_in:,} and"
            f" {cut.steps_out:,}"
        )
    every = np.lib.stride_tricks.sliding_window_view(table, size, axis=0).swapaxes(1, 2)
    if gaps:
        stretch = np.searchsorted(gaps, np.arange(len(table)), side="right")  # of rows without a gap
        every = every[stretch[: len(every)] == stretch[size - 1 :]]
        if not len(every):
            raise BundleError(
                f"between its gaps the series has nowhere the {size:,} steps of a window and of what follows"
                " it; fill them in, or leave out the column with the time where rows do follow each other"
            )
    after = every[:, cut.steps_in :, list(cut.targets)]
    return np.ascontiguousarray(every[:, : cut.steps_in]), after.reshape(len(after), *y)


def prepared(pair: Pair, preparation: Preparation | None, old: Pair) -> Pair:
    """Raw examples as the model is trained on them, in the types of the old ones.

    Raises: BundleError where their place in time matters, which they do not tell, or where targets are no
    whole numbers and the old ones are.
    """
    x, y = pair
    if preparation is not None:
        if preparation.chain.positional:
            raise BundleError(
                "the preparation depends on the place in time, which new examples do not tell; prepare them"
                " in Python with that of the bundle, and give Splits(..., preparation=) that name it"
            )
        x, y = preparation.inputs(x), preparation.outputs(y, x)
    kinds = (np.asarray(old[0]).dtype, np.asarray(old[1]).dtype)
    y = np.asarray(y)
    if kinds[1].kind in "iu" and (parts := y[y != np.floor(y)]).size:
        raise BundleError(
            f"a target is {parts[0]:g}, and those of the study are whole numbers; mend the file"
        )
    return np.asarray(x).astype(kinds[0]), y.astype(kinds[1])


def _columns(table: np.ndarray) -> str:
    return f"{table.shape[1]:,} column{'s' * (table.shape[1] != 1)}"
