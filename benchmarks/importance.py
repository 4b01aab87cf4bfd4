"""How often a hyperparameter that does nothing passes its bar: `python -m benchmarks.importance`.

Searches of drawn functions: one hyperparameter matters, four do nothing. The bar is what shuffled scores
reach by luck, at 5 % if trials could be exchanged for each other. A sampler that learns crowds its later
trials, the good ones, also where it makes no difference; so the share is counted for each sampler.
"""

import argparse
from collections.abc import Callable
from itertools import product

import numpy as np
import optuna

from benchmarks import tables
from benchmarks.processes import tell
from tuner.importance import Column, importances

INERT = ("a", "b", "c", "d")
NOISE = 0.02  # standard deviation of a score, beside an effect of up to 0.49

SAMPLERS: dict[str, Callable[[int], optuna.samplers.BaseSampler]] = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
}


def search(sampler: str, trials: int, seed: int) -> tuple[tuple[Column, ...], tuple[int, ...]]:
    """The values of every hyperparameter by their order, the one that matters first, and the ranks."""
    rng = np.random.default_rng(seed)

    def score(trial: optuna.Trial) -> float:
        for name in INERT:
            trial.suggest_float(name, 0.0, 1.0)
        return (trial.suggest_float("x", 0.0, 1.0) - 0.7) ** 2 + NOISE * rng.standard_normal()

    study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
    study.optimize(score, n_trials=trials)
    columns = [_by_order([trial.params[name] for trial in study.trials]) for name in ("x", *INERT)]
    ranks = np.argsort(np.argsort([trial.value for trial in study.trials]))
    return tuple(columns), tuple(ranks.tolist())


def _by_order(values: list[float]) -> Column:
    return Column(tuple((np.argsort(np.argsort(values)) / (len(values) - 1)).tolist()))


def shares(sampler: str, trials: int, repetitions: int) -> tuple[float, float]:
    """How often the one that matters stands out, and how often one that does nothing does."""
    found = [
        [one.stands_out for one in importances(*search(sampler, trials, seed), seed)]
        for seed in range(repetitions)
    ]
    stands_out = np.array(found, dtype=float)
    return float(stands_out[:, 0].mean()), float(stands_out[:, 1:].mean())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--trials", type=int, nargs="+", default=[12, 40])
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rows = []
    for sampler, trials in product(SAMPLERS, given.trials):
        matters, inert = shares(sampler, trials, given.repetitions)
        rows.append([f"{sampler}, {trials} trials", f"{matters:.0%}", f"{inert:.1%}"])
        tell(", ".join(rows[-1]))
    print(tables.markdown(["beyond its bar", "matters", "does nothing"], rows))


if __name__ == "__main__":
    main()
