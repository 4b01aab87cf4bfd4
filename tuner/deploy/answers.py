"""From what the members of an ensemble answer to what the ensemble says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.deploy.bundle import Activation
from tuner.deploy.schema import Task
from tuner.trees import Tree, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What an ensemble says of some examples, in original units; of a model that classifies, probabilities.

    `mean` and `std` (NaN of a single member) have shape (n, ...), and `members` (K, n, ...) holds what each
    says. `classes` are numbers of classes: the likeliest along the last axis, or of a binary model 1 where
    the probability is above one half; None in a regression. A model with several outputs has tuples or
    dicts of arrays.
    """

    mean: Tree
    std: Tree
    members: Tree
    classes: np.ndarray | None = None


def combined(members: Tree, task: Task) -> Prediction:
    """The prediction of an ensemble from those of its members, arrays of shape (K, n, ...).

    >>> said = combined(np.array([[[0.2, 0.8]], [[0.6, 0.4]]]), "classes")
    >>> said.mean.round(1).tolist(), said.classes.tolist()
    ([[0.4, 0.6]], [1])
    """
    mean = mapped(lambda array: np.asarray(array, np.float64).mean(axis=0), members)
    return Prediction(mean, mapped(_spread, members), members, classes_of(mean, task))


def classes_of(probabilities: Tree, task: Task) -> np.ndarray | None:
    """Numbers of classes from probabilities; None in a regression."""
    if task == "classes":
        return np.asarray(np.argmax(probabilities, axis=-1))
    return np.asarray(np.asarray(probabilities) > 0.5).astype(int) if task == "binary" else None


def stacked(outputs: Sequence[Tree], activation: Activation) -> Tree:
    """The outputs of several networks as one, with an axis of networks first; logits become probabilities."""
    return mapped(lambda *arrays: np.stack([applied(array, activation) for array in arrays]), *outputs)


def applied(outputs: Any, activation: Activation) -> np.ndarray:
    """Probabilities from logits; other outputs as they are.

    >>> applied(np.array([0.0]), "sigmoid").tolist(), applied(np.zeros((1, 4)), "softmax").tolist()
    ([0.5], [[0.25, 0.25, 0.25, 0.25]])
    """
    values = np.asarray(outputs)
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
    return np.asarray(1 / (1 + np.exp(-values))) if activation == "sigmoid" else values


def undone(probabilities: Any, activation: Activation) -> np.ndarray:
    """Logits that give these probabilities, in float32, for a metric that reads logits."""
    values = np.asarray(probabilities)
    if activation:
        tiny = np.finfo(np.float32).tiny
        values = np.log(np.maximum(values, tiny))
    if activation == "sigmoid":
        values = values - np.log(np.maximum(1 - np.asarray(probabilities), tiny))
    return values.astype(np.float32)


def _spread(array: np.ndarray) -> np.ndarray:
    values = np.asarray(array, np.float64)
    return np.asarray(values.std(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1:], np.nan))
