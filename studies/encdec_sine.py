"""Encoder-decoder GRU that forecasts the next 15 steps of a sum of two sine waves."""

from typing import Any

import keras

from tuner import Splits, Study, space
from tuner.models import encoder_decoder
from tuner.problems import sine_sum


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(16, 40),
        layers=(1, 2),
        batch_size=[32, 64],
        dropout=(0.0, 0.2),
        optimizer=["adam", "rmsprop"],
        learning_rate=(2e-3, 2e-2),
    )
    model = encoder_decoder(data, units=hp.units, layers=hp.layers, dropout=hp.dropout, cell="gru")
    model.compile(optimizer=hp.optimizer, loss="mse")
    return model, {"batch_size": hp.batch_size}


def study(n_train: int = 2_048, epochs: int = 15, batch_size: int = 64) -> Study:
    """The published size is n_train=102_400, batch_size=512."""
    return Study(
        data=sine_sum(n_train=n_train, n_validation=500, steps_in=15, steps_out=15),
        build=build,
        metric="mse",
        epochs=epochs,
        baseline={
            "units": 35,
            "layers": 2,
            "dropout": 0.0,
            "optimizer": "adam",
            "learning_rate": 0.01,
            "batch_size": batch_size,
        },
        trials=12,
    )
