"""How far apart the two engines are on a row."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tests.engines.table.row import BATCH_SIZE, EPOCHS, Row
from tuner.backend import release_programs
from tuner.engines import fit, vectorized
from tuner.engines.base import Outcome
from tuner.records import Configuration
from tuner.repeats import Repeats
from tuner.splits import Splits
from tuner.study import Study

TOLERANCE = {"float64": 1e-9, "float32": 1e-4}
SEEDS = 3  # the vectorized engine trains as many; two devices share them unevenly
REFERENCES = (0, 2)  # the seeds that `fit` trains too

Outcomes = Sequence[Outcome]


def distances(row: Row) -> dict[str, float]:
    """Train a row with both engines. Returns: how far apart the results of each kind are.

    Raises: AssertionError where nothing was trained, so that nothing could differ.
    """
    found, expected = train(row, "vectorized"), train(row, "fit")
    release_programs()
    for outcome in (*found, *expected):
        assert outcome.status == "complete", outcome.error or outcome.status
    first, second = (flat(outcome.weights) for outcome in expected)
    assert distance(first, second) > 0.01, "the seeds do not differ"
    for outcome in expected:
        losses = outcome.history["loss"]
        assert abs(losses[-1] / losses[0] - 1) > 0.001, "the loss does not change"
    return compare(found, expected)


def train(row: Row, engine: str) -> Outcomes:
    """The same seeds of a row, whichever engine trains them."""

    def build(trial: Any, data: Splits) -> Any:
        return row.build(), {"batch_size": BATCH_SIZE, **row.fit}

    direction = None if isinstance(row.metric, str) else "minimize"
    runner = Repeats(Study(row.data, build, row.metric, EPOCHS, {}, direction))
    job = replace(runner._job("confirmation", Configuration("one", {}), range(SEEDS)), keep_weights=True)
    if engine == "vectorized":
        outcomes = vectorized.train(job, lambda share: None)
        return [outcomes[k] for k in REFERENCES]
    references = tuple(job.builds[k] for k in REFERENCES)
    return fit.train(replace(job, builds=references), lambda share: None)


def compare(found: Outcomes, expected: Outcomes) -> dict[str, float]:
    """The largest relative distance of any seed in weights, losses, validation losses and scores.

    Compiled metrics are compared with the losses.
    """
    apart: dict[str, list[float]] = {"weights": [], "losses": [], "validation losses": [], "scores": []}
    for one, other in zip(found, expected, strict=True):
        assert one.history.keys() == other.history.keys()
        assert one.scores.keys() == other.scores.keys()
        apart["weights"].append(distance(flat(one.weights), flat(other.weights)))
        for name, values in other.history.items():
            kind = "validation losses" if name.startswith("val_") else "losses"
            apart[kind].append(distance(one.history[name], values))
        apart["scores"] += [distance([one.scores[name]], [value]) for name, value in other.scores.items()]
    return {kind: float(np.max(values)) for kind, values in apart.items()}


def flat(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """All numbers of several arrays, one after another."""
    return np.concatenate([np.ravel(array).astype("float64") for array in arrays])


def distance(found: Any, expected: Any) -> float:
    """The norm of the difference over the norm of what is expected."""
    return float(np.linalg.norm(np.subtract(found, expected)) / np.linalg.norm(expected))
