"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path

_READABLE_BY_ALL = 0o644


def check_writable(folder: Path) -> None:
    """Find out whether files can be put into a folder, which need not exist yet, and leave none.

    Raises: OSError where they cannot.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    with tempfile.TemporaryFile(dir=there):
        pass


def write_whole(path: Path, content: str | bytes) -> None:
    """Put `content` (text in UTF-8) at `path` in one step: a reader sees the old file or the new one.

    It is written beside its place, flushed to the disk and renamed; an interruption leaves no rest. A lone
    surrogate, which UTF-8 cannot hold, becomes a question mark.
    """
    data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        beside.chmod(_READABLE_BY_ALL)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
