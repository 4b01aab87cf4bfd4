"""Runs as tidy tables: one row a score, and one row an epoch of a learning curve."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from tuner.records import Configuration, Run

COLUMNS = ("phase", "configuration", "seed_index", "split", "status", "score")
_CURVE = ("phase", "configuration", "seed_index", "epoch")
_EXACT = 2**53  # up to it a float holds every whole number


def scores_frame(runs: Iterable[Run], configurations: Mapping[str, Configuration]) -> pd.DataFrame:
    """One row a run and split, with the columns of `COLUMNS` and one column `param:NAME` a hyperparameter.

    A run without scores keeps one row, on the validation split in search and on the test split in
    confirmation. A score that is not finite is missing, and so is a hyperparameter that a
    configuration does not have. Columns of numbers have a numeric type: whole numbers int64, or Int64 where
    some are missing, others float64; truth values are bool where none is missing.
    """
    names = parameter_names(configurations)
    rows: list[tuple[Any, ...]] = []
    for run in runs:
        configuration = configurations.get(run.configuration)
        params = configuration.params if configuration else {}
        values = [params.get(name) for name in names]
        silent = {"validation" if run.phase == "search" else "test": math.nan}
        for split, score in (run.scores or silent).items():
            kept = score if math.isfinite(score) else None
            rows.append((run.phase, run.configuration, run.seed_index, split, run.status, kept, *values))
    columns = [f"param:{name}" for name in names]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *columns], dtype=object)
    types = {column: _type_of(frame[column].tolist()) for column in columns}
    return frame.astype({"seed_index": "int64", "score": "float64"} | types)


def _type_of(values: Sequence[Any]) -> str:
    """The type of a column of hyperparameters; None is a missing one.

    >>> _type_of([1, 2]), _type_of([1, None]), _type_of([1, 0.5, None]), _type_of([1, "a"]), _type_of([True])
    ('int64', 'Int64', 'float64', 'object', 'bool')
    """
    there = [value for value in values if value is not None]
    kinds = {type(value) for value in there}
    if kinds == {bool} and len(there) == len(values):
        return "bool"
    if not kinds or not kinds <= {int, float} or any(abs(one) > _EXACT for one in there if type(one) is int):
        return "object"
    if float in kinds:
        return "float64"
    return "int64" if len(there) == len(values) else "Int64"


def history_frame(runs: Sequence[Run]) -> pd.DataFrame:
    """One row a run and epoch, counted from 1: the run, and a column for everything that was followed.

    Those columns are named as by Keras, "loss" and "val_loss" first. NaN where a run has no such number,
    as at epochs without validation.
    """
    usual = ("loss", "val_loss")
    names = list(dict.fromkeys(name for run in runs for name in run.history))
    names.sort(key=lambda name: usual.index(name) if name in usual else len(usual))
    rows: list[tuple[Any, ...]] = []
    for run in runs:
        curves = [run.curve(name) for name in names]
        rows += [
            (
                run.phase,
                run.configuration,
                run.seed_index,
                epoch,
                *(curve.get(epoch, math.nan) for curve in curves),
            )
            for epoch in range(1, run.epochs + 1)
        ]
    frame = pd.DataFrame(rows, columns=[*_CURVE, *names])
    return frame.astype({"seed_index": "int64", "epoch": "int64"} | dict.fromkeys(names, "float64"))


def parameter_names(configurations: Mapping[str, Configuration]) -> tuple[str, ...]:
    """The names of all hyperparameters, in the order in which configurations bring them in."""
    return tuple(dict.fromkeys(name for one in configurations.values() for name in one.params))
