"""Trackers that remember or refuse what they are told."""

from collections.abc import Mapping, Sequence

from tuner.records import Configuration, Run, Setup
from tuner.trackers import Conclusion, Ending
from tuner.trackers.base import JUST_NOW


class Memory:
    """A tracker that remembers what it was told; `breaks` names the methods that raise."""

    title = "Memory"
    option = "--memory"

    def __init__(self, breaks: Sequence[str] = (), error: Exception | None = None) -> None:
        self.told: list[object] = []
        self.breaks = tuple(breaks)
        self._error = error or ConnectionError("http://me:secret@host is gone\nand more")

    def begin(self, setup: Setup, began: float | None = None) -> None:
        self._hear("begin", setup.study)

    def log(
        self, configuration: Configuration, runs: Sequence[Run], ended: Mapping[int, float] = JUST_NOW
    ) -> None:
        self._hear("log", (runs[0].phase, configuration.name, len(runs)))

    def conclude(self, conclusion: Conclusion) -> None:
        self._hear("conclude", conclusion.word)

    def end(self, ending: Ending, ended: float | None = None) -> None:
        self._hear("end", ending)

    def _hear(self, method: str, what: object) -> None:
        self.told.append(what)
        if method in self.breaks:
            raise self._error
