"""Signals against a plain loop over one example, and their baselines against theory and published figures."""

import math

import numpy as np
import pytest

from tests.problems.baselines import check_mean, last, linear
from tuner.errors import StudyError
from tuner.problems import signals
from tuner.problems.signals import noisy, sine_and_cosine, two_frequencies


def test_exercise_1_is_one_sine_and_cosine_from_a_random_angle_on() -> None:
    series = sine_and_cosine(2_000, rng=np.random.default_rng(1))
    assert series.shape == (2_000, 20, 2)
    angles = np.unwrap(np.arctan2(series[..., 0], series[..., 1]), axis=1)
    np.testing.assert_allclose(np.diff(angles, axis=1), 3 * math.pi / 19, atol=1e-9)
    np.testing.assert_allclose((series**2).sum(axis=-1), 1)
    check_mean(series[:, 0, 0], 0.0, most=0.1)
    check_mean(series[:, 0, 1], 0.0, most=0.1)


class Scripted:
    """A generator that gives the numbers it was given."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        assert shape == self.numbers.shape
        return self.numbers


@pytest.mark.parametrize("steps", [4, 15, 30])
def test_exercise_2_is_the_formula_of_the_source(steps: int) -> None:
    unit = np.random.default_rng(1).random((3, 6))
    series = two_frequencies(3, steps=steps, rng=Scripted(unit))  # type: ignore[arg-type]
    assert series.shape == (3, 2 * steps, 1)
    span = steps / 15 * 3 * math.pi
    for found, (u1, v1, w1, u2, v2, w2) in zip(series[..., 0], unit.tolist(), strict=True):
        r1, g1, a1 = u1 * 2 * math.pi, (v1 - 0.5) * 10 + 0.5, w1 + 0.1
        r2, g2, a2 = u2 * 2 * math.pi, (v2 - 0.5) * 10 + 0.5, w2 * 1.2
        expected = [
            a1 * math.sin(r1 + g1 * span * j / (2 * steps - 1))
            + a2 * math.cos(r2 + g2 * span * j / (2 * steps - 1))
            for j in range(2 * steps)
        ]
        np.testing.assert_allclose(found, expected, atol=1e-12)


def test_no_step_is_too_large_to_tell_the_frequency() -> None:
    fastest = np.array([[0.25, 1 - 1e-12, 0.9, 0.0, 0.0, 0.0]])  # the cosine has amplitude 0
    wave = two_frequencies(1, rng=Scripted(fastest))[0, :, 0]  # type: ignore[arg-type]
    step = math.acos(np.clip((wave[2:] + wave[:-2])[0] / wave[1] / 2, -1, 1))
    assert step == pytest.approx(1.79, abs=0.005)


def pair(exercise: int, examples: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = signals(exercise=exercise, n_train=examples, n_validation=1, n_test=1).train
    return x.astype("float64"), y.astype("float64")


def test_baselines_of_exercise_1() -> None:
    x, y = pair(1, 2_000)
    assert np.mean(y**2) == pytest.approx(0.5, abs=1e-6)  # sin^2 + cos^2 = 1
    theory = np.mean(1 - np.cos(3 * math.pi / 19 * np.arange(1, 11)))
    assert theory == pytest.approx(1.229, abs=0.0005)
    assert np.mean((y - last(x, 10)) ** 2) == pytest.approx(theory, abs=1e-6)
    series = sine_and_cosine(500, rng=np.random.default_rng(0))
    assert np.mean((series[:, 10:] - linear(series[:, :10], series[:, 10:])) ** 2) < 1e-25


def test_baselines_of_exercise_2() -> None:
    x, y = pair(2, 50_000)
    check_mean(y**2, (0.4433 + 0.48) / 2, rounding=0.0001)
    check_mean((y - last(x, 15)) ** 2, 0.892, rounding=0.002, most=0.03)
    check_mean((y - linear(x, y)) ** 2, 0.336, rounding=0.001, most=0.008)


def test_baselines_of_exercise_3() -> None:
    x, y = pair(3, 50_000)
    check_mean(y**2, 0.150, rounding=0.001, most=0.004)
    check_mean((y - last(x, 30)) ** 2, 0.304, rounding=0.001, most=0.009)
    check_mean((y - linear(x, y)) ** 2, 0.145, rounding=0.001, most=0.004)


@pytest.mark.parametrize("batch", [1, 7, 50, 60, 100])
def test_exercise_3_is_normalised_by_the_batch_it_is_in(batch: int) -> None:
    x, _ = signals(exercise=3, n_train=60, n_validation=1, n_test=1, batch=batch).train
    for start in range(0, 60, batch):
        part = x[start : start + batch].astype("float64")
        assert part.mean() == pytest.approx(0, abs=1e-6)
        assert part.std() == pytest.approx(0.4, abs=0.001)  # s / (2.5 (s + 0.0001))


def test_noise_is_on_the_past_alone_with_one_strength_a_batch() -> None:
    clean = two_frequencies(3_000, steps=30, rng=np.random.default_rng(5))
    past, future = clean[:, :30], clean[:, 30:]
    x, y = noisy(past, future, batch=100, rng=np.random.default_rng(6))
    strengths = []
    for start in range(0, 3_000, 100):
        rows = slice(start, start + 100)
        slope, shift = np.polyfit(y[rows].ravel(), future[rows].ravel(), 1)
        np.testing.assert_allclose(slope * y[rows] + shift, future[rows], atol=1e-9)  # no noise on y
        noise = slope * x[rows] + shift - past[rows]  # x and y share their scale
        assert abs(noise.mean()) < 5 * noise.std() / np.sqrt(noise.size)
        each = noise.std(axis=(1, 2))
        assert each.std() / each.mean() < 2 / np.sqrt(2 * 30)  # one strength in a batch
        strengths.append(noise.std())
        m, s = (slope * x[rows] + shift).mean(), (slope * x[rows] + shift).std()
        assert (slope, shift) == pytest.approx((2.5 * (s + 0.0001), m), rel=1e-6, abs=1e-9)
    assert 0.095 < min(strengths) < 0.13 and 0.22 < max(strengths) < 0.255
    check_mean(np.array(strengths), 0.175, most=0.05)


@pytest.mark.parametrize(("exercise", "examples"), [(1, 750), (2, 125_000)])
def test_by_default_the_examples_that_the_source_trains_on(exercise: int, examples: int) -> None:
    assert signals(exercise=exercise).sizes == {"train": examples, "validation": 1_000, "test": 1_000}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"exercise": 4}, "signals: exercise is 4; give 1, 2 or 3 (4 is tuner.problems.bitcoin)"),
        ({"exercise": True}, "signals: exercise is True; give 1, 2 or 3 (4 is tuner.problems.bitcoin)"),
        ({"exercise": 3, "batch": 0}, "signals: batch is 0; give 1 or more"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, int], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        signals(**change)
    assert str(caught.value) == words
