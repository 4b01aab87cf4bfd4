"""TensorBoard: one folder a run, with one event file that is there whole or not at all.

    DIR/tuner.json                                       whose logs these are
    DIR/events.out.tfevents.<digest>.tuner               the verdict
    DIR/<phase>/<configuration>/seed-<k>/events.out...   one run

The digest in the name of a file tells whether it is still what the ledger says.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tuner.errors import TunerError
from tuner.files import write_whole
from tuner.records import Configuration, Run, Setup
from tuner.trackers.base import JUST_NOW, Ending, digest, run_path, study_id, text_digest
from tuner.trackers.conclusion import Conclusion
from tuner.trackers.events import run_events, text_events

_FILE = "events.out.tfevents.{}.tuner"  # TensorBoard looks for "tfevents"
_OURS = _FILE.format("*")


class TensorBoard:
    """Event files of a run folder in a folder of their own.

    Raises: TunerError where that is no folder.
    """

    title = "TensorBoard"
    option = "--tensorboard"

    def __init__(self, directory: Path, folder: Path) -> None:
        self._directory, self._folder = directory, folder
        if blocked := [
            path for path in (directory, *directory.parents) if path.exists() and not path.is_dir()
        ]:
            raise TunerError(f"--tensorboard {blocked[0]}: is no folder; give another one")

    def begin(self, setup: Setup, began: float | None = None) -> None:
        """Take the folder, which holds the logs of one run folder; those of before it was started over go.

        Raises: TunerError where it holds those of another one, or cannot be written.
        """
        where = f"--tensorboard {self._directory}"
        marker = self._directory / "tuner.json"
        ours = {"folder": str(self._folder.resolve()), "id": study_id(setup, self._folder)}
        before = _read(marker)
        if before is not None and before.get("id") != ours["id"]:
            if before.get("folder") != ours["folder"]:
                whose = before.get("folder", "something else")
                raise TunerError(
                    f"{where}: holds the logs of {whose}; give another folder, such as one in it"
                )
            self._clear()
        try:
            write_whole(marker, json.dumps(ours) + "\n")
        except OSError as error:
            raise TunerError(f"{where}: cannot be written ({error.strerror}); give another folder") from None

    def log(
        self, configuration: Configuration, runs: Sequence[Run], ended: Mapping[int, float] = JUST_NOW
    ) -> None:
        for run in runs:
            content = partial(run_events, configuration, run)
            self._put(run_path(run), digest(configuration, run), content, ended.get(run.seed_index))

    def conclude(self, conclusion: Conclusion) -> None:
        text = conclusion.markdown
        self._put(".", text_digest(text), partial(text_events, "verdict", text))

    def end(self, ending: Ending, ended: float | None = None) -> None:
        """Every file is complete."""

    def _put(
        self, place: str, mark: str, content: Callable[[float], bytes], when: float | None = None
    ) -> None:
        """The one event file of a place, unless it is there; in the place of an older one."""
        folder = self._directory / place
        path = folder / _FILE.format(mark)
        if path.exists():
            return
        beside = folder / "unfinished"  # a name that TensorBoard does not look at
        write_whole(beside, content(time.time() if when is None else when))
        for old in folder.glob(_OURS):
            old.unlink()
        beside.replace(path)

    def _clear(self) -> None:
        for pattern in (_OURS, f"*/*/seed-*/{_OURS}"):
            for path in self._directory.glob(pattern):
                path.unlink()


def _read(path: Path) -> dict[str, Any] | None:
    """What a marker says, nothing where it is none of ours; None where there is no marker."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
