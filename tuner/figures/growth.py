"""Growth: how the standard error of each configuration falls with its seeds, and how far it has to fall."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from tuner.figures.planning import draw_standard_errors, top_of
from tuner.figures.style import PALETTE, heading
from tuner.result import Measured, Result
from tuner.stats.growth import StandardErrors, standard_errors

MOST_PANELS = 6
MOST_POINTS = 100  # more cannot be told apart at the width of a panel
FEWEST_SEEDS = 3  # two give one point and no curve
_DRAWS = 1_000_000  # scores drawn for all orders together; more seeds have fewer orders


@dataclass(frozen=True, slots=True)
class Growth:
    """The standard errors of a mean test score against the number of seeds of one configuration.

    `needed` is the standard error at which the interval that decides would just tell the `aim` apart from
    zero: the difference to the baseline as it was observed, or the margin where that is larger. It is NaN,
    and `aim` is empty, for the baseline and where no such interval is known.
    """

    name: str
    errors: StandardErrors
    needed: float = math.nan
    aim: Literal["", "margin", "difference"] = ""

    @property
    def seeds(self) -> int:
        """The seeds that have a score."""
        return self.errors.runs[-1]

    @property
    def now(self) -> float:
        """The standard error with all of them."""
        return self.errors.expected[-1]

    @property
    def shows_needed(self) -> bool:
        """Whether what is needed lies within what is drawn, and has a line."""
        return self.needed < top_of(thinned(self.errors).high)


def growths(result: Result, rng: np.random.Generator) -> tuple[Growth, ...]:
    """The baseline and the first finalists, as far as enough of their runs have a score.

    `rng` draws the orders in which the seeds could have come.
    """
    measured = () if result.baseline is None else (result.baseline, *result.finalists)
    known = [one for one in measured if np.isfinite(one.test).sum() >= FEWEST_SEEDS]
    return tuple(_growth(one, rng) for one in known[:MOST_PANELS])


def _growth(one: Measured, rng: np.random.Generator) -> Growth:
    orders = max(100, min(1_000, _DRAWS // len(one.test)))
    errors = standard_errors(one.test, rng=rng, orders=orders)
    needed, aim = needed_error(one)
    return Growth(one.name, errors, needed, aim)


def needed_error(one: Measured) -> tuple[float, Literal["", "margin", "difference"]]:
    """The standard error of a configuration that would tell what there is to tell, and what that is.

    Its interval has a half width in proportion to the standard error of its mean, where the baseline gets
    seeds alike. Not known where runs failed, for ranks decide then, and where the interval is still that of
    an earlier look, which reached the verdict: it does not lie around the difference of all seeds.
    """
    compared = one.comparison
    if compared is None or compared.failures_candidate or compared.failures_baseline:
        return math.nan, ""
    low, high = compared.interval_adjusted.low, compared.interval_adjusted.high
    half = (high - low) / 2
    if not abs((low + high) / 2 - compared.difference) <= 1e-6 * half:
        return math.nan, ""
    difference, margin = abs(compared.difference), compared.margin or 0.0
    if not (half > 0 and math.isfinite(half) and max(difference, margin) > 0):
        return math.nan, ""
    needed = one.summary.standard_error * max(difference, margin) / half
    return needed, "margin" if margin > difference else "difference"


def thinned(errors: StandardErrors, most: int = MOST_POINTS) -> StandardErrors:
    """The same curve with at most `most` numbers of runs, closest together where it is steep."""
    count = len(errors.runs)
    if count <= most:
        return errors
    kept = np.unique(np.geomspace(1, count, most).round().astype(int)) - 1
    runs, expected, median, low, high = (
        tuple(values[place] for place in kept)
        for values in (errors.runs, errors.expected, errors.median, errors.low, errors.high)
    )
    return StandardErrors(runs, expected, median, low, high, errors.level)


def draw_growth(ax: Axes, data: Growth, *, label: str) -> Axes:
    """Draw one configuration on `ax`; `label` names the score. What is needed is a dotted line."""
    draw_standard_errors(ax, thinned(data.errors), label=label, legend=False)
    ax.set_xlabel("seeds")
    if data.shows_needed:
        ax.axhline(data.needed, color=PALETTE["better"], lw=1.6, ls=(0, (1, 1.5)), label="enough to decide")
    ax.plot([data.seeds], [data.now], "o", color=PALETTE["candidate"], ms=4.5, clip_on=False)
    return heading(ax, data.name, f"{data.now:.3g} with {data.seeds:,} seeds", limit=22)
