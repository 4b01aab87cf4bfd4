"""How much each hyperparameter has to do with which trials are the best, by Optuna's PED-ANOVA.

Of Optuna's evaluators it is the one that needs no other library, looks at the order of the scores only, so
that a diverged trial can count as one of the others, and compares the best trials with all that were drawn,
so that a sampler that drew mostly from one corner does not make that corner look important. An importance
alone says little, though: beside each stand an interval, from leaving out trials, and the level that chance
reaches, from shuffling the scores.

Source: Watanabe, Bansal & Hutter (2023), PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
Arbitrary Subspaces.
"""

import inspect
import logging
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuner.seeds import sequence

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

FloatArray = NDArray[np.float64]

FEWEST_BEST = 5  # the evaluator asks for so many: the density of fewer is that of the kernel
FEWEST = 2 * FEWEST_BEST  # below, most trials would be among the best
BEST_SHARE = 0.25
LEVEL = 0.95
REPEATS = 100  # for the intervals, and as many for the noise: one takes about a millisecond a hyperparameter

_LEFT_OUT = 0.25  # of the trials, in every resample


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one hyperparameter, one a trial, None where a trial does not have it.

    They lie between 0 and 1. `levels` is how many there can be, evenly spaced, 0 for a continuous one;
    `ordered` is False for choices, whose values mean nothing but themselves.
    """

    values: tuple[float | None, ...]
    levels: int = 0
    ordered: bool = True


@dataclass(frozen=True, slots=True)
class Importance:
    """The share of a hyperparameter in what all of them tell, with its interval, each from 0 to 1.

    `noise` is the level below which 95 % of the shuffled searches stay, in the same units: the importance
    that a hyperparameter reaches by luck alone. All are NaN where the evaluator does not assess it.
    """

    share: float
    low: float
    high: float
    noise: float

    @property
    def stands_out(self) -> bool:
        return self.share > self.noise


def best_of(trials: int) -> int:
    """How many trials count as the best: a quarter, but no fewer than the evaluator asks for.

    >>> best_of(10), best_of(20), best_of(200)
    (5, 5, 50)
    """
    return max(FEWEST_BEST, round(BEST_SHARE * trials))


@lru_cache(maxsize=8)
def importances(
    columns: tuple[Column, ...], ranks: tuple[int, ...], seed: int, repeats: int = REPEATS
) -> tuple[Importance, ...]:
    """The importance of every column for having a low rank; empty where nothing can be told.

    `ranks` has one number a trial, the same for trials that are not to be told apart. The interval comes
    from leaving out a quarter of the trials at random: the deviations from their mean, widened by
    sqrt(kept / left out), which makes them those of samples of the whole size.

    Source of the interval: Politis & Romano (1994), with the correction for drawing from a finite
    population, the delete-d jackknife of Shao & Wu (1989).
    """
    trials, best = len(ranks), best_of(len(ranks))
    if trials < FEWEST or not columns:
        return ()
    rng = np.random.default_rng(sequence(seed, 0, "importance"))
    order = np.array(ranks, dtype=float)
    with _quiet():
        assess = _assessor(columns, trials)
        observed = assess(order, best)
        total = float(np.nansum(observed))
        if not total > 0.0:
            return ()
        shuffled = np.array([assess(rng.permutation(order), best) for _ in range(repeats)])
        resampled = _leaving_out(assess, order, best, repeats, rng)
    shares = observed / total
    noise = np.quantile(shuffled, LEVEL, axis=0, method="higher") / total  # passed by luck in 5 of 101
    noise = np.minimum(noise, 1.0)  # a share has no more to reach
    low, high = np.clip(shares + _deviations(resampled, trials), 0.0, 1.0)
    rows = np.column_stack([shares, low, high, noise]).tolist()
    return tuple(Importance(*row) for row in rows)


Assess = Callable[[FloatArray, int], FloatArray]


def _leaving_out(
    assess: Assess, order: FloatArray, best: int, repeats: int, rng: np.random.Generator
) -> FloatArray:
    """Shares without a random quarter of the trials, shape (repeats, columns); NaN where nothing is told."""
    trials = order.size
    count = _left_out(trials)
    fewer = round(best * (trials - count) / trials)
    rows = []
    for _ in range(repeats):
        kept = order.copy()
        kept[rng.choice(trials, size=count, replace=False)] = np.nan
        found = assess(kept, fewer)
        total = float(np.nansum(found))
        rows.append(found / total if total > 0.0 else np.full_like(found, np.nan))
    return np.array(rows)


def _deviations(resampled: FloatArray, trials: int) -> FloatArray:
    """The ends of the interval around a share, shape (2, columns)."""
    told = resampled[np.isfinite(resampled).any(axis=1)]
    if not len(told):
        return np.full((2, resampled.shape[1]), np.nan)
    count = _left_out(trials)
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    widened: FloatArray = math.sqrt((trials - count) / count) * (told - told.mean(axis=0))
    return np.quantile(widened, ends, axis=0)


def _left_out(trials: int) -> int:
    return round(_LEFT_OUT * trials)


def _assessor(columns: Sequence[Column], trials: int) -> Assess:
    """A function of ranks, NaN for trials to leave out, and of how many are the best: what Optuna says.

    One study in memory serves all of them; only what it is asked to look at changes.
    """
    import optuna  # a second to load, which a report without a search does not spend
    from optuna.importance import get_param_importances

    optuna.logging.set_verbosity(logging.WARNING)
    study = optuna.create_study()
    distributions = [_distribution(column) for column in columns]
    for trial in range(trials):
        there = {
            str(place): column for place, column in enumerate(columns) if column.values[trial] is not None
        }
        study.add_trial(
            optuna.trial.create_trial(
                params={name: _value(column, trial) for name, column in there.items()},
                distributions={name: distributions[int(name)] for name in there},
                value=0.0,
            )
        )

    def assess(order: FloatArray, best: int) -> FloatArray:
        ranks = order.tolist()
        looked_at = sum(map(math.isfinite, ranks))
        found = get_param_importances(
            study,
            evaluator=_evaluator((best - 0.5) / looked_at),
            target=lambda trial: float(ranks[trial.number]),
            normalize=False,
        )
        return np.array([found.get(str(place), math.nan) for place in range(len(columns))], dtype=float)

    return assess


def _evaluator(quantile: float) -> Any:
    """PED-ANOVA for the trials up to that quantile; Optuna before 4.7 names the argument otherwise."""
    from optuna.importance import PedAnovaImportanceEvaluator

    known = inspect.signature(PedAnovaImportanceEvaluator).parameters
    name = "target_quantile" if "target_quantile" in known else "baseline_quantile"
    arguments: dict[str, Any] = {name: quantile}
    return PedAnovaImportanceEvaluator(**arguments)


def _distribution(column: Column) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if not column.ordered:
        return CategoricalDistribution(tuple(range(column.levels)))
    return IntDistribution(0, column.levels - 1) if column.levels else FloatDistribution(0.0, 1.0)


def _value(column: Column, trial: int) -> float:
    value = column.values[trial]
    assert value is not None
    return round(value * (column.levels - 1)) if column.levels else value


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna's notes are for its own users: that low targets are good, that trials of a kind are few."""
    from optuna.exceptions import ExperimentalWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", ExperimentalWarning)
        yield
