"""Results made of synthetic runs, for the tests of everything behind the ledger."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from tuner.ledger import Ledger
from tuner.records import BASELINE, Configuration, Group, Look, Phase, Run, Setup, Status
from tuner.result import Result, derive


def make_setup(**changes: Any) -> Setup:
    """A setup with every field filled in."""
    values: dict[str, Any] = {
        "study": "encdec_sine",
        "metric": "mse",
        "direction": "minimize",
        "epochs": 12,
        "seed": 7,
        "objective": "mean",
        "sampler": "tpe",
        "search_repeats": 3,
        "paired": False,
        "margin": None,
        "level": 0.95,
        "engine": "vectorized",
        "backend": "jax",
        "source": "ab" * 32,
        "data": "ef" * 32,
        "options": {"n_train": 2048},
        "trials": 6,
        "repeats": 10,
        "finalists": 3,
        "engine_reason": "the model can be traced",
        "command": "python -m tuner run studies/encdec_sine.py",
        "seconds": 83.4,
        "looks": (Look(10, (BASELINE, "trial-1")),),
        "notes": (),
        "sizes": {"train": 2048, "validation": 512, "test": 512},
        "versions": {"python": "3.12.1", "keras": "3.9.0", "jax": "0.5.0"},
        "machine": {"system": "Linux", "cpu": "2 cores"},
    }
    return Setup(**(values | changes))


def make_configuration(name: str, **params: Any) -> Configuration:
    """A configuration with the usual hyperparameters."""
    usual = {"units": 35, "layers": 2, "dropout": 0.0, "optimizer": "adam", "learning_rate": 0.01}
    return Configuration(name, usual | params)


def make_runs(
    phase: Phase,
    name: str,
    center: float,
    *,
    seeds: int,
    epochs: int = 12,
    diverged: Collection[int] = (),
    seed: int = 0,
) -> list[Run]:
    """Runs whose scores scatter by a tenth around `center`; those in `diverged` end halfway with NaN."""
    rng = np.random.default_rng([seed, len(name), *name.encode("utf-8", "replace"), phase == "search"])
    runs = []
    for index in range(seeds):
        score = center * (1 + 0.1 * rng.standard_normal())
        noise = np.exp(0.05 * rng.standard_normal((2, epochs)))
        falling = score * (1 + 8 * np.exp(-np.arange(epochs) / 3))
        history = {"loss": tuple((0.8 * falling * noise[0]).tolist())}
        history["val_loss"] = tuple((falling * noise[1]).tolist())
        scores = {"validation": score * 1.02}
        if phase == "confirmation":
            scores["test"] = score
        lost = index in diverged
        if lost:
            half = max(1, epochs // 2)
            history = {key: (*values[:half], math.nan) for key, values in history.items()}
            scores = dict.fromkeys(scores, math.nan)
        status: Status = "diverged" if lost else "complete"
        reason = "the loss is NaN" if lost else ""
        runs.append(Run(phase, name, index, status, scores, history, 0.4, reason))
    return runs


def make_result(
    runs: Sequence[Run],
    configurations: Sequence[Configuration],
    finalists: Sequence[str] = (),
    **setup: Any,
) -> Result:
    """The result of these runs; confirmed where the baseline has runs in confirmation."""
    by_name = {one.name: one for one in configurations}
    seeds = sum(run.phase == "confirmation" and run.configuration == BASELINE for run in runs)
    look = Look(seeds, (BASELINE, *finalists))
    made = make_setup(**({"looks": (look,) if seeds else ()} | setup))
    return derive(made, by_name, tuple(runs))


def usual_result(*, trials: int = 6, seeds: int = 10, epochs: int = 12, **setup: Any) -> Result:
    """A finished study: trial-1 is better than the baseline, trial-2 alike, trial-3 worse and fragile."""
    centers = {BASELINE: 0.0458, "trial-1": 0.0312, "trial-2": 0.0449, "trial-3": 0.09}
    rng = np.random.default_rng(3)
    names = [BASELINE, *(f"trial-{number}" for number in range(trials))]
    configurations = [
        make_configuration(name, units=35 - 3 * place, learning_rate=0.01 / (place + 1))
        for place, name in enumerate(names)
    ]
    runs = []
    for place, name in enumerate(names):
        center = centers.get(name, float(0.05 * np.exp(0.5 * rng.random())))
        lost = [1] if place == 5 else []
        runs += make_runs("search", name, center * 0.96, seeds=3, epochs=epochs, diverged=lost)
    finalists = [name for name in ("trial-1", "trial-2", "trial-3") if name in names]
    for name in (BASELINE, *finalists):
        lost = [2, 5] if name == "trial-3" and seeds > 5 else []
        runs += make_runs("confirmation", name, centers[name], seeds=seeds, epochs=epochs, diverged=lost)
    return make_result(runs, configurations, finalists, **setup)


BEGAN = 1_700_000_000.0  # 14 November 2023, 22:13:20 UTC


def groups_of(result: Result) -> list[Group]:
    """The runs as groups without times: one for each phase and configuration."""
    return [
        Group(phase, result.configurations[name], tuple(run.seed_index for run in own), own)
        for (phase, name), rows in groupby(result.runs, key=lambda run: (run.phase, run.configuration))
        if (own := tuple(rows))
    ]


def timed(result: Result, *, pause: float = 0.1, gaps: Mapping[int, float] = MappingProxyType({})) -> Result:
    """The result with groups that trained one after the other from `BEGAN` on, each with a pause before it.

    `gaps` maps the place of a group to another pause.
    """
    now, groups = BEGAN, []
    for place, group in enumerate(groups_of(result)):
        now += gaps.get(place, pause if place else 0.0)
        groups.append(replace(group, started=now))
        now += sum(run.seconds for run in group.runs)
    return replace(result, groups=tuple(groups))


def store(result: Result, folder: Path) -> Path:
    """The run folder that holds this result."""
    ledger = Ledger(folder)
    for group in result.groups or groups_of(result):
        ledger.write(group)
    ledger.write_setup(result.setup)
    return folder


HOSTILE = (
    "<script>alert(1)</script>",
    "\"quoted' & $x^2$ \\frac{ \x00\x1b]\ud800",
    "x" * 10_000,
    "🚀 日本語 \N{RIGHT-TO-LEFT OVERRIDE}txt",
)


def hostile_result() -> Result:
    """A finished study in which every name tries to be more than text."""
    runs, configurations = [], []
    for name in (BASELINE, *HOSTILE):
        configurations.append(make_configuration(name, **{"<b>": name}))
        runs += make_runs("search", name, 0.04, seeds=2) + make_runs("confirmation", name, 0.02, seeds=6)
    return make_result(
        runs,
        configurations,
        HOSTILE,
        study="</title><img src=x onerror=alert(1)>",
        notes=("</style><script>alert(2)</script>",),
        command="<svg onload=alert(3)>",
        metric="<i>$^$",
    )
