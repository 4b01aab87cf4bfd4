"""The benchmark of the diagnosis: its simulated curves, its tables, and the conditions of its examples."""

import pickle
import zlib
from collections import Counter

import numpy as np
import pytest

from benchmarks.diagnosis import rows, simulation
from benchmarks.diagnosis.simulation import Cell, counted, drawn
from tuner.diagnosis import diagnose


@pytest.mark.parametrize("shape", simulation.SHAPES, ids=lambda shape: shape.name)
def test_every_shape_without_noise_is_called_what_it_is(shape: simulation.Shape) -> None:
    train, validation = drawn(Cell(shape, 200, 0.0, 0.0), 2, np.random.default_rng(0))
    assert diagnose(train, validation).label == shape.right


@pytest.mark.parametrize("memory", simulation.MEMORIES)
def test_noise_has_the_size_and_the_memory_that_it_should(memory: float) -> None:
    (noise,) = np.log(simulation.noisy(np.ones(200_000), 0.3, memory, np.random.default_rng(0)))
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(memory, abs=0.02)
    first = np.log(simulation.noisy(np.ones(2), 1.0, memory, np.random.default_rng(1), seeds=900))[:, 0]
    assert first.std() == pytest.approx(1.0, rel=0.1)


def test_seeds_are_put_together_as_diagnose_does() -> None:
    cell = Cell(simulation.SHAPES[5], 50, 0.05, 0.5)
    labels = counted(cell, 1, 0)
    name = f"{cell.shape.name} {cell.epochs} {cell.noise} {cell.memory}"
    train, validation = drawn(cell, 10, np.random.default_rng([0, zlib.crc32(name.encode())]))
    for seeds in (5, 10):
        assert list(labels[seeds]) == [diagnose(train[:seeds], validation[:seeds]).label]
    assert labels[1] == Counter(diagnose(train, validation).labels)


def test_cells_are_repeatable_counted_and_told() -> None:
    cells = list(simulation.cells())
    assert len(set(map(repr, cells))) == len(cells)
    assert pickle.loads(pickle.dumps(cells[0])).shape.name == cells[0].shape.name  # for other processes
    labels = counted(cells[1], 2, 0)
    assert counted(cells[1], 2, 0) == labels
    assert {seeds: own.total() for seeds, own in labels.items()} == {1: 20, 5: 2, 10: 2}
    counts = [simulation.Count(cell, labels) for cell in cells]
    assert len(simulation.confusion(counts).splitlines()) == 2 + 9 * 4
    assert len(simulation.by_seeds(counts).splitlines()) == 2 + 9
    assert len(simulation.alarms(counts).splitlines()) == 2 + 4 * 3
    assert simulation.by_seeds(counts).splitlines()[2].startswith("| both still falling | 100% |")


def test_the_conditions_of_the_examples() -> None:
    falling, flat = np.linspace(2.0, 1.0, 100), np.full(100, 1.5)
    turning = np.r_[falling, falling[::-1][:20]]
    assert rows.still_falling(falling - 0.5, falling) and not rows.still_falling(falling, falling)
    assert not rows.still_falling(falling - 0.5, flat)
    assert rows.plateau_above(flat - 1.0, flat) and not rows.plateau_above(flat - 1.0, falling)
    assert not rows.plateau_above(flat, flat - 1.0)
    low = np.geomspace(1.0, 0.01, 50)
    assert rows.both_low(low, low) and not rows.both_low(low, flat)
    assert rows.turned_up(np.linspace(1.0, 0.0, 120), turning) and not rows.turned_up(falling, falling)
    assert not rows.turned_up(np.r_[falling, np.full(20, 3.0)], turning)
    assert rows.both_fell(falling, low[:50]) and not rows.both_fell(flat, flat)


def test_tables_of_the_examples() -> None:
    losses = np.tile(np.geomspace(1.0, 0.5, 30), (3, 1))
    one = rows.Trained(rows.ROWS[0], losses, losses * 1.1, diagnose(losses, losses * 1.1), 1.4)
    assert "| D3 | 12.9 | underfit_more_epochs | underfit_more_epochs | 3 of 3 |" in rows.table([one])
    assert "3 of 3 | 1 |" in rows.table([one])
    assert "correlation of two of them is 1.000 in training" in rows.alike(one)
    assert len(rows.curves(one)) == 90 and rows.curves(one)[31]["seed_index"] == 1
    assert [line["label"] for line in rows.readings(one)] == ["underfit_more_epochs"] * 3
