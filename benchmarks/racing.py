"""What racing across seeds saves and costs, by simulation: `python -m benchmarks.racing`.

A search is a table of scores drawn beforehand, one row a trial and one column a seed; lower is better. All
strategies see the same tables: races by `tuner.stats.racing` (the rules of `tuner.racing`, whose agreement
with the loop here is tested), the same number of seeds for all, and Optuna's WilcoxonPruner. Every cell has
its own stream, derived from the seed and the name of the cell. Prints Markdown tables.

Regret is the true mean of the selected trial minus that of the truly best one, in units of the standard
deviation of the true means over trials (of the noise, where all trials are equal).
"""

import argparse
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import optuna
from numpy.typing import NDArray

from tuner.stats.racing import Rules

FloatArray = NDArray[np.float64]
SEEDS = ((2, 8), (4, 16))
TRIALS = 30


@dataclass(frozen=True, slots=True)
class Tables:
    """Scores of searches, shape (trials, seeds), and the true means of the trials, shape (trials,)."""

    scores: FloatArray
    means: FloatArray


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a strategy did in one search: the trial it selected, its runs, the trials it dropped."""

    selected: int
    runs: int
    dropped: tuple[int, ...] = ()


Draw = Callable[[np.random.Generator, int], Tables]
Strategy = Callable[[FloatArray], Outcome]


def normal(noise: float, rng: np.random.Generator, seeds: int) -> Tables:
    """Normal scores around normal true means of standard deviation 1."""
    means = rng.normal(size=TRIALS)
    return Tables(means[:, None] + noise * rng.normal(size=(TRIALS, seeds)), means)


def uneven(noise: float, rng: np.random.Generator, seeds: int) -> Tables:
    """As `normal`, with a noise of its own for each trial: a factor of e up or down at one deviation."""
    means, own = rng.normal(size=TRIALS), noise * rng.lognormal(size=(TRIALS, 1))
    return Tables(means[:, None] + own * rng.normal(size=(TRIALS, seeds)), means)


def skewed(noise: float, rng: np.random.Generator, seeds: int) -> Tables:
    """As `normal`, with lognormal noise (sigma 1): now and then a seed is far worse."""
    means, raw = rng.normal(size=TRIALS), rng.lognormal(size=(TRIALS, seeds))
    deviation = np.sqrt((np.e - 1.0) * np.e)
    return Tables(means[:, None] + noise * (raw - np.exp(0.5)) / deviation, means)


def blocked(noise: float, rng: np.random.Generator, seeds: int) -> Tables:
    """As `normal`, with data of its own for each seed index, which shift all trials by three deviations."""
    drawn = normal(noise, rng, seeds)
    return Tables(drawn.scores + 3.0 * noise * rng.normal(size=seeds), drawn.means)


def equal(rng: np.random.Generator, seeds: int) -> Tables:
    """All trials have the same true mean: whichever is dropped was as good as the best."""
    return Tables(rng.normal(size=(TRIALS, seeds)), np.zeros(TRIALS))


def raced(rules: Rules, scores: FloatArray) -> Outcome:
    """Trials in their order, each against the best so far; the first one is the baseline."""
    given = np.full(len(scores), rules.first)
    incumbent, rivals, dropped = 0, 1, []
    for trial in range(1, len(scores)):
        for _, following in pairwise(rules.counts):
            if rules.drops(scores[trial, : given[trial]], scores[incumbent, : given[incumbent]], rivals):
                dropped.append(trial)
                break
            given[incumbent] = max(given[incumbent], following)
            given[trial] = following
        else:
            means = [scores[one, : given[one]].mean() for one in (trial, incumbent)]
            rivals += 1
            incumbent = trial if means[0] < means[1] else incumbent
    return Outcome(incumbent, int(given.sum()), tuple(dropped))


def fixed(seeds: int, scores: FloatArray) -> Outcome:
    """The same number of seeds for all."""
    return Outcome(int(scores[:, :seeds].mean(axis=1).argmin()), seeds * len(scores))


def wilcoxon(first: int, scores: FloatArray) -> Outcome:
    """Optuna's pruner with its own threshold, asked after every seed from the first block on.

    It is made for pairs; where seeds have nothing in common, its pairs are arbitrary, and as good as any.
    As its documentation advises, a pruned trial is told the mean over the seeds that it has.
    """
    pruner = optuna.pruners.WilcoxonPruner(n_startup_steps=first)
    study = optuna.create_study(pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=0))
    runs, dropped = 0, []
    for number, row in enumerate(scores):
        trial = study.ask()
        for seed, score in enumerate(row):
            trial.report(float(score), seed)
            runs += 1
            if seed + 1 < len(row) and trial.should_prune():
                dropped.append(number)
                break
        study.tell(trial, float(row[: seed + 1].mean()))
    return Outcome(study.best_trial.number, runs, tuple(dropped))


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of search: how scores are drawn, whether seeds are pairs, and from how many to how many."""

    setting: str
    draw: Draw
    seeds: tuple[int, int]
    paired: bool = False

    @property
    def strategies(self) -> dict[str, partial[Outcome]]:
        first, most = self.seeds
        return {
            f"raced {first},{most}": partial(raced, Rules(first, most, self.paired)),
            f"{most} for all": partial(fixed, most),
            f"{first} for all": partial(fixed, first),
            "WilcoxonPruner": partial(wilcoxon, first),
        }


