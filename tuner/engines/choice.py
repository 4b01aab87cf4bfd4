"""Which engine trains a job: the vectorized one where it can, `fit` where it cannot, and why."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from tuner.building import Built
from tuner.engines import fit
from tuner.engines.base import Job, OnProgress, Outcome, ShouldPrune, UnsupportedError
from tuner.engines.checkpoints import Checkpoints
from tuner.errors import StudyError, TunerError, described, first_line

ENGINES = ("auto", "vectorized", "fit")


def choose(engine: str, built: Built) -> tuple[str, str]:
    """The engine for a model and the reason, in words for the user.

    Raises: TunerError where `engine` is unknown, StudyError where it cannot train the model.
    """
    if engine not in ENGINES:
        raise TunerError(f"engine {engine!r} is unknown; use {', '.join(ENGINES)}")
    if engine == "fit":
        return "fit", "as asked for"
    if keras.config.backend() != "jax":
        reason: str | None = f"Keras runs on {keras.config.backend()}, and the vectorized engine needs JAX"
    else:
        from tuner.engines import vectorized

        reason = vectorized.unsupported(built)
    if reason is None:
        return "vectorized", (
            "the seeds of a configuration train together in one compiled program, as many at once as pays"
        )
    if engine == "vectorized":
        raise StudyError(f"the vectorized engine cannot train this study: {reason}; use --engine fit")
    return "fit", reason


class Trainer:
    """Trains the seeds of a job with an engine; where the vectorized one cannot, `fit` takes over.

    So a seed that raises does not take the others along. The reason is noted.
    """

    def __init__(self, engine: str, job: Job, on_note: Callable[[str], None]) -> None:
        self._job, self._on_note = job, on_note
        self._must_be_vectorized = engine == "vectorized"
        self._session: Any = None
        self._reason = ""
        if engine != "fit" and keras.config.backend() == "jax":
            from tuner.engines import vectorized

            self._session = self._try(lambda: vectorized.Session(job, on_note))

    @property
    def size(self) -> int:
        """How many seeds should train together."""
        return 1 if self._session is None else int(self._session.size)

    def train(
        self,
        positions: Sequence[int],
        on_progress: OnProgress,
        should_prune: ShouldPrune | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> tuple[Outcome, ...]:
        """Train and score the seeds at these positions of the job; `should_prune` may end it early.

        Long trainings go on from what `checkpoints` has of them.

        Raises: whatever the vectorized engine raises, where it alone is allowed.
        """
        kept = checkpoints or Checkpoints()
        if self._session is not None:
            trained = self._try(lambda: self._session.train(positions, on_progress, should_prune, kept))
            if trained is not None:
                return tuple(trained)
        outcomes = fit.train(self._job.only(positions), on_progress, should_prune, kept.only(positions))
        # Where no seed can be trained, it was no matter of the engine.
        if self._reason and any(not outcome.error for outcome in outcomes):
            self._on_note(f"some configurations train with the fit engine, seed by seed: {self._reason}")
        return outcomes

    def _try(self, work: Callable[[], Any]) -> Any:
        """What the vectorized engine makes of it; None where it cannot, and from then on."""
        try:
            result = work()
        except (Exception, SystemExit) as error:
            if self._must_be_vectorized:
                raise
            self._session = None
            self._reason = first_line(error) if isinstance(error, UnsupportedError) else described(error)
            return None
        return result
