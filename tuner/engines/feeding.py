"""What `keras.Model.fit` is given as data: pipelines, arrays that lie on disk, arrays in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from tuner import pipelines
from tuner.building import Built
from tuner.trees import leaves


def feed(built: Built, steps_at_once: int = 1, done: int = 0) -> dict[str, Any]:
    """Every argument of `fit` that is about data, and what build returned for it.

    `done` epochs have been trained; of arrays whose order is drawn here, the next one comes first.
    """
    given = {"batch_size": built.batch_size, **built.fit}
    given["validation_data"] = _validation(built, given)
    return given | _training(built, steps_at_once, done)


def _training(built: Built, steps_at_once: int, done: int) -> dict[str, Any]:
    """`x`, and with it the arguments that depend on what x is."""
    train, fit = built.splits.train, built.fit
    itself = {"batch_size": None, "shuffle": False}  # for what makes its own batches, in its own order
    if pipelines.is_dataset(train) and pipelines.length(train) != np.inf:
        return {"x": train, "batch_size": None}  # Keras shuffles the order of its batches
    if pipelines.is_dataset(train) or pipelines.is_tensorflow(train):
        return {"x": train, **itself}
    if pipelines.kind(train) and fit.get("steps_per_epoch"):
        return {"x": _endless(train), **itself}
    if pipelines.kind(train):
        return {"x": _Passes("train", train, built.splits.batches("train")), **itself}
    shuffle = fit.get("shuffle", True)
    if not fit.get("steps_per_epoch") and isinstance(shuffle, bool):
        seed = built.seed.integer("order") if shuffle else None
        weight = fit.get("sample_weight")
        data, itself = (
            (train, itself) if weight is None else ((*train, weight), {**itself, "sample_weight": None})
        )
        if on_disk(train):
            return {"x": _Rows(data, built.batch_size, seed, done), **itself}
        if _for_tensorflow(data):
            from tuner.engines import batching

            return batching.shuffled(data, built.batch_size, seed, steps_at_once, done) | itself
    return {"x": train[0], "y": train[1]}


def _validation(built: Built, given: dict[str, Any]) -> Any:
    """The validation split as Keras takes it; a function of batches tells its number of steps itself."""
    validation = built.splits.validation
    if pipelines.is_dataset(validation) or pipelines.is_tensorflow(validation):
        return validation
    if pipelines.kind(validation):
        steps = given.pop("validation_steps", None)
        return _Passes("validation", validation, steps or built.splits.batches("validation"))
    size = int(given.get("validation_batch_size") or built.batch_size)
    given["validation_batch_size"] = size  # of arrays beside a train split that makes its own batches
    if on_disk(validation):
        return _Rows(validation, size)
    if _for_tensorflow(validation) and not given.get("validation_steps"):
        from tuner.engines import batching

        return batching.in_order(validation, size)
    return validation


def scored_batches(built: Built, name: str, size: int) -> Iterator[tuple[Any, Any]]:
    """x and y of a split that is scored batch by batch: of a whole pass, or of the steps of an endless one.

    Arrays that lie on disk come in batches of `size`.
    """
    split = getattr(built.splits, name)
    if name not in built.splits.pipelines:
        rows = _Rows(split, size)
        yield from (rows[index] for index in range(len(rows)))
        return
    steps = None if pipelines.ends(split) else built.fit.get("validation_steps")
    yield from pipelines.read(name, split, steps)


def on_disk(split: Any) -> bool:
    """Whether a pair has a memory-mapped array that Keras would copy into memory whole.

    On JAX it reads the batches of an array where it lies, unless its floats are not of Keras' type.
    """
    if pipelines.kind(split):
        return False
    return any(isinstance(leaf, np.memmap) and _is_copied(leaf) for leaf in keras.tree.flatten(split))


def _is_copied(array: np.ndarray) -> bool:
    other_float = array.dtype.kind == "f" and array.dtype.name != keras.config.floatx()
    return bool(other_float or keras.config.backend() != "jax")


def _for_tensorflow(split: Any) -> bool:
    """Whether arrays are plain numbers, and are trained on with TensorFlow."""
    arrays = keras.tree.flatten(split) if keras.config.backend() == "tensorflow" else [None]
    return all(isinstance(array, np.ndarray) and array.dtype.kind in "biuf" for array in arrays)


def as_fed(array: Any) -> np.ndarray:
    """Floats in Keras' float type, as Keras converts arrays; other types as they are."""
    array = np.asarray(array)
    return np.asarray(array, keras.config.floatx() if array.dtype.kind == "f" else array.dtype)


class _Passes(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no types
    """A function of batches that is called anew for every pass; a pass has `count` batches."""

    def __init__(self, name: str, function: Callable[[], Any], count: int) -> None:
        super().__init__()
        self._name, self._function, self._count = name, function, count
        self._batches: Iterator[Any] = iter(())

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Any:
        if index == 0:
            self._batches = iter(self._function())
        batch = next(self._batches, None)
        if batch is None:
            raise ValueError(
                f"the {self._name} split gives {index} batches, where {self._count} are to be read;"
                f" let build return a {pipelines.STEPS[self._name]} that it has"
            )
        return batch


def _endless(function: Callable[[], Any]) -> Iterator[Any]:
    """The batches of a function, which is called again whenever they end."""
    while True:
        empty = True
        for batch in function():
            empty = False
            yield tuple(batch)
        if empty:
            raise ValueError("the train split gives no batch")


class _Rows(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no types
    """Arrays that stay where they are: only the rows of a batch are read.

    With a seed the order of the examples is drawn as that of arrays in memory is, after `done` epochs.
    """

    def __init__(self, pair: Any, size: int, seed: int | None = None, done: int = 0) -> None:
        super().__init__()
        self._pair, self._size = pair, size
        self._count = len(next(leaves(pair)))
        self._order = np.arange(self._count)
        self._generator = None if seed is None else np.random.RandomState(seed)
        # On JAX Keras begins an epoch to build the model.
        for _ in range(done + (keras.config.backend() == "tensorflow")):
            self.on_epoch_begin()

    def __len__(self) -> int:
        return -(-self._count // self._size)

    def on_epoch_begin(self) -> None:
        if self._generator is not None:
            self._order = self._generator.permutation(self._count)

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self._size : (index + 1) * self._size]
        return keras.tree.map_structure(lambda array: as_fed(array[rows]), self._pair)
