"""Scores of single test examples: their mean is the score, or there are none and it is said why."""

import math
from typing import Any

import keras
import numpy as np
import pytest

from tests.tiny import dense_study
from tuner import examples
from tuner.examples import in_calls, of_group, of_run
from tuner.metrics import Metric, resolve_metric
from tuner.records import ExampleScores

RNG = np.random.default_rng(5)
TRUE, PREDICTED = RNG.normal(size=(2, 41, 3, 2))
LABELS = RNG.integers(3, size=41)
SHARES = RNG.dirichlet(np.ones(3), size=41)


def metric(given: Any, direction: str = "minimize") -> Metric:
    return resolve_metric(dense_study(metric=given, direction=direction))


def found(given: Any, true: Any = TRUE, predicted: Any = PREDICTED) -> ExampleScores:
    one = metric(given)
    return of_run(one.each, true, predicted, one.score(true, predicted))


def largest(true: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.max(np.abs(true - predicted)))


def root(true: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.sqrt(np.mean((true - predicted) ** 2)))


def absolute(true: np.ndarray, predicted: np.ndarray) -> float:
    return float(np.mean(np.abs(true - predicted)))


def of_each(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.abs(true - predicted).mean(axis=2)


def picky(true: np.ndarray, predicted: np.ndarray) -> float:
    if len(true) < 2:
        raise ValueError("too few")
    return absolute(true, predicted)


def infinite(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    return np.full(len(true), 1e60)


NO_MEAN = "not the mean of one number an example"
ABSOLUTE = np.abs(TRUE - PREDICTED).mean(axis=(1, 2))


@pytest.mark.parametrize(
    "given", ["mae", "MeanAbsoluteError", keras.metrics.MeanAbsoluteError(), absolute, of_each]
)
def test_a_mean_has_one_number_an_example(given: Any) -> None:
    one = found(given)
    assert one.values == pytest.approx(ABSOLUTE, rel=1e-5) and one.values.dtype == np.float32
    assert (one.each, one.horizon, one.reason) == (1, 3, "")


@pytest.mark.parametrize("given", ["mse", "huber", "log_cosh", "cosine_similarity", "mape"])
def test_their_mean_is_the_score(given: str) -> None:
    assert np.mean(found(given).values, dtype=float) == pytest.approx(
        metric(given).score(TRUE, PREDICTED), rel=1e-5
    )


@pytest.mark.parametrize(
    "given", ["accuracy", "sparse_categorical_crossentropy", "sparse_top_k_categorical_accuracy"]
)
def test_classes_have_scores_too(given: str) -> None:
    one = found(given, LABELS, SHARES)
    assert one.values.shape == (41,) and one.horizon == 1
    assert np.mean(one.values, dtype=float) == pytest.approx(metric(given).score(LABELS, SHARES), rel=1e-5)
    if given == "accuracy":
        assert one.values.tolist() == (SHARES.argmax(axis=1) == LABELS).tolist()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("root_mean_squared_error", NO_MEAN),
        ("r2_score", NO_MEAN),
        (largest, NO_MEAN),
        (root, NO_MEAN),
        (picky, NO_MEAN),
        (infinite, "not finite or too large"),
    ],
)
def test_what_is_no_mean_keeps_nothing_and_says_why(given: Any, reason: str) -> None:
    flat = (TRUE[:, 0], PREDICTED[:, 0])
    one = found(given, *flat)
    assert one.values.size == 0 and reason in one.reason


def test_numbers_whose_mean_is_another_are_not_kept() -> None:
    one = of_run(lambda true, predicted: ABSOLUTE, TRUE, PREDICTED, ABSOLUTE.mean() * (1 + 1e-5))
    assert one.values.size == 0 and NO_MEAN in one.reason
    assert of_run(lambda true, predicted: ABSOLUTE, TRUE, PREDICTED, ABSOLUTE.mean()).values.size == 41


def test_a_metric_that_raises_by_example_does_not_fail_the_run() -> None:
    def broken(true: Any, predicted: Any) -> np.ndarray:
        raise ValueError("no")

    one = of_run(broken, TRUE, PREDICTED, 1.0)
    assert one.values.size == 0 and "raises ValueError" in one.reason


def test_one_number_for_each_example_is_scored_by_its_mean() -> None:
    assert metric(of_each).score(TRUE, PREDICTED) == pytest.approx(ABSOLUTE.mean())


def test_several_outputs_are_taken_apart_together() -> None:
    def both(true: dict[str, Any], predicted: dict[str, Any]) -> float:
        return absolute(true["a"], predicted["a"]) + absolute(true["b"][0], predicted["b"][0])

    true = {"a": TRUE, "b": (TRUE,)}
    assert found(both, true, {"a": PREDICTED, "b": (PREDICTED,)}).values == pytest.approx(
        2 * ABSOLUTE, rel=1e-5
    )


@pytest.mark.parametrize("given", ["mae", absolute])
def test_very_many_examples_are_kept_as_means_of_neighbours(
    given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "MOST", 20)
    monkeypatch.setattr(examples, "MOST_CALLS", 20)
    one = found(given)
    expected = [ABSOLUTE[start : start + 3].mean() for start in range(0, 41, 3)]
    assert one.values == pytest.approx(expected, rel=1e-5) and one.each == 3


def test_a_function_is_called_no_more_often_than_it_may_be() -> None:
    calls = []

    def counted(true: np.ndarray, predicted: np.ndarray) -> float:
        calls.append(len(true))
        return float(np.mean(np.abs(true - predicted)))

    true = np.zeros((5_000, 1))
    values = in_calls(counted, true, true + 1)
    assert values is not None and len(values) == 1_000 and len(calls) == 1_003


def test_a_run_without_a_score_has_none_of_its_examples() -> None:
    assert of_run(metric("mae").each, TRUE, PREDICTED, math.nan).values.size == 0


def test_a_group_is_a_table_with_a_row_for_every_run() -> None:
    one = found("mae")
    table = of_group([None, one, ExampleScores()])
    assert table.values.shape == (3, 41) and table.horizon == 3
    assert np.isnan(table.values).all(axis=1).tolist() == [True, False, True]
    assert of_group([None, ExampleScores()]).values.size == 0
    assert of_group([one, ExampleScores(reason="why")]).reason == "why"
    assert "not scored on the same examples" in of_group([one, found("mae", TRUE[:9], PREDICTED[:9])]).reason
