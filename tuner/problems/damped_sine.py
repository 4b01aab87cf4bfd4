"""Sine waves that fade: see the first steps, forecast the next ones."""

import math

import numpy as np

from tuner.problems.drawing import Pair, Seed, check_counts, check_numbers, check_range, draw
from tuner.splits import Splits


def plain_sine(steps: int = 100, *, frequency: float = 5) -> np.ndarray:
    """A sine wave of `frequency` periods in `steps` steps, sin(2 pi frequency i / steps); shape (steps,).

    >>> plain_sine(4, frequency=1).round(6).tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    check_counts("plain_sine", steps=steps)
    check_numbers("plain_sine", frequency=frequency)
    return np.sin(2 * math.pi * frequency * np.arange(steps) / steps)


def damped_wave(
    steps: int = 100, *, period: float | np.ndarray = 10, decay: float | np.ndarray = 0.05
) -> np.ndarray:
    """0.5 + 0.5 sin(2 pi i / period) exp(-decay i) for i = 0 .. steps - 1, float64.

    Numbers give shape (steps,), arrays of shape (examples,) give (examples, steps).

    >>> damped_wave(3, period=4, decay=0.0).round(6).tolist()
    [0.5, 1.0, 0.5]
    """
    check_counts("damped_wave", steps=steps)
    i = np.arange(steps)
    period, decay = np.asarray(period)[..., None], np.asarray(decay)[..., None]
    wave: np.ndarray = 0.5 + 0.5 * np.sin(2 * math.pi * i / period) * np.exp(-decay * i)
    return wave


def damped_sines(
    examples: int,
    *,
    steps: int = 55,
    period: tuple[int, int] = (10, 20),
    decay: tuple[float, float] = (0.01, 0.1),
    rng: np.random.Generator,
) -> np.ndarray:
    """Waves of random period and decay, both uniform, the period a whole number; (examples, steps), float64.

    Raises: StudyError where a count is below 1 or a range is none.
    """
    check_counts("damped_sine", examples=examples, steps=steps)
    check_range("damped_sine", 1, period=period)
    check_range("damped_sine", 0, decay=decay)
    check_counts("damped_sine", shortest_period=period[0], longest_period=period[1])
    unit = rng.random((examples, 2))  # both numbers of an example in a row: more examples begin alike
    periods = period[0] + np.floor(unit[:, 0] * (period[1] - period[0] + 1))
    decays = decay[0] + unit[:, 1] * (decay[1] - decay[0])
    return damped_wave(steps, period=periods, decay=decays)


def damped_sine(
    *,
    n_train: int = 10_000,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    steps_in: int = 50,
    steps_out: int = 5,
    period: tuple[int, int] = (10, 20),
    decay: tuple[float, float] = (0.01, 0.1),
    seed: Seed = 0,
) -> Splits:
    """Forecast `steps_out` steps of a fading wave from the `steps_in` before, float32.

    x has shape (examples, steps_in, 1), y (examples, steps_out). Every wave begins at phase 0. Mean absolute
    errors of forecasts without a network, at the default sizes: 0.0403 for the constant 0.5, 0.0488 for the
    last value, and below 1e-5 for a linear map: the problem can be solved without a network at all.

    Raises: StudyError where a count is below 1 or a range is none.
    Source: Brownlee, Long Short-Term Memory Networks with Python, chapter 7.
    """
    check_counts("damped_sine", steps_in=steps_in, steps_out=steps_out)

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        waves = damped_sines(examples, steps=steps_in + steps_out, period=period, decay=decay, rng=rng)
        series = waves.astype("float32")
        return series[:, :steps_in, None], series[:, steps_in:]

    naive = ("mean", "last", "linear")
    return draw("damped_sine", generate, (n_train, n_validation, n_test), seed, naive)
