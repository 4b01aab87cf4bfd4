"""Chevalier's exercises: from the past of a signal, its future (rows C1 to C3).

Exercise 1 is a sine and a cosine of one frequency, 2 a sum of two frequencies, 3 the same for longer with
noise on the past: `--set exercise=2`. The network is the source's: two stacked GRU layers read the past, two
more start from their states, read the past one step late instead of their own answers, and end in a linear
output times a learned number. RMSProp, the sum of squared errors, and a penalty on the weights.

Exercise 1 has its published size: 12 units, 150 batches of 5 sequences, each seen once. The others take
500 batches of 50, so that a search lasts minutes; the source's 2,500 are `--set iterations=2500`. Source:
G. Chevalier, seq2seq-signal-prediction; published are a test loss of 0.5241 in exercise 1, which is a mean
squared error of 0.0105, and pictures of the others.
"""

from typing import Any

import keras

from tuner import Splits, Study
from tuner.problems import signals

DEFAULTS = {1: (150, 5, 12), 2: (500, 50, 35), 3: (500, 50, 35)}  # iterations, batch size, units
RHO = 0.92  # of RMSProp: the source's decay


def half_sum(y_true: Any, y_pred: Any) -> Any:
    """The source's loss of one example; it adds up those of a batch, here is their mean."""
    return keras.ops.sum(keras.ops.square(y_true - y_pred), axis=(1, 2)) / 2


def network(data: Splits, *, units: int, layers: int, reads: str, penalty: float) -> keras.Model:
    """Two stacks of GRU layers; the decoder reads the past one step late, or zeros."""
    steps, features = data.train[1].shape[1:]
    options = {
        "return_sequences": True,
        "kernel_regularizer": keras.regularizers.L2(penalty),
        "recurrent_regularizer": keras.regularizers.L2(penalty),
    }
    past = hidden = keras.Input(data.train[0].shape[1:])
    states = []
    for _ in range(layers):
        hidden, state = keras.layers.GRU(units, return_state=True, **options)(hidden)
        states.append(state)
    late = keras.layers.Cropping1D((0, 1))(keras.layers.ZeroPadding1D((1, 0))(past))
    hidden = late if reads == "past" else keras.layers.Rescaling(0.0)(late)
    for state in states:
        hidden = keras.layers.GRU(units, **options)(hidden, initial_state=state)
    output = keras.layers.Dense(features, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0))
    column = keras.layers.Reshape((steps * features, 1))(output(hidden))
    scaled = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", name="scale")(column)
    return keras.Model(past, keras.layers.Reshape((steps, features))(scaled))


def suggest_optimizer(trial: Any) -> keras.optimizers.Optimizer:
    """RMSProp with its momentum, or Adam, which has none to choose."""
    rate = trial.suggest_float("learning_rate", 1e-3, 3e-2, log=True)
    if trial.suggest_categorical("optimizer", ["rmsprop", "adam"]) == "adam":
        return keras.optimizers.Adam(rate)
    momentum = trial.suggest_float("momentum", 0.0, 0.9)
    return keras.optimizers.RMSprop(rate, rho=RHO, momentum=momentum)


def study(
    exercise: int = 1,
    iterations: int | None = None,
    batch_size: int | None = None,
    units: int | None = None,
    layers: int = 2,
    most_epochs: int = 4,
) -> Study:
    """Up to `most_epochs` passes over the sequences are searched; the baseline takes one, as the source."""
    given = zip((iterations, batch_size, units), DEFAULTS.get(exercise, DEFAULTS[1]), strict=True)
    iterations, batch, units = (default if value is None else value for value, default in given)

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        strength = trial.suggest_float("l2", 1e-5, 1e-1, log=True)  # of the source's sum over a batch
        model = network(
            data,
            units=trial.suggest_int("units", 8, 64, log=True),
            layers=trial.suggest_int("layers", 1, 3),
            reads=trial.suggest_categorical("decoder_reads", ["past", "zeros"]),
            penalty=strength / 2 / batch,
        )
        model.compile(optimizer=suggest_optimizer(trial), loss=half_sum)
        return model, {"batch_size": batch, "epochs": trial.suggest_int("epochs", 1, most_epochs)}

    return Study(
        data=signals(exercise=exercise, n_train=iterations * batch, batch=batch),
        build=build,
        metric="mse",
        epochs=1,
        baseline={
            "units": units,
            "layers": layers,
            "decoder_reads": "past",
            "l2": 0.003,
            "optimizer": "rmsprop",
            "learning_rate": 0.007,
            "momentum": 0.5,
            "epochs": 1,
        },
        trials=12,
    )
