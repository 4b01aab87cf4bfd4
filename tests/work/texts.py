"""Study files as texts, whose candidates do to their process what a test asks for.

Each finds files beside it: what a test says to it, and what it says to a test.
"""

_COMMON = '''
import os
import signal
import time
from pathlib import Path

import keras
import numpy as np

from tuner import Splits, Study

MARK = Path(__file__).with_suffix(".mark")


def build(trial, data, callbacks=()):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(trial.suggest_float("rate", 0.001, 0.1)), loss="mse")
    return model, {"callbacks": list(callbacks)}


def study_of(**candidates):
    """The baseline and some candidates, without a search."""
    x = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    split = (x, x.sum(axis=1, keepdims=True))
    return Study(
        data=Splits(split, split, split),
        build=build,
        metric="mse",
        epochs=3,
        baseline={"rate": 0.01},
        trials=0,
        candidates=candidates,
    )
'''

# Two candidates kill their worker, one of them only until there is a mark.
DEADLY = f'''{_COMMON}

class Dies(keras.callbacks.Callback):
    """Ends its process in mid-training, as the kernel does where memory is short."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            MARK.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)


def unlucky(trial, data):
    return build(trial, data, () if MARK.exists() else (Dies(),))


def doomed(trial, data):
    return build(trial, data, (Dies(),))


study = study_of(unlucky=unlucky, doomed=doomed)
'''

# Two candidates train as long as there is a mark.
WAITING = f"""{_COMMON}

class Waits(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        while MARK.exists():
            time.sleep(0.05)


def waits(trial, data):
    return build(trial, data, (Waits(),))


study = study_of(one=waits, other=waits)
"""
