"""Which configuration to use."""

import math

from tuner.result import Measured, Result


def better_ones(result: Result) -> tuple[Measured, ...]:
    """The finalists shown to be better than the baseline, best mean test score first."""
    sign = 1.0 if result.setup.direction == "minimize" else -1.0

    def loss(measured: Measured) -> float:
        mean = sign * measured.summary.mean
        return mean if math.isfinite(mean) else math.inf

    found = [one for one in result.finalists if one.comparison and one.comparison.verdict == "better"]
    return tuple(sorted(found, key=loss))


def best(result: Result) -> Measured | None:
    """The configuration to use: the best of those that are better, else the baseline.

    None before confirmation has finished.
    """
    better = better_ones(result)
    return better[0] if better else result.baseline
