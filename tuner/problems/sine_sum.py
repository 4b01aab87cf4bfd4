"""Sums of random sine waves: see the first half, forecast the second."""

import math

import numpy as np

from tuner.errors import StudyError
from tuner.problems.drawing import check_counts
from tuner.splits import Splits

_LOW = np.array([0.1, 0.1, -0.5, 0.0])  # amplitude, frequency, offset, phase
_HIGH = np.array([1.0, 10.0, 0.5, 2 * math.pi])
_SEEDS = 2**32  # that the source's generator knows


def random_sines(
    examples: int,
    *,
    steps: int = 30,
    signals: int = 2,
    seed: int = 43,
    batch: int = 512,
    offset: bool = False,
) -> np.ndarray:
    """Sums of `signals` sine waves, float64 of shape (examples, steps).

    x_j = sum_k a_k sin(f_k t_j + phi_k) with t_j = 2 pi j / 30, a ~ U(0.1, 1), f ~ U(0.1, 10),
    phi ~ U(0, 2 pi). An offset o ~ U(-0.5, 0.5) is drawn as well and added only with `offset=True`: the
    published losses were had without it. Examples are drawn in blocks of `batch`, one block a training
    batch of the source, so that the same seed gives the same numbers as there.

    Raises: StudyError where a count is below 1, or the seed none of numpy's generator.
    Source: L. Tonin, keras-seq-2-seq-signal-prediction, `utils.py`.
    """
    check_counts("random_sines", examples=examples, steps=steps, signals=signals, batch=batch)
    check_counts("random_sines", least=0, seed=seed)
    if seed >= _SEEDS:
        raise StudyError(f"random_sines: seed is {seed}; give a whole number below 2**32")
    rng = np.random.RandomState(seed)  # the source's generator
    full, rest = divmod(examples, batch)
    blocks = [_uniform(rng, full, signals, batch), _uniform(rng, 1, signals, rest)]
    draws = np.concatenate([block.transpose(1, 2, 0, 3).reshape(signals, 4, -1) for block in blocks], axis=-1)
    times = 2 * math.pi * np.arange(steps) / 30
    total = np.zeros((examples, steps))
    for amplitude, frequency, shift, phase in draws[..., None]:
        total += amplitude * np.sin(frequency * times + phase) + (shift if offset else 0.0)
    return total


def _uniform(rng: np.random.RandomState, blocks: int, signals: int, batch: int) -> np.ndarray:
    """Uniform draws of shape (blocks, signals, 4, batch) in the source's order."""
    unit: np.ndarray = rng.random_sample((blocks, signals, 4, batch))
    draws: np.ndarray = _LOW[:, None] + (_HIGH - _LOW)[:, None] * unit
    return draws


def sine_sum(
    *,
    n_train: int = 2_048,
    n_validation: int = 1_000,
    n_test: int = 1_000,
    steps_in: int = 15,
    steps_out: int = 15,
    signals: int = 2,
    offset: bool = False,
    seeds: tuple[int, int, int] = (1969, 1999, 2000),
) -> Splits:
    """Forecast `steps_out` steps of a sum of sine waves from the `steps_in` before, float32.

    x has shape (examples, steps_in, 1), y (examples, steps_out, 1). The splits are drawn from their own
    `seeds` (train, validation, test); the defaults for train and test are the source's, and its test set
    is one batch of 1,000. With n_train=102_400 this is the source's problem exactly.

    Raises: StudyError where a count is below 1, or the seeds are not three.
    """
    check_counts("sine_sum", n_train=n_train, n_validation=n_validation, n_test=n_test)
    check_counts("sine_sum", steps_in=steps_in, steps_out=steps_out)
    if not isinstance(seeds, tuple | list) or len(seeds) != 3:
        raise StudyError(f"sine_sum: seeds is {seeds!r}; give three numbers: train, validation, test")

    def split(examples: int, seed: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
        total = random_sines(
            examples, steps=steps_in + steps_out, signals=signals, seed=seed, batch=batch, offset=offset
        )
        series = total[..., None].astype("float32")
        return series[:, :steps_in], series[:, steps_in:]

    train, validation, test = seeds
    return Splits(
        train=split(n_train, train, 512),
        validation=split(n_validation, validation, n_validation),
        test=split(n_test, test, n_test),
        naive=("zero", "last", "linear"),
    )
