"""The forecasts by their names: checked, made, scored."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np

from tuner.errors import StudyError, study_errors
from tuner.naive.linear import linear
from tuner.naive.simple import last, majority, mean, zero
from tuner.naive.targets import Forecast, NotComputedError, Pair, Target, target_of
from tuner.trees import Tree, flat, leaves, outline, rebuilt

MAKERS: Mapping[str, Callable[[Tree, Target], Forecast]] = {
    "zero": zero,
    "mean": mean,
    "last": last,
    "linear": linear,
    "majority": majority,
}
LABELS = {
    "zero": "zero",
    "mean": "training mean",
    "last": "last value",
    "linear": "linear regression",
    "majority": "most frequent class",
}
NAMES = tuple(MAKERS)

LARGEST = 1e150  # beyond it the square of a score leaves the range of a float

Score = Callable[[Any, Any], float]  # of (y_true, y_pred)


def checked_names(names: Any) -> tuple[str, ...]:
    """The names of forecasts, each once; a single one may be a plain text.

    Raises: StudyError where one is unknown.
    """
    if not isinstance(names, str | tuple | list):
        raise StudyError(
            f"naive is a {type(names).__name__}; name forecasts, such as naive=('last', 'linear')"
        )
    given = (names,) if isinstance(names, str) else tuple(names)
    for name in given:
        if name not in NAMES:
            raise StudyError(f"there is no naive forecast {name!r}; choose from {', '.join(NAMES)}")
    return tuple(dict.fromkeys(given))


def checked_columns(columns: Any) -> tuple[int, ...]:
    """Numbers of columns, counted from 0, each once.

    Raises: StudyError where they are none.
    """
    found = [
        int(one)
        for one in (columns if isinstance(columns, tuple | list) else ())
        if isinstance(one, Integral) and not isinstance(one, bool) and int(one) >= 0
    ]
    if not isinstance(columns, tuple | list) or len(set(found)) < len(columns):
        raise StudyError(
            f"targets is {columns!r}; give the numbers of columns of x, from 0 and each once, such as (0,)"
        )
    return tuple(found)


def predictions(name: str, train: Pair, x: Tree, like: Tree = None, *, columns: tuple[int, ...] = ()) -> Tree:
    """What a forecast made from the training examples says of x; see `fitted`.

    >>> x, y = np.arange(6.0).reshape(2, 3, 1), np.array([[3.0], [6.0]])
    >>> predictions("last", (x, y), x).tolist(), predictions("mean", (x, y), x).tolist()
    ([[2.0], [5.0]], [[4.5], [4.5]])
    """
    return fitted(name, train, like, columns=columns)(x)


def fitted(name: str, train: Pair, like: Tree = None, *, columns: tuple[int, ...] = ()) -> Forecast:
    """A forecast made from x and y of the training examples.

    `like` are predictions of the model, of any number of examples, in whose shape those of the forecast are
    made; without it they have the shape of the targets. `columns` are those of x that y continues, where
    that is said.

    Raises: StudyError where the forecast does not fit the data, NotComputedError where it is too much.
    """
    x, y = train
    truths, outputs = flat(y), flat(y if like is None else like)
    if len(truths) != len(outputs):
        raise StudyError(f"y has {len(truths)} arrays and the model {len(outputs)} outputs")
    if columns and len(truths) > 1:
        raise StudyError(f"y has {len(truths)} arrays, and targets are those of one; leave targets out")
    targets = [
        target_of(truth, output.shape[1:], columns) for truth, output in zip(truths, outputs, strict=True)
    ]
    parts = [MAKERS[name](x, target) for target in targets]
    plan = outline(y)
    return lambda inputs: rebuilt(plan, (part(inputs) for part in parts))


def scored(
    names: Sequence[str],
    train: Pair,
    splits: Mapping[str, Pair],
    score: Score,
    like: Tree = None,
    *,
    columns: tuple[int, ...] = (),
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """The score of every forecast on every split, by name and split; and by name why some have none.

    `score(y_true, y_pred)` is what scores the predictions of networks.

    Raises: StudyError where a forecast does not fit the data or the metric.
    """
    found: dict[str, dict[str, float]] = {}
    reasons: dict[str, str] = {}
    for name in names:
        try:
            with _about(name):
                forecast = fitted(name, train, like, columns=columns)
                said = {split: _score(score, y, forecast(x)) for split, (x, y) in splits.items()}
        except NotComputedError as error:
            reasons[name] = str(error)
            continue
        lost = [split for split, value in said.items() if not abs(value) <= LARGEST]
        if lost:
            reasons[name] = f"its score on the {lost[0]} split is not finite, or too large"
        else:
            found[name] = said
    return found, reasons


@contextmanager
def _about(name: str) -> Iterator[None]:
    try:
        yield
    except StudyError as error:
        raise StudyError(f"the naive forecast {name!r}: {error}") from error


def _score(score: Score, y_true: Tree, y_pred: Tree) -> float:
    """As for networks: a prediction that is not finite has no score, which an accuracy would hide."""
    if not all(np.isfinite(leaf).all() for leaf in leaves(y_pred)):
        return math.nan
    with study_errors("the metric"):
        return float(score(y_true, y_pred))
