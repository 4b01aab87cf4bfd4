"""A page that follows a run: built again whenever the ledger has changed, until the run is complete."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

from tuner.errors import LedgerError, written_into
from tuner.records import Phase
from tuner.report.write import write_formats
from tuner.result import Result, load

PAUSE = 3.0  # seconds between two looks at the ledger, at least
RELOAD = 5  # seconds after which the page loads itself again
_REST = 4  # a build takes a fifth of the time at most: training needs the machine

Sleep = Callable[[float], object]


def wait_for_run(folder: Path, tell: Callable[[], object], *, sleep: Sleep = time.sleep) -> None:
    """Wait until a run has begun in a folder that is missing or empty; `tell` is called once before waiting.

    What is there but no run folder is not waited for: reading it says what is wrong.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        return
    tell()
    while not (folder / "run.json").exists():
        sleep(PAUSE)


def keep_current(
    folder: Path, output: Path, tell: Callable[[Result], object], *, sleep: Sleep = time.sleep
) -> None:
    """Keep report.html in `output` current until the run in `folder` is complete, and `tell` of every page.

    The pages load themselves again. The last one is not written here: it is the ordinary report.

    Raises: LedgerError where the folder is no run folder, or is damaged at the start, or `output` cannot be
    written.
    """
    for result in follow(folder, sleep=sleep):
        if not result.setup.complete:
            with written_into(output):
                write_formats(result, output, ("html",), reload=RELOAD)
            tell(result)


def follow(folder: Path, *, sleep: Sleep = time.sleep) -> Iterator[Result]:
    """The result that a run folder holds, again whenever its ledger has changed.

    The last one is that of a complete run. What cannot be read while files are being replaced is read again.

    Raises: LedgerError where the folder is no run folder, or is damaged at the start.
    """
    seen = told = None
    while True:
        started, now = time.monotonic(), stamp(folder)
        result = _read(folder, now, patient=seen is not None) if now != seen else None
        if result is not None:
            seen = now
            ended = sum(len(group.runs) for group in result.groups)
            if told != (told := (ended, result.setup)):  # plans of groups change nothing
                yield result
            if result.setup.complete:
                return
        sleep(max(PAUSE, _REST * (time.monotonic() - started)))


def _read(folder: Path, now: tuple[int, ...], *, patient: bool) -> Result | None:
    """The result, or None where it cannot be read now and may be later."""
    try:
        return load(folder)
    except LedgerError:
        if not patient and stamp(folder) == now:
            raise
        return None


def stamp(folder: Path) -> tuple[int, ...]:
    """Numbers that change when a run is stored: a file that is replaced changes its folder's time."""
    places = ("run.json", *(f"ledger/{phase}" for phase in get_args(Phase)))
    return tuple(number for place in places for number in _changed(folder / place))


def _changed(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_ino
