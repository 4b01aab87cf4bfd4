"""Arrays for `keras.Model.fit` on TensorFlow, as datasets of batches.

Keras makes a dataset of arrays itself, with two flaws: where TensorFlow's seed is set, every epoch shows the
examples in the same order, and every epoch makes new iterators of many parts, which takes longer than to
train on a few examples.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.engines.feeding import as_fed
from tuner.trees import leaves


def shuffled(pair: Any, size: int, seed: int | None, steps_at_once: int, done: int = 0) -> dict[str, Any]:
    """`x` and `steps_per_epoch` of `fit` for arrays, each epoch in an order of its own; None: as they are.

    `done` epochs have been trained, and the next one comes first.

    One iterator serves all epochs, where the steps that Keras runs at once do not cross their ends.
    """
    rows = len(next(leaves(pair)))
    steps = -(-rows // size)
    endless = steps % steps_at_once == 0
    order = islice(_orders(seed, rows), done, None)

    def epochs() -> Iterator[np.ndarray]:
        yield next(order)
        while endless:
            yield next(order)

    data = _tensors(pair)
    dataset = tf.data.Dataset.from_generator(epochs, output_signature=tf.TensorSpec((rows,), tf.int64))
    dataset = dataset.flat_map(lambda epoch: _sliced(epoch, rows, size))
    dataset = dataset.map(lambda index: tf.nest.map_structure(lambda array: tf.gather(array, index), data))
    if not endless:
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(steps))
    return {"x": dataset.prefetch(tf.data.AUTOTUNE), "steps_per_epoch": steps}


def in_order(pair: Any, size: int) -> tf.data.Dataset:
    """Ready-made batches of arrays, in the order of the examples."""
    return _sliced(_tensors(pair), len(next(leaves(pair))), size)


def _orders(seed: int | None, rows: int) -> Iterator[np.ndarray]:
    """The order of the examples, epoch after epoch: the permutations that Keras draws on JAX."""
    while seed is None:
        yield np.arange(rows)
    generator = np.random.RandomState(seed)
    generator.permutation(rows)  # Keras draws one before the first epoch
    while True:
        yield generator.permutation(rows)


def _tensors(pair: Any) -> Any:
    """The same structure of tensors; lists become tuples, since a dataset would stack them."""
    return keras.tree.lists_to_tuples(
        keras.tree.map_structure(lambda array: tf.constant(as_fed(array)), pair)
    )


def _sliced(tensors: Any, rows: int, size: int) -> tf.data.Dataset:
    """A dataset of batches of tensors; it slices batches and not examples, which is much faster."""
    full, rest = divmod(rows, size)

    def batched(tensor: tf.Tensor) -> tf.Tensor:
        return tf.reshape(tensor[: full * size], (full, size, *tensor.shape[1:]))

    last = tf.data.Dataset.from_tensors(tf.nest.map_structure(lambda tensor: tensor[full * size :], tensors))
    if not full:
        return last
    batches = tf.data.Dataset.from_tensor_slices(tf.nest.map_structure(batched, tensors))
    return batches.concatenate(last) if rest else batches
