"""One loss curve in numbers: where it starts, ends and is lowest, how it moves at its end, how much it jumps.

The unit is a tenth of the epochs. Levels are medians over a tenth, which single spikes do not move; the
movement at the end is a robust straight line through the last fifth, or through the later half where jumps
hide the last fifth; and the jumps are told from the shape by where the curve bends to and fro, which a smooth
curve does not, however steep it is. A movement counts where it is both more than chance, given the jumps, and
large enough to matter.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from tuner.stats.scores import FloatArray

Places = NDArray[np.intp]

CHANGE = 0.01
"""A movement matters from one percent on: of the level or of what was learned, whichever is less. Brownlee's
example of a loss that still falls loses a percent in its last ten epochs of a hundred."""

RISE_ERRORS = 4.0
"""Standard errors by which the end must lie above the lowest tenth. The lowest one of ten lies 1.5 of its own
standard errors below the level of a flat curve by choice alone, and the error itself is only estimated."""

FALL_ERRORS = 3.0
"""Standard errors of a movement in which nothing was chosen: by chance one curve in some hundred."""

LOW = 0.05
"""A loss that has less than this share of its start left is low: hardly anything is left to learn.

And one that has lost less than this share has hardly moved. What such a curve fell is too little to be the
measure of a movement, for it makes a fall of a few thousandths of the loss a large one: there the level is
the measure, as in the book's example of a loss that still falls, and nobody is sent to train longer for less
than `CHANGE` of it.
"""

NOISY = 0.1
"""Where the jumps would hide a fall of more than a tenth in every tenth, a plateau cannot be claimed."""

HIGH = 0.5
"""A loss that has more than this share of its start left is high: most is still to be learned."""

LEAST_WINDOW = 3
"""A tenth of a short curve has at least so many epochs: a median of fewer is no shield against spikes."""

_PART = 12  # at the least, where there are so many
_BLOCKS = 5  # of a size, at the least, that there must be to compare them: the fewest that overlap
_MEMORY = 8.1  # sqrt((1 + r) / (1 - r)) over what _jump finds of such jumps, both with r = 0.8; see _error
_SPIKE = 4.0  # jumps beyond which a loss is a spike, and cut to that
_POINTS = 200  # of the line at the end; its time grows with their square
_ROUNDING = float(np.finfo(np.float32).eps)  # losses are float32
_MEDIAN = math.sqrt(math.pi / 2.0)  # standard error of a median in those of the mean, for normal jumps
_PART_SHARE = 2 / 3  # of the epochs, the last ones, from which the jumps are taken
_THIRD = 3.016  # median size of third differences of normal values: sqrt(1 + 9 + 9 + 1) * 0.6745
_OPPOSITE = 5.944  # mean size of products of opposite bends of normal values; see _jump


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A loss curve of one seed, as `measure` sees it; levels and differences are in units of the loss.

    `values` has shape (epochs,), `window` is a tenth of it in epochs. `start` is the first loss, `end` the
    median of the last tenth, `lowest` the lowest median of any tenth, around the epoch at index `turn`.
    `drop` is the fall over a tenth at the end (negative where it rises), `later_drop` that in the later half,
    and `error` the standard error of the mean of a tenth.
    """

    values: FloatArray
    window: int
    start: float
    end: float
    lowest: float
    lowest_from: int
    turn: int
    drop: float
    later_drop: float
    error: float

    @property
    def fall(self) -> float:
        """How much was learned from the first epoch to the end."""
        return self.start - self.end

    @property
    def rise(self) -> float:
        """How far the end lies above the lowest tenth."""
        return self.end - self.lowest

    @property
    def level_error(self) -> float:
        """Standard error of the median of a tenth."""
        return _MEDIAN * self.error

    @property
    def jump(self) -> float:
        """Standard deviation of one epoch about the shape of the curve, as the mean of a tenth feels it."""
        return self.error * math.sqrt(self.window)

    @property
    def learned(self) -> bool:
        """Whether it fell at all: by a percent of its start, and more than it jumps from epoch to epoch."""
        return self.fall >= CHANGE * abs(self.start) and self.fall > FALL_ERRORS * self.jump

    @property
    def moved(self) -> bool:
        """Whether it fell by enough to be the measure of other movements; see LOW."""
        return self.learned and (math.isnan(self.left) or self.fall >= LOW * self.start)

    @property
    def hardly_moved(self) -> bool:
        """Whether it has fallen by next to nothing, and does not begin to at its end."""
        return not (self.moved or self.falling)

    @property
    def falling(self) -> bool:
        """Whether it still falls at its end."""
        return self.learned and (self.falls_at_end or self.falls_later)

    @property
    def falls_at_end(self) -> bool:
        """Whether the last fifth falls."""
        return self._counts(self.drop, 2 * self.window)

    @property
    def falls_later(self) -> bool:
        """Whether the later half falls, and the last fifth at half that speed at the least."""
        return self._counts(self.later_drop, self.later) and self.drop >= 0.5 * self.later_drop

    @property
    def later(self) -> int:
        """Epochs of the later half."""
        return max(self.values.size // 2, 2 * self.window)

    @property
    def noisy(self) -> bool:
        """Whether its jumps would hide a fall that is worth mentioning."""
        size = self.end if self.end > 0.0 else max(-self.end, self.fall)
        return FALL_ERRORS * self._line_error(self.later) > NOISY * size

    def _counts(self, drop: float, epochs: int) -> bool:
        size = _size(self.end, self.fall) if self.moved else abs(self.end)
        matters = drop >= CHANGE * size
        return matters and drop > FALL_ERRORS * self._line_error(epochs)

    def _line_error(self, epochs: int) -> float:
        """Standard error of the fall over a tenth, on a line through the last `epochs`: that of its slope."""
        return math.sqrt(12.0 / epochs**3) * self.jump * self.window

    @property
    def rises(self) -> bool:
        """Whether it ends above its lowest tenth."""
        matters = self.rise >= CHANGE * _size(self.lowest, self.start - self.lowest)
        return matters and self.rise > RISE_ERRORS * math.sqrt(2.0) * self.level_error

    @property
    def above_start(self) -> bool:
        """Whether it ends above its lowest tenth and above where it began."""
        unsure = RISE_ERRORS * math.hypot(self.level_error, self.jump)
        return self.rises and self.end - self.start > unsure

    @property
    def left(self) -> float:
        """Share of the start that is left at the end; NaN for losses below 0, which have no such share."""
        if self.end == 0.0 <= self.start:
            return 0.0
        return self.end / self.start if self.start > 0.0 and self.end > 0.0 else math.nan

    @property
    def low(self) -> bool:
        return self.left < LOW

    @property
    def high(self) -> bool:
        """Whether most of the start is left; where there is no such share, whether nothing was learned."""
        return not self.learned if math.isnan(self.left) else self.left > HIGH

    def level(self, start: int) -> float:
        """The median of the tenth that begins at index `start`."""
        return float(np.median(self.values[start : start + self.window]))


def measure(values: FloatArray) -> Curve:
    """The numbers of a curve of finite losses, shape (epochs,), with at least 2 * LEAST_WINDOW epochs.

    >>> curve = measure(np.exp(-np.arange(100) / 20))
    >>> round(curve.start, 2), round(curve.end, 2), curve.falling, curve.rises
    (1.0, 0.01, True, False)
    """
    window = max(LEAST_WINDOW, math.ceil(values.size / 10))
    step = max(1, window // 20)  # of a long curve not every tenth is looked at
    starts = np.arange(values.size - window, -1, -step)[::-1]
    levels = np.median(sliding_window_view(values, window)[starts], axis=1)
    lowest_from = int(starts[levels.argmin()])
    return Curve(
        values=values,
        window=window,
        start=float(values[0]),
        end=float(levels[-1]),
        lowest=float(levels.min()),
        lowest_from=lowest_from,
        turn=_turn(values, lowest_from, window),
        drop=window * _speed(values[-2 * window :]),
        later_drop=window * _speed(values[-max(values.size // 2, 2 * window) :]),
        error=_error(values, window),
    )


def _speed(values: FloatArray) -> float:
    """The fall over one epoch of a straight line through losses: the median over all pairs of epochs.

    As `scipy.stats.theilslopes` has it, without the interval, which takes most of its time.

    Source: Theil (1950); Sen (1968), doi:10.1080/01621459.1968.10480934.
    """
    step = math.ceil(values.size / _POINTS)
    kept = values[values.size % step :].reshape(-1, step).mean(axis=1)
    earlier, later = _pairs(kept.size)
    return float(np.median((kept[earlier] - kept[later]) / (step * (later - earlier))))


@lru_cache(maxsize=8)  # the lengths of a study are few
def _pairs(count: int) -> tuple[Places, Places]:
    """All pairs of places, the earlier and the later of each, shape (count (count - 1) / 2,)."""
    return np.triu_indices(count, 1)


def _turn(values: FloatArray, lowest_from: int, window: int) -> int:
    """Index of the lowest loss in or near the lowest tenth, which a slow rise after a fast fall shifts."""
    first = max(lowest_from - window // 2, 0)
    return first + int(values[first : lowest_from + window + window // 2].argmin())


def _error(values: FloatArray, window: int) -> float:
    """Standard error of the mean of `window` epochs.

    From the jumps of neighbouring epochs, and of neighbouring blocks of 2, 4, ... up to a window, of which
    the largest answer counts: jumps of neighbouring epochs are often alike, and then the mean of a window is
    less sure than single epochs tell. How much less is limited to what an autocorrelation of 0.8 does. Spikes
    are cut, and the first third, which jumps most, is left out.
    """
    part = values[-max(math.ceil(_PART_SHARE * values.size), min(values.size, _PART)) :]
    middle = median_filter(part, 5, mode="nearest")
    usual = float(np.median(np.abs(np.diff(part, 3)))) / _THIRD  # at the most: it takes steepness for jumps
    part = middle + np.clip(part - middle, -_SPIKE * usual, _SPIKE * usual)
    single = _jump(part, 1)
    found, block = [_ROUNDING * float(np.abs(values).max()), single], 2
    while block <= window and part.size >= _BLOCKS * block:
        found.append(min(_jump(part, block) * math.sqrt(block), _MEMORY * single))
        block *= 2
    return max(found) / math.sqrt(window)


def _jump(values: FloatArray, block: int) -> float:
    """Standard deviation of the means of blocks about a smooth curve, from where they bend to and fro.

    Second differences of a smooth curve keep their sign for long, and are near 0 where it changes: neither
    steepness nor a bend looks like a jump, as they do to the size of differences of any order. Those of
    independent normal values with variance 1 have variance 6 (1 + 4 + 1), neighbours a correlation of -2/3,
    and so opposite signs in 1/2 + arcsin(2/3) / pi = 73 % of the cases. The product of these is on average
    -(6 / pi) (sqrt(5) / 3 + 2/3 arcsin(2/3) + pi / 3) / 0.73 = -5.944. Where none are opposite, there are no
    jumps to be seen.

    Source: differences for the variance about a smooth curve, Gasser, Sroka & Jennen-Steinmetz (1986),
    doi:10.1093/biomet/73.3.625, and Hall, Kay & Titterington (1990), doi:10.1093/biomet/77.3.521. To leave
    out the products of one sign is ours, and the constant by integration.
    """
    means = np.convolve(values, np.full(block, 1.0 / block), "valid")
    bends = means[2 * block :] - 2.0 * means[block:-block] + means[: -2 * block]
    products = -bends[:-block] * bends[block:]
    opposite = products[products > 0.0]
    return math.sqrt(float(opposite.mean()) / _OPPOSITE) if opposite.size else 0.0


def _size(level: float, learned: float) -> float:
    """What a movement is measured by: the level, or what was learned on the way there where that is less.

    The second is what remains meaningful for losses with an offset, such as a log-likelihood.
    """
    return min(abs(level), learned) if learned > 0.0 else abs(level)
