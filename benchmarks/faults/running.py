"""One `tuner run` in a process of its own, with a fault that meets it on the way."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from benchmarks.faults.state import Group, Key, finished
from benchmarks.processes import ROOT, environment

HOOK = Path(__file__).parent / "hook"
STUDY = Path(__file__).parent / "tiny.py"
LIMIT = 300.0  # seconds, after which a run hangs

Kind = Literal["none", "kill at a step", "kill", "kill a worker", "interrupt", "full disk"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a run: at a step of its writing, after some seconds, or from some bytes a file on.

    Steps count from the first renaming on of a file whose path has the text `after`.
    """

    kind: Kind = "none"
    at: float = 0.0
    after: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its status (negative: the signal that ended it) and what it said.

    Where a fault `met` something that the run survived, `finished` are the groups that had ended by then.
    """

    status: int
    said: str
    met: bool = False
    finished: Mapping[Key, Group] = field(default_factory=dict)

    @property
    def in_order(self) -> bool:
        """No traceback, and where it refused, one line that says why."""
        if "Traceback" in self.said:
            return False
        lines = [line for line in self.said.splitlines() if line.startswith("tuner: ")]
        return self.status != 2 or len(lines) == 1


def run(folder: Path, fault: Fault, cache: Path, options: Sequence[str], count: Path | None = None) -> Ended:
    """Run the tiny study in `folder`, which it continues; `count` is a file for the number of its steps."""
    command = [sys.executable, "-m", "tuner", "run", str(STUDY), "--output", str(folder), *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=_environment(folder, fault, cache, count),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_starved(fault),
    )
    with contextlib.ExitStack() as stack:
        stack.callback(process.kill)
        said, met, before = "", False, dict[Key, Group]()
        if fault.kind in ("kill", "kill a worker", "interrupt"):
            try:
                _, said = process.communicate(timeout=fault.at)
            except subprocess.TimeoutExpired:
                if fault.kind == "kill a worker":
                    before = finished(folder) if (folder / "ledger").exists() else before
                    met = _kill_a_worker(process.pid)
                else:
                    process.send_signal(signal.SIGKILL if fault.kind == "kill" else signal.SIGINT)
        _, more = process.communicate(timeout=LIMIT) if process.returncode is None else ("", "")
    return Ended(int(process.returncode), said + (more or ""), met, before)


def _kill_a_worker(run: int) -> bool:
    """Kill the oldest worker of a run. Returns: whether there was one."""
    children = Path(f"/proc/{run}/task/{run}/children")
    for child in map(int, children.read_text().split()):
        if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            os.kill(child, signal.SIGKILL)
            return True
    return False


def _environment(folder: Path, fault: Fault, cache: Path, count: Path | None) -> Mapping[str, str]:
    own = {"PYTHONPATH": os.pathsep.join([str(HOOK), str(ROOT)]), "FAULTS_FOLDER": str(folder.resolve())}
    if fault.kind == "kill at a step":
        own |= {"FAULTS_STEP": str(int(fault.at)), "FAULTS_AFTER": fault.after}
    if count is not None:
        own["FAULTS_COUNT"] = str(count)
    return environment("jax", cache) | own


def _starved(fault: Fault) -> Callable[[], None] | None:
    """What limits the size of every file that the process writes, as a full disk does."""
    if fault.kind != "full disk":
        return None
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (int(fault.at), int(fault.at)))
