"""Groups of runs that wait for a worker: an Optuna study of its own in a storage that all share.

Every attempt at a group is a trial. It waits until a worker takes it, which is one step in every storage of
Optuna (so do parallel searches take what was enqueued): two never get the same one. While it trains, its
worker renews a lease: a counter that changes. Whoever put the attempt there judges by its own clock how long
ago that was, so that the clocks of machines need not agree, and may give it up; what comes in later is
refused by the storage, since the attempt has ended. What is read here is checked like a ledger is.
"""

import logging
import math
import uuid
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.artifacts import get_all_artifact_meta
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from tuner.checked import as_json
from tuner.errors import LedgerError, TunerError
from tuner.ledger import slug
from tuner.records import Group
from tuner.storage import shared_errors
from tuner.stored import group_of, record_of
from tuner.work.terms import Terms

_TERMS = "terms"  # of the study; the other names are of trials
_GROUP, _ATTEMPT, _WORKER = "group", "attempt", "worker"
_LEASE, _NOTES, _FILES, _REASON = "lease", "notes", "files", "reason"
_WORK = "/work/"  # between the name of a study and that of a queue
_HERE = "the queue in the run folder"
_LONGEST = 500  # characters of a text that a worker sends

State = Literal["waiting", "training", "done", "failed"]
_STATES: Mapping[TrialState, State] = {
    TrialState.WAITING: "waiting",
    TrialState.RUNNING: "training",
    TrialState.COMPLETE: "done",
    TrialState.FAIL: "failed",
    TrialState.PRUNED: "failed",
}


class GoneError(Exception):
    """The queue is no longer there: the run has ended, or begun anew."""


