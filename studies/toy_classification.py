"""Six short sequences, each with one number other than 0: which one (row H1)?

The smallest study there is: can a network learn six examples, and is a seventh, new one right as well? The
test split has all seven. Searched are dropout and recurrent dropout beside the usual. The defaults are the
published size: LSTM(128) with both dropouts at 0.2 and four sigmoids (67,076 parameters), binary
cross-entropy, Adam, 200 epochs of one batch. Source: J. Heaton, T81-558, part 10.2; published is that all six
and the new one are right.
"""

from typing import Any

import keras

from tuner import Splits, Study, space
from tuner.models import recurrent
from tuner.problems import toy_classification


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    hp = space.recurrent(
        trial,
        units=(8, 128),
        layers=1,
        batch_size=6,
        dropout=(0.0, 0.5),
        optimizer=["adam", "rmsprop", "sgd"],
        learning_rate=(3e-4, 3e-2),
    )
    recurrent_dropout = trial.suggest_float("recurrent_dropout", 0.0, 0.5)
    model = recurrent(
        data, units=hp.units, dropout=hp.dropout, recurrent_dropout=recurrent_dropout, output="sigmoid"
    )
    model.compile(optimizer=hp.optimizer, loss="binary_crossentropy")
    return model, {"batch_size": hp.batch_size}


def study(epochs: int = 200) -> Study:
    return Study(
        data=toy_classification(),
        build=build,
        metric="categorical_accuracy",
        epochs=epochs,
        baseline={
            "units": 128,
            "dropout": 0.2,
            "recurrent_dropout": 0.2,
            "optimizer": "adam",
            "learning_rate": 0.001,
        },
        trials=12,
    )
