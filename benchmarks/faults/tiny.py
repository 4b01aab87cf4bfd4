"""A study of a few seconds: a Dense model, three hyperparameters, epochs enough to be pruned.

With `keep_every` seconds, a training of seconds is kept as often as one of hours.
"""

import keras
import numpy as np

from tuner import Splits, Study
from tuner.engines import checkpoints


def split(examples: int, seed: int):
    """Three normal features, and the square of their sum."""
    x = np.random.default_rng(seed).normal(size=(examples, 3)).astype("float32")
    return x, x.sum(axis=1, keepdims=True) ** 2


def build(trial, data):
    """All trials differ in numbers only, and share one compiled program."""
    rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
    momentum = trial.suggest_float("momentum", 0.0, 0.9)
    decay = trial.suggest_float("weight_decay", 1e-6, 1e-2, log=True)
    layers = [keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=momentum, weight_decay=decay), loss="mse")
    return model, {"batch_size": 32}


def study(epochs=6, keep_every=checkpoints.EVERY):
    checkpoints.EVERY = keep_every
    return Study(
        data=Splits(train=split(64, 1), validation=split(32, 2), test=split(32, 3)),
        build=build,
        metric="mse",
        epochs=epochs,
        baseline={"learning_rate": 0.01, "momentum": 0.0, "weight_decay": 1e-4},
        trials=8,
    )
