"""Fields of a step, checked and in Python's own plain types: what a step holds is JSON as it stands."""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from tuner.errors import PreparationError

_SHOWN = 60  # characters of a wrong value that a message repeats


def settle(record: Any, **values: Any) -> None:
    """Put checked values into a frozen record that is being made."""
    for name, value in values.items():
        object.__setattr__(record, name, value)


def shown(value: Any) -> str:
    """A value as a message repeats it, in one line and cut to a readable length."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to write whole numbers of thousands of digits
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def number(where: str, name: str, value: Any, *, above: float = -math.inf) -> float:
    """A finite number above a bound, as a float. Raises: PreparationError where it is none."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isfinite(found) and found > above:
            return found
    least = "" if above == -math.inf else f" above {above:g}"
    raise PreparationError(f"{where}: {name} is {shown(value)}; give a finite number{least}")


def whole(where: str, name: str, value: Any, *, least: int = 1) -> int:
    """A whole number. Raises: PreparationError where it is none, or too small."""
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least:
        return int(value)
    raise PreparationError(f"{where}: {name} is {shown(value)}; give a whole number, {least} or more")


def one_of(where: str, name: str, value: Any, allowed: Sequence[str]) -> str:
    """One of a few words. Raises: PreparationError where it is another."""
    if isinstance(value, str) and value in allowed:
        return str(value)
    words = " or ".join(map(repr, allowed))
    raise PreparationError(f"{where}: {name} is {shown(value)}; write {words}")


def items(where: str, name: str, value: Any) -> list[Any]:
    """What a tuple, list or array holds, at least one thing. Raises: PreparationError otherwise."""
    found = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(found, tuple | list | range) and len(found):
        return list(found)
    raise PreparationError(f"{where}: {name} is {shown(value)}; give a list with something in it")


def row(where: str, name: str, value: Any, *, above: float = -math.inf) -> tuple[float, ...]:
    """Finite numbers, one a feature. Raises: PreparationError where they are not."""
    return tuple(number(where, name, item, above=above) for item in items(where, name, value))


def table(where: str, name: str, value: Any) -> tuple[tuple[float, ...], ...]:
    """Rows of equally many finite numbers. Raises: PreparationError where they are not."""
    found = tuple(row(where, name, item) for item in items(where, name, value))
    if len(set(map(len, found))) > 1:
        raise PreparationError(f"{where}: the rows of {name} differ in length; give one number a feature")
    return found


def indices(where: str, name: str, value: Any) -> tuple[int, ...]:
    """Numbers of columns, each once. Raises: PreparationError where they are not."""
    found = tuple(whole(where, name, item, least=0) for item in items(where, name, value))
    if len(set(found)) < len(found):
        raise PreparationError(f"{where}: {name} is {shown(value)}; name each column once")
    return found
