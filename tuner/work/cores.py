"""One core for every worker of this machine, whoever started it."""

import os
import sys
import tempfile
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_held: list[int] = []  # descriptors; the system lets go of the locks when the process ends


def take_a_core() -> int | None:
    """Bind this process to a core that no other worker of this user has, if there is one; else to any.

    Must be called before anything counts the cores. Returns: the core; None where the system cannot bind.
    """
    if sys.platform == "win32" or not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    core = next((one for one in cores if _is_free(one)), cores[os.getpid() % len(cores)])
    os.sched_setaffinity(0, {core})
    return core


def _is_free(core: int) -> bool:
    """Lock a core, for as long as this process lives."""
    folder = Path(tempfile.gettempdir()) / f"tuner-cores-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(folder / f"{core}.lock", flags, 0o600)
    except OSError:  # nothing can be written there: workers share cores
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    _held.append(descriptor)
    return True
