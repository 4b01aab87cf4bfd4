"""A running sum that comes to a limit: say at every step whether it has (row M10).

Searched beside the usual: the direction in which the sequence is read, and how two directions are merged.
Source: J. Brownlee, Long Short-Term Memory Networks with Python, chapter 10: LSTM(50) in both directions,
concatenated, and a sigmoid at every step (20,901 parameters), Adam, 50,000 sequences in batches of 10, one
epoch: `--set n_train=50000`. Published is 100 % of the steps of 100 sequences, and 8 of 10 whole sequences in
a spot check. The score is the accuracy by step.
"""

from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, space
from tuner.models import recurrent
from tuner.problems import cumulative_sum
from tuner.problems.judging import labels, votes

MERGES = ("concat", "sum", "mul", "ave")


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(10, 60),
        layers=1,
        batch_size=[10, 20, 50],
        dropout=(0.0, 0.2),
        optimizer=["adam", "rmsprop"],
        learning_rate=(5e-4, 2e-2),
    )
    reads = trial.suggest_categorical("reads", ["forward", "backward", *MERGES])
    model = recurrent(
        data,
        units=hp.units,
        bidirectional=reads if reads in MERGES else None,
        go_backwards=reads == "backward",
        dropout=hp.dropout,
        output="sigmoid",
    )
    model.compile(optimizer=hp.optimizer, loss="binary_crossentropy")
    return model, {"batch_size": hp.batch_size}


def show(y_true: np.ndarray, y_pred: np.ndarray) -> str:
    """Such as "0001111111, said 0001111111 (9 of 10 seeds), 0000111111 (1)"."""
    return f"{_digits(y_true)}, said {votes(map(_digits, y_pred))}"


def _digits(steps: np.ndarray) -> str:
    return "".join(map(str, labels(steps).tolist()))


def study(n_train: int = 10_000, steps: int = 10, epochs: int = 1) -> Study:
    return Study(
        data=cumulative_sum(n_train=n_train, steps=steps),
        build=build,
        metric="binary_accuracy",
        epochs=epochs,
        baseline={
            "units": 50,
            "dropout": 0.0,
            "reads": "concat",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 10,
        },
        margin=0.002,
        trials=10,
        show=show,
    )
