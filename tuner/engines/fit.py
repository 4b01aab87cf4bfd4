"""The fit engine: `keras.Model.fit`, one seed after another, on any Keras backend.

It takes every model, callback and data pipeline that Keras takes, and is the reference that the
vectorized engine is tested against.
"""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from tuner import pipelines
from tuner.backend import release_graphs
from tuner.building import Built, seeded
from tuner.engines.base import (
    Job,
    OnProgress,
    Outcome,
    ShouldPrune,
    crashed,
    example_scores,
    kept_predictions,
    score,
    scoring_batch_size,
    skipped,
    whole_outputs,
)
from tuner.engines.checkpoints import Checkpoint, Checkpoints
from tuner.engines.execution import steps_at_once
from tuner.engines.feeding import feed, on_disk, scored_batches
from tuner.engines.resuming import Resumed
from tuner.models.stateful import reset_states, stateful_layers
from tuner.outputs import Outputs
from tuner.predictions import Predictions
from tuner.records import ExampleScores

_UNORDERED = "the test split comes batch by batch, perhaps in another order each time"


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Tells after every execution which share of this seed's training is done, as far as that is known."""

    def __init__(self, on_progress: OnProgress) -> None:
        super().__init__()
        self._on_progress = on_progress
        self._epoch = 0
        self._steps = 0  # of the first epoch, where Keras does not know their number

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if self._epoch == 0:
            self._steps = batch + 1
        steps = self.params.get("steps") or (self._steps if self._epoch else math.inf)
        self._tell(min((batch + 1) / steps, 1.0))

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self._tell(1.0)

    def _tell(self, share: float) -> None:
        self._on_progress((self._epoch + share) / self.params["epochs"])


class _Curves(keras.callbacks.Callback):  # type: ignore[misc]
    """One number an epoch under each name; NaN in epochs without it, as those without validation.

    `epochs` are those of before, and grows.
    """

    def __init__(self, epochs: list[dict[str, float]]) -> None:
        super().__init__()
        self._epochs = epochs

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        # A compiled metric with a number for every class has no learning curve.
        numbers = {name: value for name, value in (logs or {}).items() if np.ndim(value) == 0}
        self._epochs.append({name: float(value) for name, value in numbers.items()})

    @property
    def values(self) -> dict[str, tuple[float, ...]]:
        names = dict.fromkeys(name for epoch in self._epochs for name in epoch)
        return {name: tuple(epoch.get(name, math.nan) for epoch in self._epochs) for name in names}