def cells() -> Iterator[Cell]:
    """All kinds of searches, in the order of the report."""
    for seeds in SEEDS:
        for noise in (0.1, 0.3, 1.0, 3.0):
            yield Cell(f"normal, noise {noise:g}", partial(normal, noise), seeds)
        yield Cell("a noise of its own for each trial, 0.3", partial(uneven, 0.3), seeds)
        for noise in (0.3, 1.0):
            yield Cell(f"lognormal, noise {noise:g}", partial(skewed, noise), seeds)
        yield Cell("paired, data shift by 3 x noise 0.3", partial(blocked, 0.3), seeds, paired=True)
        yield Cell("all trials equal", equal, seeds)


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy in a cell, over all repetitions; `drops` is over the races that a truly best trial ran."""

    drops: float
    regret: float
    regret_error: float
    runs: float


def measure(cell: Cell, strategy: Strategy, repetitions: int, seed: int) -> Row:
    """Run a strategy on tables that every strategy of the cell sees."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{cell.setting} {cell.seeds}".encode())])
    drops, races, regrets, runs = 0, 0, [], 0
    for _ in range(repetitions):
        tables = cell.draw(rng, cell.seeds[1])
        outcome = strategy(tables.scores)
        best = set(np.flatnonzero(tables.means == tables.means.min()).tolist()) - {0}  # 0 begins as incumbent
        drops += len(best.intersection(outcome.dropped))
        races += len(best)
        regrets.append(tables.means[outcome.selected] - tables.means.min())
        runs += outcome.runs
    error = float(np.std(regrets) / np.sqrt(repetitions))
    return Row(drops / max(races, 1), float(np.mean(regrets)), error, runs / repetitions)


def quiet() -> None:
    """Optuna's notes are not for the tables."""
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    optuna.logging.set_verbosity(optuna.logging.WARNING)


def rows(cell: Cell, repetitions: int, pruner_repetitions: int, seed: int) -> tuple[str, ...]:
    """The lines of a cell, one a strategy."""
    lines = []
    for name, strategy in cell.strategies.items():
        count = pruner_repetitions if strategy.func is wilcoxon else repetitions
        row = measure(cell, strategy, count, seed)
        share = row.runs / (TRIALS * cell.seeds[1])
        lines.append(
            f"| {cell.setting} | {name} | {row.drops:.2%} | {row.regret:.4f} ± {row.regret_error:.4f}"
            f" | {row.runs:.1f} | {share:.0%} |"
        )
    return tuple(lines)


def main() -> None:
    """Parse the options, run every cell, print it as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.racing", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=10_000, help="searches of every cell")
    parser.add_argument("--pruner-repetitions", type=int, default=500, help="the same, for Optuna's pruner")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args()
    start = time.perf_counter()
    counts = {"repetitions": options.repetitions, "pruner_repetitions": options.pruner_repetitions}
    print("| search | strategy | best one dropped, a race | regret | runs | of those for all |")
    print("|---|---|---:|---:|---:|---:|")
    with ProcessPoolExecutor(options.workers, initializer=quiet) as pool:
        for lines in pool.map(partial(rows, **counts, seed=options.seed), cells()):
            print("\n".join(lines), flush=True)
    print(f"\n{options.repetitions:,} searches of {TRIALS} trials a cell ", end="")
    print(
        f"(the first {options.pruner_repetitions:,} of them for Optuna's pruner), seed {options.seed}, ",
        end="",
    )
    print(f"{time.perf_counter() - start:.0f} s with {options.workers} processes. ± is one standard error.")


if __name__ == "__main__":
    main()
