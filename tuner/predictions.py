"""What runs predict for a few test examples, beside what is true: one record for a run, a group or all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.records import ExampleScores
from tuner.trees import Tree, flat, mapped, outline, size_of

MOST_BYTES = 1 << 20  # that are kept of a group

GIVEN = ("rows", "x", "y_true", "points_true")  # what a run was given
BY_RUN = ("y_pred", "points_pred", "counts")  # what it made of that
_BY_EXAMPLE = ("rows", "x", "y_true", "y_pred")
_POINTS = ("points_true", "points_pred")

NO_SCORE = "no run ended with a score"
TOO_LARGE = "a single test example is too large to keep"
UNLIKE = "the runs have test examples of different shapes"


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A few test examples, and what some runs of a configuration predict for them.

    `seeds` are the seed indices of the runs; a run without a score is none of them. The first axis of all
    arrays is that of the runs. In those that were given to a run (`GIVEN`) it has length 1 where all runs
    have the same examples; with `own` every run has its own.

    `rows` (.., kept) are places in the split. `x`, `y_true` (.., kept, ...) and `y_pred` (runs, kept, ...)
    are arrays, or tuples or dicts of them; `x` is None where only the others are kept. Of targets that
    are a single number, `points_true` (.., points) and `points_pred` (runs, points) are many more.
    `counts` (runs, classes, classes) are the labels of the whole split, true by predicted, where there are
    labels. `scores` (runs, kept) are those of the kept examples, where they are known.

    Where no examples are kept, `reason` says why, as far as it is known.

    Raises: ValueError where the arrays do not go together.
    """

    seeds: tuple[int, ...] = ()
    rows: np.ndarray | None = None
    x: Tree = None
    y_true: Tree = None
    points_true: np.ndarray | None = None
    y_pred: Tree = None
    points_pred: np.ndarray | None = None
    counts: np.ndarray | None = None
    own: bool = False
    scores: np.ndarray | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        runs = len(self.seeds)
        for name in (*GIVEN, *BY_RUN):
            first = runs if name in BY_RUN or self.own else 1
            shapes = [array.shape for array in _arrays(getattr(self, name))]
            if any(len(shape) < 2 or shape[0] != first or shape[1] < 1 for shape in shapes):
                raise ValueError(f"{name} of {runs} runs cannot have the shapes {shapes}")
        _together([self.rows, self.x, self.y_true, self.y_pred], "examples")
        _together([self.points_true, self.points_pred], "points")
        missing = [name for name in ("rows", "y_true", "y_pred") if getattr(self, name) is None]
        if len(missing) not in (0, 3) or (self.points_true is None) != (self.points_pred is None):
            raise ValueError("a part of the predictions is missing")
        if self.counts is not None and (self.counts.ndim != 3 or len(set(self.counts.shape[1:])) != 1):
            raise ValueError(f"counts cannot have the shape {self.counts.shape}")

    @property
    def kept(self) -> int:
        """How many examples of a run are kept."""
        return 0 if self.rows is None else int(self.rows.shape[1])

    @property
    def size(self) -> int:
        """Bytes of all arrays."""
        return sum(size_of(getattr(self, name)) for name in (*GIVEN, *BY_RUN))


def _arrays(tree: Tree) -> tuple[np.ndarray, ...]:
    return () if tree is None else flat(tree)


def _together(trees: Iterable[Tree], what: str) -> None:
    if len({array.shape[1] for tree in trees for array in _arrays(tree)}) > 1:
        raise ValueError(f"there are different numbers of {what}")


