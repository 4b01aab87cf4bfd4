"""Chevalier's fourth exercise: 40 days of Bitcoin in dollars and euros, forecast the next 40 (row C4).

The network is that of `signals.py`. Every window is normalised by its own past. The train windows next to the
border share up to 79 days with test windows, as in the source; `--set purge=True` leaves those out. Nothing
here promises a profit: the last price repeated is the forecast to beat, and the published network is as good.

The prices are no longer served, so `--set path=FILE` names a CSV file with the columns date, usd, eur.

The source's size, for a GPU: `--set units=500 --set layers=3 --set batch_size=350 --set epochs=1667`, with an
l2 of 0.007 (5,000 batches). Source: G. Chevalier, seq2seq-signal-prediction, and its history; published is a
test loss of 55,941, which is a mean squared error of 4.0.

Data: CoinDesk Bitcoin Price Index. Powered by CoinDesk.
"""

from typing import Any

import keras
from signals import half_sum, network, suggest_optimizer

from tuner import Splits, Study
from tuner.problems import bitcoin


def study(
    path: str | None = None,
    purge: bool = False,
    units: int = 24,
    layers: int = 2,
    batch_size: int = 64,
    epochs: int = 20,
    l2: float = 0.007,
) -> Study:
    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        strength = trial.suggest_float("l2", 1e-4, 1.0, log=True)  # of the source's sum over a batch
        model = network(
            data,
            units=trial.suggest_int("units", 4, 32, log=True),
            layers=trial.suggest_int("layers", 1, 2),
            reads=trial.suggest_categorical("decoder_reads", ["past", "zeros"]),
            penalty=strength / 2 / batch_size,
        )
        model.compile(optimizer=suggest_optimizer(trial), loss=half_sum)
        return model, {"batch_size": batch_size, "epochs": trial.suggest_int("epochs", 2, epochs)}

    return Study(
        data=bitcoin(path, purge=purge),
        build=build,
        metric="mse",
        epochs=epochs,
        series=True,
        baseline={
            "units": units,
            "layers": layers,
            "decoder_reads": "past",
            "l2": l2,
            "optimizer": "rmsprop",
            "learning_rate": 0.001,
            "momentum": 0.5,
            "epochs": epochs,
        },
        trials=8,
    )
