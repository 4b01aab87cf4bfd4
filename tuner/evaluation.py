"""Evaluate one configuration of a study over seeds, without a search and without a run folder."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tuner.backend import prepare_backend
from tuner.errors import StudyError
from tuner.records import Configuration, Phase
from tuner.study import Study


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Runs of one configuration.

    `scores` has shape (seeds,), NaN where a run diverged; `history` maps "loss" and "val_loss" to arrays
    of shape (seeds, epochs), NaN after a run's last epoch; `status` has one word a seed; `seconds` is the
    wall time of all.
    """

    scores: np.ndarray
    history: Mapping[str, np.ndarray]
    status: tuple[str, ...]
    seconds: float


def evaluate(
    study: Study,
    params: Mapping[str, Any],
    seeds: int = 10,
    engine: str = "auto",
    split: Literal["validation", "test"] = "validation",
) -> Evaluation:
    """Train a configuration with `seeds` seeds and score it on a split.

    The seeds are those of `run`: of the search for the validation split, of the confirmation for the
    test split.

    Raises: StudyError where the study, the values or a number cannot be used.
    """
    prepare_backend()
    from tuner.repeats import Repeats

    if seeds < 1:
        raise StudyError(f"seeds is {seeds}; give 1 or more")
    if split not in ("validation", "test"):
        raise StudyError(f"split is {split!r}; scores are made on 'validation' or 'test'")
    repeats = Repeats(replace(study, baseline=params), engine=engine)
    repeats.preflight("params")
    phase: Phase = "search" if split == "validation" else "confirmation"
    runs = repeats.train(phase, Configuration("evaluation", dict(params)), range(seeds), lambda share: None)
    if failed := [run.reason for run in runs if run.status == "failed"]:
        raise StudyError(f"training fails with {failed[0]}")
    names = runs[0].history
    epochs = max(len(run.history["loss"]) for run in runs)
    return Evaluation(
        scores=np.array([run.scores[split] if run.status == "complete" else np.nan for run in runs]),
        history={name: np.stack([_padded(run.history[name], epochs) for run in runs]) for name in names},
        status=tuple(run.status for run in runs),
        seconds=sum(run.seconds for run in runs),
    )


def _padded(values: tuple[float, ...], length: int) -> np.ndarray:
    return np.array([*values, *[np.nan] * (length - len(values))])
