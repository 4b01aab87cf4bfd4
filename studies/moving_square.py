"""A square moves across an image and leaves a trace: does it go right or left (row M8)?

Searched is the architecture (convolutions below an LSTM, or an LSTM that reads all pixels), and the sizes of
both. Source: J. Brownlee, Long Short-Term Memory Networks with Python, chapter 8: on every one of 50 frames
of 50 x 50 a convolution of two 2 x 2 filters and a maximum over 2 x 2, above them LSTM(50) and a sigmoid
(240,661 parameters), Adam, 5,000 animations in batches of 32, one epoch: `--set size=50 --set n_train=5000`.
Published is an accuracy of 100 % on 100 animations. With `--set frames=5` an animation has five frames.
"""

from typing import Any

import keras

from tuner import Splits, Study, space
from tuner.models import cnn_lstm
from tuner.problems import moving_square


def pixels_lstm(data: Splits, *, units: int, output_dropout: float) -> keras.Model:
    """An LSTM that reads every frame as one row of pixels."""
    frames, *image = data.train[0].shape[1:]
    source = keras.Input((frames, *image))
    hidden = keras.layers.Reshape((frames, -1))(source)
    hidden = keras.layers.LSTM(units)(hidden)
    if output_dropout:
        hidden = keras.layers.Dropout(output_dropout)(hidden)
    return keras.Model(source, keras.layers.Dense(1, activation="sigmoid")(hidden))


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(10, 60),
        layers=1,
        batch_size=[16, 32],
        dropout=(0.0, 0.3),
        optimizer=["adam", "rmsprop"],
        learning_rate=(5e-4, 1e-2),
    )
    if trial.suggest_categorical("architecture", ["cnn_lstm", "lstm"]) == "cnn_lstm":
        model = cnn_lstm(
            data,
            filters=trial.suggest_int("filters", 1, 4),
            kernel_size=trial.suggest_int("kernel_size", 2, 3),
            pool_size=2,
            units=hp.units,
            output_dropout=hp.dropout,
            output="sigmoid",
        )
    else:
        model = pixels_lstm(data, units=hp.units, output_dropout=hp.dropout)
    model.compile(optimizer=hp.optimizer, loss="binary_crossentropy")
    return model, {"batch_size": hp.batch_size}


def study(
    size: int = 10,
    frames: int | None = None,
    n_train: int = 1_500,
    n_test: int = 500,
    vertical: bool = False,
    epochs: int = 1,
) -> Study:
    """`n_test` animations are for the test, and as many for validation."""
    return Study(
        data=moving_square(
            n_train=n_train, n_validation=n_test, n_test=n_test, size=size, frames=frames, vertical=vertical
        ),
        build=build,
        metric="binary_accuracy",
        epochs=epochs,
        baseline={
            "architecture": "cnn_lstm",
            "filters": 2,
            "kernel_size": 2,
            "units": 50,
            "dropout": 0.0,
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 32,
        },
        margin=0.005,
        trials=10,
    )
