"""A search with KerasTuner, run in its own environment: `python -m benchmarks.kerastuner.theirs`.

It reads one JSON request, {"search", "small"}, and prints one JSON object: "seconds" from the end of the
imports to the end of the search, and "values" and "scores", the hyperparameters and the score of each trial.
"""

import tempfile
import time
from typing import Any

import keras
import keras_tuner

from benchmarks.kerastuner.searches import SEARCHES, Values
from benchmarks.processes import answer


def contrived_series(hp: keras_tuner.HyperParameters) -> Values:
    return {"units": hp.Choice("units", [1, 5, 10])}


def damped_sine(hp: keras_tuner.HyperParameters) -> Values:
    return {
        "units": hp.Int("units", 10, 40),
        "learning_rate": hp.Float("learning_rate", 1e-3, 1e-2, sampling="log"),
    }


SPACES = {"contrived_series": contrived_series, "damped_sine": damped_sine}


def run(search: str, small: bool) -> dict[str, Any]:
    """Random search, as KerasTuner's documentation writes it."""
    start = time.perf_counter()
    job = SEARCHES[search].small() if small else SEARCHES[search]
    train, validation = job.data()

    def build(hp: keras_tuner.HyperParameters) -> keras.Model:
        return job.model(SPACES[search](hp))

    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            build,
            objective="val_loss",
            max_trials=job.trials,
            executions_per_trial=job.executions,
            seed=1,  # 0 counts as none
            directory=folder,
            project_name=search,
        )
        tuner.search(*train, epochs=job.epochs, validation_data=validation, verbose=0, **job.fit)
        seconds = time.perf_counter() - start
        trials = tuner.oracle.get_best_trials(job.trials)
    if len(trials) < job.trials or any(one.score is None for one in trials):  # it goes on after an exception
        raise RuntimeError(f"fewer than {job.trials} trials of KerasTuner ended well")
    values = [one.hyperparameters.values for one in trials]
    return {"seconds": seconds, "values": values, "scores": [one.score for one in trials]}


if __name__ == "__main__":
    answer(run)
