"""How an axis of scores is scaled: linear or logarithmic, and where it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator
from numpy.typing import NDArray

from tuner.figures.samples import FloatArray
from tuner.figures.style import plain_ticks
from tuner.records import Direction

LOG_RATIO = 30.0  # from here on equal steps of a linear axis would hide the good scores

SMALLEST_POWER, LARGEST_POWER = -150.0, 150.0  # of ten; ticks beyond leave the range of a float


@dataclass(frozen=True, slots=True)
class Scale:
    """The limits of an axis, in the units of the scores, and whether its steps are factors."""

    low: float
    high: float
    log: bool = False

    def clip(self, values: FloatArray) -> FloatArray:
        """Values outside the limits, infinite ones too, moved to the nearer limit; NaN stays."""
        return np.clip(values, self.low, self.high)

    def outside(self, values: FloatArray) -> NDArray[np.bool_]:
        """True where a value is not within the limits (NaN is outside)."""
        return ~((values >= self.low) & (values <= self.high))

    def beyond(self, values: FloatArray) -> NDArray[np.int64]:
        """-1 where a value lies below the limits, 1 above, and 0 within or for NaN.

        >>> Scale(0.0, 1.0).beyond(np.array([-2.0, 0.5, 3.0, np.nan])).tolist()
        [-1, 0, 1, 0]
        """
        return (values > self.high).astype(np.int64) - (values < self.low)

    def called(self, label: str) -> str:
        """What an axis with this scale is called: that its steps are factors is said.

        >>> Scale(0.1, 10.0, log=True).called("test MSE"), Scale(0.0, 1.0).called("test MSE")
        ('test MSE (logarithmic)', 'test MSE')
        """
        return f"{label} (logarithmic)" if self.log else label

    def apply(self, ax: Axes, side: Literal["x", "y"], ticks: int = 6) -> Axes:
        """Give `ax` these limits, with plainly written ticks."""
        axis = ax.xaxis if side == "x" else ax.yaxis
        if self.log:
            (ax.set_xscale if side == "x" else ax.set_yscale)("log")
            decades = np.log10(self.high / self.low)
            subs = (1.0, 2.0, 5.0) if decades < 3 else (1.0,)
            axis.set_major_locator(LogLocator(base=10, subs=subs, numticks=2 * ticks))
            axis.set_minor_locator(NullLocator())
            axis.set_minor_formatter(NullFormatter())
        else:
            axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
        (ax.set_xlim if side == "x" else ax.set_ylim)(self.low, self.high)
        size = None if self.log else max(abs(self.low), abs(self.high))
        axis.set_major_formatter(plain_ticks(size))
        return ax


def scale_of(
    values: Iterable[float],
    *,
    direction: Direction = "minimize",
    room: bool = False,
    may_log: bool = True,
    fence: float | None = None,
) -> Scale:
    """A scale that shows all finite `values` with a little air; (0, 1) where there are none.

    `room` leaves more air on the losing side, for the mark of the runs without a score. `fence` ends
    a linear axis that many quartile distances away from the quartiles, so that few absurd values
    cannot flatten all others; what lies outside is for the caller to mark at the edge.
    """
    all_values = np.asarray(list(values), dtype=float)
    finite = all_values[np.isfinite(all_values)]
    if not finite.size:
        return Scale(0.0, 1.0)
    low, high = float(finite.min()), float(finite.max())
    log = may_log and low > 0 and high / low > LOG_RATIO
    if not log and fence is not None and finite.size >= 4:
        first, third = np.quantile(finite, [0.25, 0.75])
        reach = fence * float(third - first)
        if reach > 0:
            low, high = max(low, float(first) - reach), min(high, float(third) + reach)
    return _with_air(low, high, log, direction if room else None)


def _with_air(low: float, high: float, log: bool, losing: Direction | None) -> Scale:
    if log:
        low, high = np.log10(low), np.log10(high)
    span = high - low or abs(high) * 0.1 or 1.0
    low -= span * (0.3 if losing == "maximize" else 0.06)
    high += span * (0.3 if losing == "minimize" else 0.06)
    if log:
        return Scale(10 ** max(float(low), SMALLEST_POWER), 10 ** min(float(high), LARGEST_POWER), True)
    return Scale(float(low), float(high))
