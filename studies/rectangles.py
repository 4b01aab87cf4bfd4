"""Rectangles drawn point by point: from one corner, forecast the next (row M11).

Width and height cannot be known, so that no model has a mean absolute error below 0.0833. Searched beside the
usual: the initialiser and the activation. The defaults are the published size: LSTM(10) and Dense(2) (542
parameters), Adam, mean absolute error, 25,000 rectangles, one update a rectangle (three pairs of points), not
shuffled. Source: J. Brownlee, Long Short-Term Memory Networks with Python, chapter 11, which shows pictures.
"""

from typing import Any

import keras
import numpy as np

from tuner import Splits, Study
from tuner.models import recurrent
from tuner.problems import rectangles

INITIALIZERS = ["glorot_uniform", "glorot_normal", "random_uniform", "random_normal"]


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    model = recurrent(
        data,
        units=trial.suggest_int("units", 4, 40, log=True),
        cell=trial.suggest_categorical("cell", ["lstm", "gru", "simple_rnn"]),
        activation=trial.suggest_categorical("activation", ["tanh", "relu", "sigmoid"]),
        kernel_initializer=trial.suggest_categorical("initializer", INITIALIZERS),
    )
    rate = trial.suggest_float("learning_rate", 1e-4, 1e-2, log=True)
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="mae")
    return model, {"batch_size": 3, "shuffle": False}


def show(ax: Any, x: np.ndarray, y_true: np.ndarray, y_pred: np.ndarray) -> None:
    """The point that was seen, the point that followed, and where each seed expects it."""
    ax.annotate("", y_true, x[-1], arrowprops={"arrowstyle": "->", "color": "0.5"})
    ax.plot(*y_pred.T, "o", alpha=0.6, label="expected by a seed")
    ax.plot(*x[-1], "ks", label="seen")
    ax.set(xlim=(-0.1, 1.1), ylim=(-0.1, 1.1), aspect="equal", xlabel="x", ylabel="y")
    ax.legend(frameon=False)


def study(n_train: int = 25_000) -> Study:
    return Study(
        data=rectangles(n_train=n_train),
        build=build,
        metric="mae",
        epochs=1,
        baseline={
            "units": 10,
            "cell": "lstm",
            "activation": "tanh",
            "initializer": "glorot_uniform",
            "learning_rate": 0.001,
        },
        margin=0.001,
        trials=15,
        show=show,
    )
