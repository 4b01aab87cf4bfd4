"""One-hot vectors against Keras' own, and back."""

import keras
import numpy as np
import pytest

from tuner.errors import StudyError
from tuner.problems import from_one_hot, one_hot


@pytest.mark.parametrize("shape", [(), (4,), (3, 5), (2, 3, 4), (0, 2)])
def test_the_vectors_are_those_of_keras_and_go_back(shape: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(1).integers(7, size=shape)
    vectors = one_hot(numbers, 7)
    assert vectors.shape == (*shape, 7) and vectors.dtype == np.float32
    if numbers.ndim and numbers.size:
        np.testing.assert_array_equal(vectors, keras.utils.to_categorical(numbers, 7))
    np.testing.assert_array_equal(from_one_hot(vectors), numbers)


def test_the_likeliest_of_probabilities_is_taken() -> None:
    said = np.array([[[0.1, 0.6, 0.3], [0.4, 0.3, 0.3]]])
    np.testing.assert_array_equal(from_one_hot(said), [[1, 0]])


@pytest.mark.parametrize("numbers", [[3], [0, -1], [[1, 5]]])
def test_numbers_without_a_symbol_are_refused(numbers: list[int]) -> None:
    with pytest.raises(StudyError, match="3 symbols are the numbers 0 to 2"):
        one_hot(np.array(numbers), 3)
