"""Ready-made suggestions for recurrent models."""

from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from tuner import space
from tuner.errors import StudyError
from tuner.trials import PinnedTrial


def live(seed: int = 1) -> optuna.Trial:
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed)).ask()


def test_the_defaults_are_what_the_field_tunes_first() -> None:
    trial = live()
    space.recurrent(trial)
    assert trial.distributions == {
        "units": IntDistribution(8, 128, log=True),
        "layers": IntDistribution(1, 3),
        "batch_size": CategoricalDistribution((16, 32, 64, 128, 256)),
        "dropout": FloatDistribution(0.0, 0.5),
        "optimizer": CategoricalDistribution(("adam", "rmsprop", "sgd")),
        "learning_rate": FloatDistribution(1e-4, 1e-1, log=True),
    }


def test_what_comes_back_is_what_was_suggested() -> None:
    for seed in range(5):
        trial = live(seed)
        hp = space.recurrent(trial)
        found = {
            "units": hp.units,
            "layers": hp.layers,
            "batch_size": hp.batch_size,
            "dropout": hp.dropout,
            "optimizer": hp.optimizer_name,
            "learning_rate": hp.learning_rate,
        }
        assert found == trial.params


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", 35),
        ("layers", 2),
        ("batch_size", 64),
        ("dropout", 0),
        ("dropout", 0.25),
        ("optimizer", "adam"),
        ("learning_rate", 0.003),
    ],
)
def test_a_single_value_is_not_searched(name: str, value: Any) -> None:
    trial = live()
    hp = space.recurrent(trial, **{name: value})
    assert name not in trial.params
    assert len(trial.params) == 5
    assert getattr(hp, "optimizer_name" if name == "optimizer" else name) == value


def test_ranges_and_choices_can_be_given() -> None:
    trial = live()
    space.recurrent(trial, units=(4, 5), layers=[2, 3], batch_size=[8], learning_rate=(0.01, 0.02))
    assert trial.distributions["units"] == IntDistribution(4, 5, log=True)
    assert trial.distributions["layers"] == CategoricalDistribution((2, 3))
    assert trial.params["batch_size"] == 8
    assert 0.01 <= trial.params["learning_rate"] <= 0.02


@pytest.mark.parametrize(
    ("name", "value"),
    [("units", (9, 1)), ("layers", (1, 2, 3)), ("dropout", "some"), ("learning_rate", None)],
)
def test_what_is_neither_value_nor_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(StudyError, match=f"{name}=.* is neither a value, nor a range"):
        space.recurrent(live(), **{name: value})


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("rmsprop", "RMSprop"), ("sgd", "SGD")])
def test_the_optimizer_is_a_fresh_one_with_the_learning_rate(name: str, kind: str) -> None:
    hp = space.recurrent(
        PinnedTrial({"learning_rate": 0.02}), units=1, layers=1, batch_size=1, dropout=0, optimizer=name
    )
    assert type(hp.optimizer).__name__ == kind
    assert float(hp.optimizer.learning_rate) == pytest.approx(0.02)
    assert hp.optimizer is not hp.optimizer
