"""scores.csv: every run of a study in one tidy table, one row a run and split."""

from typing import TYPE_CHECKING

from tuner import frames
from tuner.result import Result

if TYPE_CHECKING:
    import pandas as pd


def scores_frame(result: Result) -> "pd.DataFrame":
    """All runs as a table; see `Result.frame`."""
    return result.frame()


def parameter_names(result: Result) -> tuple[str, ...]:
    """The names of all hyperparameters, in the order in which configurations bring them in."""
    return frames.parameter_names(result.configurations)


def scores_csv(result: Result) -> str:
    """The table as CSV text; floats are written so that reading gives the same float back."""
    return scores_frame(result).to_csv(index=False, lineterminator="\n")
