"""Data that come batch by batch: a `keras.utils.PyDataset`, a `tf.data.Dataset`, or a function of batches.

A batch is (x, y) or (x, y, sample_weight). A function takes no argument and returns a fresh iterator of
batches each time, so that it can be read once an epoch.
"""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from tuner.errors import StudyError, study_errors

Pipeline = Any  # one of the three above

FUNCTION = "a function of batches"
MANY = 1_000_000  # batches after which a pipeline that tells no length counts as endless
STEPS = {"train": "steps_per_epoch", "validation": "validation_steps", "test": "validation_steps"}


def kind(split: Any) -> str:
    """What a split that comes batch by batch is, in words; nothing where it is something else."""
    if is_dataset(split):
        return "a PyDataset"
    if is_tensorflow(split):
        return "a tf.data.Dataset"
    return FUNCTION if callable(split) else ""


def is_dataset(split: Any) -> bool:
    """Whether it is a `keras.utils.PyDataset`."""
    return _is_a(split, "keras", "utils", "PyDataset")


def is_tensorflow(split: Any) -> bool:
    """Whether it is a `tf.data.Dataset`."""
    return _is_a(split, "tensorflow", "data", "Dataset")


def _is_a(value: Any, library: str, *path: str) -> bool:
    """Whether a value is of a library's class, without importing the library: it has made the value."""
    found: Any = sys.modules.get(library)
    for name in path:
        found = getattr(found, name, None)
    return isinstance(found, type) and isinstance(value, found)


def check(name: str, split: Any) -> None:
    """Raises: StudyError where a split can be read only once, or is a pipeline that cannot be used."""
    if hasattr(split, "__next__"):
        raise StudyError(
            f"the {name} split is a {type(split).__name__}, which can be read only once;"
            " give the function that makes it, without calling it"
        )
    if (what := kind(split)) == FUNCTION and (needed := _needed(split)):
        raise StudyError(
            f"the {name} split is a function that needs {needed!r};"
            " give one without arguments that returns a fresh iterator of batches"
        )
    if what:
        with study_errors(f"the length of the {name} split"):
            if length(split) == 0:
                raise StudyError(f"the {name} split gives no batch")


def _needed(function: Callable[..., Any]) -> str:
    """The first parameter that a call must give; nothing where none must be given, or nobody knows."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ""
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return next(
        (each.name for each in parameters if each.default is each.empty and each.kind not in optional), ""
    )


def length(split: Pipeline) -> float | None:
    """How many batches a pass has, `inf` where they never end; None where only reading would tell."""
    if is_dataset(split):
        return float("inf") if split.num_batches is None else int(split.num_batches)
    if is_tensorflow(split):
        batches = int(split.cardinality())
        return {-1: float("inf"), -2: None}.get(batches, batches)
    return None


def ends(split: Pipeline) -> bool:
    """Whether a pass ends for certain; of a function only its reader can tell."""
    return kind(split) != FUNCTION and length(split) != float("inf")


def first(name: str, split: Pipeline) -> tuple[Any, Any]:
    """x and y of the first batch. Raises: StudyError where there is none."""
    # Of a PyDataset by its index: to read it would tell it of an epoch that is none.
    batches = iter([split[0]]) if is_dataset(split) else _iterator(split)
    try:
        batch = next(batches, None)
    finally:
        _close(batches)
    if batch is None:
        raise StudyError(f"the {name} split gives no batch")
    return pair(name, batch)


def read(name: str, split: Pipeline, steps: int | None = None) -> Iterator[tuple[Any, Any]]:
    """x and y of every batch of a pass, or of the first `steps`, one after another.

    Raises: StudyError where a batch is none, or there are `MANY` and no end.
    """
    if is_dataset(split):
        split.on_epoch_begin()
    batches, number = _iterator(split), 0
    try:
        for number, batch in enumerate(batches, 1):
            yield pair(name, batch)
            if number == steps:
                return
            if steps is None and number >= MANY:
                raise StudyError(
                    f"the {name} split has given {number:,} batches and no end;"
                    f" let build return {STEPS[name]}"
                )
        if number == 0:
            raise StudyError(f"the {name} split gives no batch")
    finally:
        _close(batches)
        if is_dataset(split):
            split.on_epoch_end()


def _iterator(split: Pipeline) -> Iterator[Any]:
    return iter(split() if kind(split) == FUNCTION else split)


def _close(batches: Iterator[Any]) -> None:
    if close := getattr(batches, "close", None):
        close()


def pair(name: str, batch: Any) -> tuple[Any, Any]:
    """x and y of a batch as numpy arrays. Raises: StudyError where it is none."""
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        what = (
            f"has {len(batch)} parts" if isinstance(batch, tuple | list) else f"is a {type(batch).__name__}"
        )
        raise StudyError(f"a batch of the {name} split {what}; make it (x, y) or (x, y, sample_weight)")
    return to_numpy(batch[0]), to_numpy(batch[1])


def to_numpy(tree: Any) -> Any:
    """The same tuples and dicts with numpy arrays in them; a list becomes a tuple."""
    if isinstance(tree, Mapping):
        return {key: to_numpy(value) for key, value in tree.items()}
    if isinstance(tree, tuple | list):
        return tuple(map(to_numpy, tree))
    return np.asarray(tree)


def check_arguments(pipelines: Mapping[str, Pipeline], fit: Mapping[str, Any]) -> None:
    """Raises: StudyError where fit arguments and the splits that come batch by batch do not go together."""
    if "train" in pipelines:
        train = pipelines["train"]
        what = f"the train split is {kind(train)}"
        if fit.get("batch_size") is not None:
            raise StudyError(
                f"build gives batch_size, but {what}, which makes its own batches; leave it out"
                " (a data function with a parameter trial can suggest the size and use it)"
            )
        if fit.get("sample_weight") is not None:
            raise StudyError(f"build gives sample_weight, but {what}; make its batches (x, y, sample_weight)")
        if kind(train) == FUNCTION and fit.get("class_weight") is not None:
            raise StudyError(f"build gives class_weight, but {what}; make its batches (x, y, sample_weight)")
        if fit.get("shuffle") and not is_dataset(train):
            raise StudyError(f"build gives shuffle, but {what}, which has its own order; shuffle there")
    if "validation" in pipelines and fit.get("validation_batch_size") is not None:
        raise StudyError(
            f"build gives validation_batch_size, but the validation split is {kind(pipelines['validation'])},"
            " which makes its own batches; leave it out"
        )
    for name, split in pipelines.items():
        if length(split) == float("inf") and not fit.get(STEPS[name]):
            raise StudyError(
                f"the {name} split is {kind(split)} without an end; let build return {STEPS[name]}"
            )
