"""Metrics against numpy and hand computation."""

import math
from typing import Any
from unittest.mock import patch

import keras
import numpy as np
import pytest

from tests.tiny import dense_study
from tuner.engines.base import score
from tuner.errors import StudyError
from tuner.metrics import Metric, resolve_metric

RNG = np.random.default_rng(5)
TRUE, PREDICTED = RNG.normal(size=(2, 40, 3, 2))


def metric(name: Any, **changes: Any) -> Metric:
    return resolve_metric(dense_study(metric=name, **changes))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", np.mean((TRUE - PREDICTED) ** 2)),
        ("mean_squared_error", np.mean((TRUE - PREDICTED) ** 2)),
        ("mae", np.mean(np.abs(TRUE - PREDICTED))),
        ("rmse", np.sqrt(np.mean((TRUE - PREDICTED) ** 2))),
        ("root_mean_squared_error", np.sqrt(np.mean((TRUE - PREDICTED) ** 2))),
    ],
)
def test_regression_metrics_are_means_over_everything(name: str, expected: float) -> None:
    assert metric(name).score(TRUE, PREDICTED) == pytest.approx(expected, rel=1e-5)


def test_a_keras_loss_is_a_metric_too() -> None:
    error = np.abs(TRUE - PREDICTED)
    huber = np.where(error <= 1, 0.5 * error**2, error - 0.5).mean()
    found = metric("huber", direction="minimize")
    assert found.score(TRUE, PREDICTED) == pytest.approx(huber, rel=1e-5)


def test_a_keras_loss_is_minimised() -> None:
    assert metric("huber").direction == "minimize"
    assert metric("log_cosh").direction == "minimize"


@pytest.mark.parametrize("name", ["mse", "mae", "kl_divergence", "hinge", "categorical_crossentropy"])
def test_errors_are_minimised(name: str) -> None:
    assert metric(name).direction == "minimize"


@pytest.mark.parametrize(
    "name",
    [
        "accuracy",
        "binary_accuracy",
        "auc",
        "r2_score",
        "f1_score",
        "cosine_similarity",
        "precision",
        "recall",
    ],
)
def test_goods_are_maximised(name: str) -> None:
    assert metric(name).direction == "maximize"


def test_a_given_direction_holds() -> None:
    assert metric("mse", direction="maximize").direction == "maximize"


def test_a_mean_has_no_better_side() -> None:
    with pytest.raises(StudyError, match="'mean' has no known better side; add direction="):
        metric("mean")


@pytest.mark.parametrize("name", ["mze", "", "acuracy"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(StudyError, match="is no Keras metric or loss"):
        metric(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("rsme", "'rmse'"),
        ("f1", "'f1_score'"),
        ("acuracy", "'accuracy'"),
        ("Mean_Squared_Eror", "'mean_squared_error'"),
    ],
)
def test_a_misspelt_name_is_refused_where_the_study_is_made(name: str, meant: str) -> None:
    with pytest.raises(StudyError, match=f"metric '{name}' is no Keras .*; did you mean {meant}"):
        dense_study(metric=name)


@pytest.mark.parametrize("module", [keras.metrics, keras.losses])
def test_every_name_that_keras_takes_is_taken_and_makes_nothing_yet(module: Any) -> None:
    names = [
        name
        for name, one in vars(module).items()
        if callable(one) and name not in ("get", "serialize", "deserialize")
    ]
    with patch.object(module, "get") as get:
        for name in [*names, "mse", "mae", "acc", "rmse", "f1_score", "r2_score", "auc", "huber"]:
            if name not in ("Loss", "Metric"):
                dense_study(metric=name)
    assert len(names) > 20
    get.assert_not_called()


@pytest.mark.parametrize("name", ["MeanIoU", "precision_at_recall"])
def test_a_metric_that_needs_arguments_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(StudyError, match=name):
        metric(name)


@pytest.mark.parametrize(
    ("true", "predicted", "expected"),
    [
        (np.array([0, 1, 1, 0]), np.array([[0.1], [0.9], [0.4], [0.2]]), 0.75),
        (np.array([[0], [1], [1], [0]]), np.array([[0.1], [0.9], [0.4], [0.2]]), 0.75),
        (np.array([2, 0, 1]), np.array([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]), 2 / 3),
        (np.array([[2], [0], [1]]), np.array([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]), 2 / 3),
        (np.eye(3)[[2, 0, 1]], np.array([[0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]), 2 / 3),
        (np.eye(2)[[[0, 1], [1, 1]]], np.eye(2)[[[0, 1], [0, 1]]] * 0.8 + 0.1, 0.75),
    ],
    ids=["binary", "binary column", "sparse", "sparse column", "one-hot", "one-hot sequence"],
)
def test_accuracy_fits_the_shapes(true: np.ndarray, predicted: np.ndarray, expected: float) -> None:
    assert metric("accuracy").score(true, predicted) == pytest.approx(expected)


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
@pytest.mark.parametrize("name", ["mse", lambda true, predicted: np.mean((true - predicted) ** 2)])
def test_a_column_meets_a_row_one_to_one(name: Any, shape: tuple[int, ...]) -> None:
    true, predicted = np.arange(6.0).reshape(shape), np.arange(6.0)[:, None] + 1
    assert metric(name, direction="minimize").score(true, predicted) == pytest.approx(1.0)


def test_a_function_needs_a_direction_and_keeps_its_name() -> None:
    def largest_error(true: np.ndarray, predicted: np.ndarray) -> float:
        return np.max(np.abs(true - predicted))

    with pytest.raises(StudyError, match="add direction='minimize' or direction='maximize'"):
        metric(largest_error)
    found = metric(largest_error, direction="minimize")
    assert found.name == "largest_error"
    assert found.score(TRUE, PREDICTED) == np.abs(TRUE - PREDICTED).max()
    assert isinstance(found.score(TRUE, PREDICTED), float)


def test_scores_do_not_remember_earlier_ones() -> None:
    first = metric("mse")
    before = first.score(TRUE, PREDICTED)
    first.score(TRUE, PREDICTED + 100)
    assert first.score(TRUE, PREDICTED) == before


def test_a_keras_metric_object_does_not_remember_earlier_scores() -> None:
    study = {"metric": keras.metrics.MeanAbsoluteError(), "direction": "minimize"}
    try:
        found = resolve_metric(dense_study(**study))
    except StudyError:
        return  # refusing it is fine as well
    assert found.score(np.zeros(4), np.ones((4, 1))) == 1.0
    assert found.score(np.zeros(4), np.zeros((4, 1))) == 0.0


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_a_prediction_that_is_not_finite_has_no_score(lost: float) -> None:
    predicted = np.array([[0.9], [lost]])
    assert math.isnan(score(metric("accuracy"), np.array([1, 0]), predicted))
    assert math.isnan(score(metric("mse"), np.array([1.0, 0.0]), predicted))


def test_scores_of_several_outputs_go_to_the_function_whole() -> None:
    def first_only(true: dict[str, Any], predicted: dict[str, Any]) -> float:
        return float(np.mean(np.abs(true["a"] - predicted["a"])))

    true = {"a": np.zeros((3, 1)), "b": np.zeros((3, 2))}
    predicted = {"a": np.ones((3, 1)), "b": np.full((3, 2), 7.0)}
    assert score(metric(first_only, direction="minimize"), true, predicted) == 1.0
