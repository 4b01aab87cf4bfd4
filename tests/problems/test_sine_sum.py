"""Sums of sines against a plain loop over numpy's global generator, and the published baselines."""

import math

import numpy as np
import pytest

from tuner.errors import StudyError
from tuner.problems import random_sines, sine_sum


def plain(examples: int, steps: int, signals: int, seed: int, batch: int, offset: bool = False) -> np.ndarray:
    """The published recipe, written as a loop: batch after batch, one draw of each kind a signal."""
    state = np.random.get_state()
    np.random.seed(seed)
    series = []
    for start in range(0, examples, batch):
        rows = min(batch, examples - start)
        total = np.zeros((rows, steps))
        for _ in range(signals):
            amplitude = np.random.uniform(0.1, 1, (rows, 1))
            frequency = np.random.uniform(0.1, 10, (rows, 1))
            shift = np.random.uniform(-0.5, 0.5, (rows, 1))
            phase = np.random.uniform(0, 2 * math.pi, (rows, 1))
            for j in range(steps):
                wave = amplitude * np.sin(frequency * (2 * math.pi * j / 30) + phase) + shift * offset
                total[:, j] += wave[:, 0]
        series.append(total)
    np.random.set_state(state)
    return np.concatenate(series)


@pytest.mark.parametrize(
    ("examples", "steps", "signals", "batch"),
    [(8, 30, 2, 8), (12, 30, 2, 4), (11, 7, 3, 4), (3, 5, 1, 10), (1, 1, 1, 1)],
)
@pytest.mark.parametrize("offset", [False, True])
def test_the_numbers_are_those_of_the_recipe(
    examples: int, steps: int, signals: int, batch: int, offset: bool
) -> None:
    found = random_sines(examples, steps=steps, signals=signals, seed=7, batch=batch, offset=offset)
    expected = plain(examples, steps, signals, 7, batch, offset)
    assert found.shape == (examples, steps)
    assert np.allclose(found, expected, rtol=0, atol=1e-12)


def test_the_global_generator_is_left_alone() -> None:
    np.random.seed(3)
    expected = np.random.random()
    np.random.seed(3)
    random_sines(5, seed=9)
    assert np.random.random() == expected


def test_the_published_baselines() -> None:
    x, y = (part[..., 0].astype("float64") for part in sine_sum(n_train=40_000).train)
    assert np.mean(y**2) == pytest.approx(0.3705, abs=0.003)
    assert np.mean((y - x[:, -1:]) ** 2) == pytest.approx(0.735, abs=0.005)
    inputs = np.column_stack([x, np.ones(len(x))])
    weights = np.linalg.lstsq(inputs, y, rcond=None)[0]
    assert np.mean((y - inputs @ weights) ** 2) == pytest.approx(0.2948, abs=0.003)


def test_the_series_are_centred_unless_an_offset_is_asked_for() -> None:
    plain_mean, shifted_mean = (
        random_sines(4000, signals=1, seed=1, offset=o).mean(axis=1) for o in (False, True)
    )
    waves = random_sines(4000, signals=1, seed=1)
    shifts = random_sines(4000, signals=1, seed=1, offset=True) - waves
    assert np.ptp(shifts, axis=1).max() < 1e-12
    assert -0.5 <= shifts.min() < -0.49 < 0.49 < shifts.max() <= 0.5
    assert shifted_mean.std() > plain_mean.std()


def test_splits_are_windows_of_their_own_seeds() -> None:
    data = sine_sum(n_train=600, n_validation=50, n_test=40, steps_in=4, steps_out=3, seeds=(1, 2, 3))
    assert data.sizes == {"train": 600, "validation": 50, "test": 40}
    assert data.naive == ("zero", "last", "linear")
    for (x, y), examples, seed, batch in (
        (data.train, 600, 1, 512),
        (data.validation, 50, 2, 50),
        (data.test, 40, 3, 40),
    ):
        series = plain(examples, 7, 2, seed, batch).astype("float32")
        assert x.dtype == y.dtype == np.float32
        assert np.allclose(x[..., 0], series[:, :4], atol=1e-6)
        assert np.allclose(y[..., 0], series[:, 4:], atol=1e-6)


def test_the_test_split_is_the_published_batch() -> None:
    x, _ = sine_sum(n_train=1).test
    assert x.shape == (1000, 15, 1)
    assert np.allclose(x[..., 0], plain(1000, 30, 2, 2000, 1000)[:, :15], atol=1e-6)


def test_more_training_examples_begin_with_the_same_ones() -> None:
    short, long = (sine_sum(n_train=n, n_validation=1, n_test=1).train[0] for n in (512, 1024))
    assert np.array_equal(short, long[:512])


@pytest.mark.parametrize(
    "change",
    [{"n_train": 0}, {"n_validation": 0}, {"n_test": -1}, {"steps_in": 0}, {"steps_out": -1}, {"signals": 0}],
)
def test_counts_below_one_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(StudyError, match=r"sine_sum|random_sines") as caught:
        sine_sum(**change)
    assert "give 1 or more" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_train": 1.5}, "sine_sum: n_train is 1.5; give a whole number, 1 or more"),
        ({"steps_in": "5"}, "sine_sum: steps_in is '5'; give a whole number, 1 or more"),
        ({"seeds": (1, 2)}, "sine_sum: seeds is (1, 2); give three numbers: train, validation, test"),
        ({"seeds": 3}, "sine_sum: seeds is 3; give three numbers: train, validation, test"),
        ({"seeds": (1, 2, -1)}, "random_sines: seed is -1; give 0 or more"),
        ({"seeds": (1, 2, 2**32)}, "random_sines: seed is 4294967296; give a whole number below 2**32"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(change: dict[str, object], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        sine_sum(**{"n_train": 1, "n_validation": 1, "n_test": 1, **change})
    assert str(caught.value) == words


@pytest.mark.parametrize("name", ["examples", "steps", "signals", "batch"])
def test_the_generator_names_what_is_wrong(name: str) -> None:
    values = {"examples": 3, "steps": 3, "signals": 1, "batch": 3, name: 0}
    with pytest.raises(StudyError, match=f"random_sines: {name} is 0"):
        random_sines(values.pop("examples"), **values)
