"""Kept examples one by one: which are shown, and with whose predictions."""

import math
from dataclasses import replace

import numpy as np

from tests.forecasting import ROWS, kept
from tuner.figures.cases import MOST_RUNS, cases, same_example
from tuner.predictions import Predictions, joined


def test_examples_of_all_runs_are_shown_with_all_of_them() -> None:
    made = kept(10)
    made = replace(made, scores=np.arange(60.0).reshape(10, 6))
    found = cases(made)
    assert [case.label for case in found] == [f"example {row}" for row in ROWS[0]]
    for place, case in enumerate(found):
        np.testing.assert_array_equal(case.y_true, made.y_true[0, place])
        np.testing.assert_array_equal(case.y_pred, made.y_pred[:, place])
        np.testing.assert_array_equal(case.x, made.x[0, place])
        assert case.score == np.arange(60.0).reshape(10, 6)[:, place].mean()


def test_examples_of_their_own_are_shown_with_their_run() -> None:
    parts = [replace(kept(1, examples=1), seeds=(seed,), own=True) for seed in range(11)]
    found = cases(joined(parts))
    assert [case.label for case in found] == [f"seed {seed}" for seed in (0, 2, 4, 6, 8, 10)]
    assert len(found) == MOST_RUNS and math.isnan(found[0].score)
    np.testing.assert_array_equal(found[1].y_true, parts[2].y_true[0, 0])
    np.testing.assert_array_equal(found[1].y_pred, parts[2].y_pred[0])


def test_nothing_kept_is_nothing_shown() -> None:
    assert cases(Predictions()) == ()


def test_only_the_same_example_is_the_same() -> None:
    made = kept(3)
    one = cases(made)[0]
    assert same_example(one, cases(replace(made, y_pred=made.y_pred + 1))[0])
    assert not same_example(one, cases(made)[1])
    assert not same_example(one, cases(replace(made, x=made.x + 1))[0])
    assert not same_example(one, cases(replace(made, x=None))[0])
    assert not same_example(one, cases(replace(made, y_true=(made.y_true, made.y_true)))[0])
