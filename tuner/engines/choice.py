"""Which engine trains a job: the vectorized one where it can, `fit` where it cannot, and why."""

from collections.abc import Callable

import keras

from tuner.building import Built
from tuner.engines import fit
from tuner.engines.base import Job, OnProgress, Outcome, UnsupportedError
from tuner.errors import StudyError, TunerError, described, first_line

ENGINES = ("auto", "vectorized", "fit")


def choose(engine: str, built: Built, another: Built | None = None) -> tuple[str, str]:
    """The engine for a model and the reason, in words for the user; `another` is the model of another seed.

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

        reason = vectorized.unsupported(built, another)
    if reason is None:
        return "vectorized", "all seeds of a configuration train in one compiled program"
    if engine == "vectorized":
        raise StudyError(f"the vectorized engine cannot train this study: {reason}; use --engine fit")
    return "fit", reason


def train(
    engine: str, job: Job, on_progress: OnProgress, on_note: Callable[[str], None]
) -> tuple[Outcome, ...]:
    """Train a job; where the vectorized engine cannot, `fit` takes over and the reason is noted.

    So a seed that raises, or a group that is too large for the memory, does not take the others along.

    Raises: whatever the vectorized engine raises, where it alone is allowed.
    """
    if engine == "fit" or keras.config.backend() != "jax":
        return fit.train(job, on_progress)
    from tuner.engines import vectorized

    try:
        return vectorized.train(job, on_progress)
    except Exception as error:
        if engine == "vectorized":
            raise
        reason = first_line(error) if isinstance(error, UnsupportedError) else described(error)
    outcomes = fit.train(job, on_progress)
    if any(not outcome.error for outcome in outcomes):  # else it was no matter of the engine
        on_note(f"some configurations train with the fit engine, seed by seed: {reason}")
    return outcomes
