"""Daily sunspot numbers, for docs/deploy.md: a small study on the scale of version 1.0, then the scale changes.

Until July 2015 the published numbers were those of Wolf's telescope, 0.6 times what is counted today; since version
2.0 they are not reduced any more. Here the study has 0.6 times the numbers of version 2.0, and what is observed later
comes in version 2.0, as it did to whoever had a model in use then.

    python docs/deploy/sunspots.py FILE FOLDER

writes FOLDER/monitored.csv, in which the scale changes on the way, and FOLDER/new.csv, from after the change. FILE is
the daily total sunspot number V2.0, WDC-SILSO, Royal Observatory of Belgium, Brussels (CC BY-NC 4.0).

Source: F. Clette and L. Lefevre, The New Sunspot Number: Assembling All Corrections, Solar Physics 291 (2016).
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tuner import Splits, Study, prepare
from tuner.models import recurrent
from tuner.problems.download import read_data
from tuner.problems.sunspots import parse

WOLF = 0.6
FIRST, LAST, CHANGE = "1996-01-01", "2012-12-31", "2015-07-01"
STEPS_IN = 10


def numbers(path: str | Path, first: str, last: str | None = None) -> tuple[date, np.ndarray]:
    """The first day, and the numbers of version 2.0 from it to the last."""
    begin, every = parse(read_data(path), str(path))
    start = (date.fromisoformat(first) - begin).days
    stop = len(every) if last is None else (date.fromisoformat(last) - begin).days + 1
    return date.fromisoformat(first), every[start:stop].astype(float)


def write(path: Path, first: date, series: np.ndarray) -> Path:
    """A CSV file with a day and its number in every row."""
    lines = [f"{first + timedelta(days=place)},{value:.1f}" for place, value in enumerate(series.tolist())]
    path.write_text("\n".join(["date,number", *lines]) + "\n", "utf-8")
    return path


def study(
    path: str, first: str = FIRST, last: str = LAST, scale: float = WOLF, epochs: int = 20, units: int = 16
) -> Study:
    framed = prepare.framed(
        scale * numbers(path, first, last)[1],
        prepare.chain_of(scaling="standardize"),
        steps_in=STEPS_IN,
        naive=("last",),
    )

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        model = framed.around(recurrent(framed.splits, units=trial.suggest_int("units", 2, 64)))
        model.compile(
            optimizer=keras.optimizers.Adam(trial.suggest_float("learning_rate", 1e-4, 1e-1)), loss="mse"
        )
        return model, {"batch_size": 64}

    return Study(
        data=framed.raw,
        build=build,
        metric="mse",
        epochs=epochs,
        series=True,
        baseline={"units": units // 4, "learning_rate": 0.005},
        candidates={"wider": {"units": units, "learning_rate": 0.005}},
        trials=0,
    )


def main(file: Path, folder: Path, since: str = "2013-01-01", change: str = CHANGE) -> None:
    first, series = numbers(file, since)
    before = (date.fromisoformat(change) - first).days
    write(folder / "monitored.csv", first, np.concatenate([WOLF * series[:before], series[before : 2 * before]]))
    write(folder / "new.csv", *numbers(file, change))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
