"""New data as they are given: a file, arrays or splits, read, cut, and prepared as the model reads them.

What names no preparation is raw, as the model in use reads it to predict, and the bundle's own preparation is
applied to it. What was prepared by another one is prepared again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.deploy.bundle import Bundle, preparation_of
from tuner.deploy.layout import Layout, Wishes, layout_of
from tuner.deploy.monitoring.store import Store
from tuner.deploy.observations import Sheet, newest_in, read_sheet, texts_of
from tuner.deploy.updating import rules
from tuner.deploy.updating.parting import Pair, Parts, of_splits, parted
from tuner.deploy.updating.reading import read_numbers
from tuner.deploy.updating.rules import Reading
from tuner.errors import BundleError, study_errors
from tuner.prepare import Preparation
from tuner.splits import NAMES, Splits
from tuner.study import Study
from tuner.trees import leaves, mapped

New = Splits | Pair | str | Path | Callable[[], Any]
"""New data: a file, a pair (x, y) in the order of time, splits that are cut already, or what returns these.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Cutting:
    """How new data are read and cut: see `tuner.deploy.update`.

    `time` names the column with the time in a file, `targets` those with what was observed or is forecast.
    """

    validation: int | float
    test: int | float
    reading: Reading = "auto"
    time: str | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """New data as the model reads them, in original units where that is something else, and their origin.

    `until` is the newest time in their file, or its number of rows (`newest_in`); empty where nobody knows.
    """

    parts: Parts
    raw: Parts | None
    where: str
    notes: tuple[str, ...] = ()
    until: str = ""


def given(bundle: Bundle, study: Study, old: Splits, new: New, cutting: Cutting) -> Given:
    """The new data, like the `old` ones.

    Raises: BundleError where they cannot be read, cut or prepared; StudyError where a function of theirs
    fails.
    """
    preparation = preparation_of(bundle)
    if isinstance(new, str | Path):
        return _from_file(bundle, study, old, Path(new), cutting, preparation)
    found: Any = new
    if callable(found):
        with study_errors("the function of the new data"):
            found = found()
    if isinstance(found, Splits):
        splits = as_the_bundle(found, preparation, old.train, "the new data")
        alike = splits.raw is not None and splits.raw.sizes == splits.sizes
        raw = of_splits(splits.raw) if splits.raw is not None and alike else None
        return Given(of_splits(splits), raw, "splits made in Python")
    return _cut(bundle, study, old, found, "new data", cutting, preparation, "arrays made in Python")


def as_the_bundle(splits: Splits, preparation: Preparation | None, old: Pair, who: str) -> Splits:
    """Splits as the bundle's own preparation makes them, in the types of the `old` examples.

    Raises: BundleError where another one made them, and their raw data are not known.
    """
    if splits.preparation == preparation:
        return splits
    raw = splits if splits.preparation is None else splits.raw
    if raw is None:
        raise BundleError(
            f"{who} were prepared in another way than the bundle's own, and are not there raw; give raw data,"
            " which are prepared as the bundle prepares them"
        )
    ready: dict[str, Any] = {name: rules.prepared(getattr(raw, name), preparation, old) for name in NAMES}
    return replace(splits, **ready, preparation=preparation, raw=None if preparation is None else raw)


