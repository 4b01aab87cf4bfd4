"""The examples that `fit` would show each seed: their types, their weights, their order."""

from collections.abc import Iterator, Mapping, Sequence

import jax
import keras
import numpy as np

from tuner.building import Built
from tuner.engines.feeding import as_fed
from tuner.engines.tracing import Tree


def split(built: Built, name: str) -> tuple[Tree, ...]:
    """x, y and, for training, the weights of the examples where there are any, as Keras takes them."""
    x, y = jax.tree.map(as_fed, getattr(built.splits, name))
    weight = sample_weight(built) if name == "train" else None
    return (x, y) if weight is None else (x, y, weight)


def sample_weight(built: Built) -> Tree | None:
    """The weights of the training examples, from the fit arguments sample_weight or class_weight.

    Raises: ValueError where `fit` would.
    """
    weight, by_class = built.fit.get("sample_weight"), built.fit.get("class_weight")
    y = built.splits.train[1]
    nested = isinstance(y, Mapping | tuple | list)
    if by_class is not None:
        if weight is not None:
            raise ValueError("build gives both sample_weight and class_weight; Keras takes one of them")
        if nested:
            raise ValueError("class_weight is for models with a single output")
        return _of_classes(np.asarray(y), by_class)
    if weight is None:
        return None
    weight = jax.tree.map(as_fed, weight)
    if not (nested and isinstance(weight, np.ndarray)):
        return weight
    if weight.shape[1:] not in ((), (1,)):
        raise ValueError("one sample_weight for several outputs has one number an example")
    return jax.tree.map(lambda _: weight, y)


def _of_classes(y: np.ndarray, by_class: Mapping[int, float]) -> np.ndarray:
    """One weight an example: that of its class, 1 where the class has none.

    Raises: ValueError where an example has a class for every step.
    """
    if y.ndim > 2:
        raise ValueError("class_weight is for targets with one class an example")
    if y.ndim > 1:
        y = np.argmax(y, axis=-1) if y.shape[-1] != 1 else y[..., 0]
    classes, which = np.unique(np.round(y).astype("int64"), return_inverse=True)
    weights = [by_class.get(int(one), 1.0) for one in classes]
    return np.array(weights, dtype=keras.config.floatx())[which.reshape(y.shape)]


def orders(seeds: Sequence[int], rows: int, shuffle: bool, peeks: bool = True) -> Iterator[np.ndarray]:
    """The order of the examples, (seeds, rows), epoch after epoch: the permutations that `fit` draws.

    Where it `peeks`, Keras draws one before the first epoch to build the losses and metrics.
    """
    if not shuffle:
        while True:
            yield np.tile(np.arange(rows, dtype=np.int32), (len(seeds), 1))
    generators = [np.random.RandomState(seed) for seed in seeds]
    for generator in generators if peeks else ():
        generator.permutation(rows)
    while True:
        yield np.stack([generator.permutation(rows) for generator in generators]).astype(np.int32)
