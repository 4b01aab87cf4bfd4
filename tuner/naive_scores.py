"""The scores of a study's naive forecasts: of one set of splits, or of one for each seed."""

import math
from collections.abc import Callable, Sequence

from tuner.metrics import Metric
from tuner.naive import scored
from tuner.records import NaiveScores
from tuner.splits import Splits
from tuner.trees import Tree


def of_splits(splits: Splits, metric: Metric, like: Tree) -> NaiveScores | None:
    """One score each; None where the splits name no forecasts. `like` are predictions of the model.

    Raises: StudyError where a forecast does not fit the data, the model or the metric.
    """
    if not splits.naive:
        return None
    if splits.pipelines:
        why = f"the {next(iter(splits.pipelines))} split comes batch by batch"
        return NaiveScores({}, {}, reasons=dict.fromkeys(splits.naive, why))
    given = {"validation": splits.validation, "test": splits.test}
    found, reasons = scored(splits.naive, splits.train, given, metric.score, like, columns=splits.targets)
    test, validation = (
        {name: (said[split],) for name, said in found.items()} for split in ("test", "validation")
    )
    return NaiveScores(test, validation, reasons=reasons)


def of_seeds(
    names: Sequence[str],
    count: int,
    score: Callable[[int], NaiveScores | None],
    known: NaiveScores | None = None,
) -> NaiveScores | None:
    """The scores of the first `count` seeds, each with splits of its own; None where there is no seed.

    `score` gives those of a seed, None where its data cannot be made; seeds that are `known` are not scored
    again. A seed without a score has NaN.
    """
    if known is None or not known.own or tuple(known.test) != tuple(names):
        known = NaiveScores({}, {}, own=True)
    fresh = [score(index) or NaiveScores({}, {}) for index in range(known.seeds, count)]
    if not known.seeds and not fresh:
        return None
    lost = [name for name in names if not known.seeds and not any(name in part.test for part in fresh)]
    test, validation = (
        {name: _joined(name, split, known, fresh) for name in names if name not in lost}
        for split in ("test", "validation")
    )
    return NaiveScores(test, validation, own=True, reasons={name: _reason(name, fresh) for name in lost})


def _joined(name: str, split: str, known: NaiveScores, fresh: Sequence[NaiveScores]) -> tuple[float, ...]:
    parts = (known, *fresh)
    return tuple(score for part in parts for score in getattr(part, split).get(name, _no_score(part)))


def _no_score(part: NaiveScores) -> tuple[float, ...]:
    return () if part.own else (math.nan,)


def _reason(name: str, parts: Sequence[NaiveScores]) -> str:
    return next((part.reasons[name] for part in parts if name in part.reasons), "it could not be computed")
