"""From what the members of an ensemble answer to what the ensemble says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuner.answering import Logits, by_output, probabilities
from tuner.deploy.schema import Task
from tuner.trees import Tree, mapped


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What an ensemble says of some examples, in original units; probabilities where networks give logits.

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


def classes_of(said: Tree, task: Task) -> np.ndarray | None:
    """Numbers of classes from probabilities; None in a regression."""
    if task == "classes":
        return np.asarray(np.argmax(said, axis=-1))
    return np.asarray(np.asarray(said) > 0.5).astype(int) if task == "binary" else None


def stacked(outputs: Sequence[Tree], logits: tuple[Logits, ...]) -> Tree:
    """The outputs of several networks as one, with an axis of networks first; logits become probabilities."""
    return mapped(
        lambda *arrays: np.stack(arrays), *(by_output(probabilities, one, logits) for one in outputs)
    )


def _spread(array: np.ndarray) -> np.ndarray:
    values = np.asarray(array, np.float64)
    return np.asarray(values.std(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1:], np.nan))
