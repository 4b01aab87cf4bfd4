"""The search objective against hand computation and numpy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.errors import StudyError
from tuner.objective import evaluate_objective, parse_objective

scores = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mean", 3.0),
        ("median", 2.0),
        ("mean+1*std", 3.0 + math.sqrt(7.0)),
        ("mean-0.5*std", 3.0 - 0.5 * math.sqrt(7.0)),
        ("mean + .5 * std", 3.0 + 0.5 * math.sqrt(7.0)),
        ("quantile:0", 1.0),
        ("quantile:1.0", 6.0),
        ("quantile:0.75", 4.0),
    ],
)
def test_objectives_of_1_2_6(text: str, expected: float) -> None:
    assert parse_objective(text)([1.0, 2.0, 6.0]) == pytest.approx(expected)


@given(scores, st.floats(0, 1))
def test_quantiles_are_those_of_numpy(values: list[float], q: float) -> None:
    q = round(q, 3)
    assert parse_objective(f"quantile:{q:.3f}")(values) == pytest.approx(np.quantile(values, q))


@given(scores)
def test_the_order_of_seeds_changes_nothing(values: list[float]) -> None:
    for text in ("mean", "median", "mean+2*std", "quantile:0.9"):
        objective = parse_objective(text)
        assert objective(values) == pytest.approx(objective(values[::-1]), rel=1e-9, abs=1e-6)


def test_one_seed_has_no_spread() -> None:
    assert parse_objective("mean+3*std")([4.0]) == 4.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "men",
        "Mean",
        "mean+std*1",
        "mean+*std",
        "quantile",
        "quantile:1.5",
        "quantile:-0.5",
        "mean+1*std; 1",
        "best",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match="write mean, median") as caught:
        parse_objective(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_one_lost_seed_loses_the_trial(lost: float) -> None:
    objective = parse_objective("median")
    assert evaluate_objective(objective, [1.0, lost, 2.0], "minimize") == math.inf
    assert evaluate_objective(objective, [1.0, lost, 2.0], "maximize") == -math.inf
    assert evaluate_objective(objective, [1.0, 1.5, 2.0], "maximize") == 1.5
