"""Daily sunspot numbers: from the last days, the next one (rows H2 and H3).

What is searched is above all the framing: how many days are seen, power transform, differences to the day
before and to a rotation of the sun before (27 days), scaling; and the patience of early stopping. The model
reads raw numbers and answers in raw numbers, with the preparation inside, so that all configurations are
scored on the same days in the same units. Selection and early stopping use a validation part that is cut from
before the year 2000.

The published network sees 10 days, nothing is prepared, and training goes on until it stops: `--set
longest=10 --set epochs=1000 --set start=1848-12-23 --set end=2017-06-30` has the source's windows exactly.
The default begins in October 1957, as the source's other data do (row H3), which is quicker. Source: J.
Heaton, T81-558, part 10.2: LSTM(64), Dense(32) and Dense(1) (19,009 parameters), mean squared error, Adam,
batches of 32, early stopping with a patience of 5; published is a root mean squared error of 14.432, where
early stopping watched the test days themselves.

Data: WDC-SILSO, Royal Observatory of Belgium, Brussels (CC BY-NC 4.0), downloaded once, or `--set path=FILE`.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import keras

from tuner import Splits, Study, space
from tuner.models import recurrent
from tuner.prepare import BoxCox, Chain, Framed, Log, chain_of, prepared
from tuner.problems import sunspots

ROTATION = 27  # days
POWERS = {"none": (), "log": (Log(offset=1.0),), "box_cox": (BoxCox(offset=1.0),)}  # many days have 0
LOST = 1 + ROTATION  # that differences can take away at the start of a window


def study(
    path: str | None = None,
    start: str = "1957-10-01",
    end: str | None = None,
    n_validation: int = 4_000,
    longest: int = 48,
    epochs: int = 20,
    patience: int = 5,
    min_delta: float = 1e-3,
) -> Study:
    """`longest` days are loaded for every window; differences are searched where they leave enough."""
    days = sunspots(path, start=start, end=end, steps=longest, n_validation=n_validation)
    roomy = longest > LOST + 5

    @lru_cache(maxsize=1)  # the data of all seeds of a configuration are the same
    def cut(power: str, season: int, difference: int, scaling: str, window: int) -> Framed:
        chain = Chain(*POWERS[power], chain_of(season=season or None, difference=difference, scaling=scaling))
        seen = window + chain.lost
        pairs = {"train": days.train, "validation": days.validation, "test": days.test}
        recent = replace(days, **{name: (x[:, -seen:], y) for name, (x, y) in pairs.items()})
        return prepared(recent, chain, targets=(0,))

    def frame(trial: Any) -> Framed:
        most = longest - LOST if roomy else longest
        return cut(
            power=trial.suggest_categorical("power", list(POWERS)),
            season=trial.suggest_categorical("season", [0, ROTATION] if roomy else [0]),
            difference=trial.suggest_int("difference", 0, int(roomy)),
            scaling=trial.suggest_categorical("scaling", ["none", "normalize", "standardize"]),
            window=trial.suggest_int("window", min(5, most), most),
        )

    def data(trial: Any) -> Splits:
        return frame(trial).raw

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        framed = frame(trial)
        hp = space.recurrent(
            trial,
            units=(8, 64),
            layers=1,
            batch_size=[32, 128],
            dropout=0.0,
            optimizer="adam",
            learning_rate=(3e-4, 1e-2),
        )
        cell = trial.suggest_categorical("cell", ["lstm", "gru"])
        dense = trial.suggest_categorical("dense", [0, 32])
        model = framed.around(
            recurrent(framed.splits, units=hp.units, cell=cell, dense=(dense,) if dense else ())
        )
        model.compile(optimizer=hp.optimizer, loss="mse")
        stop = keras.callbacks.EarlyStopping(
            patience=trial.suggest_int("patience", 1, 10), min_delta=min_delta, restore_best_weights=True
        )
        return model, {"batch_size": hp.batch_size, "callbacks": [stop]}

    return Study(
        data=data,
        build=build,
        metric="mse",
        epochs=epochs,
        series=True,
        baseline={
            "power": "none",
            "season": 0,
            "difference": 0,
            "scaling": "none",
            "window": 10,
            "units": 64,
            "batch_size": 32,
            "learning_rate": 0.001,
            "cell": "lstm",
            "dense": 32,
            "patience": patience,
        },
        trials=8,
    )
