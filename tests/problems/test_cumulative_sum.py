"""Cumulative sums against a plain loop, and the exact chances of a sum of uniform values."""

from math import comb, factorial, floor

import numpy as np
import pytest

from tests.problems.baselines import check_mean
from tuner.errors import StudyError
from tuner.problems import cumulative_sum
from tuner.problems.cumulative_sum import random_values, reached


@pytest.mark.parametrize("steps", [1, 4, 10, 13])
def test_labels_are_those_of_a_loop(steps: int) -> None:
    values = random_values(50, steps=steps, rng=np.random.default_rng(2))
    for row, labels in zip(values, reached(values), strict=True):
        total = 0.0
        for value, label in zip(row.tolist(), labels, strict=True):
            total += value
            assert label == (total >= steps / 4)


def test_a_sum_on_the_limit_counts() -> None:
    assert reached(np.array([[0.5, 0.5, 0.0, 0.0]])).tolist() == [[False, True, True, True]]


def chances() -> np.ndarray:
    """P(the sum of t uniform values is 2.5 or more), t = 1 .. 10: the law of Irwin and Hall."""
    below = [
        sum((-1) ** k * comb(t, k) * (2.5 - k) ** t for k in range(floor(2.5) + 1) if k <= t) / factorial(t)
        for t in range(1, 11)
    ]
    return 1 - np.array(below)


def test_the_published_rates() -> None:
    assert chances().mean() == pytest.approx(0.533, abs=0.0005)
    assert np.maximum(chances(), 1 - chances()).mean() == pytest.approx(0.8892, abs=0.00005)
    data = cumulative_sum(n_train=30_000, n_validation=1, n_test=1)
    x, y = data.train
    for step, chance in enumerate(chances()):
        allowed = 5 * np.sqrt(chance * (1 - chance) / len(y)) + 1e-12
        assert abs(y[:, step].mean() - chance) <= allowed
    check_mean(x, 0.5)
    np.testing.assert_array_equal(y[..., 0], reached(x[..., 0]))


def test_steps_below_one_are_refused() -> None:
    with pytest.raises(StudyError, match="cumulative_sum: steps is 0; give 1 or more"):
        cumulative_sum(steps=0)
