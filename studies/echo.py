"""Echo: an LSTM reads five whole numbers and repeats the third (row M6).

Searched beside units, layers, dropout and the optimizer: the encoding of the numbers, which is part of the
framing (one-hot, as integers, or scaled to 0..1). The answer stays one-hot, so that scores are comparable.

The defaults are the published size: LSTM(25) and a softmax over 10 numbers (3,860 parameters), Adam, 10,000
sequences, each seen once and alone. Source: J. Brownlee, Long Short-Term Memory Networks with Python,
chapter 6; published is an accuracy of 100 % on 100 sequences. Its extensions are `--set length=10`,
`--set cardinality=25`, `--set index=0`.
"""

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, space
from tuner.models import recurrent
from tuner.problems import echo, from_one_hot

ENCODINGS = ("one_hot", "integer", "scaled")
OPTIMIZERS = ["adam", "rmsprop", "adagrad", "sgd"]
BATCH_SIZES = [1, 2, 8, 32, 256]


def encoded(x: np.ndarray, encoding: str) -> np.ndarray:
    """One-hot numbers (examples, length, cardinality) as they are, or as (examples, length, 1)."""
    if encoding == "one_hot":
        return x
    numbers = from_one_hot(x)[..., None].astype("float32")
    return numbers / (x.shape[-1] - 1) if encoding == "scaled" else numbers


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(5, 50),
        layers=(1, 2),
        batch_size=BATCH_SIZES,
        dropout=(0.0, 0.3),
        optimizer=OPTIMIZERS,
        learning_rate=(3e-4, 3e-2),
    )
    model = recurrent(data, units=hp.units, layers=hp.layers, output_dropout=hp.dropout, output="softmax")
    model.compile(optimizer=hp.optimizer, loss="categorical_crossentropy")
    return model, {"batch_size": hp.batch_size}


def study(
    n_train: int = 10_000, length: int = 5, cardinality: int = 10, index: int = 2, epochs: int = 1
) -> Study:
    plain = echo(n_train=n_train, length=length, cardinality=cardinality, index=index)

    def data(trial: Any) -> Splits:
        encoding = trial.suggest_categorical("encoding", ENCODINGS)
        pairs = {"train": plain.train, "validation": plain.validation, "test": plain.test}
        return replace(plain, **{name: (encoded(x, encoding), y) for name, (x, y) in pairs.items()})

    return Study(
        data=data,
        build=build,
        metric="categorical_accuracy",
        epochs=epochs,
        baseline={
            "encoding": "one_hot",
            "units": 25,
            "layers": 1,
            "dropout": 0.0,
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 1,
        },
        margin=0.005,
        trials=15,
    )
