"""Imported by Python at its start: kills the process with SIGKILL at its n-th step in a folder.

A step is whatever changes what lies there: opening a file to write, renaming, deleting, making a folder,
opening a database. FAULTS_FOLDER names the folder, FAULTS_STEP is n; with FAULTS_AFTER they count from the
first renaming on that has this text in its path. The steps that were made are counted into the file
FAULTS_COUNT, where that is set.
"""

import atexit
import os
import signal
import sys

_FOLDER = os.environ.get("FAULTS_FOLDER", "\0")
_LAST = int(os.environ.get("FAULTS_STEP", "0"))
_AFTER = os.environ.get("FAULTS_AFTER", "")
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}
_steps = 0
_begun = not _AFTER


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    global _steps, _begun
    writes = (
        event == "open" and bool(arguments[2]) and bool(int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR))
    )
    if (writes or event in _CHANGES) and str(arguments[0]).startswith(_FOLDER):
        _steps += _begun
        if _begun and _steps == _LAST:
            os.kill(os.getpid(), signal.SIGKILL)
        _begun = _begun or (event == "os.rename" and _AFTER in str(arguments[0]))


def _count() -> None:
    with open(os.environ["FAULTS_COUNT"], "w", encoding="utf-8") as file:  # noqa: PTH123  # a light start
        file.write(str(_steps))


sys.addaudithook(_watch)
if "FAULTS_COUNT" in os.environ:
    atexit.register(_count)
