"""Means of a series whose neighbours are alike: how long its memory is, and the error of its mean."""

import math

import numpy as np

from tuner.stats.scores import FloatArray

_CRITICAL = 2.0  # standard errors beyond which an autocorrelation counts: Politis & White (2004), section 3.2


def autocovariances(series: FloatArray, lags: int) -> FloatArray:
    """Sample autocovariances (divisor n) of a series of shape (n,) at lags 0 to `lags`, below n.

    By the fast Fourier transform of the series padded with zeros.

    >>> autocovariances(np.array([1.0, 2.0, 3.0, 4.0]), 1).round(6).tolist()
    [1.25, 0.3125]
    """
    size = series.size
    length = 1 << (size + lags - 1).bit_length()
    spectrum = np.fft.rfft(series - series.mean(), length)
    covariances: FloatArray = np.fft.irfft(np.abs(spectrum) ** 2, length)[: lags + 1] / size
    return covariances


def block_length(series: FloatArray) -> int:
    """Examples in a block of the circular block bootstrap of the mean, for a series of shape (n,).

    Small where neighbours are not alike, and never above a third of the series.

    Source: Politis & White (2004), doi:10.1081/ETC-120028836, with the correction of Patton, Politis &
    White (2009), doi:10.1080/07474930802459016.

    >>> rng = np.random.default_rng(0)
    >>> block_length(rng.normal(size=500)), block_length(rng.normal(size=500).cumsum())
    (1, 42)
    """
    size = series.size
    most = math.floor(min(3.0 * math.sqrt(size), size / 3.0))
    if most < 2:
        return 1
    covariances = _covariances(series)
    if not covariances[0] > 0.0:
        return 1
    reach = covariances.size - 1
    bandwidth = min(2 * max(1, _memory(covariances, size)), reach)
    lags = np.arange(1, bandwidth + 1)
    weights = np.clip(2.0 * (1.0 - lags / bandwidth), 0.0, 1.0)  # flat-top window of Politis & Romano (1995)
    tail = 2.0 * weights * covariances[1 : bandwidth + 1]
    spectrum, slope = covariances[0] + tail.sum(), (lags * tail).sum()
    if not spectrum > 0.0:
        return most
    best = float(
        (1.5 * (slope / spectrum) ** 2 * size) ** (1.0 / 3.0)
    )  # 2 g^2 / D with D = 4/3 of the spectrum^2
    return min(max(1, round(best)), most)


def memory(series: FloatArray) -> int:
    """The last lag at which the values of a series of shape (n,) are significantly alike; 0 where none is.

    Source: Politis & White (2004), section 3.2.

    >>> rng = np.random.default_rng(0)
    >>> memory(rng.normal(size=500)), memory(rng.normal(size=500).cumsum()) > 5
    (0, True)
    """
    if series.size < 6:
        return 0
    covariances = _covariances(series)
    return _memory(covariances, series.size) if covariances[0] > 0.0 else 0


def _covariances(series: FloatArray) -> FloatArray:
    """Autocovariances as far as the memory of a series is looked for."""
    size = series.size
    return autocovariances(series, min(math.ceil(math.sqrt(size)) + _silent(size), size - 1))


def _silent(size: int) -> int:
    return max(5, math.ceil(math.sqrt(math.log10(size))))


def _memory(covariances: FloatArray, size: int) -> int:
    """The last lag before a row of lags whose autocorrelation is insignificant."""
    silent, bound = _silent(size), _CRITICAL * math.sqrt(math.log10(size) / size)
    loud = np.flatnonzero(np.abs(covariances[1:] / covariances[0]) >= bound) + 1
    last = 0
    for lag in loud.tolist():
        if lag - last > silent:
            break
        last = lag
    return last


def variance_of_mean(series: FloatArray, block: int = 1) -> FloatArray:
    """Variance of the mean of series of shape (..., n), from their blocks of `block` neighbours.

    That of the circular block bootstrap, whose blocks begin anywhere and go round the end, in closed form
    instead of by resampling. Two corrections: n / (n - block) undoes what centring at the sample mean
    takes away, so that a block of 1 gives the usual variance of a mean; and what doubling the length of
    the blocks has added is added once more where it is positive (the lugsail window), because blocks cut
    the memory of a series off and would promise too much.

    Source: Politis & Romano (1992), A circular block-resampling procedure for stationary data; Lahiri
    (2003), section 2.7, doi:10.1007/978-1-4757-3803-2; Vats & Flegal (2022), doi:10.1093/biomet/asab049.

    >>> round(float(variance_of_mean(np.array([1.0, 2.0, 3.0, 4.0]))), 6)  # 5/3 by 4
    0.416667
    """
    whole = _of_blocks(series, block)
    if block < 2:
        return whole
    return whole + np.maximum(whole - _of_blocks(series, block // 2), 0.0)


def degrees_of_freedom(size: int, block: int) -> float:
    """Those of `variance_of_mean` for a series of `size` values.

    For blocks n / (b * integral of the squared lag window), where the window of the blocks with their
    correction has the integral 4/3; for independent values n - 1.

    Source: Priestley (1981), Spectral Analysis and Time Series, section 6.2.4: at frequency 0 an estimate
    of the spectrum has half the degrees of freedom that it has elsewhere.

    >>> degrees_of_freedom(200, 1), degrees_of_freedom(200, 10)
    (199.0, 15.0)
    """
    return float(size - 1) if block < 2 else 0.75 * size / block


def _of_blocks(series: FloatArray, block: int) -> FloatArray:
    size = series.shape[-1]
    if block >= size:
        return np.full(series.shape[:-1], np.nan)
    if block == 1:
        return np.asarray(series.var(axis=-1, ddof=1) / size)
    centred = series - series.mean(axis=-1, keepdims=True)
    # The sum of each block from the running sums, which are 0 before the start and at the end.
    running = np.cumsum(centred, axis=-1)
    sums = np.roll(running, -block, axis=-1) - running
    return np.asarray(np.mean(sums**2, axis=-1) / (block * (size - block)))
