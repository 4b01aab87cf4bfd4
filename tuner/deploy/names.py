"""What lies where in the folder of a bundle, and which of it is whose.

A model that took the place of another has its files under its number; model 0 is that of `tuner finalize`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

RECORD, ARCHITECTURE, PREPARATION = "bundle.json", "architecture.json", "preparation.json"
EXPECTED, CARD, SAVEDMODEL = "expected.npz", "MODEL_CARD.md", "savedmodel"
MEMBERS, PREVIOUS = "members", "previous"
LEARNED = "learned.npy"  # in the folder of the members
WEIGHTS, MODEL = "weights.weights.h5", "model.keras"  # in the folder of a member
MONITOR = "monitor"  # with these two in it
OBSERVATIONS, PREDICTIONS = "observations.jsonl", "predictions"

_MEMBERS, _EXPECTED = rf"{MEMBERS}(-\d+)?", r"expected(-\d+)?\.npz"
_OF_A_MODEL = re.compile(f"{_MEMBERS}|{_EXPECTED}")
_RANDOM = "[a-z0-9_]{8}"  # what `mkdtemp` puts behind a prefix
_HALF = re.compile(
    rf"\.({_MEMBERS}|savedmodel|\.savedmodel-\d+|\d+)\.{_RANDOM}|\.{_EXPECTED}(\.{_RANDOM})?|\.savedmodel-\d+"
)
_ANY = ".*"
_NOT_LINKED = (  # patterns of names, a level each: no link on the way either
    *((re.escape(name),) for name in (RECORD, ARCHITECTURE, PREPARATION, CARD, SAVEDMODEL)),
    (_EXPECTED,),
    (_MEMBERS, _ANY, _ANY),
    (PREVIOUS, r"\d+"),
    (MONITOR, re.escape(OBSERVATIONS)),
    (MONITOR, PREDICTIONS, _ANY),
)


def members_of(number: int) -> str:
    """The folder of the members of a model."""
    return f"{MEMBERS}-{number}" if number else MEMBERS


def expected_of(number: int) -> str:
    """The file with the scores of single test examples of a model."""
    return f"expected-{number}.npz" if number else EXPECTED


def is_of_a_model(name: str) -> bool:
    """Whether a name is that of the members or of the scores of some model."""
    return _OF_A_MODEL.fullmatch(name) is not None


def is_half_written(name: str) -> bool:
    """Whether a name is that of something that waited beside its place when a process was killed."""
    return _HALF.fullmatch(name) is not None


def links(folder: Path) -> Iterator[Path]:
    """What is read or written in a bundle and is a link, which leads out of it."""
    for patterns in _NOT_LINKED:
        yield from _links(folder, patterns)


def _links(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """The links under names of these patterns, one a level; nothing of what has gone meanwhile."""
    try:
        inside = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # a model was replaced, or there is a file
        return
    for path in inside:
        if not re.fullmatch(patterns[0], path.name):
            continue
        if path.is_symlink():
            yield path
        elif patterns[1:]:
            yield from _links(path, patterns[1:])