class LostError(Exception):
    """The attempt has been given up; somebody else trains the group."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An attempt as it is now: `lease` changes while its worker lives, `share` of the group is trained.

    `files` has an artifact's id by the name of each file; `reason` says why it failed.
    """

    state: State
    worker: str
    lease: int
    share: float
    notes: tuple[str, ...]
    files: Mapping[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt that a worker has taken."""

    trial: FrozenTrial
    group: Group


class Queue:
    """The groups of one run that wait in a storage, or are in training. Use `create` or `all`.

    Every session of a run has a queue of its own name, so that nobody takes one for another: some databases
    give the number of what was deleted again.
    """

    def __init__(self, storage: BaseStorage, name: str, study_id: int, url: str = "") -> None:
        self.storage = storage
        self._name, self._study_id, self._url = name, study_id, url

    @classmethod
    def create(cls, storage: BaseStorage, study: str, terms: Terms, url: str = "") -> "Queue":
        """A new queue. `url` is the address of a shared storage, for what is said when it is gone."""
        name = f"{slug(study)}{_WORK}{uuid.uuid4().hex}"
        queue = cls(storage, name, storage.create_new_study([StudyDirection.MINIMIZE], name), url)
        storage.set_study_user_attr(queue._study_id, _TERMS, as_json(terms))
        return queue

    @classmethod
    def left(cls, storage: BaseStorage, study: str, url: str = "") -> "list[Queue]":
        """The queues that earlier sessions of a study left: nobody takes anything out of them any more."""
        return [one for one in cls.all(storage, url) if one._name.rpartition(_WORK)[0] == slug(study)]

    @classmethod
    def all(cls, storage: BaseStorage, url: str = "") -> "list[Queue]":
        """The queues of all runs that have one in the storage now."""
        optuna.logging.set_verbosity(logging.WARNING)
        with shared_errors(url or _HERE):
            studies = storage.get_all_studies()
        return [
            cls(storage, one.study_name, one._study_id, url) for one in studies if _WORK in one.study_name
        ]

    def terms(self) -> Terms:
        """What the run tells its workers.

        Raises: GoneError, LedgerError where it is not what a run tells.
        """
        with self._there():
            attributes = self.storage.get_study_user_attrs(self._study_id)
        if _TERMS not in attributes:
            raise GoneError  # it is being made
        return record_of(Terms, attributes[_TERMS], "the queue of the study: tells no terms")

    def close(self) -> None:
        """Delete the queue: workers look for another one."""
        with suppress(GoneError), self._there():
            self.storage.delete_study(self._study_id)

    @contextmanager
    def _there(self) -> Iterator[None]:
        """Raises: GoneError where the whole queue has gone, LostError where the attempt has ended.

        LedgerError where the storage cannot be reached.
        """
        try:
            if self.storage.get_study_id_from_name(self._name) != self._study_id:
                raise GoneError
            yield
        except KeyError:
            raise GoneError from None
        except UpdateFinishedTrialError:
            raise LostError from None
        except (GoneError, LostError, TunerError):
            raise
        except Exception:
            with shared_errors(self._url or _HERE):
                raise

    # Of the run.

    def put(self, group: Group, attempt: int) -> int:
        """Have a planned group wait for a worker. Returns: the attempt's id.

        Raises: GoneError.
        """
        attributes = {_GROUP: as_json(group), _ATTEMPT: attempt}
        waiting = create_trial(state=TrialState.WAITING, user_attrs=attributes)
        with self._there():
            return self.storage.create_new_trial(self._study_id, waiting)

    def look(self, attempts: Container[int]) -> dict[int, Seen]:
        """Attempts as they are now, by id.

        Raises: GoneError.
        """
        with self._there():
            trials = self.storage.get_all_trials(self._study_id, deepcopy=False)
        return {trial._trial_id: _seen(trial) for trial in trials if trial._trial_id in attempts}

    def give_up(self, attempt: int) -> bool:
        """End an attempt, whoever has it. Returns: False where it has ended by itself.

        Raises: GoneError.
        """
        try:
            with self._there():
                self.storage.set_trial_state_values(attempt, TrialState.FAIL)
        except LostError:
            return False
        return True

    def bury(self, died: Mapping[str, str]) -> int:
        """End the attempts of workers that died, with how that was by their names; how many there were.

        Raises: GoneError.
        """
        with self._there():
            training = self.storage.get_all_trials(
                self._study_id, deepcopy=False, states=(TrialState.RUNNING,)
            )
        ended = 0
        for trial in training:
            why = died.get(str(trial.user_attrs.get(_WORKER)))
            if why is not None:
                with suppress(LostError):
                    self.fail(Claim(trial, _group(trial)), why)
                    ended += 1
        return ended

    def artifacts(self, *, lost: bool = False) -> list[str]:
        """What was sent here, by Optuna's records; with `lost` only what came of attempts that failed.

        Raises: GoneError.
        """
        with self._there():
            trials = self.storage.get_all_trials(self._study_id, deepcopy=False)
            return [
                meta.artifact_id
                for trial in trials
                if not lost or trial.state != TrialState.COMPLETE
                for meta in get_all_artifact_meta(trial, storage=self.storage)
            ]

    # Of a worker.

    def claim(self, worker: str) -> Claim | None:
        """The next group that waits, for this worker; None where none does.

        Raises: GoneError, LedgerError where what waits is no group.
        """
        with self._there():
            waiting = self.storage.get_all_trials(
                self._study_id, deepcopy=False, states=(TrialState.WAITING,)
            )
            for trial in sorted(waiting, key=lambda one: one.number):
                if self._take(trial._trial_id) and self._sign(trial._trial_id, worker):
                    return Claim(trial, _group(trial))
        return None

    def _take(self, attempt: int) -> bool:
        try:
            return self.storage.set_trial_state_values(attempt, TrialState.RUNNING)
        except UpdateFinishedTrialError:
            return False

    def _sign(self, attempt: int, worker: str) -> bool:
        """Put a name to what was taken. Returns: False where that took so long that it was given up."""
        try:
            self.storage.set_trial_user_attr(attempt, _WORKER, worker)
        except UpdateFinishedTrialError:
            return False
        return True

    def renew(self, claim: Claim, lease: int, share: float) -> None:
        """Raises: LostError, GoneError."""
        self._tell(claim, _LEASE, [lease, share])

    def hand_in(self, claim: Claim, files: Mapping[str, str], notes: Sequence[str]) -> None:
        """End an attempt with the artifacts that hold its runs.

        Raises: LostError, GoneError: then nobody will look at them.
        """
        self._tell(claim, _NOTES, list(notes))
        self._tell(claim, _FILES, dict(files))
        self._end(claim, TrialState.COMPLETE, [0.0])

    def fail(self, claim: Claim, reason: str) -> None:
        """End an attempt without runs.

        Raises: LostError, GoneError.
        """
        self._tell(claim, _REASON, reason)
        self._end(claim, TrialState.FAIL, None)

    def _tell(self, claim: Claim, name: str, value: Any) -> None:
        with self._there():
            self.storage.set_trial_user_attr(claim.trial._trial_id, name, value)

    def _end(self, claim: Claim, state: TrialState, values: Sequence[float] | None) -> None:
        with self._there():
            self.storage.set_trial_state_values(claim.trial._trial_id, state, values)


def _group(trial: FrozenTrial) -> Group:
    """Raises: LedgerError where an attempt is none at a group."""
    group = group_of(trial.user_attrs.get(_GROUP) or {}, Path("the queue of the study"))
    if group.runs:
        raise LedgerError("the queue of the study: a group in it has runs")
    return group


def _seen(trial: FrozenTrial) -> Seen:
    told = trial.user_attrs
    lease = told.get(_LEASE)
    counter, share = lease if isinstance(lease, list) and len(lease) == 2 else (0, 0.0)
    files, notes = told.get(_FILES), told.get(_NOTES)
    return Seen(
        state=_STATES[trial.state],
        worker=_text(told.get(_WORKER)),
        lease=counter if isinstance(counter, int) else 0,
        share=min(max(share, 0.0), 1.0) if isinstance(share, float) and math.isfinite(share) else 0.0,
        notes=tuple(map(_text, notes)) if isinstance(notes, list) else (),
        files={_text(name): _text(one) for name, one in files.items()} if isinstance(files, dict) else {},
        reason=_text(told.get(_REASON)),
    )


def _text(value: Any) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
