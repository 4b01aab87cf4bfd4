"""Signals whose future is to be told from their past: one frequency, two frequencies, two with noise."""

import math

import numpy as np

from tuner.errors import StudyError
from tuner.problems.drawing import Pair, Seed, check_counts, draw
from tuner.splits import Splits

# Phase, frequency and amplitude of the sine and of the cosine, in the source's order.
_LOW = np.array([0.0, -4.5, 0.1, 0.0, -4.5, 0.0])
_HIGH = np.array([2 * math.pi, 5.5, 1.1, 2 * math.pi, 5.5, 1.2])

_NOISE = (0.10, 0.25)
_TRAINED = {1: 150 * 5, 2: 2_500 * 50, 3: 2_500 * 50}  # iterations x batch


def sine_and_cosine(examples: int, *, steps: int = 10, rng: np.random.Generator) -> np.ndarray:
    """sin and cos of 2 * steps angles that span 3 pi from a random one on; (examples, 2 * steps, 2), float64.

    Raises: StudyError where a count is below 1.
    """
    check_counts("signals", examples=examples, steps=steps)
    angles = 2 * math.pi * rng.random((examples, 1)) + np.linspace(0, 3 * math.pi, 2 * steps)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1)


def two_frequencies(examples: int, *, steps: int = 15, rng: np.random.Generator) -> np.ndarray:
    """Sums of a sine and a cosine of random frequencies; (examples, 2 * steps, 1), float64.

    s_j = A sin(r + g S j / (2 T - 1)) + A' cos(r' + g' S j / (2 T - 1)) for j = 0 .. 2 T - 1, with T = steps
    and S = 3 pi T / 15. Phases are U(0, 2 pi), frequencies g U(-4.5, 5.5), A is U(0.1, 1.1), A' U(0, 1.2).

    Raises: StudyError where a count is below 1.
    """
    check_counts("signals", examples=examples, steps=steps)
    unit = rng.random((examples, 6))  # all numbers of an example in a row: more examples begin alike
    draws = (_LOW + (_HIGH - _LOW) * unit).T[..., None]
    times = np.linspace(0, steps / 15 * 3 * math.pi, 2 * steps)
    phase, frequency, amplitude = draws[:3]
    waves: np.ndarray = amplitude * np.sin(phase + frequency * times)
    phase, frequency, amplitude = draws[3:]
    waves += amplitude * np.cos(phase + frequency * times)
    return waves[..., None]


def noisy(x: np.ndarray, y: np.ndarray, *, batch: int = 50, rng: np.random.Generator) -> Pair:
    """Noise on the past x and none on the future y, and both normalised, batch by batch; (examples, ...).

    A batch has `batch` examples in a row. The standard deviation of its noise is one draw from
    U(0.10, 0.25). With m and s the mean and standard deviation of all numbers of its noisy x, x and y become
    (x - m) / (2.5 (s + 0.0001)).

    Raises: StudyError where the batch is below 1.
    """
    check_counts("signals", batch=batch)
    levels, noise = rng.spawn(2)  # apart, so that more examples begin alike
    starts = np.arange(0, len(x), batch)
    sizes = np.diff(np.append(starts, len(x)))

    def each(values: np.ndarray) -> np.ndarray:
        """A value a batch, for every one of its examples."""
        return np.repeat(values, sizes).reshape(-1, *[1] * (x.ndim - 1))

    def mean(values: np.ndarray) -> np.ndarray:
        """The mean over all numbers of each batch."""
        return np.add.reduceat(values.reshape(len(values), -1).mean(axis=1), starts) / sizes

    x = x + each(levels.uniform(*_NOISE, size=len(starts))) * noise.standard_normal(x.shape)
    centre = each(mean(x))
    scale = 2.5 * (np.sqrt(each(mean((x - centre) ** 2))) + 0.0001)
    return (x - centre) / scale, (y - centre) / scale


def signals(
    *,
    n_train: int | None = None,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    exercise: int = 1,
    batch: int = 50,
    seed: Seed = 0,
) -> Splits:
    """Forecast the second half of a signal from its first, float32; x and y have shape (examples, T, D).

    | exercise | signals | T | D | mean squared errors: zero, last value, linear map |
    |---|---|---|---|---|
    | 1 | a sine and a cosine of one fixed frequency, random phase | 10 | 2 | 0.5, 1.229, 0 |
    | 2 | a sine plus a cosine of random frequencies | 15 | 1 | 0.462, 0.893, 0.337 |
    | 3 | the same for longer; noise on x, none on y; normalised by `batch` | 30 | 1 | 0.150, 0.305, 0.144 |

    The source draws a fresh batch for every iteration. `n_train` is by default what its iterations see: 750
    examples in exercise 1 (150 batches of 5), 125,000 in exercise 2 (2,500 batches of 50) and, where it says
    nothing, as many in exercise 3.

    Raises: StudyError where a count is below 1 or the exercise is none of these.
    Source: G. Chevalier, seq2seq-signal-prediction, `datasets.py`.
    """
    if isinstance(exercise, bool) or exercise not in tuple(_TRAINED):
        raise StudyError(f"signals: exercise is {exercise!r}; give 1, 2 or 3 (4 is tuner.problems.bitcoin)")
    check_counts("signals", batch=batch)

    def generate(examples: int, rng: np.random.Generator) -> Pair:
        steps = (10, 15, 30)[exercise - 1]
        make = sine_and_cosine if exercise == 1 else two_frequencies
        series = make(examples, steps=steps, rng=rng)
        x, y = series[:, :steps], series[:, steps:]
        if exercise == 3:
            x, y = noisy(x, y, batch=batch, rng=rng)
        return x.astype("float32"), y.astype("float32")

    counts = (_TRAINED[exercise] if n_train is None else n_train, n_validation, n_test)
    return draw("signals", generate, counts, seed, ("zero", "last", "linear"))
