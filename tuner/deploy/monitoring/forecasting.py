"""Which examples the rows make, and what the models say of those that they have not predicted yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tuner.deploy.answers import Prediction
from tuner.deploy.bundle import Bundle
from tuner.deploy.gaps import Gap, gaps_of
from tuner.deploy.layout import Layout, as_read
from tuner.deploy.moments import Moment, restored
from tuner.deploy.monitoring.store import Predicted, Store
from tuner.errors import BundleError


class Serve(Protocol):
    """`Model.predict`: raw inputs, and the places in time of their first steps."""

    def __call__(self, x: Any, *, start: int | np.ndarray = 0) -> Prediction: ...


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """All examples of a store in the order of their moments: those of the first steps that are forecast.

    `inputs` has shape (examples, columns), NaN where something is missing, and then nothing is predicted;
    of a series all steps before, one after another. `observed` is (examples, targets), NaN where it is not
    known yet, and `known` the place in the order in which each was observed, -1 where it is not. `across`
    says which examples of a series go across one of the `gaps` in time, with what they read or forecast, and
    `void` which read or forecast a row that counts no more.
    """

    moments: tuple[Moment, ...]
    inputs: np.ndarray
    observed: np.ndarray
    known: np.ndarray
    starts: np.ndarray
    across: np.ndarray
    void: np.ndarray
    gaps: tuple[Gap, ...] = ()

    @property
    def usable(self) -> np.ndarray:
        """Those that are neither, (examples,)."""
        return np.asarray(~self.across & ~self.void)


def examples_of_rows(store: Store) -> Examples:
    """The examples that the rows of a store make."""
    layout = store.layout
    if layout is None or not store.moments:
        return _NONE
    rows = [store.rows[moment] for moment in store.moments]
    values = np.array([[np.nan if value is None else value for value in row.values] for row in rows])
    lines = np.array([row.lines for row in rows])
    void = np.array([moment in store.void for moment in store.moments])
    if layout.series:
        return _of_series(layout, store.moments, values, lines, void)
    reads = len(layout.inputs)
    known = np.where((lines > 0).all(axis=1), lines.max(axis=1), -1)
    inputs, observed, none = values[:, :reads], values[:, reads:], np.zeros(len(rows), int)
    return Examples(tuple(store.moments), inputs, observed, known, none, none > 0, void)


_NONE = Examples(
    moments=(),
    inputs=np.empty((0, 0)),
    observed=np.empty((0, 0)),
    known=np.empty(0, int),
    starts=np.empty(0, int),
    across=np.empty(0, bool),
    void=np.empty(0, bool),
)


def _of_series(
    layout: Layout, moments: list[Moment], values: np.ndarray, lines: np.ndarray, void: np.ndarray
) -> Examples:
    """A window for every row that has enough rows before it: these rows alone are read."""
    count = len(values) - layout.steps
    if count < 1:
        return _NONE
    targets = [layout.inputs.index(name) for name in layout.targets]
    inputs, said = (_windows(array, layout.steps)[:count] for array in (values, lines))
    room = np.full((layout.ahead - 1, len(targets)), np.nan)  # rows that have not come yet
    later = np.concatenate([values[layout.steps :, targets], room])
    lines_later = np.concatenate([lines[layout.steps :, targets], np.zeros(room.shape, int)])
    observed, told = (_windows(array, layout.ahead) for array in (later, lines_later))
    every = np.concatenate([said, told], axis=1)
    known = np.where((every > 0).all(axis=1), every.max(axis=1), -1)
    gaps = gaps_of(moments)
    starts = _places(gaps, count) + (layout.start or 0)
    size = layout.steps + layout.ahead
    across = _holding([gap.place for gap in gaps], count, size - 1)  # the row of a gap may be the first
    with_void = _holding(np.flatnonzero(void) + 1, count, size)
    return Examples(tuple(moments[layout.steps :]), inputs, observed, known, starts, across, with_void, gaps)


def _places(gaps: Sequence[Gap], count: int) -> np.ndarray:
    """The places in time of so many rows, counted from 0 with the steps whose rows are missing, (count,)."""
    steps = np.ones(count, int)
    for gap in gaps:
        steps[gap.place : gap.place + 1] = gap.steps  # nothing beyond the last row
    return np.cumsum(steps) - 1


def _holding(ends: Iterable[int], count: int, size: int) -> np.ndarray:
    """Which of `count` windows, one a row, begin with one of the `size` rows before an end, (count,)."""
    found = np.zeros(count, bool)
    for end in ends:
        found[max(0, end - size) : end] = True
    return found


def _windows(rows: np.ndarray, size: int) -> np.ndarray:
    """All runs of `size` rows of a table (rows, columns), each flattened, shape (windows, size x columns)."""
    views = np.lib.stride_tricks.sliding_window_view(rows, size, axis=0)
    return np.ascontiguousarray(views.transpose(0, 2, 1)).reshape(len(views), -1)


def known_before(examples: Examples, bundle: Bundle) -> np.ndarray:
    """Which examples the model may have learned, (examples,).

    These are all that were observed when it was put in use, and those up to the newest one in the data of the
    update that it came about by, whenever they are given here.
    """
    found = (examples.known >= 0) & (examples.known <= bundle.observed)
    until = updated_until(examples, bundle)
    if until is not None:
        within = [moment <= until for moment in examples.moments]  # type: ignore[operator]  # of one kind
        found |= np.asarray(within)
    return np.asarray(found)


def updated_until(examples: Examples, bundle: Bundle) -> Moment | None:
    """The newest moment in the data that an update had; None where that cannot be compared with examples.

    Raises: BundleError where the bundle holds no moment.
    """
    told = bundle.updated.until if bundle.updated else ""
    if not told or not examples.moments:
        return None
    try:
        until = restored(int(told) if told.isdecimal() else told)
    except (TypeError, ValueError):
        raise BundleError(f"{bundle.folder}: its update ends at no time; make the candidate again") from None
    return until if isinstance(until, int) == isinstance(examples.moments[0], int) else None


def predict_missing(
    store: Store, bundle: Bundle, identity: str, examples: Examples, serve: Callable[[], Serve]
) -> Mapping[Moment, Predicted]:
    """What a model says of all examples whose inputs are whole; what it had not said yet is said and stored.

    Those that it may have learned are left out, and so are those across a gap in time or with a void row.

    `serve` loads the model, where there is something to say.
    """
    found = store.predictions(identity)
    whole = np.isfinite(examples.inputs).all(axis=1) if examples.moments else np.empty(0, bool)
    whole &= ~known_before(examples, bundle) & examples.usable
    missing = [at for at, moment in enumerate(examples.moments) if whole[at] and moment not in found]
    if not missing:
        return found
    x = as_read(bundle, examples.inputs[missing])
    said = serve()(x, start=examples.starts[missing])
    means, stds = (np.asarray(one, float).reshape(len(missing), -1) for one in (said.mean, said.std))
    new = {
        examples.moments[at]: Predicted(tuple(mean), tuple(std))
        for at, mean, std in zip(missing, means.tolist(), stds.tolist(), strict=True)
    }
    store.keep(identity, new)
    return {**found, **new}