def gap_of(bundle: Bundle, study: Study, pair: Pair) -> int:
    """Neighbours that share steps of their targets, where the examples are windows of a series."""
    y = pair[1]
    if not study.series or isinstance(y, tuple | list | dict):
        return 0
    return max(0, math.prod(np.shape(y)[1:]) // max(1, len(bundle.schema.targets)) - 1)


def _from_file(
    bundle: Bundle, study: Study, old: Splits, path: Path, cutting: Cutting, preparation: Preparation | None
) -> Given:
    if study.new_data is not None and cutting.reading == "auto":
        if not path.exists():
            raise BundleError(f"{path}: no such file; give new observations")
        if cutting.targets:
            raise BundleError(
                f"{path}: new_data of the study reads it, which knows its columns; leave --target out"
            )
        with study_errors(f"new_data of the study, called for {path},"):
            pair = study.new_data(path)
        read = _cut(bundle, study, old, pair, "new_data of the study", cutting, preparation, str(path))
        return replace(read, until=newest_in(path, cutting.time))
    sheet = read_sheet(path)
    table = read_numbers(sheet, bundle.schema, cutting.time, _layout(bundle, old, sheet, cutting))
    targets, reading = bundle.schema.targets, cutting.reading
    if (layout := table.layout) is not None:
        targets = tuple(layout.columns.index(name) for name in layout.targets)
        reading = "series" if layout.series else "rows"
    try:
        like = (old.raw or old).test
        raw = rules.raw_examples(table.values, like, targets, reading, table.gaps)
        ready = rules.prepared(raw, preparation, old.train)
    except BundleError as error:
        raise BundleError(f"{path}: {error}") from None
    cut = _parts(bundle, study, ready, cutting)
    there = None if preparation is None else _parts(bundle, study, raw, cutting)
    return Given(cut, there, str(path), table.notes, table.until)


def _layout(bundle: Bundle, old: Splits, sheet: Sheet, cutting: Cutting) -> Layout | None:
    """Which columns are what: by the targets that are named, or else as `tuner monitor` reads the files of
    the bundle; None where it has read none or otherwise.

    Raises: BundleError where the columns do not fit; LedgerError where what was stored is damaged.
    """
    if cutting.targets:
        return _by_targets(bundle, old, sheet, cutting)
    found = Store(bundle.place()).layout
    as_asked = found is not None and cutting.reading in ("auto", "series" if found.series else "rows")
    return found if as_asked else None


def _by_targets(bundle: Bundle, old: Splits, sheet: Sheet, cutting: Cutting) -> Layout:
    """The columns of a file by those of its targets that are named, as `tuner monitor` finds them."""
    part = bundle.schema.input
    free = part is not None and len(part.shape) == 2 and part.shape[0] is None
    steps = int(np.shape((old.raw or old).test[0])[1]) if free else None  # as many as the old windows have
    wishes, texts = Wishes(cutting.time, cutting.targets, steps), texts_of(sheet, bundle.schema.classes)
    found = layout_of(bundle, sheet.columns, wishes, str(sheet.path), texts=texts)
    if cutting.reading not in ("auto", form := "series" if found.series else "rows"):
        raise BundleError(
            f"{sheet.path}: with --target it is read as {form}; leave --as {cutting.reading} out"
        )
    return found


def _cut(
    bundle: Bundle,
    study: Study,
    old: Splits,
    pair: Any,
    who: str,
    cutting: Cutting,
    preparation: Preparation | None,
    where: str,
) -> Given:
    """Raw arrays, cut in the order that they have."""
    raw = _as_pair(pair, who)
    if preparation is None:
        return Given(_parts(bundle, study, raw, cutting), None, where)
    ready = rules.prepared(raw, preparation, old.train)
    return Given(_parts(bundle, study, ready, cutting), _parts(bundle, study, raw, cutting), where)


def _parts(bundle: Bundle, study: Study, pair: Pair, cutting: Cutting) -> Parts:
    return parted(pair, cutting.validation, cutting.test, gap_of(bundle, study, pair))


def _as_pair(pair: Any, who: str) -> Pair:
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise BundleError(f"{who} is no pair (x, y) of arrays; give examples in the order of time")
    x, y = (mapped(np.asarray, part) for part in pair)
    counts = {len(leaf) if leaf.ndim else 0 for leaf in leaves((x, y))}
    if len(counts) != 1 or counts == {0}:
        raise BundleError(
            f"{who} has {' and '.join(map(str, sorted(counts)))} examples; x and y need as many"
        )
    return x, y
