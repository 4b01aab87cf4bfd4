"""The configurations of a search with tuner: `python -m benchmarks.kerastuner.ours`.

It reads one JSON request, {"search", "small", "values"}, where "values" holds the hyperparameters of each
trial, and prints one JSON object: "seconds" from the end of the imports to the end of the last trial, and
"scores", the mean score of each trial.
"""

import time
from statistics import fmean
from typing import Any

from tuner.backend import prepare_backend
from tuner.cli.run import loading

with loading():  # as `tuner run` does
    prepare_backend("jax")
    import keras

    from benchmarks.kerastuner.searches import SEARCHES, Values
    from benchmarks.processes import answer
    from tuner.records import Configuration
    from tuner.repeats import Repeats
    from tuner.splits import Splits
    from tuner.study import Study


def contrived_series(trial: Any) -> Values:
    return {"units": trial.suggest_categorical("units", [1, 5, 10])}


def damped_sine(trial: Any) -> Values:
    return {
        "units": trial.suggest_int("units", 10, 40),
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True),
    }


SPACES = {"contrived_series": contrived_series, "damped_sine": damped_sine}


def run(search: str, small: bool, values: list[dict[str, Any]]) -> dict[str, Any]:
    """Check the study as a run does, then train the configurations one after another."""
    start = time.perf_counter()
    job = SEARCHES[search].small() if small else SEARCHES[search]
    train, validation = job.data()

    def build(trial: Any, data: Splits) -> tuple[keras.Model, dict[str, Any]]:
        return job.model(SPACES[search](trial)), dict(job.fit)

    data = Splits(train=train, validation=validation, test=validation)
    study = Study(data=data, build=build, metric=job.loss, epochs=job.epochs, baseline=values[0], name=search)
    repeats = Repeats(study)
    repeats.preflight()
    scores = []
    for number, params in enumerate(values):
        configuration = Configuration(f"trial-{number}", params)
        runs = repeats.train("search", configuration, range(job.executions), lambda share: None)
        scores.append(fmean(run.scores["validation"] for run in runs))
    return {"seconds": time.perf_counter() - start, "scores": scores}


if __name__ == "__main__":
    answer(run)
