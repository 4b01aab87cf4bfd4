"""Run folders of any size, of which nothing was trained: scores and learning curves are drawn.

A study is a search of raced trials with 4 to 10 seeds, a few of them diverged, and a confirmation of the
baseline and three finalists, with 10 seeds (of 100 runs) to 100 (of 10,000 and more) and the scores of 500
test examples.
"""

import math
from pathlib import Path

import numpy as np

from tuner.ledger import Ledger, missing
from tuner.records import BASELINE, Configuration, ExampleScores, Group, Look, Phase, Run, Setup

FINALISTS = 3
FEWEST, MOST = 4, 10  # seeds of a trial in the search
TOGETHER = 4  # seeds of a group
EXAMPLES = 500


def confirmation_seeds(runs: int) -> int:
    """The seeds of each finalist in a study of so many runs."""
    return min(100, max(5, round(math.sqrt(runs))))


def write_study(folder: Path, runs: int, epochs: int) -> None:
    """A run folder with so many runs of so many epochs, drawn from a stream of their own."""
    rng = np.random.default_rng([runs, epochs])
    ledger = Ledger(folder)
    seeds = confirmation_seeds(runs)
    centers, counts = search_plan(rng, runs - seeds * (1 + FINALISTS) - MOST)
    names = [f"trial-{number}" for number in range(len(centers))]
    trials = {name: _configuration(rng, name) for name in names}
    baseline = Configuration(BASELINE, {**trials[names[0]].params, "units": 35, "learning_rate": 0.01})
    _write(ledger, rng, "search", baseline, 0.05, MOST, epochs)
    for name, center, count in zip(names, centers, counts, strict=True):
        _write(ledger, rng, "search", trials[name], center, count, epochs)
    chosen = [names[place] for place in np.argsort(centers)[:FINALISTS]]
    _write(ledger, rng, "confirmation", baseline, 0.05, seeds, epochs)
    for name in chosen:
        _write(ledger, rng, "confirmation", trials[name], centers[names.index(name)], seeds, epochs)
    ledger.write_setup(_setup(len(names), epochs, Look(seeds, (BASELINE, *chosen))))


def search_plan(rng: np.random.Generator, runs: int) -> tuple[list[float], list[int]]:
    """The true means of the trials that so many runs are spent on, and their seeds: the better have more."""
    trials = runs // ((FEWEST + MOST) // 2 - 1)
    centers = 0.045 * np.exp(0.3 * rng.standard_normal(trials))
    counts, left = np.full(trials, FEWEST), runs - FEWEST * trials
    for place in np.argsort(centers):
        counts[place] += min(left, MOST - FEWEST)
        left -= min(left, MOST - FEWEST)
    return centers.tolist(), counts.tolist()


def _configuration(rng: np.random.Generator, name: str) -> Configuration:
    params = {
        "units": int(rng.integers(8, 65)),
        "layers": int(rng.integers(1, 4)),
        "batch_size": int(2 ** rng.integers(4, 9)),
        "dropout": float(rng.uniform(0.0, 0.5)),
        "optimizer": str(rng.choice(["adam", "nadam", "rmsprop"])),
        "learning_rate": float(10 ** rng.uniform(-4, -1.5)),
    }
    return Configuration(name, params)


def _write(
    ledger: Ledger,
    rng: np.random.Generator,
    phase: Phase,
    configuration: Configuration,
    center: float,
    seeds: int,
    epochs: int,
) -> None:
    """All groups of a configuration in one phase; in 3 of 100 groups one run diverges."""
    for indices in missing((), seeds, TOGETHER):
        lost = indices[0] if center > 0.04 and rng.random() < 0.03 else None
        runs = tuple(
            _run(rng, phase, configuration.name, index, center, epochs, diverged=index == lost)
            for index in indices
        )
        examples = None
        if phase == "confirmation":
            values = center * rng.gamma(2.0, 0.5, size=(len(runs), EXAMPLES)).astype(np.float32)
            values[[run.status != "complete" for run in runs]] = np.nan
            examples = ExampleScores(values, horizon=15)
        ledger.write(Group(phase, configuration, indices, runs), examples)


def _run(
    rng: np.random.Generator,
    phase: Phase,
    name: str,
    index: int,
    center: float,
    epochs: int,
    *,
    diverged: bool,
) -> Run:
    score = center * math.exp(0.1 * rng.standard_normal())
    falling = score * (1.0 + 8.0 * np.exp(-np.arange(epochs) / (0.15 * epochs)))
    noise = np.exp(0.05 * rng.standard_normal((2, epochs)))
    losses = (falling * noise * [[0.8], [1.0]]).astype(np.float32)  # as Keras gives them
    scores = {"validation": score} | ({"test": 1.02 * score} if phase == "confirmation" else {})
    seconds = float(rng.uniform(0.5, 4.0))
    if diverged:
        losses = losses[:, : epochs // 2]
        losses[:, -1] = np.nan
        scores = dict.fromkeys(scores, math.nan)
    history = {key: tuple(row.tolist()) for key, row in zip(("loss", "val_loss"), losses, strict=True)}
    if diverged:
        return Run(phase, name, index, "diverged", scores, history, seconds, "the loss is NaN")
    return Run(phase, name, index, "complete", scores, history, seconds)


def _setup(trials: int, epochs: int, look: Look) -> Setup:
    return Setup(
        study="drawn",
        metric="mse",
        direction="minimize",
        epochs=epochs,
        seed=0,
        objective="mean",
        sampler="random",
        search_repeats=FEWEST,
        most_search_repeats=MOST,
        paired=False,
        margin=0.002,
        level=0.95,
        engine="vectorized",
        backend="jax",
        source="0" * 64,
        data="0" * 64,
        options={},
        trials=trials,
        repeats=look.repeats,
        finalists=FINALISTS,
        engine_reason="nothing was trained: scores and learning curves are drawn",
        command="python -m benchmarks.report",
        seconds=3_600.0,
        looks=(look,),
        sizes={"train": 2_000, "validation": EXAMPLES, "test": EXAMPLES},
    )
