"""How many units, or which batch size, for an LSTM that learns one step of a straight line?

Nothing is searched: named candidates are compared with the baseline, as the source's two grids do.
"""

from typing import Any

import keras

from tuner import Splits, Study
from tuner.problems import contrived_series

GRIDS = {"units": (1, 5, 10), "batch_size": (1, 2, 3)}


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    units = trial.suggest_int("units", 1, 20)
    batch_size = trial.suggest_int("batch_size", 1, 5)
    model = keras.Sequential([keras.Input((1, 1)), keras.layers.LSTM(units), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    return model, {"batch_size": batch_size, "shuffle": False}


def study(grid: str = "units", epochs: int = 500) -> Study:
    """`grid` is "units" (Listing 12.14) or "batch_size" (Listing 12.16); its first value is the baseline.

    The source scores on its five validation examples. No choice is made on them here, so they are the test
    split as well.
    """
    if grid not in GRIDS:
        raise ValueError(f"grid is {grid!r}; write 'units' or 'batch_size'")
    data = contrived_series()
    first, *others = ({"units": 10, "batch_size": 5, grid: value} for value in GRIDS[grid])
    return Study(
        data=Splits(train=data.train, validation=data.validation, test=data.validation),
        build=build,
        metric="mse",
        epochs=epochs,
        baseline=first,
        candidates={f"{grid} {values[grid]}": values for values in others},
        trials=0,
    )