class _Pruning(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the training of a seed where it is to be pruned; of epochs of `before` it tells once more."""

    def __init__(self, should_prune: ShouldPrune, before: Sequence[Mapping[str, float]]) -> None:
        super().__init__()
        self._should_prune = should_prune
        self.pruned = False
        for epoch, numbers in enumerate(before):
            self._ask(epoch, numbers)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._ask(epoch, logs or {}):
            self.pruned = self.model.stop_training = True

    def _ask(self, epoch: int, logs: Mapping[str, Any]) -> bool:
        numbers = {name: value for name, value in logs.items() if np.ndim(value) == 0}
        return self._should_prune(epoch, {name: np.array([value]) for name, value in numbers.items()})


def train(
    job: Job,
    on_progress: OnProgress,
    should_prune: ShouldPrune | None = None,
    checkpoints: Checkpoints | None = None,
) -> tuple[Outcome, ...]:
    """Train and score the seeds of a job, one by one; one that raises does not take the others along.

    `should_prune` is asked about the first seed, and where that is pruned the others are skipped. A long
    training goes on from what `checkpoints` has of it.
    """
    outcomes: list[Outcome] = []
    checkpoints = checkpoints or Checkpoints()

    def progress(share: float) -> None:
        on_progress((len(outcomes) + share) / len(job.builds))

    for place, build in enumerate(job.builds):
        if outcomes and outcomes[0].pruned:
            outcomes.append(skipped(job))
            continue
        ask = None if outcomes else should_prune
        try:
            outcomes.append(_train_one(build(), job, progress, ask, checkpoints.of("fit", [place])))
        except (Exception, SystemExit) as error:
            outcomes.append(crashed(error, job))
        release_graphs()
    return tuple(outcomes)


def _train_one(
    built: Built,
    job: Job,
    on_progress: OnProgress,
    should_prune: ShouldPrune | None,
    checkpoint: Checkpoint,
) -> Outcome:
    model, order = built.model, built.seed.integer("order")
    at_once = steps_at_once(built, built.callbacks)
    resumed = Resumed(built, checkpoint)
    pruning = [] if should_prune is None else [_Pruning(should_prune, resumed.curves)]
    epochs = list(resumed.curves)
    curves = _Curves(epochs)
    ours = [*pruning, curves, _Progress(on_progress)]
    arguments = feed(built, at_once, resumed.epoch) | {
        "callbacks": resumed.around([*built.callbacks, *ours], epochs),
        "initial_epoch": resumed.epoch,
    }
    if built.fit["epochs"]:
        _fit(built, arguments, order, at_once)
    scores: dict[str, float] = {}
    examples: ExampleScores | None = None
    kept: Predictions | None = None
    outputs: Outputs | None = None
    for name in job.score_on:
        pair = _predicted(built, name)
        scores[name] = score(job.metric, *pair)
        if name in built.splits.pipelines and name == job.examples_of:
            examples = ExampleScores(reason=_UNORDERED)
        else:
            examples = example_scores(job, name, *pair, scores[name]) or examples
        ordered = name not in built.splits.pipelines
        x = getattr(built.splits, name)[0] if ordered else None
        kept = kept_predictions(job, name, x, *pair, scores[name], ordered=ordered) or kept
        outputs = whole_outputs(job, name, built, *pair, scores[name]) or outputs
    weights = tuple(np.asarray(weight.value) for weight in model.weights) if job.keep_weights else ()
    return Outcome(
        scores,
        curves.values,
        pruned=any(one.pruned for one in pruning),
        weights=weights,
        examples=examples,
        predictions=kept,
        outputs=outputs,
    )


def _fit(built: Built, arguments: Mapping[str, Any], order: int, at_once: int) -> None:
    # Keras draws from both generators
    with seeded(order), _as_expected(built), _executions(built.model, at_once):
        if keras.config.backend() == "tensorflow":
            import tensorflow

            tensorflow.get_logger().setLevel("ERROR")  # a warning that every new model is traced anew
            tensorflow.random.set_seed(order)
        built.model.fit(**arguments, verbose=0)


def _predicted(built: Built, name: str) -> tuple[Any, Any]:
    """Targets and predictions of a split; of what comes batch by batch nothing else is kept."""
    model, split, size = built.model, getattr(built.splits, name), scoring_batch_size(built.batch_size)
    if stateful_layers(model):  # they have a row for every example of a batch
        size = built.batch_size
        reset_states(model)
    if name not in built.splits.pipelines and not on_disk(split):
        return split[1], model.predict(split[0], batch_size=size, verbose=0)
    pairs = [(y, model.predict_on_batch(x)) for x, y in scored_batches(built, name, size)]
    y_true, y_pred = keras.tree.map_structure(lambda *parts: np.concatenate(parts), *pairs)
    return (y_true if name in built.splits.pipelines else split[1]), y_pred


@contextmanager
def _executions(model: keras.Model, steps: int) -> Iterator[None]:
    """So many steps are run at once; predictions after it are made as compiled."""
    compiled, model.steps_per_execution = model.steps_per_execution, steps
    try:
        yield
    finally:
        model.steps_per_execution = compiled


@contextmanager
def _as_expected(built: Built) -> Iterator[None]:
    """Keras does not warn at the end of every pass over a dataset whose length is not known."""
    unknown = [
        name
        for name, split in built.splits.pipelines.items()
        if pipelines.is_tensorflow(split) and pipelines.length(split) is None
    ]
    with warnings.catch_warnings():
        if any(not built.fit.get(pipelines.STEPS[name]) for name in unknown):
            warnings.filterwarnings("ignore", message="Your input ran out of data")
        yield
