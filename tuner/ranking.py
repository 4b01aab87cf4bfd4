"""Which trials of a search are the most promising: the finalists come from the front."""

from collections.abc import Sequence

from tuner.objective import evaluate_objective, parse_objective
from tuner.records import Configuration, Direction
from tuner.stats.selection import best_first

Scored = tuple[Configuration, Sequence[float]]
"""A trial with its search scores on the validation split, NaN where a run has none."""


def ranked(trials: Sequence[Scored], objective: str, direction: Direction) -> list[Configuration]:
    """The trials, best first.

    Where the objective is the mean, by shrunken means (`tuner.stats.selection`): the mean of few noisy seeds
    counts for less, so that the luckiest number is not taken for the best configuration. Any other objective
    (median, a quantile, the mean with its spread) is compared as it was measured: there is no such model for
    it. A trial with a failed run comes last; equals stay in the order drawn.
    """
    if objective == "mean":
        order = best_first([scores for _, scores in trials], direction=direction)
        return [trials[place][0] for place in order]
    sign = 1 if direction == "minimize" else -1
    judge = parse_objective(objective)
    values = [sign * evaluate_objective(judge, scores, direction) for _, scores in trials]
    return [trials[place][0] for place in sorted(range(len(trials)), key=values.__getitem__)]
