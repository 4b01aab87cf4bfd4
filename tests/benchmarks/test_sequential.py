"""The simulations of several looks and of whole studies, with few repetitions."""

from functools import partial

import numpy as np
import pytest

from benchmarks.calibration import null_study, sequential
from benchmarks.calibration.__main__ import KINDS
from benchmarks.calibration.cells import Cell, Table, rates

TABLES = (*sequential.tables(), *null_study.tables())


@pytest.mark.parametrize("table", TABLES, ids=[table.title.split(",")[0] for table in TABLES])
def test_every_repetition_answers_every_column(table: Table) -> None:
    rng = np.random.default_rng(0)
    for cell in table.cells:
        assert len(cell.repetition(rng)) == len(table.columns)


def test_they_are_printed_with_the_others() -> None:
    titles = [table.title for table in (one for kind in KINDS.values() for one in kind())]
    assert len(set(titles)) == len(titles)
    assert {table.title for table in TABLES} < set(titles)


def test_a_null_study_is_rarely_won_and_the_usual_practice_nearly_always() -> None:
    cell = Cell("normal", partial(null_study.null_study, "normal"))
    first, extended, usual, _ = rates(cell, "few", repetitions=60, seed=0)
    assert first <= extended <= 0.15
    assert usual > 0.85


def test_extending_until_decided_finds_what_is_there() -> None:
    cell = Cell("normal", partial(sequential.found, 1.2))
    better = rates(cell, "few", repetitions=30, seed=0)
    assert list(better) == sorted(better)
    assert better[-1] > 0.9


def test_halving_gives_the_better_half_more_seeds() -> None:
    scores = np.arange(8.0)[:, None] + np.zeros((8, 16))
    sizes = [runs.size for runs in null_study.by_halving(scores, np.random.default_rng(0))]
    assert sizes == [16, 16, 16, 4, 2, 2, 2, 2]
