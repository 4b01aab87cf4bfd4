"""Evaluate one configuration of a study over seeds, without a search and without a run folder."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tuner.backend import prepare_backend
from tuner.cards import Card, Readable, number, shown
from tuner.errors import StudyError
from tuner.records import Configuration, Phase, Run
from tuner.study import Study


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Evaluation(Readable):
    """Runs of one configuration.

    `scores` has shape (seeds,), NaN where a run diverged; `history` maps "loss" and "val_loss" to arrays
    of shape (seeds, epochs), NaN after a run's last epoch and at epochs without validation; `status` has one
    word a seed; `seconds` is the wall time of all. `metric` and `split` say what the scores are.
    """

    scores: np.ndarray
    history: Mapping[str, np.ndarray]
    status: tuple[str, ...]
    seconds: float
    metric: str = "score"
    split: str = "validation"

    def __repr__(self) -> str:
        kept = self.scores[np.isfinite(self.scores)]
        mean = f"mean {number(float(kept.mean()))}" if kept.size else "no scores"
        return f"<Evaluation of {self._what()}: {mean}; {_runs(len(self.status))}>"

    def _what(self) -> str:
        return f"{shown(self.metric)} on the {self.split} split"

    def _card(self) -> Card:
        from tuner.stats import describe

        summary = describe(self.scores)
        lost = Counter(status for status in self.status if status != "complete")
        rows = [
            ("mean", summary.interval.beside(summary.mean)),
            ("standard deviation", summary.interval_std.beside(summary.std)),
            ("median", summary.interval_median.beside(summary.median)),
            *((f"last {name}, median", end) for name, one in self.history.items() if (end := _last(one))),
            ("seconds", f"{self.seconds:,.1f}"),
        ]
        notes = (f"{count} of {_runs(len(self.status))} {status}" for status, count in lost.items())
        return Card(f"{self._what()}: {_runs(len(self.status))}", tuple(rows), notes=tuple(notes))


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
    return Evaluation(
        scores=np.array([run.scores[split] if run.status == "complete" else np.nan for run in runs]),
        history={name: _curves(runs, name) for name in dict.fromkeys(n for run in runs for n in run.history)},
        status=tuple(run.status for run in runs),
        seconds=sum(run.seconds for run in runs),
        metric=repeats.metric.name,
        split=split,
    )


def _curves(runs: Sequence[Run], name: str) -> np.ndarray:
    """What was followed under a name, shape (runs, epochs), at the epochs where it was measured."""
    matrix = np.full((len(runs), max(run.epochs for run in runs)), np.nan)
    for row, run in zip(matrix, runs, strict=True):
        for epoch, value in run.curve(name).items():
            row[epoch - 1] = value
    return matrix


def _last(curves: np.ndarray) -> str:
    """The median over the runs of the last number that each has; empty where none has one."""
    ends = [row[~np.isnan(row)][-1] for row in curves if not np.isnan(row).all()]
    return number(float(np.median(ends))) if ends else ""


def _runs(count: int) -> str:
    return f"{count:,} run{'s' * (count != 1)}"
