"""Do scores that come in one after another keep to the expected level? Said without an end to the looking."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from tuner.errors import StatisticsError
from tuner.stats.design import Direction, check_level, check_margin
from tuner.stats.intervals import Interval
from tuner.stats.monitoring.expected import PIECES, ExpectedLevel, alike, long_run_variance
from tuner.stats.monitoring.found import Detectable, Monitored, Untold, Within
from tuner.stats.monitoring.windows import QUARTERS, Departure, Scale, first_size, scales
from tuner.stats.scores import FloatArray, Scores, as_scores
from tuner.stats.series import degrees_of_freedom, variance_of_mean

POWER = 0.8
SPREADS = 4
"""Lengths of a window that have to be there before it is tested, where its usual variance is to be told."""

LEARNED = 128
"""Scores that tell how many neighbours are alike, where the expected ones are in no order. Blocks of up
to 33 of them are possible, and a first-order autocorrelation of 0.9 asks for 26 (`block_length`); half as
many scores let it pass for less, and alarms were too frequent then (benchmarks)."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A window and the interval of its difference to the expected level, higher being worse."""

    start: int
    stop: int
    mean: float
    low: float
    high: float
    share: float


def monitor_scores(
    scores: Scores,
    expected: ExpectedLevel,
    *,
    direction: Direction = "minimize",
    margin: float | None = None,
    level: float = 0.95,
) -> Monitored:
    """Judge scores of single examples, of shape (examples,), in the order in which they became known.

    Where nothing has changed, so that they come from the same source as the expected ones, the
    probability that they are ever called degrading or improving, at any time, is at most 1 - level. Half of
    that goes to each direction, and is shared by all windows that there will ever be (`windows`). A window is
    called different where a t interval of the difference of its mean and the expected level does not hold 0.
    There are two such intervals, and the shorter counts: with half of the rate, that of two samples, the
    shorter one for windows up to about as long as the expected scores are many; and with the other half,
    that of the window's mean at its share (a quarter of the rate) beside that of the expected level (a
    quarter, once for all windows). Giving more scores later changes nothing of what was said before.

    Variances count the memory of neighbours, by blocks, which the expected scores or the first ones that come
    in tell. The variance of a window is the larger one of its own and the expected scores': its own is what
    keeps outliers from looking like a change (they raise mean and spread alike), theirs what keeps a quiet
    stretch from doing so; where they do not tell the memory, what is usual of windows does that. For
    normal scores a t quantile with the more degrees of freedom of the two is exact, as either of the
    two alone would be; where the expected scores tell nothing of the memory, it has those of the window.
    The expected level is taken to be as uncertain as the window's variance would make it, since few
    skewed scores miss the rare large ones, in mean and spread alike; where scores are errors, never
    negative, that spread is brought from the window's level to the expected one first. A window that
    differs is looked at once more with the blocks that its own memory asks for, and is left out where it
    holds too few of them.

    Raises: StatisticsError where scores cannot be used or are not finite, or the margin is not above 0.
    Source: t intervals of one and two samples, of block means: Student (1908), doi:10.1093/biomet/6.1.1, and
    Schmeiser (1982), doi:10.1287/opre.30.3.556; the sum over windows: Bonferroni's inequality. Compare
    the confidence sequences of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024),
    doi:10.1214/24-AOS2408, which hold for one mean since the start, and start again at every window:
    Shekhar & Ramdas (2023), arXiv:2302.02544.

    >>> from tuner.stats.monitoring.expected import expected_level
    >>> rng = np.random.default_rng(0)
    >>> expected = expected_level(rng.normal(size=400))
    >>> before, after = rng.normal(size=300), rng.normal(size=100) + 1.0
    >>> monitor_scores(before, expected).word, monitor_scores([*before, *after], expected).word
    ('stable', 'degrading')
    """
    check_level(level)
    check_margin(margin)
    values = as_scores(scores) if len(scores) else np.empty(0)
    if not np.isfinite(values).all():
        raise StatisticsError("there are scores that are not finite; give one number an example")
    sign = 1.0 if direction == "minimize" else -1.0
    block, needed = _memory(values, expected)
    reason = _too_few(expected, values.size, needed)
    nothing = Monitored("too few observations", reason, expected, values.size, needed)
    if reason:
        return nothing
    test = _Test(sign * values, (block, needed), expected, sign, (1.0 - level) / 4.0)
    differing = sorted(test.differing(), key=lambda one: (one.stop, one.stop - one.start))
    found = [_found(one, expected, sign) for one in differing]
    newest = {(scale.size, int(scale.starts[-1])) for scale in test.scales}
    turns = [one for place, one in enumerate(found) if not place or found[place - 1].word != one.word]
    latest = found[-1] if found else None
    now = any((one.examples, one.start) in newest for one in found)
    detectable = tuple(map(test.detectable, test.tested))
    untold = None if now else test.untold()
    reason = untold.words if untold else "" if latest else _beyond(detectable, expected)
    widest = _widest(found, turns[-1]) if turns else None
    return replace(
        nothing,
        word=latest.word if latest else "too few observations" if reason else "stable",
        reason=reason,
        untold=untold,
        alarms=tuple(turns),
        latest=latest,
        widest=widest,
        now=now,
        detectable=detectable,
        margin=_placed_by(_since(found, turns[-1]) if turns else [], widest, test, margin),
    )


