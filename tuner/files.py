"""Files that are there whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

_READABLE_BY_ALL = 0o644
_RANDOM = "?" * 8  # what `mkstemp` puts behind a prefix


def check_writable(folder: Path) -> None:
    """Find out whether files can be put into a folder, which need not exist yet, and leave none.

    Raises: OSError where they cannot.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    with tempfile.TemporaryFile(dir=there):
        pass


def write_whole(path: Path, content: str | bytes) -> None:
    """Put `content` (text in UTF-8) at `path` in one step: a reader sees the old file or the new one.

    It is written beside its place, flushed to the disk and renamed; an interruption leaves no rest, a kill
    one that `remove_leftovers` knows. A lone surrogate, which UTF-8 cannot hold, becomes a question mark.

    Raises: OSError, which names `path`.
    """
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    make_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        beside.chmod(_READABLE_BY_ALL)
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            error.filename = str(path)  # writing and flushing do not say where
        raise
    settle(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those that it lies in, where they are missing, so that they survive a power cut."""
    missing = list(takewhile(lambda each: not each.exists(), (folder, *folder.parents)))
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        settle(each.parent)


def remove_leftovers(folder: Path, patterns: Iterable[str]) -> None:
    """Delete what killed processes were about to rename to files of these patterns, such as ledger/*/*.json.

    Nobody may be writing such files meanwhile.
    """
    for pattern in patterns:
        place, slash, name = pattern.rpartition("/")
        for path in folder.glob(f"{place}{slash}.{name}.{_RANDOM}"):
            path.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Have what was renamed or made in a folder survive a power cut, where the system can promise it."""
    if hasattr(os, "O_DIRECTORY"):
        with contextlib.suppress(OSError):  # some file systems cannot
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
