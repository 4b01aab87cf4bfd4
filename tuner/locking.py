"""One process at a time works on a run folder. The system lets go of the lock when a process dies."""

import contextlib
import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.errors import LedgerError
from tuner.files import make_folder

if sys.platform != "win32":
    import fcntl

LOCK = "run.lock"  # in a run folder, while somebody works on it
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # file systems that know of none
_held: set[int] = set()  # descriptors


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, belongs to this process; without content it goes again.

    Raises: LedgerError where another process works on it, or it cannot be written.
    """
    try:
        made = [each for each in (folder, *folder.parents) if not each.exists()]
    except OSError as error:  # where it would be may not be looked into
        raise _refused(folder, error) from None
    try:
        descriptor = _lock(folder)
        try:
            yield
        finally:
            _unlock(folder, descriptor)
    finally:
        for each in made:
            with contextlib.suppress(OSError):  # there is something in it
                each.rmdir()


def _lock(folder: Path) -> int:
    try:
        make_folder(folder)
        while True:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
            _held.add(descriptor)
            try:
                _take(descriptor, folder)
                if _is_there(folder / LOCK, descriptor):
                    _sign(descriptor)
                    return descriptor
            except BaseException:
                _close(descriptor)
                raise
            _close(descriptor)  # whoever held it has deleted it, and another may lie in its place
    except OSError as error:
        raise _refused(folder, error) from None


def _refused(folder: Path, error: OSError) -> LedgerError:
    return LedgerError(f"{folder}: cannot be written ({error.strerror}); give another folder with --output")


def _take(descriptor: int, folder: Path) -> None:
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LedgerError(
            f"{folder}: another `tuner run` works on it ({_holder(descriptor)});"
            " wait until it ends, or give another folder with --output"
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the file that was locked is still the one that others find."""
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(descriptor))


def _sign(descriptor: int) -> None:
    """Say in the file who holds it."""
    text = f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}\n"
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode("utf-8", "replace"), 0)


def _holder(descriptor: int) -> str:
    """Who holds it, as it says itself."""
    text = os.pread(descriptor, 200, 0).decode("utf-8", "replace").partition("\n")[0]
    return text.strip() or "another process"


def _unlock(folder: Path, descriptor: int) -> None:
    if _is_there(folder / LOCK, descriptor):
        (folder / LOCK).unlink(missing_ok=True)
    _close(descriptor)


def _close(descriptor: int) -> None:
    _held.discard(descriptor)
    os.close(descriptor)


def _forget() -> None:
    """A forked process does not hold what its parent holds: it may outlive it."""
    for descriptor in tuple(_held):
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
