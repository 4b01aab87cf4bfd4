"""Importances: Optuna's, with an interval and a noise level that mean what they say."""

import inspect
import math
import subprocess
import sys

import numpy as np
import optuna
import pytest

from tuner.importance import FEWEST, Column, best_of, importances

FEW = 20  # repeats


def continuous(values: np.ndarray) -> Column:
    return Column(tuple(values.tolist()))


def ranks_of(scores: np.ndarray) -> tuple[int, ...]:
    return tuple(np.argsort(np.argsort(scores)).tolist())


def random_columns(trials: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((columns, trials))


def ped_anova(quantile: float) -> optuna.importance.PedAnovaImportanceEvaluator:
    """Optuna's own, which takes the quantile first; before 4.7 under another name."""
    (first, *_) = inspect.signature(optuna.importance.PedAnovaImportanceEvaluator).parameters
    return optuna.importance.PedAnovaImportanceEvaluator(**{first: quantile})


# Before Optuna 5 PED-ANOVA was called experimental.
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_the_shares_are_those_of_an_ordinary_optuna_study() -> None:
    """The same trials as a study of real ranges that maximizes the scores themselves."""
    values = random_columns(24, 2)
    layers = np.random.default_rng(1).integers(1, 4, size=24)
    scores = np.exp(-(values[0] ** 2) + 0.3 * layers)
    study = optuna.create_study(direction="maximize")
    distributions = {
        "a": optuna.distributions.FloatDistribution(0.0, 1.0),
        "b": optuna.distributions.FloatDistribution(0.0, 1.0),
        "layers": optuna.distributions.IntDistribution(1, 3),
    }
    for trial in range(24):
        params = {"a": values[0, trial], "b": values[1, trial], "layers": int(layers[trial])}
        made = optuna.trial.create_trial(params=params, distributions=distributions, value=scores[trial])
        study.add_trial(made)
    evaluator = ped_anova(best_of(24) / 24)
    expected = optuna.importance.get_param_importances(study, evaluator=evaluator)
    columns = (continuous(values[0]), continuous(values[1]), Column(tuple(((layers - 1) / 2).tolist()), 3))
    found = importances(columns, ranks_of(-scores), 0, FEW)
    assert [one.share for one in found] == pytest.approx([expected[name] for name in ("a", "b", "layers")])


def divergence(choices: np.ndarray, best: np.ndarray, levels: int) -> float:
    """PED-ANOVA of a choice by hand: the Pearson divergence of the smoothed shares of each choice."""

    def density(drawn: np.ndarray) -> np.ndarray:
        counts = np.bincount(drawn, minlength=levels)
        kernels = np.count_nonzero(counts) + 1
        smoothed = (np.eye(levels) + 1 / kernels) / (1 + levels / kernels)
        whole = np.append(counts, 1) / (drawn.size + 1)
        return np.asarray(whole[:-1] @ smoothed + whole[-1] / levels)

    every, top = density(choices), density(choices[best])
    return float(np.sum((top - every) ** 2 / every))


def test_shares_of_choices_are_those_computed_by_hand() -> None:
    rng = np.random.default_rng(2)
    optimizer, cell = rng.integers(0, 3, size=20), rng.integers(0, 2, size=20)
    scores = optimizer + 0.5 * cell + 0.1 * rng.random(20)
    best = np.argsort(scores)[: best_of(20)]
    expected = np.array([divergence(optimizer, best, 3), divergence(cell, best, 2)])
    columns = (
        Column(tuple((optimizer / 2).tolist()), 3, ordered=False),
        Column(tuple(cell.astype(float).tolist()), 2, ordered=False),
    )
    found = importances(columns, ranks_of(scores), 0, FEW)
    assert [one.share for one in found] == pytest.approx((expected / expected.sum()).tolist())


def test_what_decides_the_scores_stands_out_and_the_rest_does_not() -> None:
    values = random_columns(60, 4)
    found = importances(tuple(map(continuous, values)), ranks_of((values[2] - 0.5) ** 2), 0, FEW)
    assert [one.stands_out for one in found] == [False, False, True, False]
    assert found[2].low > max(one.high for place, one in enumerate(found) if place != 2)
    for one in found:
        assert 0.0 <= one.low <= one.share <= one.high <= 1.0
    assert sum(one.share for one in found) == pytest.approx(1.0)


def test_scores_that_depend_on_nothing_rarely_stand_out() -> None:
    """16 hyperparameters at one in twenty: 5 or more have a probability below 1 %."""
    values = random_columns(14, 16)
    scores = np.random.default_rng(100).random(14)
    found = importances(tuple(map(continuous, values)), ranks_of(scores), 0, 60)
    assert sum(one.stands_out for one in found) < 5


def test_fewer_trials_give_wider_intervals() -> None:
    widths = []
    for trials in (12, 120):
        values = random_columns(trials, 3)
        found = importances(tuple(map(continuous, values)), ranks_of(values[0] + 0.3 * values[1]), 0, FEW)
        widths.append(np.mean([one.high - one.low for one in found]))
    assert widths[0] > 1.5 * widths[1]


def test_the_study_seed_fixes_all_numbers() -> None:
    values = random_columns(12, 2)
    columns, ranks = tuple(map(continuous, values)), ranks_of(values[0])
    first = importances(columns, ranks, 3, FEW)
    importances.cache_clear()
    assert importances(columns, ranks, 3, FEW) == first
    other = importances(columns, ranks, 4, FEW)
    assert [one.share for one in other] == [one.share for one in first]
    assert other != first


def test_the_order_of_hyperparameters_changes_no_share() -> None:
    values = random_columns(14, 3)
    columns, ranks = tuple(map(continuous, values)), ranks_of(values[1])
    ahead = [one.share for one in importances(columns, ranks, 0, FEW)]
    back = [one.share for one in importances(columns[::-1], ranks, 0, FEW)]
    assert ahead == pytest.approx(back[::-1])


def test_trials_without_a_value_and_trials_that_share_the_last_rank_are_no_obstacle() -> None:
    values = random_columns(20, 2)
    sometimes = tuple(None if place % 3 == 0 else float(value) for place, value in enumerate(values[1]))
    ranks = tuple(min(rank, 14) for rank in ranks_of(values[0]))
    found = importances((continuous(values[0]), Column(sometimes)), ranks, 0, FEW)
    assert found[0].stands_out
    told = found[1].share
    # Before 5 Optuna says nothing of what some trials do not have.
    assert found[0].share > told or (math.isnan(told) and optuna.__version__ < "5")


def test_too_few_trials_tell_nothing() -> None:
    values = random_columns(FEWEST - 1, 1)
    assert importances((continuous(values[0]),), ranks_of(values[0]), 0, FEW) == ()
    assert importances((), tuple(range(20)), 0, FEW) == ()


def test_trials_that_are_all_alike_tell_nothing() -> None:
    assert importances((continuous(random_columns(12, 1)[0]),), (0,) * 12, 0) == ()


def test_optuna_is_loaded_only_when_something_is_to_be_told() -> None:
    code = "import sys, tuner.importance as i; i.importances((), (), 0); sys.exit('optuna' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
