"""What a candidate's networks score together, beside those of the existing model together.

Verdicts of an update are about networks one by one, over seeds. What is in use is the mean of several, and
for that there is one ensemble of either model: they are compared on the examples that judge, in pairs.
"""

from typing import Any

import numpy as np

from tuner.deploy.bundle import Bundle, Together, preparation_of
from tuner.deploy.describing import Kind
from tuner.deploy.expecting import Found, Said, ends_of, of_ensemble, over_examples, said_by
from tuner.deploy.networks import Network, answers
from tuner.deploy.updating.material import Material
from tuner.deploy.updating.parting import Parts, count
from tuner.engines.base import score
from tuner.metrics import Metric
from tuner.repeats import Repeats
from tuner.result import Result
from tuner.splits import Splits
from tuner.study import Study
from tuner.trees import mapped

_HOW = "these networks, on the most recent new examples, which they were not trained on"


def measured(
    material: Material,
    study: Study,
    result: Result,
    record: Bundle,
    networks: tuple[Network, ...],
    network: Any,
) -> tuple[Found, Together | None]:
    """What to expect of the networks of a candidate, and how they stand beside those of the existing model.

    Both are measured on the new examples that none of them was trained on; `network` takes their weights.
    """
    assert record.updated is not None
    way = next(one for one in result.finalists if one.name == record.updated.way)
    metric = Repeats(study).metric
    kind = Kind(record.task, record.logits)
    splits = _as_splits(material.new, preparation_of(material.bundle))
    raw = None if material.raw is None else _as_splits(material.raw)
    x = mapped(_single_precision, material.new.test[0])
    existing = tuple(Network(place, weights) for place, weights in enumerate(material.members))
    ours, theirs = (answers(network, some, x, record.batch_size) for some in (networks, existing))
    found = of_ensemble(result.setup, way, metric, kind, splits, raw, ours, _HOW)
    both = (said_by(kind, splits, raw, said) for said in (ours, theirs))
    return found, compared(metric, *both, series=result.setup.series, level=result.setup.level)


def compared(metric: Metric, ours: Said, theirs: Said, *, series: bool, level: float) -> Together | None:
    """A candidate's ensemble less that of the existing model; None where either has no finite score."""
    scores = tuple(score(metric, one.y, one.together) for one in (ours, theirs))
    if not np.isfinite(scores).all():
        return None
    both = (ours.together, theirs.together)
    sure = over_examples(metric, ours.y, both, scores, series=series, level=level)
    return Together(
        candidate=scores[0],
        existing=scores[1],
        difference=scores[0] - scores[1],
        interval=ends_of(sure.interval),
        level=level,
        n_examples=count((None, ours.y)),
        members=(len(ours.single), len(theirs.single)),
        block=sure.block,
        units=ours.units,
    )


def _as_splits(parts: Parts, preparation: Any = None) -> Splits:
    return Splits(
        parts.train, parts.validation, parts.test, starts=dict(parts.starts), preparation=preparation
    )


def _single_precision(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype.kind == "f" else array
