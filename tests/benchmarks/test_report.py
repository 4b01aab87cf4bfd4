"""Drawn studies are whole ones of the size that was asked for, and processes are measured as they are."""

import sys
from pathlib import Path

import pytest

from benchmarks.report.__main__ import growth_table, measure
from benchmarks.report.drawn import EXAMPLES, FINALISTS, confirmation_seeds, write_study
from benchmarks.tables import by_round
from tuner.result import load


@pytest.mark.parametrize("runs", [100, 437])
def test_a_drawn_study_is_a_whole_one(runs: int, tmp_path: Path) -> None:
    write_study(tmp_path, runs, epochs=6)
    result = load(tmp_path)
    assert len(result.runs) == runs
    assert len(result.finalists) == FINALISTS
    assert all(len(one.test) == confirmation_seeds(runs) for one in result.finalists)
    assert all(len(one.search) == 10 for one in result.finalists)
    assert all(one.over_examples and one.over_examples.examples == EXAMPLES for one in result.finalists)
    assert result.epochs == 6
    lost = sum(run.status == "diverged" for run in result.runs)
    assert 0 <= lost < 0.05 * runs


def test_the_memory_is_that_of_the_process() -> None:
    code = "import time; held = bytearray(range(250)) * {}; time.sleep(0.2)"
    few, many = (measure([sys.executable, "-c", code.format(size)]) for size in (1, 400_000))
    assert many[2] - few[2] == pytest.approx(100, rel=0.1)
    assert few[0] > 0.2 > few[1] > 0


def test_growth_is_what_a_run_adds() -> None:
    sizes = [(100, 50), (1_000, 50), (100, 500)]
    measured = [
        (f"{runs:,} runs, {epochs} epochs", column, turn, 3.0 + per_run * runs)
        for runs, epochs in sizes
        for column, per_run in (("processor s", 0.002), ("peak MB", 0.01), ("page MB", 0.0003))
        for turn in (1, 2)
    ]
    table = growth_table(by_round(measured), sizes).splitlines()
    assert table[0] == "| added | processor, ms a run | peak, KB a run | page, B a run |"
    assert table[2:] == ["| 100 to 1,000 runs, 50 epochs | 2 | 10 | 300 |"]
