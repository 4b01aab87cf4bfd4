"""Fixed values in the place of an Optuna trial."""

from typing import Any

import optuna
import pytest

from tuner.errors import StudyError
from tuner.trials import PinnedTrial


def suggest_all(trial: Any) -> dict[str, Any]:
    return {
        "units": trial.suggest_int("units", 8, 64, log=True),
        "rate": trial.suggest_float("rate", 1e-4, 1e-1, log=True),
        "share": trial.suggest_float("share", 0.0, 1.0, step=0.25),
        "cell": trial.suggest_categorical("cell", ["gru", "lstm", None]),
    }


GIVEN = {"units": 16, "rate": 0.01, "share": 0.5, "cell": None}


def test_values_inside_the_space_come_back() -> None:
    trial = PinnedTrial(GIVEN)
    assert suggest_all(trial) == GIVEN
    assert trial.params == GIVEN
    assert trial.outside == []
    assert trial.unused() == []


def test_its_distributions_are_those_of_a_live_trial() -> None:
    live = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1)).ask()
    suggest_all(live)
    pinned = PinnedTrial(GIVEN)
    suggest_all(pinned)
    assert pinned.distributions == live.distributions


@pytest.mark.parametrize(
    ("name", "value"), [("units", 100), ("units", 1), ("rate", 0.5), ("share", 0.3), ("cell", "rnn")]
)
def test_values_outside_the_ranges_are_used_and_noted(name: str, value: Any) -> None:
    trial = PinnedTrial({**GIVEN, name: value})
    assert suggest_all(trial)[name] == value
    assert trial.outside == [name]


def test_a_value_outside_is_noted_once() -> None:
    trial = PinnedTrial({"units": 100})
    assert [trial.suggest_int("units", 1, 9) for _ in range(2)] == [100, 100]
    assert trial.outside == ["units"]


@pytest.mark.parametrize("name", GIVEN)
def test_a_missing_value_is_named(name: str) -> None:
    given = {key: value for key, value in GIVEN.items() if key != name}
    with pytest.raises(StudyError, match=f"no value for '{name}'"):
        suggest_all(PinnedTrial(given))


def test_a_lenient_one_goes_on_and_lists_what_is_missing() -> None:
    trial = PinnedTrial({"rate": 0.01}, lenient=True)
    assert suggest_all(trial) | suggest_all(trial) == {"units": 8, "rate": 0.01, "share": 0.0, "cell": "gru"}
    assert trial.missing == ["units", "share", "cell"]


def test_values_that_nothing_asks_for_are_listed() -> None:
    trial = PinnedTrial({**GIVEN, "unitz": 3})
    suggest_all(trial)
    assert trial.unused() == ["unitz"]


@pytest.mark.parametrize(("name", "value"), [("units", "many"), ("rate", "fast"), ("rate", None)])
def test_values_of_the_wrong_kind_are_refused_in_one_line(name: str, value: Any) -> None:
    with pytest.raises(StudyError, match=f"{name}={value!r}") as caught:
        suggest_all(PinnedTrial({**GIVEN, name: value}))
    assert "\n" not in str(caught.value)


def test_a_wrong_range_is_the_study_s_mistake() -> None:
    with pytest.raises(StudyError, match="units=3: "):
        PinnedTrial({"units": 3}).suggest_int("units", 9, 1)


def test_the_given_dict_is_not_touched() -> None:
    given = dict(GIVEN)
    suggest_all(PinnedTrial(given))
    assert given == GIVEN
