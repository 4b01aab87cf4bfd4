"""Imported by Python at its start: kills the process with SIGKILL at its n-th step in a folder.

A step is whatever changes what lies there: opening a file to write, renaming, deleting, making a folder,
opening a database. FAULTS_FOLDER names the folder, FAULTS_STEP is n; the steps that were made are counted
into the file FAULTS_COUNT, where that is set.
"""

import atexit
import os
import signal
import sys

_FOLDER = os.environ.get("FAULTS_FOLDER", "\0")
_LAST = int(os.environ.get("FAULTS_STEP", "0"))
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}
_steps = 0


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    global _steps
    writes = (
        event == "open" and bool(arguments[2]) and bool(int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR))
    )
    if (writes or event in _CHANGES) and str(arguments[0]).startswith(_FOLDER):
        _steps += 1
        if _steps == _LAST:
            os.kill(os.getpid(), signal.SIGKILL)


def _count() -> None:
    with open(os.environ["FAULTS_COUNT"], "w", encoding="utf-8") as file:  # noqa: PTH123  # a light start
        file.write(str(_steps))


sys.addaudithook(_watch)
if "FAULTS_COUNT" in os.environ:
    atexit.register(_count)
