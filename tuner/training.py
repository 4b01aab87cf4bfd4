"""The seeds of a configuration, trained by an engine: outcomes become runs, and what is kept beside them.

A crash in the user's code becomes runs with the status "failed".
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuner.backend import release_programs
from tuner.engines import choice
from tuner.engines.base import Job, OnProgress, Outcome, ShouldPrune, crashed, skipped
from tuner.engines.checkpoints import Checkpoints, Slot
from tuner.errors import OwnError, own
from tuner.examples import of_group
from tuner.outputs import Outputs
from tuner.outputs import joined as joined_outputs
from tuner.predictions import NO_SCORE, Predictions, bounded, joined
from tuner.records import ExampleScores, Phase, Run

SCORE_ON: dict[Phase, tuple[str, ...]] = {
    "search": ("validation",),
    "confirmation": ("validation", "test"),
    "sizes": ("test",),
    "members": ("test",),
}


@dataclass(frozen=True, slots=True)
class Trained:
    """Runs, and in confirmation the scores of their test examples and predictions for some, or why none.

    `outputs` is what they answer for all test examples, where that was asked for.
    `started` is when their training began, in seconds since 1970; None where none of them trained.
    """

    runs: tuple[Run, ...]
    examples: ExampleScores | None = None
    predictions: Predictions | None = None
    started: float | None = None
    outputs: Outputs | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a long training is kept, and what tells it apart from all others; nowhere without a slot."""

    slot: Slot | None = None
    owner: str = ""


NOT_KEPT = Kept()


def lost(phase: Phase, configuration: str, indices: Sequence[int], why: str) -> Trained:
    """Runs that failed because whoever was to train them could not, again and again."""
    scores = dict.fromkeys(SCORE_ON[phase], math.nan)
    runs = tuple(Run(phase, configuration, index, "failed", scores, {}, 0.0, why) for index in indices)
    if phase != "confirmation":
        return Trained(runs)
    return Trained(runs, ExampleScores(), Predictions(reason=NO_SCORE))


@dataclass(frozen=True, slots=True)
class Training:
    """A configuration and an engine to train it with; `indices` are the seeds it can be trained with.

    `without_examples` says why no scores of test examples are kept, where none are.
    """

    phase: Phase
    configuration: str
    indices: tuple[int, ...]
    job: Job
    trainer: choice.Trainer
    without_examples: str = ""

    @property
    def size(self) -> int:
        """How many seeds should train together."""
        return self.trainer.size

    def train(
        self, indices: Sequence[int], on_progress: OnProgress, should_prune: ShouldPrune | None = None
    ) -> tuple[Run, ...]:
        """Train these seeds now. An exception of the user's code makes them failed runs."""
        return self.measure(indices, on_progress, should_prune).runs

    def measure(
        self,
        indices: Sequence[int],
        on_progress: OnProgress,
        should_prune: ShouldPrune | None = None,
        kept: Kept = NOT_KEPT,
    ) -> Trained:
        """The same, with the scores of the test examples and what is predicted for some of them.

        A long training is kept now and then, and goes on from what is `kept` of it; its time is that of all
        sessions.

        Raises: whatever `on_progress` or `should_prune` raises: a full disk is no fault of the user's code.
        """
        started, start = time.time(), time.perf_counter()
        checkpoints = Checkpoints(kept.slot, kept.owner, self.indices)
        try:
            outcomes = self.trainer.train(
                [self.indices.index(one) for one in indices],
                own(on_progress),
                None if should_prune is None else own(should_prune),
                checkpoints,
            )
        except OwnError as passed:
            raise passed.error from None
        except (Exception, SystemExit) as error:
            outcomes = (crashed(error, self.job),) * len(indices)
        seconds = (checkpoints.before + time.perf_counter() - start) / len(indices)
        release_programs()
        runs = tuple(
            self._run(index, outcome, seconds) for index, outcome in zip(indices, outcomes, strict=True)
        )
        started -= checkpoints.before  # as if it had gone on all the while
        return Trained(
            runs,
            self._examples(outcomes),
            self._predictions(indices, outcomes),
            started,
            self._outputs(outcomes),
        )

    def skip(self, indices: Sequence[int]) -> tuple[Run, ...]:
        """The runs of seeds that are not trained, because those before them were pruned."""
        return tuple(self._run(index, skipped(self.job), 0.0) for index in indices)

    def _examples(self, outcomes: Sequence[Outcome]) -> ExampleScores | None:
        if self.phase != "confirmation":
            return None
        if self.without_examples:
            return ExampleScores(reason=self.without_examples)
        # A run that diverged after all has no score, whatever the metric says.
        return of_group([one.examples if one.status == "complete" else None for one in outcomes])

    def _predictions(self, indices: Sequence[int], outcomes: Sequence[Outcome]) -> Predictions | None:
        if self.phase != "confirmation":
            return None
        kept = [
            replace(one.predictions, seeds=(index,)) if one.predictions.seeds else one.predictions
            for index, one in zip(indices, outcomes, strict=True)
            if one.predictions is not None and one.status == "complete"
        ]
        return bounded(joined(kept)) if kept else Predictions(reason=NO_SCORE)

    def _outputs(self, outcomes: Sequence[Outcome]) -> Outputs | None:
        if not self.job.outputs_of:
            return None
        complete = [one.outputs for one in outcomes if one.status == "complete"]
        return joined_outputs([one for one in complete if one is not None])

    def _run(self, index: int, outcome: Outcome, seconds: float) -> Run:
        complete = outcome.status == "complete"
        return Run(
            phase=self.phase,
            configuration=self.configuration,
            seed_index=index,
            status=outcome.status,
            scores=outcome.scores if complete else dict.fromkeys(self.job.score_on, math.nan),
            history=outcome.history,
            seconds=seconds,
            reason=_reason(outcome),
        )


def _reason(outcome: Outcome) -> str:
    """Why a run ended otherwise than complete, in words."""
    if outcome.status == "pruned":
        epochs = len(next(iter(outcome.history.values()), ()))
        return f"pruned after epoch {epochs}" if epochs else "not trained: the seeds before it were pruned"
    return "the loss or the score is not finite" if outcome.status == "diverged" else outcome.error
