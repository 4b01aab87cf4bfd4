"""The diagnosis of the configurations of a run folder."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tuner.comparing.sources import listing
from tuner.diagnosis import Diagnosis, diagnose
from tuner.diagnosis.losses import stacked
from tuner.errors import LedgerError
from tuner.records import BASELINE, Phase, Run, epochs_of
from tuner.result import Result

LEADING = 3
"""Trials that are shown beside the baseline while there are no finalists."""


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A configuration, what its curves say, and where they come from.

    `seeds` are the names of the seeds in the order of the readings; `notes` what a reader must know beside
    the diagnosis, in sentences. `phase` is "" for curves that come from no run folder.
    """

    name: str
    diagnosis: Diagnosis
    seeds: tuple[str, ...]
    length: int  # epochs of the longest seed
    phase: str = ""
    notes: tuple[str, ...] = ()


def diagnose_result(result: Result) -> tuple[Diagnosed, ...]:
    """The baseline and the finalists; while confirmation is missing, the baseline and the leading trials.

    Those without a single epoch are left out.
    """
    names, phase = examined(result)
    found = [diagnose_runs(name, _runs(result, name, phase), phase) for name in names]
    return tuple(one for one in found if one is not None)


def examined(result: Result) -> tuple[list[str], Phase]:
    """The configurations whose curves are looked at, and the phase of their runs.

    The baseline and the finalists; while confirmation is missing, the baseline and the leading trials.
    """
    if result.baseline is not None:
        return [BASELINE, *(finalist.name for finalist in result.finalists)], "confirmation"
    return _leaders(result), "search"


def diagnose_configuration(result: Result, name: str, phase: Phase | None = None) -> Diagnosed:
    """One configuration, from its runs in a phase: the confirmation where it was confirmed, else the search.

    Raises: LedgerError where there is no such configuration, or no run of it has trained an epoch.
    """
    if name not in result.configurations:
        raise LedgerError(
            f"{result.folder or result.setup.study}: has no configuration {name!r}; there are "
            f"{listing(tuple(result.configurations))}"
        )
    phases: tuple[Phase, ...] = ("confirmation", "search") if phase is None else (phase,)
    for one in phases:
        found = diagnose_runs(name, _runs(result, name, one), one)
        if found is not None:
            return found
    raise LedgerError(
        f"{result.folder or result.setup.study}: no run of {name!r} has losses; `tuner run` trains it"
    )


def diagnose_runs(name: str, runs: Sequence[Run], phase: str = "") -> Diagnosed | None:
    """The diagnosis of runs of one configuration; None where none has trained an epoch.

    A run that diverged is told as such whatever its losses say. One that failed before its first epoch has
    no curve and stays undetermined.
    """
    found = _read(
        tuple(tuple(run.history.get("loss", ())) for run in runs),
        tuple(tuple(run.history.get("val_loss", ())) for run in runs),
        tuple(run.status == "diverged" for run in runs),
    )
    if found is None:
        return None
    diagnosis, length = found
    ended: Counter[str] = Counter(run.status for run in runs)
    notes = [
        f"{ended[status]} of {len(runs)} runs {words}"
        for status, words in (("failed", "failed"), ("pruned", "were pruned: their curves end early"))
        if ended[status]
    ]
    seeds = tuple(str(run.seed_index) for run in runs)
    return Diagnosed(name, diagnosis, seeds, length, phase, tuple(notes))


Losses = tuple[tuple[float, ...], ...]
"""Those of every seed, epoch by epoch."""


@lru_cache(maxsize=32)  # a page says it in a table and over a figure
def _read(train: Losses, validation: Losses, diverged: tuple[bool, ...]) -> tuple[Diagnosis, int] | None:
    """What the curves say, and the epochs of the longest; None without a single epoch."""
    learned, checked = stacked(train), stacked(validation)
    if not learned.size:
        return None
    learned, checked, epochs = _thinned(learned, checked)
    return diagnose(learned, checked, diverged=diverged, epochs=epochs), epochs[-1]


def as_json(source: str, found: Sequence[Diagnosed]) -> dict[str, Any]:
    """The answer for other programs."""
    return {"source": source, "configurations": [_configuration(one) for one in found]}


def _configuration(one: Diagnosed) -> dict[str, Any]:
    found = one.diagnosis
    return {
        "configuration": one.name,
        "phase": one.phase or None,
        "seeds": len(one.seeds),
        "epochs": one.length,
        "label": found.label,
        "epoch": found.epoch,
        "evidence": found.evidence,
        "advice": found.advice,
        "agreement": found.agreement,
        "by_seed": [
            {"seed": seed, "label": reading.label, "epoch": reading.epoch, "evidence": reading.finding}
            for seed, reading in zip(one.seeds, found.readings, strict=True)
        ],
        "notes": one.notes,
    }


def _runs(result: Result, name: str, phase: Phase) -> list[Run]:
    own = (run for run in result.seen if run.phase == phase and run.configuration == name)
    return sorted(own, key=lambda run: run.seed_index)


def _leaders(result: Result) -> list[str]:
    """The baseline and the trials with the best mean search score; those with fewer seeds come last."""
    sign = 1.0 if result.setup.direction == "minimize" else -1.0
    scores: dict[str, list[float]] = {}
    for run in result.runs:
        if run.phase == "search":
            scores.setdefault(run.configuration, []).append(run.scores.get("validation", math.nan))
    most = max(map(len, scores.values()), default=0)

    def place(name: str) -> tuple[bool, float]:
        mean = sign * float(np.mean(scores[name]))
        return len(scores[name]) < most, mean if math.isfinite(mean) else math.inf

    trials = sorted(scores.keys() - {BASELINE}, key=lambda name: (*place(name), name))
    return [BASELINE, *trials[:LEADING]]


def _thinned(train: np.ndarray, validation: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Both losses at the epochs that have both, where only every k-th was validated; and their numbers."""
    trained, validated = train.shape[1], validation.shape[1]
    if not validated:
        return train, validation, list(range(1, trained + 1))
    epochs = np.array(epochs_of(validated, trained)[:trained])
    return train[:, epochs - 1], validation[:, : epochs.size], epochs.tolist()
