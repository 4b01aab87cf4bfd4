"""Records made of stored JSON: every field must be of its kind, or the file is none of ours.

A field that is missing takes its default, so that folders of earlier versions are read; one that is unknown
was written by a later version.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tuner.errors import LedgerError
from tuner.records import Group, Setup

Record = TypeVar("Record")

_MOST = 10**300  # of a whole number: what is larger has no float
_WRONG = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class _LaterError(ValueError):
    """A field that this version does not know."""


def group_of(content: Mapping[str, Any], path: Path) -> Group:
    """The group of runs that a file holds.

    Raises: LedgerError where it holds none.
    """
    with_reason = f"{path}: is no group of runs"
    group = _checked(Group, content, with_reason)
    for name, value in group.configuration.params.items():
        if not isinstance(value, None | bool | int | float | str):
            raise LedgerError(f"{with_reason} ({name!r} is a {type(value).__name__})")
    places = group.seed_indices
    if places[0] < 0 or any(this >= following for this, following in pairwise(places)):
        raise LedgerError(f"{with_reason} (its seeds do not count upwards)")
    return group


def record_of(kind: type[Record], content: Any, what: str) -> Record:
    """A frozen record of the kind, of plain fields; `what` is said of content that is none.

    Raises: LedgerError where it is none.
    """
    return _checked(kind, content, what)


def setup_of(content: Mapping[str, Any], path: Path) -> Setup:
    """The setup that a file holds.

    Raises: LedgerError where it holds none.
    """
    older = {"complete": bool(content.get("looks"))}  # folders that do not say it
    return _checked(Setup, {**older, **content}, f"{path}: is no setup of a run")


def _checked(kind: type[Record], content: Mapping[str, Any], what: str) -> Record:
    try:
        return _record(kind, content)
    except _LaterError as error:
        raise LedgerError(
            f"{what} that this version knows ({error}); a later version of tuner wrote it, so use that one"
        ) from None
    except _WRONG as error:
        raise LedgerError(f"{what} ({error})") from None


def _record(kind: type[Record], content: Any) -> Record:
    """A dataclass of its fields. Raises: ValueError or TypeError where one is missing or of another kind."""
    if not isinstance(content, Mapping):
        raise ValueError(f"a {type(content).__name__} is no {kind.__name__.lower()}")
    known: Any = kind
    kinds = _kinds(known)
    values = {}
    for name, value in content.items():
        if name not in kinds:
            raise _LaterError(f"it has {str(name)[:60]!r}")
        try:
            values[name] = _as(value, kinds[name])
        except _Other:
            raise ValueError(f"its {name} is another kind of value") from None
    return kind(**values)


class _Other(Exception):  # noqa: N818  # it never leaves this module
    """A value is of another kind."""


@cache
def _kinds(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _as(value: Any, kind: Any) -> Any:
    """The value as JSON gives it, with tuples for lists and records for mappings.

    Raises: _Other where it is not of that kind.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _tuple(value, inner[0])
    if origin is not None and origin not in (Union, UnionType, Literal):  # Mapping[str, ...]
        if not isinstance(value, Mapping):
            raise _Other
        return {name: _as(each, inner[1]) for name, each in value.items()}
    if origin in (Union, UnionType):
        return None if value is None else _as(value, next(one for one in inner if one is not type(None)))
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value)
    if not _is(value, kind, inner if origin is Literal else ()):
        raise _Other
    return value


def _tuple(value: Any, kind: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _Other
    if kind is float and set(map(type, value)) <= {float}:  # learning curves are long
        return tuple(value)
    return tuple(_as(each, kind) for each in value)


def _is(value: Any, kind: Any, words: tuple[Any, ...]) -> bool:
    if words:
        return isinstance(value, str) and value in words
    if kind is Any:
        return True
    if kind in (int, float):
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST
        return whole or (kind is float and isinstance(value, float))
    return isinstance(value, kind)
