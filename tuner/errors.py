"""What tuner raises when the user's input is wrong: one line that says what, where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class TunerError(Exception):
    """Wrong input. The command line prints the message and ends with exit status 2."""


class StudyError(TunerError):
    """The study file, or something it made (splits, model, baseline), cannot be used."""


class LedgerError(TunerError):
    """A run folder is missing, foreign, damaged, or belongs to another study."""


class StatisticsError(TunerError, ValueError):
    """Scores or settings that a statistical procedure cannot accept."""


@contextmanager
def study_errors(what: str) -> Iterator[None]:
    """An exception of the user's code becomes a StudyError that says where it was raised."""
    try:
        yield
    except TunerError:
        raise
    except Exception as error:
        raise StudyError(f"{what} raises {type(error).__name__}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """The first line of an exception's message, cut to a readable length."""
    text = str(error).strip().split("\n")[0]
    return text[:300] or "(no message)"
