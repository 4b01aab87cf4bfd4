"""Heaton's six sequences, and the new one."""

import numpy as np

from tuner.problems import from_one_hot, toy_classification


def test_the_sequences_and_their_classes() -> None:
    data = toy_classification()
    x, y = data.train
    assert x.shape == (6, 6, 1) and y.shape == (6, 4) and x.dtype == y.dtype == np.float32
    assert from_one_hot(y).tolist() == [1, 2, 3, 2, 3, 1]
    for sequence, label in zip(x[..., 0], from_one_hot(y), strict=True):
        assert set(sequence) == {0, label} and (sequence == label).sum() == 2
    assert data.naive == ("majority",)


def test_test_has_a_new_one() -> None:
    data = toy_classification()
    x, y = data.test
    for part, known in zip(data.test, data.train, strict=True):
        np.testing.assert_array_equal(part[:6], known)
    assert x[6, :, 0].tolist() == [0, 0, 0, 0, 0, 1] and from_one_hot(y)[6] == 1
