"""The fit engine: `keras.Model.fit`, one seed after another, on any Keras backend.

It takes every model, callback and data pipeline that Keras takes, and is the reference that the
vectorized engine is tested against.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from tuner.building import Built, seeded
from tuner.engines.base import (
    Job,
    OnProgress,
    Outcome,
    ShouldPrune,
    crashed,
    score,
    scoring_batch_size,
    skipped,
)


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Tells after every batch which share of this seed's training is done."""

    def __init__(self, on_progress: OnProgress) -> None:
        super().__init__()
        self._on_progress = on_progress
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        steps = self.params.get("steps") or batch + 1
        self._on_progress((self._epoch + (batch + 1) / steps) / self.params["epochs"])


class _Pruning(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the training of a seed where it is to be pruned."""

    def __init__(self, should_prune: ShouldPrune) -> None:
        super().__init__()
        self._should_prune = should_prune
        self.pruned = False

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        numbers = {name: value for name, value in (logs or {}).items() if np.ndim(value) == 0}
        if self._should_prune(epoch, {name: np.array([value]) for name, value in numbers.items()}):
            self.pruned = self.model.stop_training = True


def train(job: Job, on_progress: OnProgress, should_prune: ShouldPrune | None = None) -> tuple[Outcome, ...]:
    """Train and score the seeds of a job, one by one; one that raises does not take the others along.

    `should_prune` is asked about the first seed, and where that is pruned the others are skipped.
    """
    outcomes: list[Outcome] = []

    def progress(share: float) -> None:
        on_progress((len(outcomes) + share) / len(job.builds))

    for build in job.builds:
        if outcomes and outcomes[0].pruned:
            outcomes.append(skipped(job))
            continue
        ask = None if outcomes else should_prune
        try:
            outcomes.append(_train_one(build(), job, progress, ask))
        except Exception as error:
            outcomes.append(crashed(error, job))
        keras.utils.clear_session(free_memory=False)
    return tuple(outcomes)


def _train_one(built: Built, job: Job, on_progress: OnProgress, should_prune: ShouldPrune | None) -> Outcome:
    model, splits = built.model, built.splits
    order = built.seed.integer("order")
    arguments = {"batch_size": built.batch_size, **built.fit}
    callbacks = arguments.get("callbacks") or []
    callbacks = list(callbacks) if isinstance(callbacks, tuple | list) else [callbacks]
    pruning = [] if should_prune is None else [_Pruning(should_prune)]
    arguments["callbacks"] = [*callbacks, *pruning, _Progress(on_progress)]
    with seeded(order):  # Keras on JAX shuffles with numpy's global generator
        if keras.config.backend() == "tensorflow":
            import tensorflow

            tensorflow.get_logger().setLevel("ERROR")  # a warning that every new model is traced anew
            tensorflow.random.set_seed(order)
        history = model.fit(*splits.train, validation_data=splits.validation, verbose=0, **arguments).history
    scores = {}
    for name in job.score_on:
        x, y = getattr(splits, name)
        y_pred = model.predict(x, batch_size=scoring_batch_size(built.batch_size), verbose=0)
        scores[name] = score(job.metric, y, y_pred)
    # A compiled metric with a number for every class has no learning curve.
    curves = {name: values for name, values in history.items() if values and np.ndim(values[0]) == 0}
    weights = tuple(np.asarray(weight.value) for weight in model.weights) if job.keep_weights else ()
    return Outcome(
        scores,
        {name: tuple(map(float, values)) for name, values in curves.items()},
        pruned=any(one.pruned for one in pruning),
        weights=weights,
    )
