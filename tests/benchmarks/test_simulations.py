"""Simulations of what is secondary and of shares of variance: every cell runs, every truth is true."""

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.calibration import secondary, sensitivity, variance_shares
from benchmarks.calibration.cells import Table, rates
from benchmarks.calibration.secondary import true_violation

TABLES = (*secondary.tables(), *variance_shares.tables())


@pytest.mark.parametrize("table", TABLES, ids=[table.title[:60] for table in TABLES])
def test_every_cell_answers_every_column(table: Table) -> None:
    for cell in table.cells:
        shares = rates(cell, table.title, repetitions=1, seed=0)
        assert len(shares) == len(table.columns)
        assert set(shares) <= {0.0, 1.0}
    assert len({cell.setting for cell in table.cells}) == len(table.cells)


@pytest.mark.parametrize(("shift", "spread"), [(-0.5, 2.0), (-0.5, 0.5), (0.3, 1.5), (-1.0, 1.0), (0.0, 1.0)])
def test_the_true_violation_ratio(shift: float, spread: float) -> None:
    gaps = shift + (spread - 1.0) * norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    total = (gaps**2).sum()
    expected = (gaps[gaps > 0] ** 2).sum() / total if total else 0.5
    assert true_violation(shift, spread) == pytest.approx(expected, abs=1e-3)


def test_the_shares_of_sources_that_multiply() -> None:
    x, y, again = np.random.default_rng(0).normal(size=(3, 1_000_000))
    scores = x + y + x * y
    within = ((scores - (again + y + again * y)) ** 2).mean() / 2  # Jansen's total effect of x
    assert within / scores.var() == pytest.approx(2 / 3, abs=0.01)


def test_what_is_simulated_of_sizes_answers_and_its_truth_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "_VERY_MANY", 1_200)
    monkeypatch.setattr(sensitivity, "true_accuracy", sensitivity.true_accuracy.__wrapped__)
    for table in (*sensitivity.step_tables(), *sensitivity.ensemble_tables()):
        for cell in table.cells[::5]:
            shares = rates(cell, table.title, repetitions=1, seed=0)
            assert len(shares) == len(table.columns) and set(shares) <= {0.0, 1.0}
    rng = np.random.default_rng(0)
    many = sensitivity.errors("lognormal", 60_000, rng).reshape(-1, 3, 40).mean(axis=1)
    assert sensitivity.squared(many).mean() == pytest.approx(sensitivity.true_error(3), rel=0.02)