def joined(parts: Sequence[Predictions]) -> Predictions:
    """The runs of all parts, one after another.

    Of examples that are not kept of every part, those that are not are left out; the first ones of each
    are the same, for what is kept has an order of its own.
    """
    made = [part for part in parts if part.seeds]
    if not made:
        return Predictions(reason=next((part.reason for part in parts if part.reason), ""))
    seeds = tuple(index for part in made for index in part.seeds)
    own = made[0].own
    if any(part.own != own for part in made):
        return Predictions(reason=UNLIKE)
    fields = {name: _joined(made, name, own) for name in (*BY_RUN, *GIVEN)}
    if any(fields[name] is None for name in ("rows", "y_true", "y_pred")):
        fields |= dict.fromkeys(_BY_EXAMPLE)
    if any(fields[name] is None for name in _POINTS):
        fields |= dict.fromkeys(_POINTS)
    reason = next((part.reason for part in made if part.reason), "")
    if fields["rows"] is None and not reason:
        reason = UNLIKE
    return Predictions(seeds, own=own, reason=reason, **fields)


def _joined(made: Sequence[Predictions], name: str, own: bool) -> Any:
    """A field of all parts; None where one has none, or they do not go together."""
    trees = [getattr(part, name) for part in made]
    if any(tree is None for tree in trees) or len({repr(outline(tree)) for tree in trees}) > 1:
        return None
    if name in _BY_EXAMPLE:
        kept = min(part.kept for part in made)
        trees = [mapped(lambda array: array[:, :kept], tree) for tree in trees]
    if len({repr([array.shape[1:] for array in flat(tree)]) for tree in trees}) > 1:
        return None
    return trees[0] if name in GIVEN and not own else mapped(_stacked, *trees)


def _stacked(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate(arrays)


def bounded(predictions: Predictions) -> Predictions:
    """The same, with fewer examples or without x where they are larger than `MOST_BYTES`."""
    found = predictions
    if size_of(found.x) > MOST_BYTES // 2:
        found = replace(found, x=None)
    while found.kept > 1 and found.size > MOST_BYTES:
        found = _first(found, found.kept - 1)
    if found.size > MOST_BYTES:
        found = replace(found, reason=TOO_LARGE, rows=None, x=None, y_true=None, y_pred=None)
    return found


def _first(predictions: Predictions, kept: int) -> Predictions:
    return _by_example(predictions, lambda array: array[:, :kept])


def until(predictions: Predictions, seeds: int) -> Predictions:
    """The runs with seed indices below `seeds`."""
    here = [place for place, index in enumerate(predictions.seeds) if index < seeds]
    if predictions.seeds and not here:
        return Predictions(reason=predictions.reason or NO_SCORE)
    return _of_runs(predictions, here)


def in_order(predictions: Predictions) -> Predictions:
    """The same with the examples in the order of the split, and the runs in that of their seeds."""
    found = _of_runs(predictions, np.argsort(predictions.seeds, kind="stable").tolist())
    if found.rows is None:
        return found
    order = np.argsort(found.rows[0], kind="stable")
    return _by_example(found, lambda array: array[:, order])


def scored(predictions: Predictions, examples: ExampleScores) -> Predictions:
    """The same with the scores of its examples, where those of all examples of a split are known."""
    rows, table = predictions.rows, examples.values
    if rows is None or predictions.own or examples.each != 1 or table.ndim != 2:
        return predictions
    if max(predictions.seeds) >= len(table) or rows.max() >= table.shape[1]:
        return predictions
    return replace(predictions, scores=table[list(predictions.seeds)][:, rows[0]])


def _of_runs(predictions: Predictions, places: list[int]) -> Predictions:
    """Some runs, or all in another order."""
    ours = (*BY_RUN, *GIVEN) if predictions.own else BY_RUN
    fields = {
        name: mapped(lambda array: array[places], tree)
        for name in ours
        if (tree := getattr(predictions, name)) is not None
    }
    return replace(predictions, seeds=tuple(predictions.seeds[place] for place in places), **fields)


def _by_example(predictions: Predictions, function: Callable[[np.ndarray], np.ndarray]) -> Predictions:
    fields = {
        name: mapped(function, tree)
        for name in _BY_EXAMPLE
        if (tree := getattr(predictions, name)) is not None
    }
    return replace(predictions, **fields)
