"""Where workers and their run meet: an Optuna storage for the queue, an artifact store for the runs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from optuna.artifacts import FileSystemArtifactStore
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from tuner.folder import QUEUE, WORK

if sys.platform != "win32":
    import fcntl

Store = FileSystemArtifactStore

_HERE = 0.05  # seconds between two looks at a file of this machine


@dataclass(frozen=True, slots=True)
class Place:
    """A queue's storage and artifacts, as they are opened and as a worker is told them.

    Whoever waits for something looks again after `pace` seconds.
    """

    storage: BaseStorage
    store: Store
    names: tuple[str, str]
    pace: float


def in_folder(folder: Path) -> Place:
    """A place in a run folder, for the processes of one machine."""
    here = folder.resolve() / WORK
    (here / "files").mkdir(parents=True, exist_ok=True)
    return opened(str(here / QUEUE), str(here / "files"))


def opened(storage: str, artifacts: str) -> Place:
    """The place with these names: a journal file and a folder, both on this machine."""
    lock = None if sys.platform == "win32" else _FileLock(storage)
    journal = JournalStorage(JournalFileBackend(storage, lock))
    return Place(journal, FileSystemArtifactStore(artifacts), (storage, artifacts), _HERE)


if sys.platform != "win32":

    class _FileLock(JournalFileOpenLock):
        """A lock that the system takes from a process that dies; Optuna's own are waited for 30 s then."""

        def acquire(self) -> bool:
            self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            return True

        def release(self) -> None:
            os.close(self._descriptor)
