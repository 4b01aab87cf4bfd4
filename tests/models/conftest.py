"""Initial weights drawn by numpy, the same in every session of tests.

Keras' own initialisers compile something for every shape of a weight.
"""

import random
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

_DRAWING = (keras.initializers.GlorotUniform, keras.initializers.OrthogonalInitializer)


def drawn(initializer: Any, shape: tuple[int, ...], dtype: Any = None) -> np.ndarray:
    """Normal numbers of the usual size, by the seed that Keras has drawn for the initialiser."""
    rng = np.random.default_rng(initializer.seed)
    return rng.normal(scale=shape[0] ** -0.5, size=shape).astype(dtype or "float32")


@pytest.fixture(scope="package", autouse=True)
def quick_weights() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for kind in _DRAWING:
            patch.setattr(kind, "__call__", drawn)
        yield


@pytest.fixture(autouse=True)
def same_weights(quick_weights: None) -> None:
    """Keras draws the seeds of its initialisers from Python's generator."""
    random.seed(1)
