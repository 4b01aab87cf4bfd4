"""What a study may be, and one line for what it may not be."""

from typing import Any

import numpy as np
import pytest

from tests.tiny import build_dense, dense_study, splits
from tuner.errors import StudyError
from tuner.splits import Splits
from tuner.trees import leaves

RNG = np.random.default_rng(0)


def pair(examples: int, features: int = 3, targets: int = 1) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((examples, features)), np.zeros((examples, targets))


def test_sizes_count_examples() -> None:
    data = Splits(train=pair(5), validation=pair(3), test=pair(2))
    assert data.sizes == {"train": 5, "validation": 3, "test": 2}


def test_x_and_y_may_be_nested() -> None:
    def nested(n: int) -> Any:
        return {"past": np.zeros((n, 4, 1)), "day": np.zeros((n, 2))}, (np.zeros((n, 1)), np.zeros((n, 7)))

    data = Splits(nested(4), nested(2), nested(2))
    assert data.sizes == {"train": 4, "validation": 2, "test": 2}
    assert [leaf.shape for leaf in leaves(data.train)] == [(4, 2), (4, 4, 1), (4, 1), (4, 7)]


def test_a_list_is_as_good_as_a_tuple() -> None:
    assert isinstance(Splits(list(pair(4)), list(pair(2)), list(pair(2))).train, tuple)


def test_the_order_of_a_dict_does_not_matter() -> None:
    def x(n: int) -> dict[str, np.ndarray]:
        return {"a": np.zeros((n, 1)), "b": np.zeros((n, 2))}

    y = np.zeros((3, 1))
    turned = dict(reversed(x(3).items()))
    assert Splits((x(3), y), (turned, y), (x(3), y)).sizes["validation"] == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": np.zeros((3, 1))}, "the train split is not a pair"),
        ({"validation": (1, 2, 3)}, "the validation split is not a pair"),
        ({"test": (np.zeros((4, 3)), np.zeros((3, 1)))}, "the test split has 3 and 4 examples"),
        ({"train": (np.zeros((0, 3)), np.zeros((0, 1)))}, "the train split has 0 examples"),
        ({"train": (1.0, 2.0)}, "the train split has 0 examples"),
        ({"validation": pair(2, features=4)}, r"x of the validation split has shape \(4,\) an example"),
        ({"test": pair(2, targets=2)}, r"y of the test split has shape \(2,\) an example"),
        ({"credit": 3}, "credit is a int; write whose data they are, in words"),
        ({"preparation": "scaled"}, "preparation is a str; give a fitted tuner.prepare.Preparation"),
        ({"raw": 3}, "raw is a int; give the Splits of the raw data"),
        ({"columns": ("a", "a")}, "give names, each once"),
        ({"classes": (1, 2)}, "give names, each once"),
        ({"test": ((np.zeros((2, 3)), np.zeros((2, 3))), np.zeros((2, 1)))}, "x of the test split has shape"),
    ],
)
def test_splits_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        Splits(**{"train": pair(4), "validation": pair(2), "test": pair(2), **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": [1, 2]}, "data is a list; give Splits or a function"),
        ({"data": lambda seed: splits()}, "parameter 'seed'; only 'trial' and 'rng'"),
        ({"build": 3}, "build is a int; give a function"),
        ({"metric": None}, "metric is neither a name nor a function"),
        ({"direction": "down"}, "direction is 'down'; write 'minimize' or 'maximize'"),
        ({"epochs": 0}, "epochs is 0; give a whole number, 1 or more"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"trials": -1}, "trials is -1"),
        ({"trials": True}, "trials is True"),
        ({"seed": -1}, "seed is -1"),
        ({"level": 1.0}, "level is 1.0"),
        ({"level": 95}, "level is 95"),
        ({"series": 12}, "series is 12; give True where the test examples are in the order of time"),
        ({"margin": 0.0}, "margin is 0.0; give a positive number"),
        ({"margin": float("inf")}, "margin is inf"),
        ({"margin": "small"}, "margin is 'small'"),
        ({"objective": "best"}, "objective is 'best'"),
        ({"baseline": None}, "baseline is no dict"),
        ({"candidates": {"baseline": {}}}, "cannot be named 'baseline'"),
        ({"candidates": {"trial-3": {}}}, "cannot be named 'trial-3'"),
        ({"candidates": {"": {}}}, "cannot be named ''"),
        ({"candidates": {3: {}}}, "cannot be named 3"),
        ({"candidates": {"big": 3}}, "candidate 'big' is neither a dict of values nor a build function"),
    ],
)
def test_fields_that_cannot_be_used_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        dense_study(**change)
    assert "\n" not in str(caught.value)


def test_candidates_are_values_or_build_functions() -> None:
    study = dense_study(candidates={"big": {"learning_rate": 0.1}, "other": build_dense})
    assert set(study.candidates) == {"big", "other"}


def test_fixed_data_do_not_vary() -> None:
    study = dense_study()
    assert not study.data_vary
    assert study.splits(None, RNG) is study.data


def test_a_data_function_gets_what_it_asks_for() -> None:
    def data(trial: Any, rng: np.random.Generator) -> Splits:
        seen.append((trial, rng))
        return splits()

    seen: list[Any] = []
    dense_study(data=data).splits("a trial", RNG)
    assert seen == [("a trial", RNG)]


@pytest.mark.parametrize(
    ("data", "vary"),
    [(lambda rng: splits(), True), (lambda trial: splits(), False), (lambda: splits(), False)],
)
def test_only_data_with_a_generator_vary(data: Any, vary: bool) -> None:
    study = dense_study(data=data)
    assert study.data_vary is vary
    assert study.splits("a trial", RNG).sizes == splits().sizes


def test_a_data_function_must_return_splits() -> None:
    with pytest.raises(StudyError, match="the data function returned a tuple"):
        dense_study(data=lambda: (1, 2)).splits(None, RNG)
