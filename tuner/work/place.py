"""Where workers and their run meet: an Optuna storage for the queue, an artifact store for the runs."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from tuner.checkpoints import slot_of
from tuner.engines.checkpoints import Slot
from tuner.folder import QUEUE, WORK
from tuner.records import Group
from tuner.storage import connect
from tuner.work.stores import FolderStore, Store, StoreSlot, open_store

if sys.platform != "win32":
    import fcntl

STORAGE, ARTIFACTS = "TUNER_STORAGE", "TUNER_ARTIFACTS"  # variables for what the options of that name say
_HERE, _ELSEWHERE = 0.05, 0.5  # seconds between two looks at a file of this machine, and at a shared storage


@dataclass(frozen=True, slots=True)
class Place:
    """A queue's storage and artifacts, and how a worker process is told of them: options and environment.

    Whoever waits for something looks again after `pace` seconds. `folder` is the run folder, where all are
    on one machine.
    """

    storage: BaseStorage
    store: Store
    pace: float
    url: str = field(default="", repr=False)  # of a shared storage; it may hold a password
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # it may hold a password
    folder: Path | None = None

    def slot(self, run: str, group: Group) -> Slot:
        """Where a group of a run, known by its identity, is kept in training by whoever trains it."""
        if self.folder is not None:
            return slot_of(self.folder, group)
        owner = (run, group.phase, group.configuration.name, group.seed_indices)
        return StoreSlot(self.store, repr(owner))


def in_folder(folder: Path) -> Place:
    """A place in a run folder, for the processes of one machine."""
    here = folder.resolve() / WORK
    (here / "files").mkdir(parents=True, exist_ok=True)
    name = str(here / QUEUE)
    journal = JournalFileBackend(name, None if sys.platform == "win32" else _FileLock(name))
    options = ("--here", str(folder.resolve()))
    return Place(
        JournalStorage(journal), FolderStore(here / "files"), _HERE, options=options, folder=folder.resolve()
    )


def shared(storage: str, artifacts: str) -> Place:
    """A place for all machines that reach both.

    Raises: TunerError where one of them cannot be used or reached.
    """
    environment = {STORAGE: storage, ARTIFACTS: artifacts}
    return Place(connect(storage), open_store(artifacts), _ELSEWHERE, storage, (), environment)


if sys.platform != "win32":

    class _FileLock(JournalFileOpenLock):
        """A lock that the system takes from a process that dies; Optuna's own are waited for 30 s then."""

        def acquire(self) -> bool:
            self._descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            return True

        def release(self) -> None:
            os.close(self._descriptor)
