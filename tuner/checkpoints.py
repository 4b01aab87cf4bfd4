"""Where a run folder keeps the checkpoints of long trainings: a file for each group that is in training."""

from contextlib import suppress
from pathlib import Path

from tuner.files import write_whole
from tuner.folder import CHECKPOINT, CHECKPOINTS
from tuner.ledger import Ledger, slug
from tuner.records import Group


class FileSlot:
    """A file for the checkpoint of a group; what cannot be written or read is done without."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes | None:
        """What is there; None where nothing can be read."""
        with suppress(OSError):
            return self.path.read_bytes()
        return None

    def write(self, content: bytes) -> None:
        """Put it there whole, or not at all: a full disk ends no training."""
        with suppress(OSError):
            write_whole(self.path, content)

    def clear(self) -> None:
        """Delete it, and the folder with the last one."""
        with suppress(OSError):  # another one lies beside it
            self.path.unlink(missing_ok=True)
            self.path.parent.rmdir()


def slot_of(folder: Path, group: Group) -> FileSlot:
    """Where the checkpoint of a group lies in a run folder."""
    name = f"{group.phase}-{slug(group.configuration.name)}-{group.seed_indices[0]:04d}{CHECKPOINT}"
    return FileSlot(folder / CHECKPOINTS / name)


def tidy_checkpoints(ledger: Ledger) -> None:
    """Delete the checkpoints of groups that have ended, or are no longer planned."""
    waiting = {slot_of(ledger.folder, group).path for group in ledger.groups if not group.runs}
    for path in ledger.folder.glob(f"{CHECKPOINTS}/*{CHECKPOINT}"):
        if path not in waiting:
            FileSlot(path).clear()
