"""Daily sunspot numbers, for docs/deploy.md: a small study, and observations in which the scale changes.

How sunspots are counted has changed before: until July 2015 the published numbers were reduced to those of
Wolf's telescope, by a factor of 0.6, and since version 2.0 they are not. A larger change is planted here:
from one day on, what is observed is multiplied by a factor.

    python docs/deploy/sunspots.py FILE FOLDER [FACTOR]

writes FOLDER/monitored.csv, in which the scale changes on the way, FOLDER/new.csv, all from the change on,
and FOLDER/later.csv, what follows on it. FILE is the daily total sunspot number V2.0, WDC-SILSO, Royal
Observatory of Belgium, Brussels (CC BY-NC 4.0).

Source of the factor: F. Clette and L. Lefevre, The New Sunspot Number: Assembling All Corrections, Solar
Physics 291 (2016), doi:10.1007/s11207-016-1014-y.
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

STEPS_IN = 10


def numbers(path: str | Path, first: str, last: str) -> np.ndarray:
    """The square roots of the numbers of version 2.0 from the first day to the last."""
    begin, every = parse(read_data(path), str(path))
    start, stop = ((date.fromisoformat(day) - begin).days for day in (first, last))
    return np.asarray(np.sqrt(every[start : stop + 1]))


def write(path: Path, first: str, series: np.ndarray) -> Path:
    """A CSV file with a day and its number in every row."""
    days = [date.fromisoformat(first) + timedelta(days=place) for place in range(len(series))]
    lines = [f"{day},{value:.4f}" for day, value in zip(days, series.tolist(), strict=True)]
    path.write_text("\n".join(["date,number", *lines]) + "\n", "utf-8")
    return path


def study(
    path: str, first: str = "1977-01-01", last: str = "1998-12-31", epochs: int = 15, units: int = 16
) -> Study:
    framed = prepare.framed(
        numbers(path, first, last),
        prepare.chain_of(scaling="standardize"),
        steps_in=STEPS_IN,
        naive=("last",),
    )

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        model = framed.around(recurrent(framed.splits, units=trial.suggest_int("units", 2, 64)))
        rate = trial.suggest_float("learning_rate", 1e-4, 1e-1)
        model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
        return model, {"batch_size": 64}

    return Study(
        name="sunspot_scale",
        data=framed.raw,
        build=build,
        metric="mse",
        epochs=epochs,
        series=True,
        baseline={"units": units // 4, "learning_rate": 0.005},
        candidates={"wider": {"units": units, "learning_rate": 0.005}},
        trials=0,
    )


def main(
    file: Path,
    folder: Path,
    factor: float = 2.0,
    *,
    since: str = "1999-01-01",
    change: str = "2000-07-01",
    seen: str = "2001-06-30",
    until: str = "2003-06-30",
    end: str = "2004-06-30",
) -> None:
    """Observations from `since` to `seen`, all from `change` to `until`, and what follows to the `end`."""
    series, before = numbers(file, since, seen), (date.fromisoformat(change) - date.fromisoformat(since)).days
    series[before:] *= factor
    following = str(date.fromisoformat(until) + timedelta(days=1))
    write(folder / "monitored.csv", since, series)
    write(folder / "new.csv", change, factor * numbers(file, change, until))
    write(folder / "later.csv", following, factor * numbers(file, following, end))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:]))
