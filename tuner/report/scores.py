"""scores.csv: every run of a study in one tidy table, one row a run and split."""

import math
from typing import Any

import pandas as pd

from tuner.result import Result

COLUMNS = ("phase", "configuration", "seed_index", "split", "status", "score")


def scores_frame(result: Result) -> pd.DataFrame:
    """All runs as a table with the columns of `COLUMNS` and one column `param:NAME` a hyperparameter.

    A run without scores keeps one row, on the validation split in search and on the test split in
    confirmation. A score that is not finite is missing, and so is a hyperparameter that a
    configuration does not have.
    """
    names = parameter_names(result)
    rows: list[tuple[Any, ...]] = []
    for run in result.runs:
        configuration = result.configurations.get(run.configuration)
        params = configuration.params if configuration else {}
        values = [params.get(name) for name in names]
        silent = {"validation" if run.phase == "search" else "test": math.nan}
        for split, score in (run.scores or silent).items():
            kept = score if math.isfinite(score) else None
            rows.append((run.phase, run.configuration, run.seed_index, split, run.status, kept, *values))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, *(f"param:{name}" for name in names)], dtype=object)
    return frame.astype({"seed_index": "int64", "score": "float64"})


def parameter_names(result: Result) -> tuple[str, ...]:
    """The names of all hyperparameters, in the order in which configurations bring them in."""
    return tuple(dict.fromkeys(name for one in result.configurations.values() for name in one.params))


def scores_csv(result: Result) -> str:
    """The table as CSV text; floats are written so that reading gives the same float back."""
    return scores_frame(result).to_csv(index=False, lineterminator="\n")
