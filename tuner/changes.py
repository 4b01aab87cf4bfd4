"""What changed between two sessions of a study that determines its numbers, in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tuner.errors import option_told
from tuner.records import Setup, Window

LEARNING = ("tpe", "gp")  # samplers that draw by the values of earlier trials

# Settings that determine the numbers: a folder is continued only where they agree, or where it is wanted.
_FIXED = {
    "study": "the study's name",
    "source": "the study's code or its options",
    "data": "the data",
    "metric": "the metric",
    "direction": "the direction",
    "epochs": "the number of epochs",
    "seed": "the study's seed",
    "objective": "the objective",
    "sampler": "the sampler",
    "pruner": "the pruner",
    "search_repeats": "the number of search seeds",
    "most_search_repeats": "the largest number of search seeds",
    "paired": "whether runs are compared in pairs",
    "margin": "the margin",
    "level": "the level",
    "series": "whether the examples are those of a series",
    "engine": "the engine",
    "backend": "the backend",
}
_OF_THE_SEARCH = ("objective", "sampler", "pruner", "search_repeats", "most_search_repeats")
_NEVER = ("study", "metric", "direction", "paired")  # their scores cannot stand in one table
_PACKAGES = ("tuner", "keras", "numpy")
_OF_THE_BACKEND = {"jax": ("jax", "jaxlib"), "tensorflow": ("tensorflow",)}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is not as it was; `acceptable` where runs of before and after can be compared at all."""

    text: str
    acceptable: bool = True


def changes(before: Setup, now: Setup) -> tuple[Change, ...]:
    """What determines the numbers and changed: settings, the study file, its options, data, packages."""
    searched = before.trials or now.trials
    found = []
    for name, words in _FIXED.items():
        was, is_now = getattr(before, name), getattr(now, name)
        if was == is_now or (name in _OF_THE_SEARCH and not searched):
            continue
        texts = _source(before, now) if name == "source" else [_told(name, words, was, is_now)]
        found += [Change(text, name not in _NEVER) for text in texts]
    return (*found, *map(Change, _versions(before, now)))


def windows(before: Setup, now: Setup, drawn: int) -> tuple[Window, ...]:
    """How many trials are under way at once, from which one on, where `drawn` have been drawn.

    These keep the number with which they were: one that was interrupted is drawn again as it was.
    """
    if not (before.windows and now.windows and drawn):
        return now.windows
    wanted = now.windows[-1].trials
    if wanted == before.windows[-1].trials or drawn >= now.trials:
        return before.windows
    return (*(one for one in before.windows if one.first < drawn), Window(drawn, wanted))


def drawn_otherwise(setup: Setup) -> tuple[str, ...]:
    """A sentence for every trial from which on a sampler that learns knew other trials than before."""
    return tuple(
        f"From trial-{now.first} on {now.trials} trial{'s were' if now.trials > 1 else ' was'} under way at"
        f" once, before that {before.trials}: {setup.sampler} then draws others than with one number"
        " throughout"
        for before, now in pairwise(setup.windows if setup.sampler in LEARNING else ())
    )


def _told(name: str, words: str, was: Any, is_now: Any) -> str:
    if name == "data":
        return f"{words} (sha256 {was[:12]}, now {is_now[:12]})"
    return f"{words} ({was!r}, now {is_now!r})"


def _source(before: Setup, now: Setup) -> list[str]:
    """The study file and its options are known by one number; older folders have no other."""
    options = list(_options(before.options, now.options))
    told = [f"the study's options ({', '.join(options)})"] if options else []
    known = before.file and now.file
    if options and not known:
        return [f"{told[0]}, and perhaps its code"]
    if not options or before.file != now.file:
        was, is_now = (before.file, now.file) if known else (before.source, now.source)
        told.append(f"the study's code (sha256 {was[:12]}, now {is_now[:12]})")
    return told


def _options(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Options that changed. A tuple comes back from JSON as a list."""
    now = json.loads(json.dumps(dict(now), default=str))
    for name in sorted({*before, *now}):
        was, is_now = (repr(given[name]) if name in given else "not set" for given in (before, now))
        if was != is_now:
            told = (
                repr(option_told(name, given[name])) if name in given else "not set"
                for given in (before, now)
            )
            yield f"{name}: {', now '.join(told)}"


def _versions(before: Setup, now: Setup) -> Iterator[str]:
    """Packages that determine the numbers, in other versions; older folders may not know of some."""
    packages = ("optuna",) if before.trials or now.trials else ()
    for package, was, is_now in _others(before.versions, now.versions, now.backend, packages):
        yield f"{package} ({was}, now {is_now})"


def other_versions(there: Mapping[str, str], here: Mapping[str, str], backend: str) -> Iterator[str]:
    """Packages that determine what a training gives, where two machines have other versions, in words."""
    for package, other, own in _others(there, here, backend):
        yield f"{package} ({other}, here {own})"


def _others(
    there: Mapping[str, str], here: Mapping[str, str], backend: str, more: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, str]]:
    for package in (*_PACKAGES, *_OF_THE_BACKEND.get(backend, ()), *more):
        one, other = there.get(package), here.get(package)
        if one and other and one != other:
            yield package, one, other
