"""What a tracker is told, and by what it knows a study and a run again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

from tuner.ledger import slug
from tuner.records import Configuration, Run, Setup
from tuner.trackers.conclusion import Conclusion

Ending = Literal["finished", "interrupted", "failed"]
JUST_NOW: Mapping[int, float] = MappingProxyType({})


class Tracker(Protocol):
    """A place where the runs of one run folder are logged; what is there already is not logged again.

    `title` and `option` are how messages call it. Methods raise what the library behind it raises.
    """

    title: str
    option: str

    def begin(self, setup: Setup, began: float | None = None) -> None:
        """A session begins, or goes on with what an earlier one has logged.

        `began` is when its first run was trained, in seconds since 1970, where that is not just now.

        Raises: TunerError where the place belongs to another run folder.
        """

    def log(
        self, configuration: Configuration, runs: Sequence[Run], ended: Mapping[int, float] = JUST_NOW
    ) -> None:
        """Log runs of a configuration.

        `ended` maps seed indices to the time at which that run ended, in seconds since 1970, where that is
        not just now.
        """

    def conclude(self, conclusion: Conclusion) -> None:
        """Log what the study found."""

    def end(self, ending: Ending, ended: float | None = None) -> None:
        """The session is over, since `ended` or just now; it may have failed before it began."""


def study_id(setup: Setup, folder: Path) -> str:
    """What tells this run folder from all others, and from itself before it was started over."""
    return text_digest(setup.identity or f"in {folder.resolve()}")


def run_path(run: Run) -> str:
    """Where a run belongs within its study, as a relative path.

    >>> run_path(Run("search", "trial-3", 1, "complete", {}, {}, 0.1))
    'search/trial-3/seed-1'
    """
    return f"{run.phase}/{slug(run.configuration)}/seed-{run.seed_index}"


def digest(configuration: Configuration, run: Run) -> str:
    """Changes with everything that training determines, and not with the time that it took."""
    told = (
        dict(configuration.params),
        run.status,
        run.reason,
        dict(run.scores),
        {name: list(values) for name, values in run.history.items()},
    )
    return text_digest(json.dumps(told, sort_keys=True, default=_plain))


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """numpy scalars as the ledger stores them."""
    return value.item() if hasattr(value, "item") else str(value)
