"""The simulations of lives of a model in use, in their smallest form."""

from functools import partial

import numpy as np
import pytest

from benchmarks.calibration import monitoring
from benchmarks.calibration.__main__ import KINDS
from benchmarks.calibration.cells import Cell, Table, rates

TABLES = (*monitoring.tables(), *monitoring.refit_tables())


@pytest.mark.parametrize("table", TABLES, ids=[table.title[:40] for table in TABLES])
def test_every_repetition_answers_every_column(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "LIVES", (10, 20, 30))
    rng = np.random.default_rng(0)
    for cell in table.cells[::5]:
        assert len(cell.repetition(rng)) == len(table.columns)


def test_they_are_printed_with_the_others() -> None:
    titles = [table.title for table in (one for kind in KINDS.values() for one in kind())]
    assert len(set(titles)) == len(titles)
    assert {table.title for table in TABLES} < set(titles)


def test_usual_practice_nearly_always_errs_and_large_changes_are_found() -> None:
    cell = Cell("normal", partial(monitoring.unchanged, "normal", 100, False))
    *_, ever, usual, _ = rates(cell, "few", repetitions=20, seed=0)
    assert ever <= 0.25 and usual > 0.9
    late = Cell("late", partial(monitoring.changed, "normal", 1.0, 50, 1_000))
    assert rates(late, "few", repetitions=10, seed=0)[3] > 0.8


def test_of_a_model_with_more_data_an_improvement_is_called_and_hides_a_change_of_its_own_size() -> None:
    found = partial(rates, title="few", repetitions=10, seed=0)
    *_, improving, degrading = found(Cell("better", partial(monitoring.more_data, "normal", -0.5, 1_000)))
    assert improving > 0.8 and degrading == 0.0
    worse = partial(monitoring.more_data_then_worse, "normal", -0.5)
    before, *hidden, _ = found(Cell("hidden", partial(worse, 0.5, 50, 1_000)))
    assert before > 0.8 and max(hidden) <= 0.1
    _, *seen, last = found(Cell("seen", partial(worse, 1.0, 50, 1_000)))
    assert seen[-1] > 0.8 and last < 0.2
