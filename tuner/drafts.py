"""An Optuna storage that holds the trials under way in memory, and writes each when it has ended.

Optuna writes a trial in many transactions: when it is asked for, after every suggested value and after every
report to the pruner. A process that is killed between two of them leaves a trial of which nobody can tell how
it would have gone on. Here it leaves nothing: the trial is drawn again, by the same sampler with the same
seed from the same trials before it, and so in the same way.

Several may be under way, where workers train them; they end in the order in which they were drawn. A trial
that is drawn meanwhile must find the same ones running whenever it is drawn, after an interruption too: those
that `veil` names look as if they had not ended.

Nobody else adds trials to the study. So those that are there are looked through once, and counted from then
on: the thousandth trial costs what the first one did, but for what its sampler looks at.
"""

import copy
import datetime
from collections.abc import Collection, Container, Sequence
from typing import Any

from optuna.distributions import BaseDistribution, check_distribution_compatibility
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

_STUDY = "study:"  # before the names of what a sampler keeps for the study, where it is stored with a trial


class DraftStorage(BaseStorage):
    """Another storage, but for the trials under way; only one study of it may be asked for trials.

    What a sampler keeps for the whole study while it draws (the place in a quasi-random sequence) is stored
    with the trial, in the same transaction. A trial under way has an id below zero.
    """

    def __init__(self, backend: BaseStorage) -> None:
        self._backend = backend
        self._study_id = -1
        self._drafts: dict[int, FrozenTrial] = {}  # by id, in the order drawn
        self._ended: tuple[int, int] | None = None  # the last one that was written: its id, and that there
        self._for_study: dict[int, dict[str, Any]] = {}  # by the id of the trial that it is stored with
        # Of all trials that are written:
        self._written = 0  # how many there are
        self._known: dict[str, BaseDistribution] = {}  # by the name of a hyperparameter, the first one
        self._of_study: dict[str, Any] = {}  # what is kept for the whole study, the last one
        self._veiled: frozenset[int] = frozenset()

    def discard(self) -> None:
        """Forget the trial that was asked for last, if it is under way, as if it had never been."""
        if self._drafts:
            trial_id, _ = self._drafts.popitem()
            self._for_study.pop(trial_id, None)

    def veil(self, numbers: Collection[int]) -> None:
        """From now on the trials with these numbers look as they did while they were under way."""
        self._veiled = frozenset(numbers)

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        self._look_through(study_id)
        if template_trial is not None:
            return self._write(template_trial)
        number = self._written + len(self._drafts)
        trial_id = -1 - number
        self._drafts[trial_id] = FrozenTrial(
            number=number,
            state=TrialState.RUNNING,
            value=None,
            datetime_start=datetime.datetime.now(),
            datetime_complete=None,
            params={},
            distributions={},
            user_attrs={},
            system_attrs={},
            intermediate_values={},
            trial_id=trial_id,
        )
        return trial_id

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        draft = self._of(trial_id)
        if draft is None:
            self._backend.set_trial_param(trial_id, param_name, param_value_internal, distribution)
            return
        check_distribution_compatibility(self._known.setdefault(param_name, distribution), distribution)
        draft.params[param_name] = distribution.to_external_repr(param_value_internal)
        draft.distributions[param_name] = distribution

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """End a trial: one under way is written, whole, and must be the one that was drawn first."""
        draft = self._of(trial_id)
        if draft is None:
            return self._backend.set_trial_state_values(trial_id, state, values)
        if not state.is_finished():
            return False
        if draft is not next(iter(self._drafts.values())):
            raise RuntimeError("a trial that was drawn before has not ended")
        kept = self._for_study.pop(trial_id, {})
        ended = create_trial(
            state=state,
            values=values,
            params=draft.params,
            distributions=draft.distributions,
            user_attrs=draft.user_attrs,
            system_attrs={
                **draft.system_attrs,
                **{f"{_STUDY}{key}": value for key, value in kept.items()},
            },
            intermediate_values=draft.intermediate_values,
        )
        ended.datetime_start = draft.datetime_start
        self._ended = trial_id, self._write(ended)
        del self._drafts[trial_id]
        return True

    def set_trial_intermediate_value(self, trial_id: int, step: int, intermediate_value: float) -> None:
        if draft := self._of(trial_id):
            draft.intermediate_values[step] = intermediate_value
        else:
            self._backend.set_trial_intermediate_value(trial_id, step, intermediate_value)

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        if draft := self._of(trial_id):
            draft.user_attrs[key] = value
        else:
            self._backend.set_trial_user_attr(trial_id, key, value)

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        if draft := self._of(trial_id):
            draft.system_attrs[key] = value
        else:
            self._backend.set_trial_system_attr(trial_id, key, value)

    def get_trial(self, trial_id: int) -> FrozenTrial:
        if draft := self._of(trial_id):
            return copy.deepcopy(draft)
        if self._ended is not None and trial_id == self._ended[0]:  # Optuna asks for it after its end
            return self._backend.get_trial(self._ended[1])
        return self._backend.get_trial(trial_id)

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """Those that have ended, and at the end those under way as they are now."""
        if states == (TrialState.WAITING,):  # Optuna asks before every draw; here no trial waits to be drawn
            return []
        if not self._drafts and not self._veiled:
            return self._backend.get_all_trials(study_id, deepcopy, states)
        trials = [
            _under_way(trial) if trial.number in self._veiled else trial
            for trial in self._backend.get_all_trials(study_id, deepcopy)
        ]
        trials += map(copy.deepcopy, self._drafts.values())
        return [trial for trial in trials if states is None or trial.state in states]

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        if -1 - trial_number in self._drafts:
            return -1 - trial_number
        return self._backend.get_trial_id_from_study_id_trial_number(study_id, trial_number)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        self._look_through(study_id)
        found = {**self._backend.get_study_system_attrs(study_id), **self._of_study}
        for kept in self._for_study.values():
            found |= kept
        return found

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        if not self._drafts:
            self._backend.set_study_system_attr(study_id, key, value)
        else:  # with the trial that is being drawn
            self._for_study.setdefault(next(reversed(self._drafts)), {})[key] = value

    def _of(self, trial_id: int) -> FrozenTrial | None:
        return self._drafts.get(trial_id)

    def _look_through(self, study_id: int) -> None:
        """Count the trials that are there, the first time that it is asked."""
        if self._study_id not in (-1, study_id):
            raise ValueError(f"the drafts are of study {self._study_id}, and {study_id} is another")
        if self._study_id == -1:
            self._study_id = study_id
            for trial in self._backend.get_all_trials(study_id, deepcopy=False):
                self._count(trial)

    def _write(self, trial: FrozenTrial) -> int:
        """Write a whole trial. Returns: its id there."""
        trial_id = self._backend.create_new_trial(self._study_id, trial)
        self._count(self._backend.get_trial(trial_id))
        return trial_id

    def _count(self, trial: FrozenTrial) -> None:
        """Take in a trial that is written."""
        self._written = max(self._written, trial.number + 1)
        self._known = {**trial.distributions, **self._known}
        own = (item for item in trial.system_attrs.items() if item[0].startswith(_STUDY))
        self._of_study |= {key.removeprefix(_STUDY): value for key, value in own}

    # What has nothing to do with trials.

    def create_new_study(self, directions: Sequence[StudyDirection], study_name: str | None = None) -> int:
        return self._backend.create_new_study(directions, study_name)

    def delete_study(self, study_id: int) -> None:
        self._backend.delete_study(study_id)

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        self._backend.set_study_user_attr(study_id, key, value)

    def get_study_id_from_name(self, study_name: str) -> int:
        return self._backend.get_study_id_from_name(study_name)

    def get_study_name_from_id(self, study_id: int) -> str:
        return self._backend.get_study_name_from_id(study_id)

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        return self._backend.get_study_directions(study_id)

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        return self._backend.get_study_user_attrs(study_id)

    def get_all_studies(self) -> list[Any]:
        return self._backend.get_all_studies()

    def remove_session(self) -> None:
        self._backend.remove_session()


def _under_way(trial: FrozenTrial) -> FrozenTrial:
    """A trial that has ended as it was before: without what it was told."""
    before = copy.copy(trial)
    before.state, before.values, before.datetime_complete = TrialState.RUNNING, None, None
    return before