def _widest(found: Sequence[Departure], alarm: Departure) -> Departure:
    """The longest window since the one that turned the word, of all that differ; the latest of its length."""
    return max(_since(found, alarm), key=lambda one: (one.examples, one.stop))


def _since(found: Sequence[Departure], alarm: Departure) -> list[Departure]:
    """The windows that differ, from the one on that turned the word."""
    return [one for one in found if one.word == alarm.word and one.start >= alarm.start]


def _beyond(detectable: Sequence[Detectable], expected: ExpectedLevel) -> str:
    """Why no change could have been found, where it would have had to be larger than any can be."""
    smallest = min(detectable, key=lambda one: one.change, default=None)
    if smallest is None or smallest.possible:
        return ""
    return (
        "no change could have been found yet: over the last"
        f" {smallest.examples * expected.each:,} examples it would have to be one of {smallest.change:.4g},"
        f" and from {expected.mean:.4g} none can be larger than {expected.farthest:.4g}"
    )


def _memory(values: FloatArray, expected: ExpectedLevel) -> tuple[int, int]:
    """How many neighbours are alike, and the scores that the first test needs.

    What the expected scores know of it, where they are in the order of time. Where they are not, the first
    scores that come in tell, once and for all, so that nothing that is said changes later.
    """
    if expected.series:
        return expected.block, first_size(expected.block)
    block = max(expected.block, alike(values[:LEARNED]))
    size = first_size(block)
    if block > expected.block:
        return block, SPREADS * size
    apart = size // QUARTERS  # the first window that ends with so many scores or more
    return block, size + apart * math.ceil(max(0, LEARNED - size) / apart)


def _too_few(expected: ExpectedLevel, examples: int, needed: int) -> str:
    """Why nothing can be tested yet; empty where it can."""
    if not expected.long_run > 0.0:
        return "the expected scores do not vary, so that their error is unknown"
    if not expected.enough:
        return (
            f"the expected level rests on {expected.examples * expected.each:,} test examples of which"
            f" {expected.block * expected.each} neighbours are alike, about {expected.pieces:.0f} independent"
            f" pieces; {PIECES} are needed"
        )
    if examples < needed:
        seen, first = examples * expected.each, needed * expected.each
        return f"{seen:,} observations with a prediction; the first test needs {first:,}"
    return ""


