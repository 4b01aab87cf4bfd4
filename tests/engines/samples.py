"""Test errors of small models over seeds, on any backend.

`python -m tests.engines.samples BACKEND` prints them as JSON: a list for each model.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tuner.backend import prepare_backend
from tuner.splits import Splits
from tuner.study import Study

SEEDS = 20
LEARNING_RATE = 0.02
RNG = np.random.default_rng(5)


def windows(examples: int) -> tuple[np.ndarray, np.ndarray]:
    """Three steps of two features, and the sine of their sum."""
    x = RNG.normal(size=(examples, 3, 2)).astype("float32")
    return x, np.sin(x.sum(axis=(1, 2)))[:, None]


DATA = Splits(train=windows(128), validation=windows(8), test=windows(64))
MODELS: dict[str, Callable[[Any], Sequence[Any]]] = {
    "LSTM": lambda layers: [layers.LSTM(3), layers.Dense(1)],
    "GRU": lambda layers: [layers.GRU(3), layers.Dense(1)],
    "Dense with dropout": lambda layers: [
        layers.Flatten(),
        layers.Dense(6, "tanh"),
        layers.Dropout(0.3),
        layers.Dense(1),
    ],
}


def scores(name: str, learning_rate: float = LEARNING_RATE) -> tuple[float, ...]:
    """The test error of every seed: all in one program on JAX, one after another on TensorFlow."""
    import keras

    from tuner.records import Configuration
    from tuner.repeats import Repeats

    on_jax = keras.config.backend() == "jax"
    traced: list[keras.Model] = []  # TensorFlow traces the model of the first seed; the others reuse that

    def build(trial: Any, data: Splits) -> Any:
        model = keras.Sequential([keras.Input((3, 2)), *MODELS[name](keras.layers)])
        if traced:
            return renewed(traced[0], model), {"batch_size": 4}
        model.compile(keras.optimizers.Adam(learning_rate), loss="mse", jit_compile=on_jax)
        if not on_jax:
            traced.append(model)
        return model, {"batch_size": 4}

    runner = Repeats(Study(DATA, build, "mse", 2, {}), engine="vectorized" if on_jax else "fit")
    runs = runner.train("confirmation", Configuration("one", {}), range(SEEDS), lambda share: None)
    assert all(run.status == "complete" for run in runs), runs[0].reason
    return tuple(run.scores["test"] for run in runs)


def renewed(model: Any, fresh: Any) -> Any:
    """A compiled model with the weights of another, and its optimizer as it was at the start."""
    model.set_weights(fresh.get_weights())
    for variable in model.optimizer.variables:
        if variable.name != "learning_rate":
            variable.assign(np.zeros(variable.shape))
    return model


def asked() -> tuple[str, ...]:
    """The models to train: all with TUNER_TESTS=all in the environment, else the first."""
    return tuple(MODELS) if os.environ.get("TUNER_TESTS") == "all" else tuple(MODELS)[:1]


if __name__ == "__main__":
    prepare_backend(sys.argv[1])
    print(json.dumps({name: scores(name) for name in asked()}))
