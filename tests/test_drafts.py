"""A trial is written when it has ended, whole."""

from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.trial import TrialState

from tuner.drafts import DraftStorage

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


def use(trial: Any) -> None:
    trial.suggest_float("x", 0.0, 1.0)
    trial.suggest_int("n", 1, 9, log=True)
    trial.suggest_categorical("cell", ["a", "b", None, 3])


def sqlite(folder: Path) -> optuna.storages.BaseStorage:
    return optuna.storages.get_storage(f"sqlite:///{folder / 'study.db'}")


@pytest.fixture
def backend() -> optuna.storages.BaseStorage:
    return optuna.storages.InMemoryStorage()


def study_in(storage: optuna.storages.BaseStorage, **given: Any) -> optuna.Study:
    return optuna.create_study(study_name="s", storage=storage, load_if_exists=True, **given)


def told(study: optuna.Study) -> list[Any]:
    return [
        (
            one.number,
            one.state,
            one.values,
            one.params,
            one.distributions,
            one.user_attrs,
            one.intermediate_values,
        )
        for one in study.trials
    ]


@pytest.mark.parametrize("sampler", ["random", "tpe", "qmc"])
@pytest.mark.parametrize("pruner", ["nop", "asha", "hyperband"])
def test_it_goes_the_same_way_as_the_storage_behind_it(
    sampler: str, pruner: str, backend: optuna.storages.BaseStorage
) -> None:
    """The same draws, reports, prunings and endings, with and without drafts."""

    def search(storage: optuna.storages.BaseStorage) -> list[Any]:
        pruners = {
            "nop": optuna.pruners.NopPruner,
            "asha": optuna.pruners.SuccessiveHalvingPruner,
            "hyperband": optuna.pruners.HyperbandPruner,
        }
        study = study_in(storage, pruner=pruners[pruner]())
        for number in range(12):
            if sampler == "qmc":
                study.sampler = optuna.samplers.QMCSampler(
                    seed=5, scramble=True, independent_sampler=optuna.samplers.RandomSampler(seed=number)
                )
            else:
                samplers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
                study.sampler = samplers[sampler](seed=number)
            trial = study.ask()
            use(trial)
            pruned = False
            for step in range(4):
                trial.report(trial.params["x"] + step, step)
                pruned = pruned or trial.should_prune()
            trial.set_user_attr("name", f"trial-{number}")
            study.tell(trial.number, None if pruned else trial.params["x"], state=_state(pruned))
        return told(study)

    found = search(DraftStorage(backend))
    assert repr(found) == repr(search(optuna.storages.get_storage("sqlite:///:memory:")))


def _state(pruned: bool) -> TrialState:
    return TrialState.PRUNED if pruned else TrialState.COMPLETE


def test_nothing_of_a_trial_is_written_before_its_end(tmp_path: Path) -> None:
    study = study_in(DraftStorage(sqlite(tmp_path)))
    trial = study.ask()
    use(trial)
    trial.report(1.0, 0)
    trial.set_user_attr("name", "trial-0")
    (shown,) = study.get_trials()
    assert (shown.state, shown.number, shown.user_attrs) == (TrialState.RUNNING, 0, {"name": "trial-0"})
    assert study_in(sqlite(tmp_path)).trials == []
    study.tell(0, 0.5)
    (stored,) = study_in(sqlite(tmp_path)).trials
    assert (stored.value, stored.params, stored.intermediate_values) == (0.5, trial.params, {0: 1.0})
    assert stored.datetime_start is not None and stored.datetime_complete is not None
    assert stored.datetime_start <= stored.datetime_complete


@pytest.mark.parametrize("state", [TrialState.COMPLETE, TrialState.FAIL, TrialState.PRUNED])
def test_it_ends_in_every_state(state: TrialState, backend: optuna.storages.BaseStorage) -> None:
    study = study_in(DraftStorage(backend))
    for number in range(2):
        use(study.ask())
        study.tell(number, float("inf") if state == TrialState.COMPLETE else None, state=state)
    assert [one.state for one in study_in(backend).trials] == [state] * 2
    assert study_in(DraftStorage(backend)).ask().number == 2


def test_what_is_discarded_was_never_there(backend: optuna.storages.BaseStorage) -> None:
    storage = DraftStorage(backend)
    study = study_in(storage, sampler=optuna.samplers.QMCSampler(seed=1, scramble=True))
    for number in range(2):
        use(study.ask())
        study.tell(number, 0.0)
    trial = study.ask()
    use(trial)
    first = trial.params
    storage.discard()
    again = study.ask()
    use(again)
    assert {**again.params, "cell": 0} == {**first, "cell": 0}  # the categorical one is random
    assert len(study_in(backend).trials) == 2


def test_ranges_that_do_not_go_together_are_refused_when_they_are_asked_for(
    backend: optuna.storages.BaseStorage,
) -> None:
    study = study_in(DraftStorage(backend))
    study.ask().suggest_categorical("cell", ["a", "b"])
    study.tell(0, 1.0)
    trial = study_in(DraftStorage(backend)).ask()
    with pytest.raises(ValueError, match="does not support dynamic value space"):
        trial.suggest_categorical("cell", ["a", "c"])


def test_trials_of_the_storage_behind_are_reached(backend: optuna.storages.BaseStorage) -> None:
    old = study_in(backend).ask()  # left by an earlier version, or by somebody else
    study = study_in(DraftStorage(backend))
    use(optuna.trial.Trial(study, old._trial_id))
    study.tell(0, 2.0)
    (trial,) = study_in(backend).trials
    assert trial.value == 2.0 and set(trial.params) == {"x", "n", "cell"}


def test_several_under_way_end_in_the_order_in_which_they_were_drawn(
    backend: optuna.storages.BaseStorage,
) -> None:
    study = study_in(DraftStorage(backend), sampler=optuna.samplers.RandomSampler(seed=1))
    trials = [study.ask() for _ in range(3)]
    for trial in trials:
        use(trial)
    assert [one.number for one in study.trials] == [0, 1, 2]
    with pytest.raises(RuntimeError, match="drawn before has not ended"):
        study.tell(1, 0.5)
    for number in range(3):
        study.tell(number, float(number))
    assert [one.values for one in study_in(backend).trials] == [[0.0], [1.0], [2.0]]
    assert [one.params for one in study_in(backend).trials] == [trial.params for trial in trials]


def test_veiled_trials_look_as_they_did_while_they_were_under_way(
    backend: optuna.storages.BaseStorage,
) -> None:
    storage = DraftStorage(backend)
    study = study_in(storage)
    for number in range(2):
        use(study.ask())
        study.tell(number, 1.0)
    storage.veil([1])
    assert [(one.state, one.values) for one in study.trials] == [
        (TrialState.COMPLETE, [1.0]),
        (TrialState.RUNNING, None),
    ]
    assert len(study.get_trials(states=(TrialState.COMPLETE,))) == 1
    storage.veil(())
    assert [one.state for one in study.trials] == [TrialState.COMPLETE] * 2
