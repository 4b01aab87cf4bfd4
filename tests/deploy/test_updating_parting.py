"""New examples cut in the order of time: no leak between the parts, and every mistake in a line."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.deploy.updating.parting import (
    Pair,
    apart,
    count,
    digests_of,
    of_splits,
    parted,
    recent,
    seen_before,
    taken,
    together,
    unlearned,
)
from tuner.errors import BundleError
from tuner.splits import Splits


def windows(total: int, steps_in: int = 3, steps_out: int = 1) -> Pair:
    """Windows of the numbers from 0 on, one after another."""
    series = np.arange(total + steps_in + steps_out - 1.0)
    cut = np.stack([series[place : place + steps_in + steps_out] for place in range(total)])
    return cut[:, :steps_in, None], cut[:, steps_in:]


@settings(max_examples=60, deadline=None)
@given(
    total=st.integers(8, 60),
    steps_out=st.integers(1, 4),
    validation=st.one_of(st.integers(2, 10), st.floats(0.05, 0.4)),
    test=st.one_of(st.integers(2, 10), st.floats(0.05, 0.4)),
)
def test_no_target_of_a_part_is_seen_in_one_before(
    total: int, steps_out: int, validation: float, test: float
) -> None:
    pair = windows(total, 3, steps_out)
    try:
        parts = parted(pair, validation, test, steps_out - 1)
    except BundleError as error:
        assert "none to train on" in str(error)
        return
    order = [parts.train, parts.validation, parts.test]
    for before, after in pairwise(order):
        seen = {*before[0].ravel().tolist(), *before[1].ravel().tolist()}
        assert seen.isdisjoint(after[1].ravel().tolist())
    np.testing.assert_array_equal(parts.test[1][-1], pair[1][-1])
    assert sum(parts.sizes.values()) + 2 * (steps_out - 1) == total


def test_shares_and_numbers_say_the_same() -> None:
    pair = windows(50)
    one, other = parted(pair, 0.2, 0.3), parted(pair, 10, 15)
    assert one.sizes == other.sizes == {"train": 25, "validation": 10, "test": 15}
    np.testing.assert_array_equal(one.test[0], other.test[0])


@pytest.mark.parametrize(
    ("validation", "test", "said"),
    [
        (0.2, 0.9, "leave none to train on"),
        (1, 5, "--validation is 1; give a number of examples, 2 or more"),
        (5, 1.5, "--test is 1.5"),
        (True, 5, "--validation is True"),
        (0.2, -3, "--test is -3"),
    ],
)
def test_what_cannot_be_cut_is_said(validation: Any, test: Any, said: str) -> None:
    with pytest.raises(BundleError, match=said):
        parted(windows(20), validation, test)


def test_the_most_recent_share_is_the_end() -> None:
    pair = {"a": np.arange(10)}, np.arange(10.0)
    x, y = recent(pair, 0.25)
    assert y.tolist() == [8.0, 9.0] and x["a"].tolist() == [8, 9]
    assert count(recent(pair, 1e-9)) == 1
    assert recent(pair, 1.0) is pair


def test_examples_are_joined_in_order_or_refused() -> None:
    x, y = together(windows(3), windows(2))
    assert len(x) == 5 and y.ravel().tolist() == [3, 4, 5, 3, 4]
    with pytest.raises(BundleError, match="cannot be joined"):
        together(windows(3), windows(3, 4))


def test_examples_that_are_old_are_counted() -> None:
    old, new = windows(10), windows(14)
    assert seen_before(new, old) == 10
    assert seen_before((new[0], new[1] + 0.5), old) == 0


def test_old_examples_that_judge_are_left_out_with_those_whose_targets_they_share() -> None:
    old, new = windows(20, 3, 2), windows(23, 3, 2)
    judging = new[0][15:18], new[1][15:18].astype("float64")
    _, y = apart((old[0].astype("float32"), old[1].astype("float32")), judging, 1)
    assert y[:, 0].tolist() == [*range(3, 17), 22]
    assert set(y.ravel().tolist()).isdisjoint(judging[1].ravel().tolist())
    assert apart(old, (judging[0] + 0.5, judging[1])) is old
    with pytest.raises(BundleError, match="all old examples are among the new ones"):
        apart(judging, old)


def test_what_was_learned_neither_chooses_nor_judges() -> None:
    parts = parted(windows(40, 3, 2), 10, 12, 1)
    learned = digests_of(
        windows(9, 3, 2), taken(parts.test, slice(2, 4)), taken(parts.validation, slice(0, 1))
    )
    assert len(set(learned.tolist())) == 12
    left, places = unlearned(parts, learned, 1)
    assert left.sizes == {"train": parts.sizes["train"], "validation": 8, "test": 8}
    assert left.test[1][:, 0].tolist() == [31, *range(36, 43)] == parts.test[1][places["test"], 0].tolist()
    known = taken(parts.test, slice(2, 4))[1]
    assert set(left.test[1].ravel().tolist()).isdisjoint(known.ravel().tolist())
    same, _ = unlearned(parts, digests_of(windows(5, 4, 2)), 1)
    np.testing.assert_array_equal(same.test[0], parts.test[0])
    with pytest.raises(
        BundleError, match="7 of the 12 new examples to judge by were in the data of an earlier"
    ):
        unlearned(parts, digests_of(taken(parts.test, slice(0, 6))), 1)
    placed = replace(parts, starts={"test": np.arange(12), "train": 3})
    assert unlearned(placed, learned, 1)[0].starts["test"].tolist() == places["test"].tolist()


def test_splits_are_taken_as_they_are() -> None:
    pair = windows(4)
    splits = Splits(pair, pair, pair)
    assert of_splits(splits).sizes == {"train": 4, "validation": 4, "test": 4}

    def batches() -> Any:
        yield pair

    with pytest.raises(BundleError, match="comes batch by batch"):
        of_splits(Splits(batches, pair, pair))