class _Test:
    """All windows of a series of losses against the expected level; `alpha` is half of a direction's rate."""

    def __init__(
        self, losses: FloatArray, memory: tuple[int, int], expected: ExpectedLevel, sign: float, alpha: float
    ) -> None:
        (block, needed), self.losses, self.expected, self.alpha = memory, losses, expected, alpha
        self.sign = sign
        self.level = sign * expected.mean
        self.scaled = expected.positive and sign > 0.0
        self.block, self.needed, self.told = block, needed, block <= expected.block
        self.scales = tuple(scales(losses.size, first_size(block)))

    def differing(self) -> Iterator[_Window]:
        """The windows whose interval does not hold the expected level, from both looks at them."""
        for scale in self.scales:
            windows = self._windows(scale)
            means, spreads = windows.mean(axis=1), self._spreads(windows)
            half = self._half(means, spreads, self.block, scale.shares, scale.size)
            apart = (np.abs(means - self.level) > half) & self._ready(scale)
            for place in np.flatnonzero(apart).tolist():
                one = self._again(scale, place, windows[place], float(spreads[place]))
                if one is not None and not one.low <= 0.0 <= one.high:
                    yield one

    def untold(self) -> Untold | None:
        """Why the newest windows cannot tell what they seem to show; None where they can.

        Left out of the test are windows that hold too few pieces of evidence. Where one of them differs, or
        all are so, nothing supports that there is no change.
        """
        left_out = []
        for scale in self.tested:
            windows = self._windows(scale)
            window, block = windows[-1], self._block(windows[-1])
            if scale.size < PIECES * block:
                half = self._half(
                    window.mean(), self._spreads(windows)[-1], self.block, scale.shares[-1], scale.size
                )
                mean, differs = self.losses[-scale.size :].mean(), abs(window.mean() - self.level) > half
                told, known = self.sign * float(mean), self.expected
                left_out.append(Untold(scale.size, told, known.mean, block, bool(differs), known.each))
        differing = [one for one in left_out if one.differs]
        if not differing and len(left_out) < len(self.tested):
            return None
        return differing[0] if differing else left_out[-1]

    def newest(self) -> _Window | None:
        """The last of the longest windows; None where its memory is too long for it."""
        scale = self.tested[-1]
        windows = self._windows(scale)
        return self._again(scale, len(windows) - 1, windows[-1], float(self._spreads(windows)[-1]))

    def detectable(self, scale: Scale) -> Detectable:
        """What the last window of a length could have shown."""
        windows = self._windows(scale)
        window, stop = windows[-1], int(scale.starts[-1]) + scale.size
        block = self._block(window)
        if scale.size < PIECES * block:
            return Detectable(scale.size, stop, math.inf, alike=True)
        own = max(float(self._spreads(windows)[-1]), long_run_variance(window, block))
        half = float(self._half(window.mean(), own, block, scale.shares[-1], scale.size))
        spread = max(own, self.expected.long_run) * (1.0 / scale.size + 1.0 / self.expected.examples)
        spread += self.expected.other.variance if self.expected.other else 0.0
        change = half + float(ndtri(POWER)) * math.sqrt(spread)
        return Detectable(scale.size, stop, change, possible=change <= self.expected.farthest)

    @property
    def tested(self) -> tuple[Scale, ...]:
        """The lengths of which the last window has been tested."""
        return tuple(scale for scale in self.scales if self._ready(scale)[-1])

    def _ready(self, scale: Scale) -> NDArray[np.bool_]:
        """Which windows of a length are tested: those before which enough is known of memory and variance."""
        first = 0 if self.told else (SPREADS - 1) * scale.size
        return np.asarray((scale.starts >= first) & (scale.starts + scale.size >= self.needed))

    def _spreads(self, windows: FloatArray) -> FloatArray:
        """Variances of the means of all windows of a length, times its examples.

        Where the expected scores do not tell the memory, none is smaller than what the windows up to it
        have had on average: a quiet stretch has a low mean and a low variance, and would look improved. Each
        counts around its own mean, so that a change of the level is none of the variance.
        """
        spreads = variance_of_mean(windows, self.block) * windows.shape[1]
        usual = np.cumsum(spreads) / np.arange(1, len(spreads) + 1)
        return np.asarray(spreads if self.told else np.maximum(spreads, usual), dtype=np.float64)

    def _windows(self, scale: Scale) -> FloatArray:
        """All windows of a length, of shape (windows, examples)."""
        every = np.lib.stride_tricks.sliding_window_view(self.losses, scale.size)
        windows: FloatArray = every[:: scale.size // QUARTERS]
        return windows

    def _block(self, window: FloatArray) -> int:
        return max(self.block, alike(window))

    def _again(self, scale: Scale, place: int, window: FloatArray, spread: float) -> _Window | None:
        """A window by the blocks that its own memory asks for; None where it holds too few of them."""
        block = self._block(window)
        if scale.size < PIECES * block:
            return None
        own = max(spread, long_run_variance(window, block))
        share, mean = float(scale.shares[place]), float(window.mean())
        half = float(self._half(mean, own, block, share, scale.size))
        start, apart = int(scale.starts[place]), mean - self.level
        return _Window(start, start + scale.size, mean, apart - half, apart + half, share)

    def _half(
        self,
        mean: FloatArray | float,
        long_run: FloatArray | float,
        block: int,
        share: FloatArray | float,
        size: int,
    ) -> FloatArray:
        """Half of the interval of a window's mean less the expected level: the shorter one of two.

        One takes both as two samples, the other each for itself. Where neighbours are alike that are not so
        among the expected scores, a window's variance stands for itself.
        """
        expected, most = self.expected, degrees_of_freedom(size, block)
        if block <= expected.block:
            most = max(most, expected.degrees_of_freedom)
        own = np.maximum(long_run, expected.long_run) / size
        grown = np.maximum(np.asarray(mean) / self.level, 1.0) if self.scaled and self.level > 0.0 else 1.0
        theirs = np.maximum(long_run / np.square(grown), expected.long_run)
        samples = expected.around(theirs, most, self.alpha * share, beside=own)
        alone = -stdtrit(most, self.alpha / 2.0 * share) * np.sqrt(own)
        shorter: FloatArray = np.minimum(samples, alone + expected.around(theirs, most, self.alpha / 2.0))
        return shorter


def _found(one: _Window, expected: ExpectedLevel, sign: float) -> Departure:
    """A window in metric units."""
    ends = sorted((sign * one.low, sign * one.high))
    mean = sign * one.mean
    word: Literal["degrading", "improving"] = "degrading" if one.low > 0.0 else "improving"
    return Departure(
        word, one.start, one.stop, mean, mean - expected.mean, Interval(ends[0], ends[1], 1.0 - one.share)
    )


def _placed_by(
    since: Sequence[Departure], widest: Departure | None, test: _Test, margin: float | None
) -> Within | None:
    """Where the margin lies to the change in the widest window, unless another one shows that it is beyond.

    Their intervals hold together.
    """
    if any(_placed(one, test, margin) == "beyond" for one in since):
        return "beyond"
    return _placed(widest, test, margin)


def _placed(change: Departure | None, test: _Test, margin: float | None) -> Within | None:
    """Where the margin lies to a change, or to that of the longest window where there is none."""
    if margin is None:
        return None
    if change is not None:
        low, high = sorted((abs(change.interval.low), abs(change.interval.high)))
        return "within" if high <= margin else "beyond" if low > margin else "open"
    newest = test.newest()
    inside = newest is not None and -margin <= newest.low and newest.high <= margin
    return "within" if inside else "open"
