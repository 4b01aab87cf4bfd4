"""The run's side of shared work: groups put into the queue, and what came of them into the ledger.

A group whose worker died, lost its lease or could not train it is put there again, a set number of times;
then its runs are `failed`, and the study goes on.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tuner.engines.devices import gpus
from tuner.errors import LedgerError
from tuner.folder import WORK, clear_work
from tuner.grouping import measured, plan
from tuner.ledger import Ledger
from tuner.plan import Workers
from tuner.provenance import versions
from tuner.records import Configuration, Group, Phase, Run
from tuner.repeats import OnNote, Preflight, Repeats
from tuner.study import Study
from tuner.training import lost
from tuner.work.hands import Crowd, best, processes
from tuner.work.parcel import drop, received
from tuner.work.place import Place, in_folder, shared
from tuner.work.queue import GoneError, Queue, Seen
from tuner.work.terms import Terms, made

ATTEMPTS = 3  # at a group, until its runs are given up
LEASE = 60.0  # seconds without a sign of its worker after which an attempt is lost
SIGNING = 15.0  # seconds for a worker to put its name to what it has taken: the next thing that it does
# Seeds of a group, for any number of workers: few enough to have groups for all of them, and enough to gain
# from training together. A GPU trains many seeds in the time of a few.
_ON_A_CORE, _ON_A_GPU = 5, 256

Key = tuple[Phase, str, tuple[int, ...]]


@dataclass(slots=True)
class _Open:
    """An attempt that has not ended, and when its lease last changed, by the clock of this process."""

    group: Group
    attempt: int
    seen: Seen | None = None
    changed: float = 0.0


class Crew:
    """Workers, and the groups that they train for one run. Use `Crew.of`.

    `on_note` is told what happened to workers, `on_fallback` what they note of the training. `run` is the
    identity of the run.
    """

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        place: Place,
        hands: Crowd,
        size: int,
        on_note: OnNote,
        on_fallback: OnNote,
        run: str = "",
    ) -> None:
        self._ledger, self._queue, self._place, self._hands, self._run = ledger, queue, place, hands, run
        self._size, self._on_note, self._on_fallback = size, on_note, on_fallback
        self._open: dict[int, _Open] = {}  # by the id of the attempt
        self._submitted: set[Key] = set()
        self._noted: set[str] = set()

    @classmethod
    def of(
        cls,
        ledger: Ledger,
        study: Study,
        runner: Repeats,
        preflight: Preflight,
        workers: Workers,
        on_note: OnNote,
        on_fallback: OnNote,
    ) -> "Crew":
        """Workers on this machine, and those that join.

        Raises: TunerError where there are fewer GPUs than workers, or what is shared cannot be reached.
        """
        on_gpus = workers.gpus if workers.ray else gpus()
        size = 1 if preflight.engine == "fit" else _ON_A_GPU if on_gpus else _ON_A_CORE
        folder = ledger.folder / WORK
        folder.mkdir(exist_ok=True)
        place = shared(workers.storage, workers.artifacts) if workers.storage else in_folder(ledger.folder)
        for old in Queue.left(place.storage, study.name, place.url):
            with suppress(GoneError):
                drop(place.store, old.artifacts())
            old.close()
        setup = ledger.read_setup()
        run = setup.identity if setup is not None else ""
        queue = Queue.create(
            place.storage, study.name, _terms(study, runner, preflight, place, run), place.url
        )
        hands = _crowd(study, place, workers, folder)
        if workers.storage:
            on_note(
                f"the queue is open: {workers.here} workers here, and any that join with `tuner worker"
                f" {Path(study.path).name} --storage ... --artifacts ...`"
            )
        return cls(ledger, queue, place, hands, size, on_note, on_fallback, run)

    def close(self, *, complete: bool) -> None:
        """End the workers here, and the queue. What workers said is kept where the run is not complete."""
        self._hands.end()
        with suppress(GoneError, LedgerError):  # the storage may have gone away, which has been told
            drop(self._place.store, self._queue.artifacts(lost=True))
            self._queue.close()
        if complete:
            clear_work(self._ledger.folder)

    def begin(self, phase: Phase, configuration: Configuration, count: int) -> None:
        """Have seeds 0..count-1 of a configuration trained, where the ledger has them not.

        Raises: LedgerError where the ledger holds other values under the configuration's name.
        """
        with self._queue_there():
            self._begin(phase, configuration, count)

    def _begin(self, phase: Phase, configuration: Configuration, count: int) -> tuple[Group, ...]:
        """Put the groups of these seeds that have not trained into the queue. Returns: them all."""
        wanted = plan(self._ledger, phase, configuration, count, self._size)
        for group in wanted:
            if (key := _key(group)) not in self._submitted:
                self._submitted.add(key)
                self._put(group, 1)
        return wanted

    def measure(
        self,
        phase: Phase,
        configuration: Configuration,
        count: int,
        on_progress: Callable[[int, float], None],
    ) -> tuple[Run, ...]:
        """The runs of seeds 0..count-1, as soon as all of them have ended; what else waits goes on meanwhile.

        `on_progress` gets the number of seeds in training and the share done.

        Raises: TunerError where no worker can work.
        """
        with self._queue_there():
            return self._measure(phase, configuration, count, on_progress)

    @contextmanager
    def _queue_there(self) -> Iterator[None]:
        try:
            yield
        except GoneError:
            raise LedgerError(
                f"{self._ledger.folder}: somebody has deleted the queue of its workers; run the study again"
            ) from None

    def _measure(
        self,
        phase: Phase,
        configuration: Configuration,
        count: int,
        on_progress: Callable[[int, float], None],
    ) -> tuple[Run, ...]:
        wanted = self._begin(phase, configuration, count)
        seeds, most = sum(len(group.seed_indices) for group in wanted), 0.0
        while ahead := {key for group in wanted if (key := _key(group)) in self._submitted}:
            self._look()
            done = sum(self._share(group, ahead) * len(group.seed_indices) for group in wanted) / seeds
            most = max(most, done)  # a group that is trained again does not take progress back
            on_progress(seeds, most)
            time.sleep(self._place.pace)
        return measured(self._ledger, phase, configuration, count)

    def _share(self, group: Group, ahead: set[Key]) -> float:
        """What is done of a group."""
        if _key(group) not in ahead:
            return 1.0
        seen = next((one.seen for one in self._open.values() if _key(one.group) == _key(group)), None)
        return seen.share if seen is not None and seen.state == "training" else 0.0

    def _put(self, group: Group, attempt: int) -> None:
        self._open[self._queue.put(group, attempt)] = _Open(group, attempt, changed=time.monotonic())

    def _look(self) -> None:
        """Take in what has happened since the last look."""
        self._hands.tend([self._queue])
        now, found = time.monotonic(), self._queue.look(self._open)
        for number, one in list(self._open.items()):
            seen = found[number]
            if one.seen is None or (seen.lease, seen.state) != (one.seen.lease, one.seen.state):
                one.changed = now
            one.seen = seen
            if seen.state == "done":
                self._take_in(number, one, seen)
            elif seen.state == "failed":
                self._again(number, one, seen.reason)
            elif seen.state == "training" and not seen.worker and now - one.changed > SIGNING:
                self._lose(number, one, "")  # it died before it began, which says nothing of the group
            elif seen.state == "training" and now - one.changed > LEASE:
                self._lose(number, one, f"was not heard of for {LEASE:.0f} s")

    def _take_in(self, number: int, one: _Open, seen: Seen) -> None:
        """Put what a worker trained into the ledger."""
        try:
            with received(self._place.store, seen.files, one.group) as (ledger, group):
                self._ledger.take_over(ledger, group)
        except LedgerError as error:
            self._again(number, one, f"sent something else ({error})")
            return
        self._end(number)
        drop(self._place.store, seen.files.values())
        for text in seen.notes:
            if text not in self._noted:
                self._noted.add(text)
                self._on_fallback(text)

    def _lose(self, number: int, one: _Open, why: str) -> None:
        if self._queue.give_up(number):  # else it has just ended, and the next look tells how
            self._again(number, one, why)

    def _again(self, number: int, one: _Open, why: str) -> None:
        """Have a group trained once more, or give its runs up. Without a reason it was only given back."""
        group, attempt = one.group, one.attempt + bool(why)
        name, seeds = group.configuration.name, len(group.seed_indices)
        if attempt > ATTEMPTS:
            given_up = lost(
                group.phase, name, group.seed_indices, f"its worker {why}, {ATTEMPTS} times in a row"
            )
            failed = Group(group.phase, group.configuration, group.seed_indices, given_up.runs)
            self._ledger.write(failed, given_up.examples, given_up.predictions)
            self._end(number)
            return
        if why:
            runs = "its run is" if seeds == 1 else f"its {seeds} runs are"
            self._on_note(f"the worker that trained {name!r} {why}; {runs} trained again")
        del self._open[number]
        self._put(group, attempt)

    def _end(self, number: int) -> None:
        """A group is in the ledger; what was kept of it in training is no longer needed."""
        group = self._open.pop(number).group
        self._submitted.discard(_key(group))
        self._place.slot(self._run, group).clear()


def _key(group: Group) -> Key:
    return group.phase, group.configuration.name, group.seed_indices


def _crowd(study: Study, place: Place, workers: Workers, folder: Path) -> Crowd:
    """The workers that the run starts itself."""
    if not workers.ray:
        return processes(study.path, place, best(workers.here), folder)
    from tuner.work.on_ray import RayHands

    return RayHands(workers.ray, study.path, place, workers.here, workers.gpus)


def _terms(study: Study, runner: Repeats, preflight: Preflight, place: Place, run: str) -> Terms:
    return Terms(
        study=study.name,
        file=Path(study.path).name,
        source=study.source,
        made=made(study),
        data=preflight.data,
        seed=study.seed,
        engine=runner.engine,
        backend=preflight.backend,
        options=dict(study.options),
        versions=versions(),
        pace=place.pace,
        run=run,
        outputs=runner.keep_outputs,
    )
