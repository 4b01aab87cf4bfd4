"""What is kept of a run: few examples, evenly spread, small, and never at the cost of the run."""

from typing import Any

import numpy as np
import pytest

from tuner.keeping import MOST_EXAMPLES, MOST_POINTS, of_run, spread
from tuner.predictions import MOST_BYTES, Predictions, in_order
from tuner.trees import flat

RNG = np.random.default_rng(2)
X = RNG.normal(size=(100, 6, 1))
Y = RNG.normal(size=(100, 4, 1))
SAID = RNG.normal(size=(100, 4, 1)).astype("float32")


def rows(found: Predictions) -> list[int]:
    assert found.rows is not None
    return [int(row) for row in found.rows[0]]


def test_the_examples_are_spread_evenly_and_kept_as_they_are() -> None:
    found = in_order(of_run(X, Y, SAID))
    assert rows(found) == [8, 25, 41, 58, 75, 91]
    assert found.x.dtype == found.y_true.dtype == found.y_pred.dtype == np.float32
    np.testing.assert_array_equal(found.x[0], X[rows(found)].astype("float32"))
    np.testing.assert_array_equal(found.y_true[0], Y[rows(found)].astype("float32"))
    np.testing.assert_array_equal(found.y_pred[0], SAID[rows(found)])
    assert (found.counts, found.points_true, found.reason, found.own) == (None, None, "", False)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 1_000])
def test_few_examples_are_all_kept(count: int) -> None:
    places = spread(count, MOST_EXAMPLES)
    assert len(set(places.tolist())) == min(count, MOST_EXAMPLES)
    assert places.min() >= 0 and places.max() < count
    assert count == 1 or np.ptp(np.diff(places)) <= 1
    assert sorted(rows(of_run(None, Y[:1].repeat(count, 0), SAID[:1].repeat(count, 0)))) == places.tolist()


def test_of_runs_with_other_examples_one_is_enough() -> None:
    found = of_run(X, Y, SAID, own=True)
    assert rows(found) == [50] and found.own
    np.testing.assert_array_equal(found.y_pred[0, 0], SAID[50])


def test_single_numbers_are_kept_of_many_examples() -> None:
    true, said = RNG.normal(size=1_000), RNG.normal(size=(1_000, 1))
    found = of_run(None, true, said)
    places = spread(1_000, MOST_POINTS)
    assert found.points_true is not None and found.points_pred is not None
    np.testing.assert_array_equal(found.points_true[0], true[places].astype("float32"))
    np.testing.assert_array_equal(found.points_pred[0], said[places, 0].astype("float32"))
    assert found.kept == MOST_EXAMPLES


def test_labels_are_counted_over_all_examples_and_are_no_points() -> None:
    found = of_run(X, np.arange(100) % 2, RNG.random((100, 1)))
    assert found.counts is not None and found.counts.shape == (1, 2, 2) and found.counts.sum() == 100
    assert found.points_true is None and found.kept == MOST_EXAMPLES


def test_tuples_and_dicts_are_kept_as_such() -> None:
    x = {"long": X, "short": (X[:, :2], np.arange(100))}
    found = of_run(x, (Y, Y[:, 0]), [SAID, SAID[:, 0]])
    assert set(found.x) == {"long", "short"} and found.x["short"][1].dtype == np.int64
    assert [array.shape for array in flat(found.y_pred)] == [(1, 6, 4, 1), (1, 6, 1)]


def test_whole_numbers_stay_whole() -> None:
    tokens = RNG.integers(50_000, size=(100, 7))
    found = of_run(tokens, Y, SAID)
    assert found.x.dtype == tokens.dtype and found.rows is not None
    np.testing.assert_array_equal(found.x[0], tokens[found.rows[0]])


def test_what_is_large_is_left_out_or_kept_of_fewer_examples() -> None:
    wide = np.zeros((8, 60_000), dtype="float32")  # 240 kB an example
    assert of_run(wide, Y[:8], SAID[:8]).x is None
    found = of_run(None, wide, wide)
    assert found.kept == 2 and found.size <= MOST_BYTES
    assert rows(found) == rows(of_run(None, Y[:8], SAID[:8]))[:2]
    huge = np.zeros((2, 300_000), dtype="float32")
    assert "too large" in of_run(None, huge, huge).reason
    assert of_run(None, huge, huge).rows is None


@pytest.mark.parametrize(
    ("x", "true", "said", "reason"),
    [
        (X, np.array([object()] * 100), SAID, "no numbers"),
        (X, np.array(["a"] * 100), SAID, "no numbers"),
        (X, Y, SAID * 1j, "no numbers"),
        (X, {1: Y}, SAID, "keeping some raises TypeError"),
        (X, Y, SAID[:50], "keeping some raises IndexError"),
        (X, (), SAID, "keeping some raises IndexError"),
    ],
)
def test_whatever_is_wrong_becomes_a_reason(x: Any, true: Any, said: Any, reason: str) -> None:
    found = of_run(x, true, said)
    assert found.rows is None and reason in found.reason and "\n" not in found.reason


def test_x_that_is_no_number_is_left_out_alone() -> None:
    found = of_run(np.array(["text"] * 100), Y, SAID)
    assert found.x is None and found.kept == MOST_EXAMPLES and found.reason == ""


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300, -1e300])
def test_absurd_predictions_are_kept_without_a_warning(value: float) -> None:
    found = of_run(X, Y, np.full((100, 4, 1), value))
    assert found.kept == MOST_EXAMPLES and not np.isfinite(found.y_pred).any()
