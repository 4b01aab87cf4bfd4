"""Fading waves of a machine, for docs/deploy.md: a small study, and observations in which the machine
changes.

    python docs/deploy/damped_sine.py FOLDER

writes FOLDER/monitored.csv, half of it from after the change, and what follows on it, FOLDER/new.csv and
FOLDER/later.csv.
"""

import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study
from tuner.models import recurrent
from tuner.problems import damped_sine

BEFORE = {"period": (10, 20), "decay": (0.01, 0.1)}
AFTER = {"period": (22, 32), "decay": (0.01, 0.1)}  # the machine swings more slowly
STEPS_IN, STEPS_OUT = 20, 5


def waves(count: int, seed: int, parameters: dict[str, Any]) -> np.ndarray:
    """So many waves, a row each: the steps that are seen, then those that are to be forecast."""
    drawn = damped_sine(
        n_train=count,
        n_validation=1,
        n_test=1,
        steps_in=STEPS_IN,
        steps_out=STEPS_OUT,
        seed=seed,
        **parameters,
    )
    x, y = drawn.train
    return np.concatenate([x[..., 0], y], axis=1)


def write(path: Path, rows: np.ndarray, first: int = 0) -> Path:
    """A CSV file with an hour, counted from the beginning of 2025, and a wave in every row."""
    names = [f"x{step}" for step in range(STEPS_IN)] + [f"y{step}" for step in range(STEPS_OUT)]
    begin = datetime(2025, 1, 1) + timedelta(hours=first)
    lines = [
        ",".join([(begin + timedelta(hours=place)).isoformat(" "), *(f"{value:.6f}" for value in row)])
        for place, row in enumerate(rows.tolist())
    ]
    path.write_text("\n".join([",".join(["time", *names]), *lines]) + "\n", "utf-8")
    return path


def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
    model = recurrent(data, units=trial.suggest_int("units", 4, 32))
    model.compile(
        optimizer=keras.optimizers.Adam(trial.suggest_float("learning_rate", 1e-4, 1e-1)), loss="mae"
    )
    return model, {"batch_size": 32}


def study(n_train: int = 2_000, n_other: int = 500, epochs: int = 15, units: int = 16) -> Study:
    data = damped_sine(
        n_train=n_train,
        n_validation=n_other,
        n_test=n_other,
        steps_in=STEPS_IN,
        steps_out=STEPS_OUT,
        **BEFORE,
    )
    return Study(
        name="fading_waves",
        data=replace(data, naive=("last",)),  # a linear map would do: this is about a network in use
        build=build,
        metric="mae",
        epochs=epochs,
        baseline={"units": units // 4, "learning_rate": 0.005},
        candidates={"wider": {"units": units, "learning_rate": 0.005}},
        trials=0,
    )


def main(folder: Path, count: int = 1_000) -> None:
    """So many observations before the change and after it; twice as many new data."""
    observed = np.concatenate([waves(count, 11, BEFORE), waves(count, 12, AFTER)])
    write(folder / "monitored.csv", observed)
    write(folder / "new.csv", waves(2 * count, 13, AFTER), 2 * count)
    write(folder / "later.csv", waves(count, 14, AFTER), 4 * count)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
