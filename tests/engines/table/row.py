"""A row of the table, and the small data sets that rows share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from tuner.splits import Splits

BATCH_SIZE = 4
EPOCHS = 8
EVEN = {"train": 100, "validation": 8, "test": 8}  # 25 whole batches an epoch
UNEVEN = {"train": 103, "validation": 10, "test": 130}  # the last batch is smaller, of scoring too
RNG = np.random.default_rng(23)


@dataclass(frozen=True, slots=True)
class Row:
    """A model that both engines train: `build` makes and compiles it anew for every seed."""

    name: str
    data: Splits
    build: Callable[[], keras.Model]
    fit: Mapping[str, Any] = field(default_factory=dict)
    metric: str | Callable[[Any, Any], float] = "mse"

    @property
    def steps(self) -> int:
        """Training steps of a seed."""
        return EPOCHS * -(-self.data.sizes["train"] // BATCH_SIZE)


def make(pair: Callable[[int], tuple[Any, Any]], sizes: Mapping[str, int] = EVEN) -> Splits:
    """Splits of the given sizes; `pair` makes (x, y) of so many examples."""
    return Splits(**{name: pair(count) for name, count in sizes.items()})


def numbers(*shape: int) -> Callable[[int], tuple[Any, Any]]:
    """x of normal numbers of this shape an example, y a noisy function of their sum."""

    def pair(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = RNG.normal(size=(count, *shape))
        total = x.reshape(count, -1).sum(axis=1, keepdims=True)
        return x, np.sin(total) + 0.1 * RNG.normal(size=(count, 1))

    return pair


def labelled(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Four numbers, and which of the first three is largest."""
    x = RNG.normal(size=(count, 4))
    return x, x[:, :3].argmax(axis=1)


def tokens(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Three tokens of five, the last ones padded with 0, and a function of their sum."""
    x = RNG.integers(1, 5, size=(count, 3))
    x[np.arange(3) >= RNG.integers(1, 4, size=(count, 1))] = 0
    return x, np.sin(x.sum(axis=1, keepdims=True))


def padded(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of 3 steps of which the last ones may be padded with 0, and a target for every step."""
    x = RNG.normal(size=(count, 3, 2))
    x[np.arange(3) >= RNG.integers(1, 4, size=(count, 1))] = 0
    return x, np.sin(x.sum(axis=2, keepdims=True))


def named(count: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A sequence and a vector; a number and a class of two."""
    past, now = RNG.normal(size=(count, 3, 2)), RNG.normal(size=(count, 3))
    level = past.sum(axis=(1, 2))[:, None] + now[:, :1]
    return {"past": past, "now": now}, {"level": level, "sign": (now[:, 1:2] > 0).astype("int64")}


VECTORS, UNEVEN_VECTORS = make(numbers(4)), make(numbers(4), UNEVEN)
SEQUENCES, PADDED = make(numbers(3, 2)), make(padded, UNEVEN)
IMAGES, TOKENS, NAMED = make(numbers(5, 5, 2)), make(tokens), make(named)
LABELLED = make(labelled, UNEVEN)


def gradient_descent() -> keras.optimizers.Optimizer:
    """The optimizer of rows that are not about optimizers: it does not amplify the rounding of gradients
    that are 0, as those do that divide by a gradient's size."""
    return keras.optimizers.SGD(0.05)


def compiled(
    model: keras.Model,
    optimizer: Callable[[], keras.optimizers.Optimizer] = gradient_descent,
    loss: Any = "mse",
    **arguments: Any,
) -> keras.Model:
    """The model, compiled with a fresh optimizer."""
    model.compile(optimizer=optimizer(), loss=loss, **arguments)
    return model


def stack(
    name: str,
    data: Splits,
    layers: Callable[[], Sequence[Any]],
    *,
    fit: Mapping[str, Any] | None = None,
    metric: str = "mse",
    **arguments: Any,
) -> Row:
    """A row with a sequential model; `layers` makes them all, and the others are arguments of `compile`."""

    def build() -> keras.Model:
        x = np.asarray(data.train[0])
        place = keras.Input(x.shape[1:], dtype="int32" if x.dtype.kind == "i" else None)
        return compiled(keras.Sequential([place, *layers()]), **arguments)

    return Row(name, data, build, fit or {}, metric)
