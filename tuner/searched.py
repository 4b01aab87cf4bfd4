"""How each hyperparameter was searched: from where to where on which scale, or among which choices.

Optuna's database in the run folder knows; it is read as plain SQLite and JSON, never written to, and nothing
in it is executed. Where there is none, the values themselves have to tell.
"""

import json
import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["linear", "log", "choice"]

DATABASE = "study.db"  # in a run folder
LOG_RATIO = 30.0  # values that differ by more are drawn from a logarithmic scale
LARGEST = 1e150  # beyond, arithmetic leaves the range of a float

_MOST_ROWS = 10_000
_QUERY = f"SELECT DISTINCT param_name, distribution_json FROM trial_params LIMIT {_MOST_ROWS}"


@dataclass(frozen=True, slots=True)
class Space:
    """How one hyperparameter was searched.

    `values` are the two ends of a range, or all choices, drawn or not; empty where that is not known.
    """

    kind: Kind
    values: tuple[Any, ...] = ()


def searched_spaces(folder: Path | None) -> dict[str, Space]:
    """What the database in `folder` says of each hyperparameter; empty where there is none to be read.

    A range that differed between trials counts from its lowest end to its highest one. A name that was
    searched in more than one way is left out.
    """
    path = folder / DATABASE if folder else None
    found: dict[str, list[Space | None]] = {}
    for name, distribution in _rows(path) if path and path.is_file() else ():
        if isinstance(name, str):
            found.setdefault(name, []).append(_told(distribution))
    joined = {name: _joined(spaces) for name, spaces in found.items()}
    return {name: space for name, space in joined.items() if space is not None}


def _rows(path: Path) -> list[tuple[Any, ...]]:
    import sqlite3  # nobody but a report needs it

    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as database:
            return database.execute(_QUERY).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []  # another program's file, or one of another version: the values tell


def _told(distribution: Any) -> Space | None:
    """What a distribution as Optuna writes it says; None where it is no such text."""
    try:
        content = json.loads(distribution)
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    name, attributes = content.get("name"), content.get("attributes")
    if not isinstance(attributes, dict):
        return Space("choice") if name == "CategoricalDistribution" else None
    if name == "CategoricalDistribution":
        choices = attributes.get("choices")
        return Space("choice", tuple(choices) if isinstance(choices, list) else ())
    if name in ("FloatDistribution", "IntDistribution"):
        ends = (attributes.get("low"), attributes.get("high"))
        kind: Kind = "log" if attributes.get("log") is True else "linear"
        return Space(kind, ends if all(map(is_number, ends)) else ())
    return None


def _joined(spaces: Sequence[Space | None]) -> Space | None:
    """What all of them say together; None where they say different things, or one of them nothing."""
    kinds = {None if space is None else space.kind for space in spaces}
    known = [space for space in spaces if space is not None]
    if len(kinds) > 1 or not known:
        return None
    kind = known[0].kind
    if not all(space.values for space in known):
        return Space(kind)
    every = [value for space in known for value in space.values]
    return Space(kind, tuple(every) if kind == "choice" else (min(every), max(every)))


def kind_of(values: Sequence[Any], told: Kind | None = None) -> Kind:
    """How to lay out `values`, as it was `told` where they allow it.

    Numbers count as logarithmic where they are positive, spread over more than a factor of 30, and lie for
    the larger part in the lowest quarter of their range; what is no number makes a choice.

    >>> kind_of([0.0001, 0.001, 0.01]), kind_of([8, 64]), kind_of(["adam", "sgd"]), kind_of([True, False])
    ('log', 'linear', 'choice', 'choice')
    >>> kind_of([16, 32, 64], "choice"), kind_of([0.0, 0.5], "log")
    ('choice', 'linear')
    """
    if told == "choice" or not values or not all(map(is_number, values)):
        return "choice"
    low, high = min(values), max(values)
    positive = low > 1 / LARGEST
    if told is not None:
        return "log" if told == "log" and positive else "linear"
    if not positive or high / low <= LOG_RATIO:
        return "linear"
    middle = sorted(values)[len(values) // 2]
    return "log" if middle - low < 0.25 * (high - low) else "linear"


def is_number(value: Any) -> bool:
    """Whether it has a place on an axis: finite, of bearable size, and not True or False."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < LARGEST and math.isfinite(value)
