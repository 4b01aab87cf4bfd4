"""Folders that are there whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.errors import BundleError
from tuner.files import make_folder

_READABLE_BY_ALL = 0o755


@contextmanager
def written(folder: Path) -> Iterator[Path]:
    """A folder beside, empty at first, that takes the place of `folder` when the block has ended.

    Where the block raises, nothing is left; a kill leaves a folder whose name begins with a dot.

    Raises: BundleError where `folder` is there already, or cannot be written.
    """
    check_free(folder)
    try:
        make_folder(folder.parent)
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        yield beside
        for path in (*beside.rglob("*"), beside):
            _settle(path)
        beside.chmod(_READABLE_BY_ALL)
        beside.rename(folder)
        _settle(folder.parent)
    except OSError as error:
        raise _unwritable(folder, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_free(folder: Path) -> None:
    """Raises: BundleError where there is something at the place of a folder that is to be written."""
    if folder.exists() or folder.is_symlink():
        raise BundleError(
            f"{folder}: is there already, and nothing is replaced by itself; give another folder with"
            " --output, or move it away"
        )


def _unwritable(folder: Path, error: OSError) -> BundleError:
    return BundleError(
        f"{folder}: cannot be written ({error.strerror or error}); give another folder with --output"
    )


def _settle(path: Path) -> None:
    """Have what was written survive a power cut, where the system can promise it."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):  # some file systems cannot
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
