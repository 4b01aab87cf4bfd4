"""What lies where in the folder of a bundle, and which of it is whose.

A model that took the place of another has its files under its number; model 0 is that of `tuner finalize`.
"""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

RECORD, ARCHITECTURE, PREPARATION = "bundle.json", "architecture.json", "preparation.json"
EXPECTED, CARD, SAVEDMODEL = "expected.npz", "MODEL_CARD.md", "savedmodel"
MEMBERS, PREVIOUS = "members", "previous"
LEARNED = "learned.npy"  # in the folder of the members
WEIGHTS, MODEL = "weights.weights.h5", "model.keras"  # in the folder of a member
MONITOR = "monitor"  # with these two in it
OBSERVATIONS, PREDICTIONS = "observations.jsonl", "predictions"

_OF_A_MODEL = re.compile(r"members(-\d+)?|expected(-\d+)?\.npz")
_RANDOM = "[a-z0-9_]{8}"  # what `mkdtemp` puts behind a prefix
_HALF = re.compile(
    rf"\.(members(-\d+)?|savedmodel|\.savedmodel-\d+|\d+)\.{_RANDOM}|\.expected(-\d+)?\.npz(\.{_RANDOM})?|\.savedmodel-\d+"
)
_NOT_LINKED = (
    *(RECORD, ARCHITECTURE, PREPARATION, EXPECTED, "expected-*.npz", CARD, SAVEDMODEL),
    *("members*", "members*/*", "members*/*/*", PREVIOUS, f"{PREVIOUS}/*"),
    *(MONITOR, f"{MONITOR}/{OBSERVATIONS}", f"{MONITOR}/{PREDICTIONS}", f"{MONITOR}/{PREDICTIONS}/*"),
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
    for pattern in _NOT_LINKED:
        yield from (path for path in _found(folder, pattern.split("/")) if path.is_symlink())


def _found(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """What lies in a folder under names of these patterns, one a level; nothing that has gone meanwhile."""
    try:
        inside = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):  # a model was replaced, or there is a file
        return
    for path in inside:
        if fnmatchcase(path.name, patterns[0]):
            if len(patterns) == 1:
                yield path
            elif not path.is_symlink():
                yield from _found(path, patterns[1:])
