"""Damped sine waves: see 50 steps, forecast the next 5 (row M7).

Searched beside units and the learning rate: the type of model (a vector of five numbers, or a sequence of
five steps from an encoder and a decoder), initialiser, activation, the learning rate's decay, and penalties
on the weights, as the source's chapter on tuning has them.

The defaults are the published size: two LSTM layers of 20 units and Dense(5) (5,145 parameters), Adam, mean
absolute error, 10,000 waves in batches of 10, one epoch. Source: J. Brownlee, Long Short-Term Memory
Networks with Python, chapter 7; published is a mean absolute error of 0.021665 on 1,000 waves.
"""

from dataclasses import replace
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study
from tuner.models import encoder_decoder, recurrent, repeat_vector
from tuner.problems import damped_sine

PENALTIES = {"none": (0.0, 0.0), "l1": (0.01, 0.0), "l2": (0.0, 0.01), "l1_l2": (0.01, 0.01)}
INITIALIZERS = ["glorot_uniform", "glorot_normal", "random_uniform", "random_normal"]


def network(data: Splits, kind: str, **settings: Any) -> keras.Model:
    """A model that ends with one number for each step ahead; `kind` says how it comes to them."""
    if kind == "vector":
        return recurrent(data, **settings)
    steps = replace(data, **{name: (x, y[..., None]) for name, (x, y) in pairs(data).items()})
    make = encoder_decoder if kind == "encoder_decoder" else repeat_vector
    inner = make(steps, cell="lstm", **settings)
    return keras.Model(inner.input, keras.layers.Flatten()(inner.output))


def pairs(data: Splits) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {"train": data.train, "validation": data.validation, "test": data.test}


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    kind = trial.suggest_categorical("model", ["vector", "repeat_vector", "encoder_decoder"])
    penalty = trial.suggest_categorical("penalty", list(PENALTIES))
    penalised = {}
    if penalty != "none":
        part = trial.suggest_categorical("penalised", ["kernel", "recurrent", "bias"])
        penalised = {f"{part}_regularizer": PENALTIES[penalty]}
    model = network(
        data,
        kind,
        units=trial.suggest_int("units", 10, 40, log=True),
        layers=trial.suggest_int("layers", 1, 2),
        kernel_initializer=trial.suggest_categorical("initializer", INITIALIZERS),
        activation=trial.suggest_categorical("activation", ["tanh", "sigmoid", "relu"]),
        **penalised,
    )
    batch_size = trial.suggest_categorical("batch_size", [5, 10, 20, 50])
    rate = trial.suggest_float("learning_rate", 5e-4, 2e-2, log=True)
    left = trial.suggest_float("rate_at_the_end", 0.01, 1.0, log=True)  # 1: the learning rate stays
    batches = -(-len(data.train[0]) // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(rate, decay_steps=batches, alpha=left)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mae")
    return model, {"batch_size": batch_size}


def study(n_train: int = 10_000, steps_in: int = 50, steps_out: int = 5) -> Study:
    return Study(
        data=damped_sine(n_train=n_train, steps_in=steps_in, steps_out=steps_out),
        build=build,
        metric="mae",
        epochs=1,
        baseline={
            "model": "vector",
            "penalty": "none",
            "units": 20,
            "layers": 2,
            "initializer": "glorot_uniform",
            "activation": "tanh",
            "batch_size": 10,
            "learning_rate": 0.001,
            "rate_at_the_end": 1.0,
        },
        margin=0.001,
        trials=15,
    )
