"""The kept test examples one by one, each with what the runs predict for it."""

import math
from dataclasses import dataclass

import numpy as np

from tuner.predictions import Predictions
from tuner.trees import Tree, flat, mapped

MOST_RUNS = 6  # that are shown where every run has an example of its own


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One test example: x (or None) and y_true without an axis of examples, y_pred (runs, ...).

    `label` names it; `score` is the mean over the runs of its score, NaN where that is not known.
    """

    label: str
    x: Tree
    y_true: Tree
    y_pred: Tree
    score: float


def cases(predictions: Predictions) -> tuple[Case, ...]:
    """The examples in the order of the split; of runs that have their own, those of some runs.

    An example that all runs have is shown with all of them, another with the run that it belongs to.
    """
    if predictions.rows is None:
        return ()
    if not predictions.own:
        return tuple(_shared(predictions, place) for place in range(predictions.kept))
    runs = len(predictions.seeds)
    places = np.unique(np.linspace(0, runs - 1, min(runs, MOST_RUNS)).round().astype(int))
    return tuple(_own(predictions, int(place)) for place in places)


def _shared(predictions: Predictions, place: int) -> Case:
    assert predictions.rows is not None
    score = math.nan if predictions.scores is None else float(np.nanmean(predictions.scores[:, place]))
    return Case(
        label=f"example {predictions.rows[0, place]}",
        x=_at(predictions.x, 0, place),
        y_true=_at(predictions.y_true, 0, place),
        y_pred=mapped(lambda array: array[:, place], predictions.y_pred),
        score=score,
    )


def _own(predictions: Predictions, run: int) -> Case:
    return Case(
        label=f"seed {predictions.seeds[run]}",
        x=_at(predictions.x, run, 0),
        y_true=_at(predictions.y_true, run, 0),
        y_pred=mapped(lambda array: array[run, :1], predictions.y_pred),
        score=math.nan,
    )


def _at(tree: Tree, run: int, place: int) -> Tree:
    return None if tree is None else mapped(lambda array: array[run, place], tree)


def same_example(one: Case, other: Case) -> bool:
    """Whether both were given the same input, as far as it is kept, and have the same truth."""
    if one.label != other.label or (one.x is None) != (other.x is None):
        return False
    pairs = [(one.y_true, other.y_true)] + ([] if one.x is None else [(one.x, other.x)])
    for ours, theirs in pairs:
        left, right = flat(ours), flat(theirs)
        if len(left) != len(right) or not all(map(np.array_equal, left, right)):
            return False
    return True
