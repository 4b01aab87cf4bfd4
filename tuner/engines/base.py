"""What engines share: the job they are given and what they give back."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from tuner import keeping, outputs
from tuner.answering import logits_of
from tuner.building import Built
from tuner.errors import described
from tuner.examples import of_run
from tuner.metrics import Metric
from tuner.outputs import Outputs
from tuner.predictions import Predictions
from tuner.records import ExampleScores, Status
from tuner.seeds import Seed
from tuner.trees import leaves

OnProgress = Callable[[float], None]  # called with the share of the job that is done, 0 to 1
# Called after every epoch with its number and its logs, an array of shape (seeds,) under each name.
ShouldPrune = Callable[[int, Mapping[str, np.ndarray]], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """One configuration, to be trained with several seeds and scored on the given splits.

    `builds` makes the model and data of each seed when called; models are not built before they are
    needed. `seeds` are given where nothing but these tells the builds apart. With `keep_weights` the
    outcomes hold the final weights, with `examples_of` the scores of every example of that split, with
    `predictions_of` a few examples of it and what is predicted for them; with `own_examples` every build
    has others. With `outputs_of` they hold what is predicted for all examples of that split.
    """

    builds: tuple[Callable[[], Built], ...]
    metric: Metric
    score_on: tuple[str, ...]
    seeds: tuple[Seed, ...] = ()
    keep_weights: bool = False
    examples_of: str = ""
    predictions_of: str = ""
    own_examples: bool = False
    outputs_of: str = ""

    @property
    def alike(self) -> bool:
        """Whether the builds differ by nothing but their seeds."""
        return bool(self.seeds)

    def only(self, positions: Sequence[int]) -> "Job":
        """The job with the builds at these positions."""
        builds = tuple(self.builds[position] for position in positions)
        return replace(self, builds=builds, seeds=tuple(self.seeds[at] for at in positions if self.seeds))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one seed of a job ended with; `history` has one number an epoch under each name.

    `error` says what an exception of the user's code said, where one ended the training. `weights` are
    those that were scored, in the order of `model.weights`, `examples` the scores of single examples and
    `predictions` what is kept of them, `outputs` what is kept of all, where the job asked for it.
    """

    scores: Mapping[str, float]
    history: Mapping[str, tuple[float, ...]]
    error: str = ""
    pruned: bool = False
    weights: tuple[np.ndarray, ...] = ()
    examples: ExampleScores | None = None
    predictions: Predictions | None = None
    outputs: Outputs | None = None

    @property
    def status(self) -> Status:
        if self.error:
            return "failed"
        if self.pruned:
            return "pruned"
        ended = (*self.scores.values(), *self.history.get("loss", ())[-1:])
        return "complete" if all(map(math.isfinite, ended)) else "diverged"


def ask_again(histories: Sequence[Mapping[str, Sequence[float]]], should_prune: ShouldPrune) -> None:
    """Ask about a group that has trained before, epoch by epoch, as it was asked then.

    A seed that had stopped counts with its last numbers, and one that was not trained not at all. The logs
    are of Keras' type, of which their means depend.
    """
    trained = [history for history in histories if history.get("loss")]
    for epoch in range(max((len(history["loss"]) for history in trained), default=0)):
        now = [{name: values[min(epoch, len(values) - 1)] for name, values in one.items()} for one in trained]
        names = [name for name in now[0] if all(name in one for one in now)]
        logs = {name: np.array([one[name] for one in now], keras.config.floatx()) for name in names}
        should_prune(epoch, logs)


def crashed(error: BaseException, job: Job) -> Outcome:
    """The outcome of a seed whose training raised."""
    return Outcome(dict.fromkeys(job.score_on, math.nan), {}, described(error))


def skipped(job: Job) -> Outcome:
    """The outcome of a seed that was not trained, because the seeds before it were pruned."""
    return Outcome(dict.fromkeys(job.score_on, math.nan), {}, pruned=True)


class UnsupportedError(Exception):
    """The vectorized engine cannot train this job; the message is the reason, for the user to read."""


def score(metric: Metric, y_true: Any, y_pred: Any) -> float:
    """The metric of predictions; NaN where one is not finite (an accuracy would hide that)."""
    if not all(np.isfinite(leaf).all() for leaf in leaves(y_pred)):
        return math.nan
    return metric.score(y_true, y_pred)


def example_scores(job: Job, split: str, y_true: Any, y_pred: Any, score: float) -> ExampleScores | None:
    """The scores of the examples of a split, where the job asks for them: their mean is `score`."""
    return of_run(job.metric.each, y_true, y_pred, score) if split == job.examples_of else None


def kept_predictions(
    job: Job, split: str, x: Any, y_true: Any, y_pred: Any, score: float, *, ordered: bool = True
) -> Predictions | None:
    """What is kept of the predictions for a split, where the job asks for it and there is a score.

    `x` is None where it is gone. With `ordered` the split has its examples in one order, so that all runs
    have the same ones in the same places unless the job says otherwise.
    """
    if split != job.predictions_of or not math.isfinite(score):
        return None
    return keeping.of_run(x, y_true, y_pred, own=job.own_examples or not ordered)


def whole_outputs(
    job: Job, split: str, built: Built, y_true: Any, y_pred: Any, score: float
) -> Outputs | None:
    """All that is predicted for a split, where the job asks for it and there is a score."""
    if split != job.outputs_of or not math.isfinite(score):
        return None
    return outputs.of_run(y_pred, logits_of(built.model, y_true, y_pred))


def scoring_batch_size(batch_size: int) -> int:
    """Examples to predict at once: what fits in training fits here, and small batches are slow."""
    return max(batch_size, 128)
