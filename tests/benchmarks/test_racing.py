"""The simulated searches: what each strategy selects, what it spends, and what the table says of it."""

import numpy as np
import pytest

from benchmarks.racing import TRIALS, Cell, Tables, cells, equal, fixed, measure, quiet, raced, wilcoxon
from tuner.stats.racing import Rules

STEPS = np.arange(12.0)[:, None] + 0.01 * np.random.default_rng(0).normal(size=(12, 8))
BEST_LAST = STEPS[::-1]


@pytest.fixture(autouse=True)
def silent() -> None:
    quiet()


def test_every_strategy_finds_a_best_trial_that_is_far_ahead() -> None:
    for scores, best in ((STEPS, 0), (BEST_LAST, 11)):
        for strategy in (raced(Rules(4, 8), scores), fixed(8, scores), fixed(1, scores), wilcoxon(4, scores)):
            assert strategy.selected == best
            assert best not in strategy.dropped


def test_runs_are_counted() -> None:
    assert fixed(3, STEPS).runs == 36
    assert raced(Rules(4, 8), STEPS).runs == 12 * 4  # all are dropped at the first look
    assert raced(Rules(4, 8), STEPS).dropped == tuple(range(1, 12))
    assert raced(Rules(4, 8), BEST_LAST).runs == 12 * 8  # each is better than all before it
    pruned = wilcoxon(4, STEPS)
    assert pruned.runs == sum(8 if trial not in pruned.dropped else 4 for trial in range(12))


def test_drops_of_the_best_and_regret() -> None:
    def draw(rng: np.random.Generator, seeds: int) -> Tables:
        return Tables(STEPS[:, :seeds], -np.arange(12.0))  # the scores mislead: the last trial is best

    row = measure(Cell("misleading", draw, (4, 8)), lambda scores: raced(Rules(4, 8), scores), 3, 0)
    assert (row.drops, row.regret, row.regret_error, row.runs) == (1.0, 11.0, 0.0, 48.0)


def test_cells_are_repeatable_and_all_strategies_see_the_same_tables() -> None:
    seen: list[np.ndarray] = []
    for _ in range(2):
        measure(Cell("any", equal, (2, 8)), lambda scores: seen.append(scores) or fixed(2, scores), 2, 5)
    assert len(seen) == 4
    assert np.array_equal(seen[:2], seen[2:]) and not np.array_equal(seen[0], seen[1])
    names = [(cell.setting, cell.seeds) for cell in cells()]
    assert len(set(names)) == len(names)
    assert all(cell.draw(np.random.default_rng(0), 8).scores.shape == (TRIALS, 8) for cell in cells())
