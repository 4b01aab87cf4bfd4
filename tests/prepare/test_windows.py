"""Windows and reshaping against the book's shapes and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.prepare.samples import series
from tuner.errors import PreparationError
from tuner.prepare import Windows, as_sequences, split_sequence


@settings(max_examples=30)
@given(table=series(9), steps_in=st.integers(1, 5), steps_out=st.integers(1, 4), stride=st.integers(1, 4))
def test_pairs_are_those_of_a_loop(table: np.ndarray, steps_in: int, steps_out: int, stride: int) -> None:
    x, y = Windows(steps_in, steps_out, stride).pairs(table)
    expected = [
        (table[at : at + steps_in], table[at + steps_in : at + steps_in + steps_out])
        for at in range(0, len(table) - steps_in - steps_out + 1, stride)
    ]
    np.testing.assert_array_equal(x, [pair[0] for pair in expected])
    np.testing.assert_array_equal(y, [pair[1] for pair in expected])


@settings(max_examples=30)
@given(table=series(8), size=st.integers(1, 8), stride=st.integers(1, 8))
def test_windows_are_put_together_again(table: np.ndarray, size: int, stride: int) -> None:
    step = Windows(size, stride=stride)
    windows = step.transform(table)
    if stride > size:
        with pytest.raises(PreparationError, match="leave gaps in the series"):
            step.inverse(windows)
        return
    np.testing.assert_array_equal(step.inverse(windows), table[: size + (len(windows) - 1) * stride])


def test_univariate_multivariate_and_multi_step() -> None:
    assert [part.shape for part in Windows(3, 1).pairs(np.arange(10))] == [(7, 3, 1), (7, 1, 1)]
    table = np.arange(20.0).reshape(10, 2)
    assert [part.shape for part in Windows(3, 4).pairs(table)] == [(4, 3, 2), (4, 4, 2)]
    x, y = Windows(3, 2, targets=(1,)).pairs(table)
    assert x.shape == (6, 3, 2) and y.tolist()[0] == [[7.0], [9.0]]
    assert Windows(2).transform([1, 2, 3]).dtype == np.int64


def test_b11_the_same_data_framed_both_ways() -> None:
    table = np.arange(12.0).reshape(6, 2)
    natural, _ = Windows(2, 1).pairs(table)
    features, _ = Windows(2, 1, layout="features").pairs(table)
    steps, _ = Windows(2, 1, layout="steps").pairs(table)
    assert [x.shape for x in (natural, features, steps)] == [(4, 2, 2), (4, 1, 4), (4, 4, 1)]
    assert features[0].tolist() == [[0, 1, 2, 3]] and steps[0].tolist() == [[0], [1], [2], [3]]
    np.testing.assert_array_equal(as_sequences(natural), features)
    np.testing.assert_array_equal(as_sequences(natural, columns="steps"), steps)


def test_a_change_of_a_window_leaves_the_series_alone() -> None:
    table = np.arange(6.0)
    Windows(3).transform(table)[:] = 0
    np.testing.assert_array_equal(table, np.arange(6.0))


def test_b7_series_as_samples_steps_and_features() -> None:
    assert as_sequences(np.arange(10), rows="steps").shape == (1, 10, 1)
    two = np.column_stack([np.arange(10), np.arange(10) ** 2])
    found = as_sequences(two, rows="steps")
    assert found.shape == (1, 10, 2) and found[0, 3].tolist() == [3, 9]
    assert as_sequences(two).shape == (10, 1, 2) and as_sequences(two)[3].tolist() == [[3, 9]]
    assert as_sequences(two, columns="steps").shape == (10, 2, 1)
    assert as_sequences(two, columns="steps")[3].tolist() == [[3], [9]]
    assert (
        as_sequences(np.arange(10)).shape == as_sequences(np.arange(10), columns="steps").shape == (10, 1, 1)
    )


def test_b12_truncated_backpropagation_through_a_thousand_steps() -> None:
    parts = split_sequence(np.arange(1000), 20)
    assert parts.shape == (50, 20, 1)
    np.testing.assert_array_equal(parts.ravel(), np.arange(1000))
    table = np.arange(2000.0).reshape(1000, 2)
    np.testing.assert_array_equal(split_sequence(table, 20).reshape(1000, 2), table)


@settings(max_examples=30)
@given(sequences=st.integers(1, 4), parts=st.integers(1, 5), steps=st.integers(1, 6))
def test_parts_of_several_sequences_stand_in_the_order_of_stateful_batches(
    sequences: int, parts: int, steps: int
) -> None:
    whole = np.random.default_rng(0).normal(size=(sequences, parts * steps, 2))
    batches = split_sequence(whole, steps).reshape(parts, sequences, steps, 2)
    for part, batch in enumerate(batches):
        np.testing.assert_array_equal(batch, whole[:, part * steps : (part + 1) * steps])


def test_steps_that_do_not_divide_a_sequence() -> None:
    assert split_sequence(np.arange(7), 3, rest="drop")[..., 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    padded = split_sequence(np.arange(7.0), 3, rest="pad", value=-1)
    assert padded[..., 0].tolist() == [[-1, -1, 0], [1, 2, 3], [4, 5, 6]]
    assert split_sequence([1, 2], 3, rest="pad", value=0.5)[..., 0].tolist() == [[0.5, 1, 2]]
    with pytest.raises(
        PreparationError, match="7 steps are no multiple of 3; give rest='drop' or rest='pad'"
    ):
        split_sequence(np.arange(7), 3)
    with pytest.raises(PreparationError, match="2 steps have no part of 3"):
        split_sequence([1, 2], 3, rest="drop")


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda: Windows(0), "Windows: steps_in is 0"),
        (lambda: Windows(2, -1), "Windows: steps_out is -1; give a whole number, 0 or more"),
        (lambda: Windows(2, stride=0.5), "Windows: stride is 0.5"),
        (lambda: Windows(2, targets=()), "Windows: targets is ()"),
        (lambda: Windows(2, targets=(0, 0)), "targets is (0, 0); name each column once"),
        (lambda: Windows(2, layout="flat"), "layout is 'flat'; write 'natural' or 'features' or 'steps'"),
        (lambda: Windows(3, 2).transform(np.arange(4)), "4 steps are too few for windows of 5"),
        (lambda: Windows(2).pairs(np.arange(4)), "steps_out is 0, so that nothing is forecast"),
        (lambda: Windows(2, 1, targets=(2,)).pairs(np.ones((5, 2))), "no column 2; the series has 2"),
        (lambda: Windows(2).transform(np.ones((2, 2, 2))), "of shape (2, 2, 2); give numbers of shape"),
        (lambda: Windows(2).transform([[1], [1, 2]]), "rows differ in length"),
        (lambda: Windows(2).inverse(np.ones((3, 3, 1))), "give windows of shape (windows, 2, features)"),
        (lambda: as_sequences([], rows="steps"), "as_sequences: has shape (0,)"),
        (lambda: as_sequences([1], rows="steps", columns="steps"), "rows and columns cannot both be steps"),
        (lambda: as_sequences([1], rows="step"), "rows is 'step'"),
        (lambda: split_sequence([1, 2], 0), "steps is 0"),
        (lambda: split_sequence([1, 2], 1, rest="keep"), "rest is 'keep'"),
        (lambda: split_sequence(np.ones((0, 4, 1)), 2), "split_sequence: has"),
        (lambda: split_sequence([[1], [1, 2]], 2), "split_sequence: its rows differ in length"),
    ],
)
def test_what_cannot_be_cut(use: object, said: str) -> None:
    with pytest.raises(PreparationError) as caught:
        use()
    assert said in str(caught.value) and "\n" not in str(caught.value)
