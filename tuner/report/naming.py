"""What the sentences of a report call the baseline, where the study gives it another name."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from tuner.records import Setup

T = TypeVar("T")

_USUAL = "the baseline"


def named(setup: Setup, found: T) -> T:
    """A text, or a record or a tuple with texts in it, in which the baseline has the name that the study
    gives it, also where it begins a sentence.
    """
    words = setup.baseline_words
    if words == _USUAL or not words:
        return found
    pairs = ((_USUAL, words), (_capital(_USUAL), _capital(words)))
    return _renamed(found, pairs)  # type: ignore[no-any-return]  # what it was


def _renamed(found: Any, pairs: tuple[tuple[str, str], ...]) -> Any:
    if isinstance(found, str):
        for usual, words in pairs:
            found = found.replace(usual, words)
        return found
    if isinstance(found, tuple):
        return tuple(_renamed(part, pairs) for part in found)
    if is_dataclass(found) and not isinstance(found, type):
        own = {one.name: getattr(found, one.name) for one in fields(found) if one.init}
        return replace(found, **{name: _renamed(part, pairs) for name, part in own.items()})
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
