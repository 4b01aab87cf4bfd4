"""One process at a time works on a folder. The system lets go of the lock when a process dies.

A folder has one lock, whatever is done with it, and nobody waits for it: so no two can wait for each other.
"""

import contextlib
import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.cards import visible
from tuner.errors import BusyError, LedgerError
from tuner.files import make_folder

if sys.platform != "win32":
    import fcntl

LOCK = "run.lock"  # in a folder, while somebody works on it
OTHER_OUTPUT = "give another folder with --output"
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # file systems that know of none
_held: set[int] = set()  # descriptors


@contextmanager
def locked(folder: Path, who: str = "tuner run", *, instead: str = OTHER_OUTPUT) -> Iterator[None]:
    """The folder, made where it is missing, belongs to this process; without content it goes again.

    `who` is the command that works on it, as whoever finds it busy is told. `instead` is what can be done
    where it cannot be had; empty where nothing can.

    Raises: BusyError where another process works on it, LedgerError where it cannot be written.
    """
    try:
        made = [each for each in (folder, *folder.parents) if not each.exists()]
    except OSError as error:  # where it would be may not be looked into
        raise _refused(folder, error, instead) from None
    try:
        descriptor = _lock(folder, who, instead)
        try:
            yield
        finally:
            _unlock(folder, descriptor)
    finally:
        for each in made:
            with contextlib.suppress(OSError):  # there is something in it
                each.rmdir()


def _lock(folder: Path, who: str, instead: str) -> int:
    try:
        make_folder(folder)
        while True:
            descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
            _held.add(descriptor)
            try:
                if not _take(descriptor):
                    otherwise = f", or {instead}" if instead else ""
                    raise BusyError(f"{folder}: another {_holder(descriptor)}; wait until it ends{otherwise}")
                if _is_there(folder / LOCK, descriptor):
                    _sign(descriptor, who)
                    return descriptor
            except BaseException:
                _close(descriptor)
                raise
            _close(descriptor)  # whoever held it has deleted it, and another may lie in its place
    except OSError as error:
        raise _refused(folder, error, instead) from None


def _refused(folder: Path, error: OSError, instead: str) -> LedgerError:
    return LedgerError(f"{folder}: cannot be written ({error.strerror}){'; ' if instead else ''}{instead}")


def _take(descriptor: int) -> bool:
    """Whether the lock could be had."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True


def _is_there(path: Path, descriptor: int) -> bool:
    """Whether the file that was locked is still the one that others find."""
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(descriptor))


def _sign(descriptor: int, who: str) -> None:
    """Say in the file who holds it."""
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    text = f"`{who}` works on it (process {os.getpid()} on {socket.gethostname()}, since {since})\n"
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode("utf-8", "replace"), 0)


def _holder(descriptor: int) -> str:
    """Who holds it, as it says itself."""
    text = os.pread(descriptor, 200, 0).decode("utf-8", "replace").partition("\n")[0]
    return visible(text).strip() or "process works on it"


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
