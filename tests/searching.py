"""Results of searches made of given hyperparameters and scores."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tests.factories import make_result
from tuner.records import BASELINE, Configuration, Phase, Run
from tuner.result import Result


def make_search(
    trials: Sequence[Mapping[str, Any]],
    score: Callable[[Mapping[str, Any]], float],
    *,
    seeds: int = 3,
    noise: float = 0.02,
    lost: Sequence[int] = (),
    baseline: Mapping[str, Any] | None = None,
    finalists: Sequence[int] = (),
    **setup: Any,
) -> Result:
    """A search over these hyperparameters, each trial `score` with a relative `noise` between its seeds.

    Trials in `lost` have one run that diverged; `finalists` are confirmed, with the baseline.
    """
    rng = np.random.default_rng(5)
    params = {BASELINE: dict(baseline if baseline is not None else trials[0])}
    params |= {f"trial-{place}": dict(one) for place, one in enumerate(trials)}
    runs: list[Run] = []
    for name, own in params.items():
        gone = name in {f"trial-{place}" for place in lost}
        runs += _runs("search", name, score(own), seeds, noise, rng, gone=gone)
    names = [f"trial-{place}" for place in finalists]
    for name in [BASELINE, *names] if names else []:
        runs += _runs("confirmation", name, score(params[name]), 6, noise, rng)
    return make_result(runs, [Configuration(name, own) for name, own in params.items()], names, **setup)


def _runs(
    phase: Phase,
    name: str,
    center: float,
    seeds: int,
    noise: float,
    rng: np.random.Generator,
    *,
    gone: bool = False,
) -> list[Run]:
    runs = []
    for index, value in enumerate(center * (1.0 + noise * rng.standard_normal(seeds))):
        diverged = gone and index == 0
        scores = {"validation": math.nan if diverged else float(value)}
        if phase == "confirmation":
            scores["test"] = float(value)
        history = {"loss": (float(value),), "val_loss": (float(value),)}
        runs.append(Run(phase, name, index, "diverged" if diverged else "complete", scores, history, 0.1))
    return runs


def recurrent_trials(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Random draws from the six hyperparameters of `space.recurrent`."""
    rng = np.random.default_rng(seed)
    return [
        {
            "units": int(np.exp(rng.uniform(np.log(8), np.log(128)))),
            "layers": int(rng.integers(1, 4)),
            "batch_size": int(rng.choice([16, 32, 64, 128, 256])),
            "dropout": float(rng.uniform(0.0, 0.5)),
            "optimizer": str(rng.choice(["adam", "rmsprop", "sgd"])),
            "learning_rate": float(10 ** rng.uniform(-4, -1)),
        }
        for _ in range(count)
    ]


def recurrent_score(params: Mapping[str, Any]) -> float:
    """The learning rate matters most, the optimizer and the dropout some, the batch size not at all."""
    distance = math.log10(params["learning_rate"]) + 2.0
    optimizer = {"adam": 0.0, "rmsprop": 0.1, "sgd": 0.6}[params["optimizer"]]
    return 0.05 * math.exp(
        0.5 * distance**2 + optimizer + params["dropout"] - 0.1 * math.log(params["units"])
    )


def recurrent_search(count: int, **changes: Any) -> Result:
    """A search of `space.recurrent` with so many trials; two finalists."""
    trials = recurrent_trials(count)
    baseline = {
        "units": 32,
        "layers": 2,
        "batch_size": 64,
        "dropout": 0.1,
        "optimizer": "adam",
        "learning_rate": 0.03,
    }
    order = sorted(range(count), key=lambda place: recurrent_score(trials[place]))
    values: dict[str, Any] = {"baseline": baseline, "finalists": order[:2], "noise": 0.08} | changes
    return make_search(trials, recurrent_score, **values)
