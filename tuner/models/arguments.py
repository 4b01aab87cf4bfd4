"""Checks of what a model is asked for: sizes, rates, choices among names."""

from collections.abc import Collection
from numbers import Integral, Real
from typing import Any

from tuner.errors import StudyError


def check_sizes(**sizes: Any) -> None:
    """Every size is a whole number, 1 or more.

    Raises: StudyError where one is not.

    >>> check_sizes(units=3, layers=0)
    Traceback (most recent call last):
    tuner.errors.StudyError: layers is 0; give a whole number, 1 or more
    """
    for name, size in sizes.items():
        if not isinstance(size, Integral) or isinstance(size, bool) or size < 1:
            raise StudyError(f"{name} is {size!r}; give a whole number, 1 or more")


def check_rates(**rates: Any) -> None:
    """Every rate is a share that can be dropped: 0 or more, below 1.

    Raises: StudyError where one is not.
    """
    for name, rate in rates.items():
        if not isinstance(rate, Real) or isinstance(rate, bool) or not 0 <= float(rate) < 1:
            raise StudyError(f"{name} is {rate!r}; give a number, 0 or more and below 1")


def check_choice(name: str, value: Any, choices: Collection[str]) -> None:
    """A value is one of the names that there are.

    Raises: StudyError where it is none.

    >>> check_choice("cell", "rnn", ("gru", "lstm"))
    Traceback (most recent call last):
    tuner.errors.StudyError: cell is 'rnn'; write 'gru' or 'lstm'
    """
    if not isinstance(value, str) or value not in choices:
        *others, last = map(repr, choices)
        raise StudyError(f"{name} is {value!r}; write {', '.join(others)} or {last}")
