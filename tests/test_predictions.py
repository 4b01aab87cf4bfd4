"""Runs are joined and split without losing whose prediction is whose."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.forecasting import counted, kept, points
from tuner.packing import packed, unpacked
from tuner.predictions import (
    BY_RUN,
    GIVEN,
    MOST_BYTES,
    NO_SCORE,
    UNLIKE,
    Predictions,
    bounded,
    in_order,
    joined,
    scored,
    until,
)
from tuner.records import ExampleScores
from tuner.trees import flat, outline


def assert_same(one: Predictions, other: Predictions) -> None:
    assert (one.seeds, one.own, one.reason) == (other.seeds, other.own, other.reason)
    for name in (*GIVEN, *BY_RUN):
        ours, theirs = getattr(one, name), getattr(other, name)
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            assert outline(ours) == outline(theirs)
            for left, right in zip(flat(ours), flat(theirs), strict=True):
                assert left.dtype == right.dtype
                np.testing.assert_array_equal(left, right)


def one_run(whole: Predictions, place: int) -> Predictions:
    """A run of several that have the same examples."""
    fields = {
        name: None if (tree := getattr(whole, name)) is None else tree[place : place + 1] for name in BY_RUN
    }
    return replace(whole, seeds=(whole.seeds[place],), **fields)


@pytest.mark.parametrize("made", [kept(5), points(5), counted(5)])
def test_runs_that_are_joined_are_all_there(made: Predictions) -> None:
    apart = [one_run(made, place) for place in range(5)]
    assert_same(joined(apart), made)
    assert_same(joined([joined(apart[:2]), joined(apart[2:])]), made)
    assert_same(in_order(joined([joined(apart[3:]), joined(apart[:3])])), made)
    assert_same(until(made, 3), joined(apart[:3]))
    assert_same(joined([Predictions(reason=NO_SCORE), *apart, Predictions()]), made)


def test_runs_with_examples_of_their_own_take_them_along() -> None:
    apart = [replace(kept(1, examples=1), seeds=(index,), own=True) for index in range(4)]
    found = joined(apart)
    assert found.y_true.shape[:2] == found.y_pred.shape[:2] == found.x.shape[:2] == (4, 1)
    for run, one in enumerate(apart):
        np.testing.assert_array_equal(found.y_true[run], one.y_true[0])
    assert_same(until(found, 2), joined(apart[:2]))
    assert_same(in_order(joined(apart[::-1])), found)


def test_examples_come_in_the_order_of_the_split() -> None:
    made = kept(3)
    order = [3, 0, 5, 1, 2, 4]
    mixed = replace(
        made,
        **{name: getattr(made, name)[:, order] for name in ("rows", "x", "y_true", "y_pred")},
    )
    assert_same(in_order(mixed), made)


def test_parts_that_kept_fewer_examples_decide_how_many_are_shown() -> None:
    large, small = kept(2), kept(2, examples=3)
    small = replace(small, seeds=(2, 3), rows=large.rows[:, :3], y_true=large.y_true[:, :3])
    found = joined([large, small])
    assert found.kept == 3 and found.y_pred.shape[:2] == (4, 3)
    np.testing.assert_array_equal(found.rows, large.rows[:, :3])


@pytest.mark.parametrize(
    "other",
    [kept(1, steps=3), kept(1, y_true=(np.zeros((1, 6, 2)),)), replace(kept(1, examples=1), own=True)],
)
def test_examples_of_other_shapes_are_not_shown_and_it_is_said(other: Predictions) -> None:
    found = joined([kept(1), replace(other, seeds=(1,))])
    assert found.rows is None and found.y_pred is None and found.reason == UNLIKE


def test_of_nothing_a_reason_is_left() -> None:
    assert joined([]).reason == "" and joined([Predictions()]).seeds == ()
    assert joined([Predictions(reason="why"), Predictions()]).reason == "why"
    assert until(kept(3), 0).reason == NO_SCORE


def test_a_group_is_no_larger_than_it_may_be() -> None:
    large = kept(40, steps=1_500)
    found = bounded(large)
    assert found.size <= MOST_BYTES < large.size and 1 <= found.kept < 6
    np.testing.assert_array_equal(found.y_pred, large.y_pred[:, : found.kept])
    assert bounded(found) is found
    without = bounded(kept(2, steps=30_000))
    assert without.x is None and without.kept >= 1
    huge = bounded(kept(40, steps=20_000, examples=1, counts=np.ones((40, 2, 2), dtype="int32")))
    assert huge.rows is None and "too large" in huge.reason and huge.counts is not None


def test_scores_are_those_of_the_examples_and_runs() -> None:
    table = np.random.default_rng(0).random((10, 50)).astype("float32")
    made = until(kept(10), 4)
    found = scored(made, ExampleScores(table))
    np.testing.assert_array_equal(found.scores, table[:4][:, made.rows[0]])
    for other in (
        ExampleScores(table, each=2),
        ExampleScores(table[:, :20]),
        ExampleScores(table[:3]),
        ExampleScores(reason="why"),
    ):
        assert scored(made, other).scores is None


NESTED: dict[str, Any] = {
    "x": {"a": (np.arange(12).reshape(1, 6, 2), np.ones((1, 6, 1), dtype=bool)), "b": np.zeros((1, 6))},
    "y_pred": (np.full((10, 6, 2), np.nan, dtype="float32"), np.full((10, 6), np.inf, dtype="float32")),
}


@pytest.mark.parametrize("made", [kept(), points(), counted(), kept(**NESTED), Predictions((3,), reason="r")])
def test_packed_and_unpacked_is_the_same(made: Predictions) -> None:
    content, outlines = packed(made)
    assert_same(unpacked(content, outlines, own=made.own, reason=made.reason), made)
    assert packed(made) == (content, outlines)


def test_what_does_not_go_together_is_no_record() -> None:
    with pytest.raises(ValueError, match="y_pred of 9 runs"):
        kept(10, seeds=tuple(range(9)))
    with pytest.raises(ValueError, match="different numbers of examples"):
        kept(rows=np.array([[1, 2]]))
    with pytest.raises(ValueError, match="is missing"):
        kept(y_true=None)
    with pytest.raises(ValueError, match="counts cannot have"):
        kept(counts=np.zeros((10, 2, 3), dtype=int))
