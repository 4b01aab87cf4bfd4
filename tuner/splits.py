"""Splits: the examples to train on, to choose by and to report on, and their checksum."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner import pipelines
from tuner.errors import StudyError, study_errors
from tuner.naive import checked_columns, checked_names
from tuner.trees import leaves

Arrays = Any  # one array, or a tuple or dict of them; the first axis counts examples
Split = Any  # a pair (x, y) of arrays, or a pipeline

NAMES = ("train", "validation", "test")

_CHUNK = 2**24  # bytes of an array that are read at once


@dataclass(frozen=True, slots=True)
class Splits:
    """Examples to train on, to choose by (validation) and to report on (test).

    Each is a pair (x, y) of arrays of shape (examples, ...), or of tuples or dicts of such arrays, or comes
    batch by batch: a `keras.utils.PyDataset`, a `tf.data.Dataset` of batches, or a function without
    arguments that returns a fresh iterator of batches (x, y) or (x, y, sample_weight).

    `naive` names the forecasts without a network that a model has to beat: see `tuner.naive`. `targets` are
    the numbers of the columns of x that y continues, which "last" repeats. `credit` says whose data they are,
    where that has to be said wherever they are shown: the report does.

    The rest plays no part in training and serves the chosen model (`tuner finalize`). `preparation` is the
    fitted `tuner.prepare.Preparation` that made these arrays of raw ones, `raw` the splits of these, and
    `starts` where in time their windows begin, by split: `tuner.prepare` sets all three where the model does
    not hold the preparation inside. `columns` are the names of the last axis of x as it is read raw,
    `outputs` those of y, and `classes` those of the classes, in the order of their numbers.

    Raises: StudyError where a split is none of these, is empty, or does not fit the others.
    """

    train: Split
    validation: Split
    test: Split
    naive: tuple[str, ...] = ()
    credit: str = ""
    preparation: Any = field(default=None, repr=False)
    raw: "Splits | None" = field(default=None, repr=False)
    starts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    columns: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    targets: tuple[int, ...] = ()
    _counted: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "naive", checked_names(self.naive))
        object.__setattr__(self, "targets", checked_columns(self.targets))
        if not isinstance(self.credit, str):
            raise StudyError(f"credit is a {type(self.credit).__name__}; write whose data they are, in words")
        if self.preparation is not None and not hasattr(self.preparation, "restored"):
            kind = type(self.preparation).__name__
            raise StudyError(f"preparation is a {kind}; give a fitted tuner.prepare.Preparation")
        if self.raw is not None and not isinstance(self.raw, Splits):
            raise StudyError(f"raw is a {type(self.raw).__name__}; give the Splits of the raw data")
        for name in ("columns", "outputs", "classes"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in NAMES:
            split = getattr(self, name)
            pipelines.check(name, split)
            if pipelines.kind(split):
                continue
            if not isinstance(split, tuple | list) or len(split) != 2:
                raise StudyError(
                    f"the {name} split is not a pair (x, y); write {name}=(x, y), or give a PyDataset,"
                    " a tf.data.Dataset or a function that returns an iterator of batches"
                )
            object.__setattr__(self, name, tuple(split))
            _check_examples(f"the {name} split", split)
        for name in ("validation", "test"):
            for part, label in ((0, "x"), (1, "y")):
                if pipelines.kind(self.train) or pipelines.kind(getattr(self, name)):
                    continue  # batches may be padded, each to its own length
                here, there = (_outline(getattr(self, split)[part]) for split in (name, "train"))
                if here != there:
                    raise StudyError(
                        f"{label} of the {name} split has shape {here} an example,"
                        f" of the train split {there}; they must agree"
                    )

    @property
    def sizes(self) -> dict[str, int]:
        """Number of examples in each split that is a pair of arrays; who could tell it of another?"""
        return {
            name: len(next(leaves(getattr(self, name)[1]))) for name in NAMES if name not in self.pipelines
        }

    @property
    def pipelines(self) -> dict[str, Split]:
        """The splits that come batch by batch."""
        return {name: split for name in NAMES if pipelines.kind(split := getattr(self, name))}

    def peek(self, name: str) -> tuple[Arrays, Arrays]:
        """x and y of a split, or of its first batch where it comes batch by batch: for shapes.

        Raises: StudyError where there is no batch, or it is no (x, y).
        """
        split = getattr(self, name)
        if name not in self.pipelines:
            pair: tuple[Arrays, Arrays] = split
            return pair
        with study_errors(f"reading the {name} split"):
            batch = pipelines.first(name, split)
        _check_examples(f"a batch of the {name} split", batch)
        return batch

    def batches(self, name: str) -> int:
        """How many batches a pass over a pipeline has: what it says, or what one reading counts."""
        split = getattr(self, name)
        known = pipelines.length(split)
        if known is None:
            if name not in self._counted:
                self._counted[name] = sum(1 for _ in pipelines.read(name, split))
            known = self._counted[name]
        return int(known)


def _names(field_name: str, given: Any) -> tuple[str, ...]:
    found = (given,) if isinstance(given, str) else tuple(given)
    if any(not isinstance(name, str) or not name for name in found) or len(set(found)) < len(found):
        raise StudyError(f"{field_name} is {found!r}; give names, each once")
    return found


def _check_examples(what: str, pair: Any) -> None:
    counts = {len(leaf) if leaf.ndim else 0 for part in pair for leaf in leaves(part)}
    if len(counts) != 1 or counts == {0}:
        raise StudyError(
            f"{what} has {' and '.join(map(str, sorted(counts)))} examples in its arrays;"
            " x and y need the same number, above 0"
        )


def _outline(arrays: Arrays) -> Any:
    """The shape of an example: of an array, or in place of each array in a tuple, list or dict."""
    if isinstance(arrays, Mapping):
        return {key: _outline(arrays[key]) for key in sorted(arrays)}
    if isinstance(arrays, tuple | list):
        return tuple(map(_outline, arrays))
    return np.shape(arrays)[1:]


def digest(splits: Splits) -> str:
    """sha256 of every array of the splits, with its type and shape.

    A pipeline enters with its kind, its length and its first batch: with the values where two readings
    agree in them, and with types and shapes alone where it is shuffled anew each time.
    """
    found = hashlib.sha256()
    for name in NAMES:
        split = getattr(splits, name)
        if name not in splits.pipelines:
            for leaf in leaves(split):
                _add(found, leaf)
            continue
        own = (
            "" if pipelines.is_tensorflow(split) else getattr(split, "__qualname__", type(split).__qualname__)
        )
        found.update(f"{pipelines.kind(split)} {own} {pipelines.length(split)}".encode())
        once, again = (list(leaves(splits.peek(name))) for _ in range(2))
        steady = [leaf.tobytes() for leaf in once] == [leaf.tobytes() for leaf in again]
        for leaf in once:
            found.update(f"{leaf.dtype} {leaf.shape[1:]}".encode())
            if steady:
                _add(found, leaf)
    return found.hexdigest()


def _add(found: Any, leaf: np.ndarray) -> None:
    """Add an array to a hash, some rows at a time: what lies on disk is not copied into memory."""
    found.update(f"{leaf.dtype} {leaf.shape}".encode())
    rows = max(1, _CHUNK // max(1, leaf[:1].nbytes))
    for start in range(0, len(leaf), rows):
        part = leaf[start : start + rows]
        found.update(np.ascontiguousarray(part).data if leaf.dtype != object else repr(part).encode())
