"""Encoder-decoder GRU that forecasts the next 15 steps of a sum of two sine waves (rows T1 to T5).

The published size is `--set n_train=102400 --set batch_size=512`. Further options are what the source tried
or says: `teacher_forcing=True` (the decoder is told the truth of the step before in training, and the score
is that of one step ahead), `signals=3`, `cell=lstm`, `optimizer=sgd`, `l2=1e-6`, `decoder_units=20` (a Dense
bridge between states of other sizes). With `wide=True` these are searched too.

Source: L. Tonin, keras-seq-2-seq-signal-prediction; published is a training error of 0.0238.
"""

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, space
from tuner.models import encoder_decoder, teacher_forced
from tuner.problems import sine_sum


def told(pair: tuple[np.ndarray, np.ndarray]) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """x with an input of the decoder beside it: the target one step late, after a zero."""
    x, y = pair
    return (x, np.pad(y[:, :-1], ((0, 0), (1, 0), (0, 0)))), y


def study(
    n_train: int = 2_048,
    epochs: int = 15,
    batch_size: int = 64,
    signals: int = 2,
    teacher_forcing: bool = False,
    cell: str = "gru",
    optimizer: str = "adam",
    l2: float = 0.0,
    decoder_units: int | None = None,
    wide: bool = False,
) -> Study:
    data = sine_sum(n_train=n_train, n_validation=500, steps_in=15, steps_out=15, signals=signals)
    if teacher_forcing:
        data = replace(
            data, train=told(data.train), validation=told(data.validation), test=told(data.test), naive=()
        )
    make = teacher_forced if teacher_forcing else encoder_decoder
    more = {"cell": cell, "l2": l2, "decoder_units": decoder_units or 35}
    parts = ("kernel", "recurrent", "bias")

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        hp = space.recurrent(
            trial,
            units=(16, 40),
            layers=(1, 2),
            batch_size=[32, 64],
            dropout=(0.0, 0.2),
            optimizer=["adam", "rmsprop", "sgd"] if wide else ["adam", "rmsprop"],
            learning_rate=(2e-3, 2e-2),
        )
        strength = trial.suggest_categorical("l2", [0.0, 1e-6, 1e-4]) if wide else l2
        model = make(
            data,
            units=hp.units,
            decoder_units=trial.suggest_int("decoder_units", 16, 40) if wide else decoder_units,
            layers=hp.layers,
            dropout=hp.dropout,
            cell=trial.suggest_categorical("cell", ["gru", "lstm"]) if wide else cell,
            **{f"{part}_regularizer": (0.0, strength) for part in parts},
        )
        model.compile(optimizer=hp.optimizer, loss="mse")
        return model, {"batch_size": hp.batch_size}

    return Study(
        data=data,
        build=build,
        metric="mse",
        epochs=epochs,
        baseline={
            "units": 35,
            "layers": 2,
            "dropout": 0.0,
            "optimizer": optimizer,
            "learning_rate": 0.01,
            "batch_size": batch_size,
            **(more if wide else {}),
        },
        trials=12,
    )
