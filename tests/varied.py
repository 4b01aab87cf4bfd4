"""Runs of crossed streams, made of given scores."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tuner.decomposition import Decomposition, VarianceSetup, VariedRun, decompose
from tuner.stats.variance import TOGETHER

Groups = Sequence[Sequence[float]]


def make_decomposition(
    together: Sequence[float], idle: Mapping[str, str] | None = None, **streams: Groups
) -> Decomposition:
    """The decomposition of these scores: for each stream a group a setting; what is not finite diverged."""
    groups = {**streams, TOGETHER: [together]}
    runs = [
        _run(name, setting, score)
        for name, own in groups.items()
        for setting, scores in enumerate(own)
        for score in scores
    ]
    return decompose(
        make_setup(settings=max(map(len, groups.values()))), runs, idle or {}, tuple(streams), 3.5
    )


def make_setup(**changes: Any) -> VarianceSetup:
    """A setup with every field filled in."""
    values: dict[str, Any] = {
        "study": "encdec_sine",
        "configuration": "baseline",
        "params": {"units": 35},
        "metric": "mse",
        "direction": "minimize",
        "split": "validation",
        "engine": "vectorized",
        "backend": "jax",
        "seed": 7,
        "repeats": 10,
        "settings": 2,
        "level": 0.95,
    }
    return VarianceSetup(**(values | changes))


def _run(name: str, setting: int, score: float) -> VariedRun:
    indices = dict.fromkeys(("init", "order", "dropout", "data"), 1)
    if math.isfinite(score):
        return VariedRun(name, setting, indices, "complete", score)
    return VariedRun(name, setting, indices, "diverged", math.nan, "the loss or the score is not finite")


def usual() -> Decomposition:
    """Three streams, one of which does nothing; a run of another diverged."""
    return make_decomposition(
        init=[[1.0, 1.2, 0.9, 1.1], [1.3, 1.1, 1.2, 1.0]],
        order=[[1.0, 1.02, 0.99, math.nan], [1.03, 1.01, 1.02, 1.0]],
        dropout=[],
        together=[1.0, 1.2, 0.8, 1.1, 1.3, 0.9, 1.0, 1.1],
        idle={"dropout": "the model has none"},
    )
