"""A worker: takes a group from the queue, trains it, sends what came out, and takes the next one."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from tuner.backend import prepare_backend
from tuner.errors import StudyError, TunerError, described
from tuner.loading import fingerprint_of, load_study
from tuner.repeats import Repeats
from tuner.work.parcel import drop, send
from tuner.work.place import Place
from tuner.work.queue import Claim, GoneError, LostError, Queue
from tuner.work.terms import Terms, differences

_RENEWED = 2.0  # seconds between two renewals of a lease


class _Abandoned(BaseException):
    """Nobody waits for what is in training. It must pass where the exceptions of user code are caught."""


class _Lease:
    """Renewed by a thread of its own for as long as the process lives and the group is in training."""

    def __init__(self, queue: Queue, claim: Claim) -> None:
        self._queue, self._claim = queue, claim
        self._share, self._ended = 0.0, threading.Event()
        self._lost = False
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, share: float) -> None:
        """Called while the group trains. Raises: _Abandoned where that is in vain."""
        self._share = share
        if self._lost:
            raise _Abandoned

    def _renew(self) -> None:
        count = 0
        while not self._lost:
            count += 1
            try:
                self._queue.renew(self._claim, count, self._share)
            except (LostError, GoneError):
                self._lost = True
            except Exception:  # the storage cannot be reached; perhaps the next time
                pass
            if self._ended.wait(_RENEWED):
                return


def serve(path: Path, place: Place, name: str, say: Callable[[str], None]) -> None:
    """Train what waits for the study of a file, for one run of it after another, until interrupted.

    Raises: TunerError where the study, its data or what else determines the numbers is not that of the run.
    """
    waits = False
    while True:
        queue, terms = _find(path, place)
        if queue is not None and terms is not None:
            runner = _runner(path, terms)
            waits = False
            _work(queue, place, runner, terms, name, say)
        elif not waits:
            say(f"waiting for a run of {path.name}")
            waits = True
        time.sleep(place.pace)


def _find(path: Path, place: Place) -> tuple[Queue | None, Terms | None]:
    """The queue of a run of this study file, with its options, and what it tells.

    Raises: StudyError where there is one of another file of that name.
    """
    for queue in Queue.all(place.storage, place.url):
        try:
            terms = queue.terms()
        except GoneError:
            continue
        if terms.source == fingerprint_of(path, terms.options):
            return queue, terms
        if terms.file == path.name:
            raise StudyError(
                f"{path}: is not the study file of the run of {terms.study!r} that waits for workers; give"
                " the same file to both"
            )
    return None, None


def _runner(path: Path, terms: Terms) -> Repeats:
    """What trains the configurations of the study, as the run would.

    Raises: TunerError where something that determines the numbers is not as there.
    """
    prepare_backend(terms.backend)
    study = replace(load_study(path, terms.options), seed=terms.seed)
    runner = Repeats(study, engine=terms.engine, keep_outputs=terms.outputs)
    if found := tuple(differences(terms, study, runner.digest())):
        raise TunerError(f"{path}: is not here as in the run: {'; '.join(found)}; make them equal")
    return runner


def _work(
    queue: Queue, place: Place, runner: Repeats, terms: Terms, name: str, say: Callable[[str], None]
) -> None:
    """Take groups until the queue has gone."""
    while True:
        try:
            claim = queue.claim(name)
        except GoneError:
            return
        if claim is None:
            time.sleep(terms.pace)
            continue
        group = claim.group
        what = f"{group.phase} {group.configuration.name}, seeds {group.seed_indices}"
        say(f"training {what}")
        try:
            _train(queue, place, runner, terms.run, claim)
        except (LostError, GoneError):
            say(f"nobody waits any more for {what}")


def _train(queue: Queue, place: Place, runner: Repeats, run: str, claim: Claim) -> None:
    """Train a group of a run and hand it in; a long training goes on from where a worker was that died.

    Raises: LostError or GoneError where it was given up meanwhile.
    """
    group = claim.group
    notes: list[str] = []
    with _Lease(queue, claim) as lease, runner.noting(notes.append):
        try:
            training = runner.training(group.phase, group.configuration, group.seed_indices)
            kept = runner.kept(group, place.slot(run, group))
            trained = training.measure(group.seed_indices, lease.progress, kept=kept)
            files = send(queue, place.store, claim, trained)
        except _Abandoned:
            raise LostError from None
        except (LostError, GoneError):
            raise
        except Exception as error:
            queue.fail(claim, described(error))
            return
    try:
        queue.hand_in(claim, files, notes)
    except (LostError, GoneError):
        drop(place.store, files.values())
        raise
