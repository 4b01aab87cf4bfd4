"""Addition as text: read "10+4+7", write "21" (row M9).

The score is the share of answers that are right as a whole, not character by character. Source: J. Brownlee,
Long Short-Term Memory Networks with Python, chapter 9: LSTM(75), RepeatVector, LSTM(50), a softmax over 12
characters at every step (52,212 parameters), Adam, 75,000 sums of three terms up to 10, batches of 32, one
epoch: `--set n_train=75000`. Published is "100 %" of 100 characters, and 9 of 10 sums in a spot check.

Three terms up to 10 make 1,000 questions, so that the test asks what was trained on; `--set held_out=True`
keeps a tenth of the questions for the test. More terms or larger ones: `--set terms=4`, `--set largest=99`.
"""

from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, space
from tuner.models import repeat_vector
from tuner.problems import addition
from tuner.problems.addition import decode
from tuner.problems.judging import sequence_accuracy, votes


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(40, 100),
        layers=1,
        batch_size=[16, 32, 64],
        dropout=0.0,
        optimizer=["adam", "rmsprop"],
        learning_rate=(5e-4, 1e-2),
    )
    model = repeat_vector(
        data,
        units=hp.units,
        decoder_units=trial.suggest_int("decoder_units", 25, 75),
        cell=trial.suggest_categorical("cell", ["lstm", "gru"]),
        output="softmax",
    )
    model.compile(optimizer=hp.optimizer, loss="categorical_crossentropy")
    return model, {"batch_size": hp.batch_size}


def show(x: np.ndarray, y_true: np.ndarray, y_pred: np.ndarray) -> str:
    """Such as "3+10+8 = 21, said 21 (9 of 10 seeds), 20 (1)"."""
    (question,), (answer,) = decode(x[None]), decode(y_true[None])
    return f"{question.strip()} = {answer.strip()}, said {votes(map(str.strip, decode(y_pred)))}"


def study(
    n_train: int = 25_000, terms: int = 3, largest: int = 10, held_out: bool = False, epochs: int = 1
) -> Study:
    return Study(
        data=addition(n_train=n_train, terms=terms, largest=largest, held_out=held_out),
        build=build,
        metric=sequence_accuracy,
        direction="maximize",
        epochs=epochs,
        baseline={
            "units": 75,
            "decoder_units": 50,
            "cell": "lstm",
            "optimizer": "adam",
            "learning_rate": 0.001,
            "batch_size": 32,
        },
        margin=0.01,
        trials=10,
        show=show,
    )
