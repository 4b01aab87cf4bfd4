"""Padding against the book's numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.errors import PreparationError
from tuner.prepare import Pad

BOOK = [[1, 2, 3, 4], [1, 2, 3], [1]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[1, 2, 3, 4], [0, 1, 2, 3], [0, 0, 0, 1]]),
        ({"padding": "post"}, [[1, 2, 3, 4], [1, 2, 3, 0], [1, 0, 0, 0]]),
        ({"value": -7}, [[1, 2, 3, 4], [-7, 1, 2, 3], [-7, -7, -7, 1]]),
        ({"length": 2}, [[3, 4], [2, 3], [0, 1]]),
        ({"length": 2, "truncating": "post"}, [[1, 2], [1, 2], [0, 1]]),
        ({"length": 5, "value": 0.5}, [[0.5, 1, 2, 3, 4], [0.5, 0.5, 1, 2, 3], [0.5, 0.5, 0.5, 0.5, 1]]),
    ],
)
def test_b4_and_b5(options: dict[str, object], expected: list[list[float]]) -> None:
    found = Pad(**options).fit(BOOK).transform(BOOK)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == (np.int64 if np.array(expected).dtype.kind == "i" else np.float64)


def test_the_length_is_that_of_the_training_data() -> None:
    step = Pad().fit(BOOK[1:])
    np.testing.assert_array_equal(step.transform(BOOK), [[2, 3, 4], [1, 2, 3], [0, 0, 1]])
    assert Pad(2).fit(BOOK).transform(BOOK).shape == (3, 2)


@settings(max_examples=30)
@given(
    sequences=st.lists(st.lists(st.integers(1, 9), max_size=6), min_size=1, max_size=6).filter(any),
    padding=st.sampled_from(["pre", "post"]),
)
def test_there_and_back(sequences: list[list[int]], padding: str) -> None:
    step = Pad(padding=padding).fit(sequences)
    assert [sequence.tolist() for sequence in step.inverse(step.transform(sequences))] == sequences


def test_steps_of_several_features() -> None:
    sequences = [np.array([[0.0, 1.5], [2.0, 3.0]]), np.array([[4.0, 5.0]])]
    step = Pad().fit(sequences)
    np.testing.assert_array_equal(step.transform(sequences), [[[0, 1.5], [2, 3]], [[0, 0], [4, 5]]])
    for found, expected in zip(step.inverse(step.transform(sequences)), sequences, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_floats_stay_as_they_are() -> None:
    assert Pad(3).transform([[0.1], []]).tolist() == [[0.0, 0.0, 0.1], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("sequences", "said"),
    [
        (5, "5 is no list of sequences"),
        ("abc", "'abc' is no list of sequences"),
        ([1, 2], "sequence 0 has int64 values of shape ()"),
        ([[1], ["a"]], "sequence 1 has <U1 values"),
        ([], "there is no sequence with a step in it"),
        ([[], []], "there is no sequence with a step in it"),
        ([[1], [[1, 2]]], "differ in their number of features"),
        ([[1], [[1], [1, 2]]], "the steps of sequence 1 differ in length"),
    ],
)
def test_what_cannot_be_padded(sequences: object, said: str) -> None:
    for use in (Pad().fit, Pad(2).transform):
        with pytest.raises(PreparationError) as caught:
            use(sequences)
        assert str(caught.value).startswith("Pad: ") and said in str(caught.value)


def test_options_and_arrays_that_cannot_be_used() -> None:
    for options, said in (
        ({"length": 0}, "length is 0"),
        ({"padding": "left"}, "padding is 'left'; write 'pre' or 'post'"),
        ({"truncating": None}, "truncating is None"),
        ({"value": np.nan}, "value is nan"),
    ):
        with pytest.raises(PreparationError, match=f"Pad: {said}"):
            Pad(**options)
    with pytest.raises(PreparationError, match="Pad: is not fitted"):
        Pad().transform(BOOK)
    with pytest.raises(PreparationError, match=r"Pad: has int64 values of shape \(2,\)"):
        Pad(2).inverse([1, 2])
