"""Trackers beside a study: told of runs as they end, or of a whole run folder afterwards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.errors import TunerError, first_line, install
from tuner.records import PROTOCOL, Configuration, Group, Phase, Run, Setup
from tuner.reporter import Silent
from tuner.trackers.base import Ending, Tracker
from tuner.trackers.conclusion import conclusion_of

if TYPE_CHECKING:
    from tuner.result import Result  # statistics, which nobody needs before the end


def open_trackers(
    study: str, folder: Path, *, tensorboard: Path | None = None, mlflow: str | None = None
) -> tuple[Tracker, ...]:
    """The trackers that were asked for, for the run folder of a study.

    Raises: TunerError where a package is missing, or a place cannot be reached or written.
    """
    trackers: list[Tracker] = []
    if tensorboard is not None:
        with _installed("--tensorboard", "tensorboard"):
            from tuner.trackers.tensorboard import TensorBoard

            trackers.append(TensorBoard(tensorboard, folder))
    if mlflow is not None:
        with _installed("--mlflow", "mlflow"):
            from tuner.trackers.mlflow import MLflow

            trackers.append(MLflow(mlflow, study, folder))
    return tuple(trackers)


@contextmanager
def tracking(trackers: Sequence[Tracker], note: Callable[[str], None]) -> Iterator["Tracking"]:
    """A reporter that tells trackers; they also hear how what is done within it ends."""
    tracked = Tracking(trackers, note)
    try:
        yield tracked
    except KeyboardInterrupt:
        tracked.end("interrupted")
        raise
    except BaseException:
        tracked.end("failed")
        raise
    tracked.end("finished")


class Tracking(Silent):
    """Tells trackers of the runs of a study. One that fails is noted once, and told nothing more.

    The study goes on without it: the ledger has everything, so that it can be logged afterwards.
    """

    def __init__(self, trackers: Sequence[Tracker], note: Callable[[str], None]) -> None:
        self._trackers = list(trackers)
        self._note = note

    def start(self, setup: Setup) -> None:
        self._tell(lambda tracker: tracker.begin(setup))

    def measured(self, phase: Phase, configuration: Configuration, runs: tuple[Run, ...]) -> None:
        if phase in PROTOCOL:
            self._tell(lambda tracker: tracker.log(configuration, runs))

    def conclude(self, result: "Result") -> None:
        """What the study found; its report need not be written yet."""
        if self._trackers:
            conclusion = conclusion_of(result)
            self._tell(lambda tracker: tracker.conclude(conclusion))

    def end(self, ending: Ending) -> None:
        self._tell(lambda tracker: tracker.end(ending))

    def _tell(self, tell: Callable[[Tracker], None]) -> None:
        for tracker in tuple(self._trackers):
            try:
                tell(tracker)
            except TunerError:
                raise
            except Exception as error:
                self._trackers.remove(tracker)
                self._note(
                    f"{tracker.title} cannot be told any more ({first_line(error)}); the study goes on, and "
                    f"`tuner report` with {tracker.option} logs the rest afterwards"
                )


def export(result: "Result", trackers: Sequence[Tracker]) -> None:
    """Log all that a run folder holds.

    Raises: TunerError where a tracker fails.
    """
    groups = [
        (result.configurations[name], tuple(runs))
        for (_, name), runs in groupby(result.runs, key=lambda run: (run.phase, run.configuration))
    ]
    ended = _ended(result.groups)
    began = min((group.started for group in result.groups if group.started is not None), default=None)
    over = max((end for ends in ended.values() for end in ends.values()), default=None)
    conclusion = conclusion_of(result) if trackers else None
    for tracker in trackers:
        try:
            tracker.begin(result.setup, began)
            for configuration, runs in groups:
                tracker.log(configuration, runs, ended[runs[0].phase, configuration.name])
            assert conclusion is not None  # there are trackers
            tracker.conclude(conclusion)
            tracker.end("finished" if result.setup.complete else "interrupted", over)
        except TunerError:
            raise
        except Exception as error:
            raise TunerError(
                f"{tracker.title} failed ({first_line(error)}); the same command goes on"
            ) from error


def _ended(groups: Iterable[Group]) -> Mapping[tuple[Phase, str], dict[int, float]]:
    """When the runs of each phase and configuration ended, by seed index, where that is known."""
    found: defaultdict[tuple[Phase, str], dict[int, float]] = defaultdict(dict)
    for group in groups:
        if group.started is not None:
            end = group.started + group.seconds
            found[group.phase, group.configuration.name] |= dict.fromkeys(group.seed_indices, end)
    return found


@contextmanager
def _installed(option: str, extra: str) -> Iterator[None]:
    """A package that is missing is said in one line."""
    try:
        yield
    except ImportError as error:
        raise TunerError(f"{option} needs another package ({error}); {install(extra)}") from None
