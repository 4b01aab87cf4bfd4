"""Labels against the book's numbers and Keras, there and back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.errors import PreparationError
from tuner.prepare import Chain, LabelEncode, OneHot

BOOK = ("cold", "cold", "warm", "cold", "hot", "hot", "warm", "cold", "warm", "hot")
TEXTS = st.lists(st.text(st.characters(exclude_characters="\0"), max_size=3), min_size=1)  # numpy drops it
LABELS = st.one_of(st.lists(st.integers(-50, 50), min_size=1), TEXTS)


def test_b3_labels_and_one_hot() -> None:
    labels = LabelEncode().fit(BOOK)
    codes = labels.transform(BOOK)
    assert codes.tolist() == [0, 0, 2, 0, 1, 1, 2, 0, 2, 1]
    vectors = OneHot().fit(codes).transform(codes)
    np.testing.assert_array_equal(vectors[:3], [[1, 0, 0], [1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(vectors, OneHot().fit(BOOK).transform(BOOK))
    assert labels.inverse([vectors[0].argmax()]).tolist() == ["cold"]
    both = Chain(LabelEncode(), OneHot()).fit(BOOK)
    np.testing.assert_array_equal(both.transform(BOOK), vectors)
    assert both.inverse(vectors).tolist() == list(BOOK)


def test_one_hot_is_that_of_keras() -> None:
    from keras.utils import to_categorical

    digits = np.random.default_rng(0).integers(0, 10, (7, 5))
    np.testing.assert_array_equal(
        OneHot(classes=range(10)).transform(digits), to_categorical(digits, num_classes=10)
    )


@settings(max_examples=30)
@given(labels=LABELS)
def test_there_and_back(labels: list[str] | list[int]) -> None:
    for step in (LabelEncode().fit(labels), OneHot().fit(labels)):
        assert list(step.learned) == sorted(set(labels))
        assert step.inverse(step.transform(labels)).tolist() == labels
    codes = LabelEncode().fit(labels).transform(labels)
    assert OneHot().fit(labels).transform(labels).argmax(axis=-1).tolist() == codes.tolist()


def test_any_shape_and_probabilities() -> None:
    labels = np.array([["b", "a"], ["a", "c"], ["c", "c"]])
    assert LabelEncode().fit(labels).transform(labels).tolist() == [[1, 0], [0, 2], [2, 2]]
    step = OneHot().fit(labels)
    assert step.transform(labels).shape == (3, 2, 3) and step.transform(labels).dtype == np.float32
    probabilities = np.array([[0.2, 0.5, 0.3], [0.4, 0.35, 0.25]])
    assert step.inverse(probabilities).tolist() == ["b", "a"]


def test_classes_as_given_keep_their_order_and_places() -> None:
    step = LabelEncode(classes=("low", "high"))
    assert step.fit(["high", "high"]).transform(["high", "low"]).tolist() == [1, 0]
    assert OneHot(classes=(0, 1, 2)).fit([1, 1]).transform([1]).tolist() == [[0.0, 1.0, 0.0]]
    with pytest.raises(PreparationError, match=r"LabelEncode: 'middle' is none of the classes \(low, high\)"):
        step.fit(["middle"])


def test_columns_of_pandas_are_labels() -> None:
    assert LabelEncode().fit(pd.Series(BOOK)).learned == ("cold", "hot", "warm")
    assert OneHot().fit(pd.Series([3, 1, 3])).learned == (1, 3)


@pytest.mark.parametrize("step", [LabelEncode(), OneHot()])
def test_what_cannot_be_encoded(step: LabelEncode | OneHot) -> None:
    name = type(step).__name__
    for use in (step.transform, step.inverse):
        with pytest.raises(PreparationError, match=f"^{name}: is not fitted"):
            use(["a"])
    for labels in ([], [1.5], [True], [None, "a"], [b"a"], [["a", 1, None]]):
        with pytest.raises(PreparationError, match=f"^{name}: holds .*; give labels"):
            step.fit(np.array(labels, dtype=object) if None in labels else labels)
    fitted = step.fit(BOOK)
    with pytest.raises(
        PreparationError, match=rf"{name}: 'tepid' is none of the classes \(cold, hot, warm\)"
    ):
        fitted.transform(["cold", "tepid"])


def test_what_cannot_be_decoded() -> None:
    labels, vectors = LabelEncode().fit(BOOK), OneHot().fit(BOOK)
    for codes, said in (
        ([3], "3 is no class; there are 0 to 2"),
        ([-1], "-1 is no class"),
        ([0.0], "float64"),
    ):
        with pytest.raises(PreparationError, match=said):
            labels.inverse(codes)
    for array in ([[1.0, 0.0]], 1.0, [["a", "b", "c"]]):
        with pytest.raises(PreparationError, match="3 in the last place, one a class"):
            vectors.inverse(array)
    with pytest.raises(PreparationError, match="NaN, which is no class"):
        vectors.inverse([[0.1, np.nan, 0.2]])


@pytest.mark.parametrize("classes", [(), ("a", "a"), ("a", 1), (1.5,), (True,), "ab", 3, (None,), ("a\0",)])
def test_classes_that_cannot_be_used(classes: object) -> None:
    for kind in (LabelEncode, OneHot):
        for name in ("classes", "learned"):
            with pytest.raises(PreparationError, match=f"^{kind.__name__}: {name} is "):
                kind(**{name: classes})
