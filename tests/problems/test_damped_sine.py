"""Damped sines against a plain loop, the distributions they are drawn from, and the published baselines."""

import math

import numpy as np
import pytest
from scipy import stats

from tests.problems.baselines import check_mean, linear
from tuner.errors import StudyError
from tuner.problems import damped_sine
from tuner.problems.damped_sine import damped_sines, damped_wave, plain_sine


def test_a_plain_sine() -> None:
    expected = [math.sin(2 * math.pi * 5 * (i / 100)) for i in range(100)]
    np.testing.assert_allclose(plain_sine(100, frequency=5), expected, atol=1e-12)


@pytest.mark.parametrize(("period", "decay"), [(10, 0.05), (13, 0.0), (20, 0.1)])
def test_a_wave_of_given_period_and_decay(period: int, decay: float) -> None:
    expected = [0.5 + 0.5 * math.sin(2 * math.pi * i / period) * math.exp(-decay * i) for i in range(100)]
    wave = damped_wave(100, period=period, decay=decay)
    assert wave.shape == (100,)
    np.testing.assert_allclose(wave, expected, atol=1e-12)


def test_many_waves_are_each_their_own() -> None:
    periods, decays = np.array([10, 15, 20]), np.array([0.01, 0.05, 0.1])
    waves = damped_wave(30, period=periods, decay=decays)
    for wave, period, decay in zip(waves, periods, decays, strict=True):
        np.testing.assert_array_equal(wave, damped_wave(30, period=period, decay=decay))


def drawn(examples: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Period and decay of random waves, read off their first values.

    With v_i = x_i - 0.5 a wave obeys v_2 = 2 c v_1 and v_3 = (4 c^2 - q) v_1 for c = cos(w) exp(-d) and
    q = exp(-2 d), w = 2 pi / period.
    """
    first, second, third = (damped_sines(examples, steps=4, rng=np.random.default_rng(2)) - 0.5).T[1:]
    c = second / first / 2
    q = 4 * c**2 - third / first
    return 2 * math.pi / np.arccos(c / np.sqrt(q)), -np.log(q) / 2


def test_periods_are_whole_numbers_from_10_to_20_and_equally_likely() -> None:
    periods, _ = drawn()
    whole = periods.round().astype(int)
    np.testing.assert_allclose(periods, whole, atol=1e-6)
    counts = np.bincount(whole)
    assert counts[:10].sum() == 0 and len(counts) == 21
    assert stats.chisquare(counts[10:]).pvalue > 1e-4


def test_decays_are_uniform_and_do_not_depend_on_the_period() -> None:
    periods, decays = drawn()
    assert 0.01 - 1e-9 <= decays.min() < 0.0101 and 0.0999 < decays.max() <= 0.1 + 1e-9
    assert stats.kstest(decays, stats.uniform(0.01, 0.09).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(periods, decays)[0, 1]) < 5 / np.sqrt(len(periods))


def expected_errors() -> tuple[float, float]:
    """Mean absolute errors of 0.5 and of the last value, over all periods and a grid of decays."""
    decays = np.linspace(0.01, 0.1, 2_001)
    periods = np.repeat(np.arange(10, 21), len(decays))
    waves = damped_wave(55, period=periods, decay=np.tile(decays, 11))[:, 49:]
    return float(np.abs(waves[:, 1:] - 0.5).mean()), float(np.abs(waves[:, 1:] - waves[:, :1]).mean())


def test_the_baselines() -> None:
    constant, repeated = expected_errors()
    assert (constant, repeated) == pytest.approx((0.0397, 0.0478), rel=0.025)  # measured on a sample
    x, y = damped_sine(n_train=60_000, n_validation=1, n_test=1).train
    check_mean(np.abs(y - 0.5), constant, most=0.03 * constant)
    check_mean(np.abs(y - x[:, -1]), repeated, most=0.03 * repeated)
    waves = damped_sines(5_000, steps=55, rng=np.random.default_rng(1))
    assert np.abs(waves[:, 50:] - linear(waves[:, :50], waves[:, 50:])).mean() < 1e-6


def test_windows_of_other_lengths_and_ranges() -> None:
    data = damped_sine(
        n_train=9, n_validation=1, n_test=1, steps_in=7, steps_out=3, period=(4, 4), decay=(0.2, 0.2)
    )
    x, y = data.train
    np.testing.assert_allclose(np.c_[x[..., 0], y], [damped_wave(10, period=4, decay=0.2)] * 9, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps_in": 0}, "damped_sine: steps_in is 0; give 1 or more"),
        ({"steps_out": 0}, "damped_sine: steps_out is 0; give 1 or more"),
        (
            {"period": (20, 10)},
            "damped_sine: period is (20, 10); give (lowest, highest), the lowest 1 or more",
        ),
        ({"period": (1.5, 3)}, "damped_sine: shortest_period is 1.5; give a whole number, 1 or more"),
        ({"decay": (-1, 1)}, "damped_sine: decay is (-1, 1); give (lowest, highest), the lowest 0 or more"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(StudyError) as caught:
        damped_sine(**change)
    assert str(caught.value) == words
