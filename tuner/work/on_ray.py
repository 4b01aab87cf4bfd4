"""Workers on a Ray cluster: each a task that holds a core, or a GPU, and runs the same worker process.

Ray places them, and places another where one was lost with its node. They meet their run as all workers do;
nothing of a study goes through Ray, which would pickle it.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tuner.errors import TunerError, first_line, install
from tuner.work.hands import Crowd, how_it_ended, one_thread, parents
from tuner.work.place import Place

_PATIENCE = 10.0  # seconds for a cluster to answer
_MOST = 10  # lines of what a worker said that come back


class RayHands(Crowd):
    """So many workers on the cluster at an address, each with `gpus` GPUs, or with a core where that is 0.

    Raises: TunerError where Ray is not installed, or the cluster cannot be reached.
    """

    def __init__(self, address: str, study: str, place: Place, count: int, gpus: float) -> None:
        super().__init__(count)
        try:
            import ray
        except ImportError:
            raise TunerError(f"a Ray cluster needs Ray; {install('ray')}") from None
        self._ray = ray
        try:
            _knock(address)
            ray.init(address=address, log_to_driver=False, logging_level="ERROR", ignore_reinit_error=True)
        except Exception as error:  # Ray has many, and no common one
            raise TunerError(f"Ray at {address}: cannot be reached ({first_line(error)})") from None
        self._command = ["worker", study, *place.options]
        self._environment = {**place.environment, **({} if gpus else one_thread()), "PYTHONPATH": parents()}
        needs = {"num_cpus": 0 if gpus else 1, "num_gpus": gpus}
        self._task = ray.remote(max_retries=0, **needs)(_on_node)
        self._tasks: dict[Any, str] = {}  # the worker's name by the reference of its task

    def watch(self) -> dict[str, str]:
        died = {}
        references = list(self._tasks)
        ended, _ = (
            self._ray.wait(references, num_returns=len(references), timeout=0) if references else ([], [])
        )
        for reference in ended:
            name = self._tasks.pop(reference)
            try:
                status, lines = self._ray.get(reference)
            except self._ray.exceptions.RayError as error:
                died[name] = f"was lost with its node ({type(error).__name__})"
            else:
                died[name] = how_it_ended(status, lines)
        while len(self._tasks) < self.count:
            name = self.next_name()
            command = [*self._command, "--tied", "--name", name]
            self._tasks[self._task.remote(command, self._environment)] = name
        return died

    def end(self) -> None:
        for reference in self._tasks:
            with suppress(Exception):  # it has ended, or its node has
                self._ray.cancel(reference, force=True)
        self._tasks.clear()
        self._ray.shutdown()

    @property
    def names(self) -> Sequence[str]:
        return list(self._tasks.values())


def _knock(address: str) -> None:
    """Raises: OSError where nobody listens at host:port; Ray itself goes on trying for minutes."""
    found = urlsplit(address if "://" in address else f"//{address}")
    if found.port:
        socket.create_connection((found.hostname or "", found.port), _PATIENCE).close()


def _on_node(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
    """Run a worker as a child of the task, so that it ends with it.

    Returns: its status, and its last lines.
    """
    paths = [environment["PYTHONPATH"], *filter(None, [os.environ.get("PYTHONPATH")])]
    with subprocess.Popen(
        [sys.executable, "-m", "tuner", *command],
        env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)},
        cwd=str(Path.home()),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines = [*lines, line.strip()[:300]][-_MOST:]
    return int(process.returncode), lines
