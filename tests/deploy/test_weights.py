"""Weights that are put into a model count, also in layers that have made numbers of their own of them."""

from typing import Any

import keras
import numpy as np
import pytest

from tuner.deploy.weights import put_weights

RNG = np.random.default_rng(0)
X = RNG.normal(3.0, 2.0, size=(40, 3)).astype("float32")
OTHER = RNG.normal(-5.0, 0.5, size=(40, 3)).astype("float32")


def adapted(to: Any, inside: bool) -> Any:
    norm = keras.layers.Normalization()
    norm.adapt(to)
    first = keras.Sequential([keras.Input((3,)), norm]) if inside else norm
    return keras.Sequential([keras.Input((3,)), first, keras.layers.Dense(2)])


@pytest.mark.parametrize("inside", [False, True])
def test_an_adapted_layer_computes_with_what_is_put_there(inside: bool) -> None:
    ours, theirs = adapted(X, inside), adapted(OTHER, inside)
    wanted = theirs.predict(X, verbose=0)
    assert np.abs(ours.predict(X, verbose=0) - wanted).max() > 1  # compiled with the numbers of before
    weights = [np.array(weight.value) for weight in theirs.weights]
    put_weights(ours, weights)
    np.testing.assert_allclose(ours.predict(X, verbose=0), wanted, rtol=1e-6)
    kernel, bias = weights[-2:]
    by_hand = (X - OTHER.mean(axis=0)) / OTHER.std(axis=0) @ kernel + bias
    np.testing.assert_allclose(wanted, by_hand, rtol=1e-3, atol=1e-3)
