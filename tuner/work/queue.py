"""Groups of runs that wait for a worker: an Optuna study of its own in a storage that all share.

Every attempt at a group is a trial. It waits until a worker takes it, which is one step in every storage of
Optuna (so do parallel searches take what was enqueued): two never get the same one. While it trains, its
worker renews a lease: a counter that changes. Whoever put the attempt there judges by its own clock how long
ago that was, so that the clocks of machines need not agree, and may give it up; what comes in later is
refused by the storage, since the attempt has ended. What is read here is checked like a ledger is.
"""

import logging
import math
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from tuner.checked import as_json
from tuner.errors import LedgerError
from tuner.records import Group
from tuner.stored import group_of, record_of
from tuner.work.terms import Terms

_TERMS = "terms"  # of the study; the other names are of trials
_GROUP, _ATTEMPT, _WORKER = "group", "attempt", "worker"
_LEASE, _NOTES, _FILES, _REASON = "lease", "notes", "files", "reason"
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
    """The groups of one run that wait in a storage, or are in training. Use `create` or `all`."""

    def __init__(self, storage: BaseStorage, study_id: int) -> None:
        self.storage = storage
        self._study_id = study_id

    @classmethod
    def create(cls, storage: BaseStorage, name: str, terms: Terms) -> "Queue":
        """A new queue; one that an earlier run left is deleted, and its workers hear of it."""
        optuna.logging.set_verbosity(logging.WARNING)
        with suppress(KeyError):
            storage.delete_study(storage.get_study_id_from_name(_named(name)))
        study_id = storage.create_new_study([StudyDirection.MINIMIZE], _named(name))
        storage.set_study_user_attr(study_id, _TERMS, as_json(terms))
        return cls(storage, study_id)

    @classmethod
    def all(cls, storage: BaseStorage) -> "list[Queue]":
        """The queues of all runs that have one in the storage now."""
        optuna.logging.set_verbosity(logging.WARNING)
        studies = storage.get_all_studies()
        return [cls(storage, one._study_id) for one in studies if one.study_name.endswith(_named(""))]

    def terms(self) -> Terms:
        """What the run tells its workers.

        Raises: GoneError, LedgerError where it is not what a run tells.
        """
        with _there():
            attributes = self.storage.get_study_user_attrs(self._study_id)
        if _TERMS not in attributes:
            raise GoneError  # it is being made
        return record_of(Terms, attributes[_TERMS], "the queue of the study: tells no terms")

    def close(self) -> None:
        """Delete the queue: workers look for another one."""
        with suppress(KeyError):
            self.storage.delete_study(self._study_id)

    # Of the run.

    def put(self, group: Group, attempt: int) -> int:
        """Have a planned group wait for a worker. Returns: the attempt's id."""
        attributes = {_GROUP: as_json(group), _ATTEMPT: attempt}
        waiting = create_trial(state=TrialState.WAITING, user_attrs=attributes)
        return self.storage.create_new_trial(self._study_id, waiting)

    def look(self, attempts: Container[int]) -> dict[int, Seen]:
        """Attempts as they are now, by id."""
        trials = self.storage.get_all_trials(self._study_id, deepcopy=False)
        return {trial._trial_id: _seen(trial) for trial in trials if trial._trial_id in attempts}

    def give_up(self, attempt: int) -> bool:
        """End an attempt, whoever has it. Returns: False where it has ended by itself."""
        try:
            self.storage.set_trial_state_values(attempt, TrialState.FAIL)
        except UpdateFinishedTrialError:
            return False
        return True

    # Of a worker.

    def claim(self, worker: str) -> Claim | None:
        """The next group that waits, for this worker; None where none does.

        Raises: GoneError, LedgerError where what waits is no group.
        """
        with _there():
            waiting = self.storage.get_all_trials(
                self._study_id, deepcopy=False, states=(TrialState.WAITING,)
            )
            for trial in sorted(waiting, key=lambda one: one.number):
                if self._take(trial._trial_id):
                    self.storage.set_trial_user_attr(trial._trial_id, _WORKER, worker)
                    return Claim(trial, _group(trial))
        return None

    def _take(self, attempt: int) -> bool:
        try:
            return self.storage.set_trial_state_values(attempt, TrialState.RUNNING)
        except UpdateFinishedTrialError:
            return False

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
        with _there():
            self.storage.set_trial_user_attr(claim.trial._trial_id, name, value)

    def _end(self, claim: Claim, state: TrialState, values: Sequence[float] | None) -> None:
        with _there():
            self.storage.set_trial_state_values(claim.trial._trial_id, state, values)


class _there:  # noqa: N801  # reads as a context
    """What a storage raises where an attempt has ended, or the whole queue has gone."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UpdateFinishedTrialError):
            raise LostError from None
        if isinstance(error, KeyError):
            raise GoneError from None


def _named(study: str) -> str:
    return f"{study}/work"


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
