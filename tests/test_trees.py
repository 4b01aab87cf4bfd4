"""Arrays in tuples and dicts come back in their places."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.trees import flat, mapped, outline, rebuilt, size_of

TREES = st.recursive(
    st.integers(0, 9).map(lambda n: np.arange(n)),
    lambda parts: st.lists(parts, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), parts),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(np.array_equal(one, other))


@given(TREES)
def test_a_tree_is_its_outline_and_its_arrays(tree: Any) -> None:
    assert same(rebuilt(outline(tree), flat(tree)), tree)
    assert size_of(tree) == sum(array.nbytes for array in flat(tree))
    assert same(mapped(lambda one, other: one + other, tree, tree), mapped(lambda array: 2 * array, tree))


@pytest.mark.parametrize("plan", [["", ""], [], "x", 3, None, {"a": ["", ""]}])
def test_an_outline_that_does_not_fit_is_refused(plan: Any) -> None:
    with pytest.raises(ValueError, match="arrays"):
        rebuilt(plan, [np.zeros(1)])


def test_keys_that_no_file_can_hold_are_refused() -> None:
    with pytest.raises(TypeError, match="key 1 "):
        outline({1: np.zeros(2)})
