"""What is compared: plain Keras and tuner's vectorized engine, each a function that trains for some epochs.

Both train on the same arrays and, epoch by epoch, validate on the same few examples.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from benchmarks.engines.workloads import Data, Workload

if TYPE_CHECKING:
    from tuner.repeats import Repeats

BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "vectorized": "jax"}  # contender -> Keras' backend

Train = Callable[[int], None]  # called with the number of epochs


def plain(workload: Workload, data: Data) -> Train:
    """What a user writes who has no tuner, on whatever backend Keras runs: build, compile, `fit`.

    A second call of `fit` finds the model compiled.
    """
    model, arguments = workload.build(None, data)

    def train(epochs: int) -> None:
        model.fit(*data.train, epochs=epochs, validation_data=data.validation, verbose=0, **arguments)

    return train


def vectorized(workload: Workload, data: Data, seeds: int) -> Train:
    """tuner's engine for all seeds in one program, by the route that a search takes.

    Every call builds the models, makes the program (its code comes from the cache on disk, where it has
    been there) and scores the seeds on the validation split.
    """
    from tuner.backend import prepare_backend

    prepare_backend("jax")
    from tuner.records import BASELINE, Configuration
    from tuner.repeats import Repeats
    from tuner.splits import Splits
    from tuner.study import Study

    study = Study(
        data=Splits(*data), build=workload.build, metric=workload.loss, epochs=1, baseline={}, name="timed"
    )

    @cache
    def repeats(epochs: int) -> "Repeats":
        return Repeats(replace(study, epochs=epochs), engine="vectorized")

    def train(epochs: int) -> None:
        configuration = Configuration(BASELINE, {})
        runs = repeats(epochs).train("search", configuration, range(seeds), lambda share: None)
        if reasons := [run.reason for run in runs if run.status != "complete"]:
            raise RuntimeError(f"{len(reasons)} of {seeds} seeds: {reasons[0]}")

    return train


def trainer(contender: str, workload: Workload, data: Data, seeds: int) -> Train:
    """The training function of a contender; plain Keras has one seed."""
    return vectorized(workload, data, seeds) if contender == "vectorized" else plain(workload, data)
