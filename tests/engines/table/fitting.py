"""Forms of models, losses and metrics, and the arguments of `fit`."""

from typing import Any

import keras
import numpy as np
from keras import layers

from tests.engines.table.row import (
    LABELLED,
    NAMED,
    RNG,
    UNEVEN_VECTORS,
    VECTORS,
    Row,
    compiled,
    stack,
)
from tuner.splits import Splits

CLASS_WEIGHT = {0: 0.5, 1: 2.0}  # class 2 has weight 1


def weights(data: Splits) -> np.ndarray:
    return RNG.uniform(0.1, 3.0, size=data.sizes["train"])


def two_in_two_out() -> keras.Model:
    past, now = keras.Input((3, 2), name="past"), keras.Input((3,), name="now")
    hidden = layers.Dense(3, "tanh")(layers.Concatenate()([layers.Flatten()(past), now]))
    outputs = {
        "level": layers.Dense(1, name="level")(hidden),
        "sign": layers.Dense(1, "sigmoid", name="sign")(hidden),
    }
    return compiled(
        keras.Model({"past": past, "now": now}, outputs),
        loss={"level": "mse", "sign": "binary_crossentropy"},
        loss_weights={"level": 1.0, "sign": 0.3},
        metrics={"level": ["mae"], "sign": ["accuracy"]},
    )


def level_error(true: dict[str, np.ndarray], predicted: dict[str, np.ndarray]) -> float:
    return float(np.mean((true["level"] - predicted["level"]) ** 2))


def shared_and_frozen() -> keras.Model:
    """A layer that is called twice, and one that does not learn."""
    inputs = keras.Input((4,))
    frozen = layers.Dense(4, "tanh", trainable=False)
    shared = layers.Dense(4, "tanh")
    return compiled(keras.Model(inputs, layers.Dense(1)(shared(shared(frozen(inputs))))))


class Subclassed(keras.Model):
    """Layers made in `__init__`, dropout that is asked for in `call`, and a loss of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.end = layers.Dense(3, "tanh"), layers.Dense(1)
        self.drop = layers.Dropout(0.2)

    def call(self, x: Any, training: bool = False) -> Any:
        hidden = self.drop(self.hidden(x), training=training)
        self.add_loss(0.01 * keras.ops.mean(keras.ops.square(hidden)))
        return self.end(hidden)


def classifier(name: str, **arguments: Any) -> Row:
    """A row with a softmax over three classes, and a smaller last batch."""
    return stack(
        name,
        LABELLED,
        lambda: [layers.Dense(3, "tanh"), layers.Dense(3, "softmax")],
        loss="sparse_categorical_crossentropy",
        metric="sparse_categorical_crossentropy",
        **arguments,
    )


def regression(name: str, data: Splits, **arguments: Any) -> Row:
    return stack(name, data, lambda: [layers.Dense(3, "tanh"), layers.Dense(1)], **arguments)


ROWS = [
    Row("two inputs, two outputs", NAMED, two_in_two_out, {}, level_error),
    Row("shared layer, frozen layer", VECTORS, shared_and_frozen),
    Row("subclassed model", VECTORS, lambda: compiled(Subclassed())),
    classifier("compiled metrics", metrics=["accuracy"]),
    classifier(
        "class weights, weighted metrics",
        fit={"class_weight": CLASS_WEIGHT},
        metrics=["accuracy"],
        weighted_metrics=["accuracy"],
    ),
    regression(
        "sample weights, metrics with and without them, smaller last batch",
        UNEVEN_VECTORS,
        fit={"sample_weight": weights(UNEVEN_VECTORS)},
        loss="mae",
        metrics=["mse"],
        weighted_metrics=["mse"],
    ),
    regression(
        "sample weights, not shuffled", VECTORS, fit={"sample_weight": weights(VECTORS), "shuffle": False}
    ),
    Row(
        "sample weights, two outputs",
        NAMED,
        two_in_two_out,
        {"sample_weight": {"level": weights(NAMED), "sign": weights(NAMED)}},
        level_error,
    ),
    Row(
        "sample weights, one for two outputs",
        NAMED,
        two_in_two_out,
        {"sample_weight": weights(NAMED)},
        level_error,
    ),
]
