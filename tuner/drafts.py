"""An Optuna storage that holds the trial under way in memory, and writes it when it has ended.

Optuna writes a trial in many transactions: when it is asked for, after every suggested value and after every
report to the pruner. A process that is killed between two of them leaves a trial of which nobody can tell how
it would have gone on. Here it leaves nothing: the trial is drawn again, by the same sampler with the same
seed from the same trials before it, and so in the same way.
"""

import copy
import datetime
from collections.abc import Container, Sequence
from typing import Any

from optuna.distributions import BaseDistribution, check_distribution_compatibility
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

_DRAFT = -1  # the id of the trial under way
_STUDY = "study:"  # before the names of what a sampler keeps for the study, where it is stored with a trial


class DraftStorage(BaseStorage):
    """Another storage, but for the trial under way; only one study of it may be asked for trials.

    What a sampler keeps for the whole study while it draws (the place in a quasi-random sequence) is stored
    with the trial, in the same transaction.
    """

    def __init__(self, backend: BaseStorage) -> None:
        self._backend = backend
        self._study_id = -1
        self._draft: FrozenTrial | None = None
        self._ended: FrozenTrial | None = None  # the last one; Optuna asks for it after its end
        self._for_study: dict[str, Any] = {}
        self._known: dict[str, BaseDistribution] = {}

    def discard(self) -> None:
        """Forget the trial under way, as if it had never been asked for."""
        self._draft = None
        self._for_study = {}

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        if template_trial is not None:
            return self._backend.create_new_trial(study_id, template_trial)
        if self._draft is not None:
            raise RuntimeError("the trial before has neither ended nor been discarded")
        self._study_id, self._for_study = study_id, {}
        self._draft = FrozenTrial(
            number=self._backend.get_n_trials(study_id),
            state=TrialState.RUNNING,
            value=None,
            datetime_start=datetime.datetime.now(),
            datetime_complete=None,
            params={},
            distributions={},
            user_attrs={},
            system_attrs={},
            intermediate_values={},
            trial_id=_DRAFT,
        )
        return _DRAFT

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        draft = self._of(trial_id)
        if draft is None:
            self._backend.set_trial_param(trial_id, param_name, param_value_internal, distribution)
            return
        if param_name not in self._known:
            for trial in self._backend.get_all_trials(self._study_id, deepcopy=False):
                self._known = {**trial.distributions, **self._known}
        if param_name in self._known:
            check_distribution_compatibility(self._known[param_name], distribution)
        draft.params[param_name] = distribution.to_external_repr(param_value_internal)
        draft.distributions[param_name] = distribution

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """End a trial: the one under way is written, whole."""
        draft = self._of(trial_id)
        if draft is None:
            return self._backend.set_trial_state_values(trial_id, state, values)
        if not state.is_finished():
            return False
        ended = create_trial(
            state=state,
            values=values,
            params=draft.params,
            distributions=draft.distributions,
            user_attrs=draft.user_attrs,
            system_attrs={
                **draft.system_attrs,
                **{f"{_STUDY}{key}": value for key, value in self._for_study.items()},
            },
            intermediate_values=draft.intermediate_values,
        )
        ended.datetime_start = draft.datetime_start
        self._ended = self._backend.get_trial(self._backend.create_new_trial(self._study_id, ended))
        self._known = {**draft.distributions, **self._known}
        self.discard()
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
        if trial_id != _DRAFT:
            return self._backend.get_trial(trial_id)
        trial = self._draft or self._ended
        if trial is None:
            raise KeyError("no trial is under way")
        return copy.deepcopy(trial)

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """Those that have ended, and at the end the one under way as it is now."""
        trials = self._backend.get_all_trials(study_id, deepcopy, states)
        if self._draft is not None and (states is None or TrialState.RUNNING in states):
            trials = [*trials, copy.deepcopy(self._draft)]
        return trials

    def get_trial_id_from_study_id_trial_number(self, study_id: int, trial_number: int) -> int:
        if self._draft is not None and trial_number == self._draft.number:
            return _DRAFT
        return self._backend.get_trial_id_from_study_id_trial_number(study_id, trial_number)

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        found = dict(self._backend.get_study_system_attrs(study_id))
        for trial in self._backend.get_all_trials(study_id, deepcopy=False):
            own = (item for item in trial.system_attrs.items() if item[0].startswith(_STUDY))
            found |= {key.removeprefix(_STUDY): value for key, value in own}
        return {**found, **self._for_study}

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        if self._draft is None:
            self._backend.set_study_system_attr(study_id, key, value)
        else:
            self._for_study[key] = value

    def _of(self, trial_id: int) -> FrozenTrial | None:
        return self._draft if trial_id == _DRAFT else None

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
