"""Worker processes of this machine: one a core with one thread, or one a GPU.

They are started anew when they die, and end with the process that started them, however that ends: each
reads a pipe that nobody writes to, and a pipe closes with the last process that holds its other end.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tuner.backend import CPU_DEVICES
from tuner.engines.devices import gpus
from tuner.errors import TunerError
from tuner.work.place import Place
from tuner.work.queue import GoneError, Queue

_PATIENCE = 5.0  # seconds for processes to end by themselves
_LAST = 4096  # bytes of a log in which its last line is looked for
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    CPU_DEVICES,
)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a worker process works with, as its environment says."""

    environment: Mapping[str, str]


def one_thread() -> dict[str, str]:
    """The environment of a worker on a core: one virtual device, and one thread in all libraries.

    It binds itself to a core (`tuner.work.cores`), which says the same to most; where that cannot be, XLA is
    told by a flag.
    """
    own = dict.fromkeys(_ONE_THREAD, "1")
    if hasattr(os, "sched_setaffinity"):
        return own
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
    return own | {"XLA_FLAGS": flags.strip()}


def parents() -> str:
    """PYTHONPATH of a process that must find this tuner."""
    home = str(Path(__file__).parents[2])
    return os.pathsep.join([home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])


def on_cores(count: int) -> list[Hand]:
    """So many hands, each of which takes a core of its own as far as there are some."""
    return [Hand(one_thread())] * count


def on_gpus(count: int, gpus: int) -> list[Hand]:
    """So many hands, each with a GPU of its own.

    Raises: TunerError where there are fewer GPUs.
    """
    if count > gpus:
        raise TunerError(f"{count} workers, and there are {gpus} GPUs; give --workers {gpus}")
    seen = [one for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one.strip()]
    names = seen if len(seen) >= gpus else [str(place) for place in range(gpus)]
    return [Hand({"CUDA_VISIBLE_DEVICES": names[place]}) for place in range(count)]


class Crowd(ABC):
    """Workers that somebody watches: those that die are replaced, and what they had taken is given back."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._prefix = f"{socket.gethostname()[:60]}-{os.getpid()}-{os.urandom(3).hex()}"
        self._started = 0
        self._barren = 0  # deaths in a row of workers that had not taken a group

    @abstractmethod
    def watch(self) -> dict[str, str]:
        """Start the workers that are not there. Returns: how those died that were, by their names.

        Raises: TunerError where one refused to work.
        """

    @abstractmethod
    def end(self) -> None:
        """End all workers, and wait until they have."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Those of the workers that are there."""

    def next_name(self) -> str:
        """A name that no other worker has had, of this machine or another."""
        self._started += 1
        return f"{self._prefix}-{self._started}"

    def tend(self, queues: Iterable[Queue]) -> dict[str, str]:
        """Start the workers that are not there, and fail what those that died had taken.

        Returns: how they died, by their names.

        Raises: TunerError where one refused to work, or all die before they take a group.
        """
        died = self.watch()
        if not died:
            return died
        had = 0
        for queue in queues:
            with suppress(GoneError):
                had += queue.bury(died)
        self._barren = 0 if had else self._barren + len(died)
        if self._barren > 2 * self.count:
            raise TunerError(f"the workers do not start: each {next(iter(died.values()))}")
        return died

    def leave(self, queues: Iterable[Queue]) -> None:
        """End all workers; what they had taken is given back, and no failure of theirs."""
        names = dict.fromkeys(self.names, "")
        self.end()
        for queue in queues:
            with suppress(GoneError):
                queue.bury(names)


class Hands(Crowd):
    """Processes of this machine; `command` is what all of them run, `folder` where each leaves what it says.

    `environment` is added to that of this process.
    """

    def __init__(
        self,
        command: Sequence[str],
        hands: Sequence[Hand],
        folder: Path,
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(len(hands))
        self._command, self._hands, self._folder = command, hands, folder
        self._environment = environment
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * len(hands)
        self._names = [""] * len(hands)

    @property
    def names(self) -> Sequence[str]:
        return [name for name in self._names if name]

    def log(self, place: int) -> Path:
        """What the worker at a place has said."""
        return self._folder / f"worker-{place}.log"

    def watch(self) -> dict[str, str]:
        died = {}
        for place, process in enumerate(self._processes):
            if process is not None and process.poll() is not None:
                died[self._names[place]] = how_it_ended(process.returncode, _last_lines(self.log(place)))
                self._let_go(place)
            if self._processes[place] is None:
                self._start(place)
        return died

    def end(self) -> None:
        for process in self._processes:
            if process is not None and process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()
        until = time.monotonic() + _PATIENCE
        for place, process in enumerate(self._processes):
            if process is None:
                continue
            try:
                process.wait(max(until - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._let_go(place)

    def _start(self, place: int) -> None:
        self._names[place] = self.next_name()
        with self.log(place).open("wb") as log:
            self._processes[place] = subprocess.Popen(
                [*self._command, "--tied", "--name", self._names[place]],
                env={
                    **os.environ,
                    **self._environment,
                    **self._hands[place].environment,
                    "PYTHONPATH": parents(),
                },
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the run alone, which ends its workers
            )

    def _let_go(self, place: int) -> None:
        process, self._processes[place] = self._processes[place], None
        if process is not None and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()


def how_it_ended(status: int, lines: Sequence[str]) -> str:
    """How a worker process ended, in words; `lines` are the last that it said.

    Raises: TunerError with its own words where it refused to work.
    """
    said = next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
    if status < 0:
        hint = " (out of memory?)" if -status == signal.SIGKILL else ""
        return f"was killed by signal {-status}{hint}"
    if status == 2 and said.startswith("tuner: "):
        raise TunerError(said.removeprefix("tuner: "))
    return f"ended with status {status}" + (f" ({said})" if said else "")


def processes(study: str, place: Place, hands: Sequence[Hand], folder: Path) -> Hands:
    """Worker processes for a study file, which meet their run at a place."""
    command = [sys.executable, "-m", "tuner", "worker", study, *place.options]
    return Hands(command, hands, folder, place.environment)


def best(count: int) -> list[Hand]:
    """So many hands with what this machine has: a GPU each, or else a core each.

    Raises: TunerError where there are fewer GPUs.
    """
    there = gpus()
    return on_gpus(count, there) if there else on_cores(count)


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - _LAST, 0))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
