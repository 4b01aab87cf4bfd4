"""Weights put into a Keras model, with what its layers have made of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def put_weights(network: Any, weights: Sequence[np.ndarray]) -> None:
    """`network.set_weights`, after which layers that were adapted to data compute with what was put there.

    A `Normalization` computes with numbers that it has made of its weights, which `set_weights` alone leaves
    as they were; Keras itself makes them anew when it reads a file.
    """
    # What others were adapted to, such as the bins of a `Discretization`, is in their config.
    layers = [one for one in network._flatten_layers() if one.weights]
    adapted = [one for one in layers if callable(getattr(one, "finalize_state", None))]
    before = _values(adapted)
    network.set_weights(list(weights))
    after = _values(adapted)
    for layer in adapted:
        layer.finalize_state()
    if any(not np.array_equal(one, other) for one, other in zip(before, after, strict=True)):
        network.predict_function = None  # what is compiled holds the numbers of before


def _values(layers: Sequence[Any]) -> list[np.ndarray]:
    """Copies of their weights; `get_weights` warns, as Keras' variables are arrays of before NumPy 2."""
    return [np.array(weight.value) for layer in layers for weight in layer.weights]
