"""Workers that join a run from any machine: processes, started anew when they die, until interrupted."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tuner.backend import leave_memory_to_workers, prepare_backend
from tuner.work.hands import best, processes
from tuner.work.place import Place
from tuner.work.queue import Queue

_WATCH = 1.0  # seconds


def supervise(study: Path, place: Place, count: int, say: Callable[[str], None]) -> None:
    """Have so many processes of this machine train whatever waits for the study, until interrupted.

    Then what they had taken is given back.

    Raises: TunerError where they refuse to work or do not start.
    """
    leave_memory_to_workers()
    prepare_backend()
    with tempfile.TemporaryDirectory(prefix="tuner-worker-") as folder:
        hands = processes(str(study.resolve()), place, best(count), Path(folder))
        say(f"{count} workers for {study.name}; what each says is in {folder}/worker-<k>.log")
        try:
            while True:
                for why in hands.tend(Queue.all(place.storage, place.url)).values():
                    say(f"a worker {why}; another one takes its place")
                time.sleep(_WATCH)
        finally:
            hands.leave(Queue.all(place.storage, place.url))
