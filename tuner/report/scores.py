"""scores.csv: every run of a study in one tidy table, one row a run and split."""

from tuner.result import Result


def scores_csv(result: Result) -> str:
    """The table as CSV text; floats are written so that reading gives the same float back."""
    return result.frame().to_csv(index=False, lineterminator="\n")
