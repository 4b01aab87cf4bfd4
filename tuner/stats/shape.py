"""The shape of one group: whether its mean describes its runs."""

import math
from dataclasses import dataclass

import numpy as np

from tuner.stats.scores import FloatArray, standard_deviation

STRONG_SKEW = 1.0
"""Absolute sample skewness from which a group counts as skewed: Bulmer (1979), Principles of Statistics."""

BIMODAL = 0.8
"""Bimodality coefficient from which a group counts as two heaps: 5/9 is uniform, 1 is two single values. Of
groups of 10 it calls 1 of 100 normal and 1 of 20 uniform ones bimodal, of larger groups still fewer."""

SHOWN_FROM = 10
"""With fewer runs a shape is mostly chance, and nothing is said about it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sample `skewness` and `kurtosis` (3 where normal) of `n` scores; NaN where the scores do not vary."""

    n: int
    skewness: float
    kurtosis: float

    @property
    def skewed(self) -> bool:
        """Whether the sample skewness is beyond 1 on either side."""
        return abs(self.skewness) > STRONG_SKEW

    @property
    def clearly_skewed(self) -> bool:
        """Whether the skew is strong and more than chance: beyond two standard errors as well, from 10 runs.

        Normal scores are called so in about 3 of 100 groups of 10.

        Source: standard error of G1 of normal scores, Joanes & Gill (1998), doi:10.1111/1467-9884.00122.
        """
        n = self.n
        if n < SHOWN_FROM or not self.skewed:
            return False
        error = math.sqrt(6.0 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3)))
        return abs(math.sqrt(n * (n - 1)) / (n - 2) * self.skewness) > 2.0 * error

    @property
    def bimodality(self) -> float:
        """The bimodality coefficient, (skewness^2 + 1) / kurtosis: at most 1, which only two values reach.

        Without the correction of SAS for small samples, which hides two heaps of 5 runs each.

        Source: Pearson (1916), doi:10.1098/rsta.1916.0009; Pfister et al. (2013),
        doi:10.3389/fpsyg.2013.00700.
        """
        return (self.skewness**2 + 1.0) / self.kurtosis

    @property
    def bimodal(self) -> bool:
        """Whether the scores look like two heaps, from 10 runs: a bimodality coefficient beyond 0.8.

        Skew alone raises the coefficient, of which Pfister et al. (2013) warn; so a group is called skewed or
        bimodal, never both.
        """
        return self.n >= SHOWN_FROM and not self.skewed and self.bimodality > BIMODAL


def shape(values: FloatArray) -> Shape:
    """The shape of finite scores of shape (runs,): moments about the mean over powers of the deviation.

    Source: coefficients g1 and g2 + 3 of Joanes & Gill (1998), doi:10.1111/1467-9884.00122.

    >>> round(shape(np.array([1.0, 2.0, 6.0])).skewness, 4)
    0.5952
    >>> shape(np.array([0.1, 0.2, 0.1, 0.2, 0.1, 0.9, 0.8, 0.9, 0.8, 0.9])).bimodal
    True
    """
    if not standard_deviation(values) > 0.0:
        return Shape(values.size, math.nan, math.nan)
    scaled = values - values.mean()
    scaled = scaled / np.abs(scaled).max()  # powers of tiny or huge scores leave the range of a float
    squares = scaled * scaled
    n, second = values.size, float(squares.sum())
    third, fourth = float(squares @ scaled), float(squares @ squares)
    return Shape(n, math.sqrt(n) * third / second**1.5, n * fourth / second**2)
