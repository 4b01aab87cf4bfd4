"""How many units for an LSTM that learns one step of a straight line (row D8)?

Nothing is searched: named candidates are compared with the baseline, as the source's grid does. The defaults
are the published configuration. Source: J. Brownlee, Long Short-Term Memory Networks with Python, Listing
12.14: an LSTM and Dense(1), Adam, mean squared error, 500 epochs of one batch of five, no shuffling.
"""

from dataclasses import replace
from typing import Any

import keras

from tuner import Splits, Study
from tuner.problems import contrived_series

UNITS = (1, 5, 10)


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    units = trial.suggest_int("units", 1, 20)
    batch_size = trial.suggest_int("batch_size", 1, 5)
    model = keras.Sequential([keras.Input((1, 1)), keras.layers.LSTM(units), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    return model, {"batch_size": batch_size, "shuffle": False}


def splits() -> Splits:
    """The source scores on its five validation examples. No choice is made on them, so they are the test
    split as well."""
    data = contrived_series()
    return replace(data, test=data.validation)


def study(epochs: int = 500, batch_size: int = 5) -> Study:
    first, *others = ({"units": units, "batch_size": batch_size} for units in UNITS)
    return Study(
        data=splits(),
        build=build,
        metric="mse",
        epochs=epochs,
        baseline=first,
        candidates={f"{values['units']} units": values for values in others},
        trials=0,
    )
