"""The tables of coverage: every cell can be drawn, and answers what its table asks."""

import numpy as np

from benchmarks.calibration.coverage import tables


def test_every_cell_answers_the_questions_of_its_table() -> None:
    rng = np.random.default_rng(0)
    for table in tables():
        assert len({cell.setting for cell in table.cells}) == len(table.cells)
        for cell in table.cells:
            assert len(cell.repetition(rng)) == len(table.columns)


def test_intervals_hold_most_of_the_time() -> None:
    rng = np.random.default_rng(0)
    first = next(iter(tables()))
    assert np.mean([cell.repetition(rng) for cell in first.cells for _ in range(10)]) > 0.9
