"""What a classifier answers, probabilities or logits, and what several networks say together.

A model whose loss reads logits answers logits. Several networks say the mean of their probabilities, never
that of their logits; everything else is averaged as it is. Whoever averages, shows or scores answers asks
here, so that the ensembles of a study, of a bundle and of monitoring are one and the same.

An answer is an array, or a tuple or dict of them, and its `logits` are the functions that make probabilities
of each of these arrays, in the order of `trees.flat`; () stands for none at all.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from tuner.trees import Tree, flat, outline, rebuilt

Logits = Literal["", "softmax", "sigmoid"]
LOGITS: tuple[Logits, ...] = get_args(Logits)

_ROUNDING = 1e-3  # of a probability in half precision
_SHAPES = frozenset({"Reshape", "Flatten", "Permute", "Identity", "Dropout"})  # layers that compute nothing
_TINY = float(np.finfo(np.float64).tiny)
_BELOW_ONE = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Loss:
    """The loss of one output: its names in lower case without underscores, and whether it reads logits."""

    words: str = ""
    from_logits: bool = False


def losses_of(model: Any, answer: Tree) -> tuple[Loss, ...]:
    """The loss of each array that a compiled Keras model answers, as Keras finds it for that output."""
    found = _by_output(getattr(model, "loss", None), answer, getattr(model, "output_names", None) or ())
    return tuple(_read(given) for given in found)


def logits_of(model: Any, y_true: Tree, answer: Tree) -> tuple[Logits, ...]:
    """Which functions make probabilities of what a compiled Keras model answers; () where none has to.

    A loss of the user's that reads logits does not say of which kind they are. They are those of one class
    among several, unless there is one number alone, or the targets are no distributions: these are as many
    questions with yes or no.
    """
    targets = flat(y_true)
    found = tuple(
        _function(loss, array, targets[place] if place < len(targets) else np.empty(0))
        for place, (loss, array) in enumerate(zip(losses_of(model, answer), flat(answer), strict=True))
    )
    return found if any(found) else ()


def may_be_probabilities(model: Any, answers: Sequence[np.ndarray]) -> bool:
    """Whether answers of a model can be probabilities: within 0 and 1, not of a layer without an activation.

    What such a layer says may lie within 0 and 1 by chance.
    """
    inside = all(array.min() >= -_ROUNDING and array.max() <= 1 + _ROUNDING for array in answers)
    return inside and not _ends_linear(model)


def probabilities(answer: Any, logits: Logits) -> np.ndarray:
    """Probabilities from logits, float64; other answers as they are.

    >>> probabilities([0.0], "sigmoid").tolist(), probabilities(np.zeros((1, 4)), "softmax").tolist()
    ([0.5], [[0.25, 0.25, 0.25, 0.25]])
    """
    if not logits:
        return np.asarray(answer)
    wide = np.asarray(answer).astype(np.float64)
    return np.asarray(np.exp(_logs(wide) if logits == "softmax" else -np.logaddexp(0.0, -wide)))


def logits_from(answer: Any, logits: Logits) -> np.ndarray:
    """Logits whose probabilities these are, float64, for a metric that reads them; other answers as they are.

    >>> logits_from(probabilities([-30.0, 2.0], "sigmoid"), "sigmoid").round(6).tolist()
    [-30.0, 2.0]
    """
    if not logits:
        return np.asarray(answer)
    values = np.clip(np.asarray(answer, np.float64), _TINY, 1.0)
    logs = np.log(values)
    return np.asarray(logs if logits == "softmax" else logs - np.log1p(-np.minimum(values, _BELOW_ONE)))


def mean_of(answers: Tree, logits: tuple[Logits, ...]) -> Tree:
    """What networks answer together: arrays (networks, examples, ...) become (examples, ...) of their type.

    Of a classifier it is the mean of the probabilities, given as logits where the networks give logits. One
    network alone answers what it answers.

    >>> mean_of(np.array([[1.0, 2.0], [3.0, 4.0]]), ()).tolist()
    [2.0, 3.0]
    """
    return by_output(_together, answers, logits)


def by_output(
    rule: Callable[[np.ndarray, Logits], np.ndarray], tree: Tree, logits: tuple[Logits, ...]
) -> Tree:
    """The tree of what a rule makes of each array and its function."""
    arrays = flat(tree)
    pairs = zip(arrays, logits or LOGITS[:1] * len(arrays), strict=True)
    return rebuilt(outline(tree), (rule(array, kind) for array, kind in pairs))


def as_text(logits: tuple[Logits, ...]) -> str:
    """Functions as one text, a comma between those of two arrays."""
    return ",".join(logits)


def of_text(text: str) -> tuple[Logits, ...]:
    """What `as_text` made a text of. Raises: ValueError where it is none."""
    words = text.split(",") if text else []
    if wrong := [word for word in words if word not in LOGITS]:
        raise ValueError(f"what is {wrong[0][:40]!r}?")
    return tuple(next(known for known in LOGITS if known == word) for word in words)


def _together(answers: np.ndarray, logits: Logits) -> np.ndarray:
    if len(answers) == 1:
        return np.asarray(answers[0])
    if not logits:
        return np.asarray(answers.mean(axis=0, dtype=np.float64).astype(answers.dtype))
    wide = answers.astype(np.float64)
    if logits == "softmax":  # logarithms of the mean probabilities: logits whose softmax they are
        mean = np.logaddexp.reduce(_logs(wide), axis=0) - math.log(len(answers))
    else:  # log mean p - log mean (1 - p)
        yes, no = (np.logaddexp.reduce(-np.logaddexp(0.0, sign * wide), axis=0) for sign in (-1.0, 1.0))
        mean = yes - no
    return np.asarray(mean.astype(answers.dtype))


def _logs(wide: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities that softmax makes of logits."""
    return np.asarray(wide - np.logaddexp.reduce(wide, axis=-1, keepdims=True))


def _by_output(given: Any, answer: Tree, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """The losses of each array of an answer: one for all, or a list or dict of them, as `compile` takes them.

    `names` are those of the model's outputs. Of several losses for one output all count.
    """
    several = isinstance(answer, Mapping | tuple | list)
    if not isinstance(given, Mapping | tuple | list):
        yield from ((given,) for _ in flat(answer))
        return
    if not several:
        yield tuple(given.values() if isinstance(given, Mapping) else given)
        return
    keys = sorted(answer) if isinstance(answer, Mapping) else range(len(answer))
    for place, key in enumerate(keys):
        if isinstance(given, Mapping):
            name = key if isinstance(key, str) else names[place] if place < len(names) else ""
            own = given.get(name)
        else:
            own = given[place] if place < len(given) else None
        yield from _by_output(own, answer[key], ())


def _read(given: tuple[Any, ...]) -> Loss:
    """The names of the losses of an output, and whether one of them reads logits."""
    names = [name for loss in given for name in _names(loss)]
    words = " ".join(name.lower().replace("_", "") for name in names)
    return Loss(words, any(_reads_logits(loss) for loss in given))


def _names(loss: Any) -> Iterator[str]:
    """All names of a loss: those of its classes, or of the function that it is or wraps."""
    if loss is None or isinstance(loss, str):
        yield loss or ""
    elif isinstance(loss, partial):
        yield from _names(loss.func)
    elif isinstance(name := getattr(loss, "__name__", None), str):
        yield name
    else:
        yield from (kind.__name__ for kind in type(loss).__mro__)
        yield from _names(getattr(loss, "fn", None))


def _reads_logits(loss: Any) -> bool:
    """Whether a loss was told `from_logits=True`: as an attribute, an argument that it holds, a default."""
    if loss is None or isinstance(loss, str):
        return False
    held = loss.keywords if isinstance(loss, partial) else getattr(loss, "_fn_kwargs", {})
    for told in (getattr(loss, "from_logits", None), held.get("from_logits")):
        if told is not None:
            return bool(told)
    function = getattr(loss, "fn", loss)
    try:
        default = inspect.signature(function).parameters["from_logits"].default
    except (KeyError, TypeError, ValueError):
        return False
    return default is True


def _function(loss: Loss, answer: np.ndarray, targets: np.ndarray) -> Logits:
    if not loss.from_logits:
        return ""
    if "categorical" in loss.words or "softmax" in loss.words:
        return "softmax"
    if "binary" in loss.words or "sigmoid" in loss.words or answer.ndim < 2 or answer.shape[-1] == 1:
        return "sigmoid"
    alike = targets.shape[1:] == answer.shape[1:] and targets.size > 0
    return "sigmoid" if alike and not np.allclose(targets.sum(axis=-1), 1.0, atol=_ROUNDING) else "softmax"


def _ends_linear(model: Any) -> bool:
    """Whether the last layer of a model with one output is known to have no activation."""
    tensors = getattr(model, "outputs", None) or [None]
    try:
        last = _last(tensors[0])
    except (AttributeError, ValueError):  # a layer that is called more than once has no one input
        return False
    return _is_linear(last)


def _is_linear(layer: Any) -> bool:
    return getattr(getattr(layer, "activation", None), "__name__", "") == "linear"


def _last(tensor: Any) -> Any:
    """The layer that computes a symbolic tensor, also inside of a model or a layer around it."""
    layer = tensor._keras_history.operation
    if inner := getattr(layer, "outputs", None):
        return _last(inner[0])
    kind = type(layer).__name__
    nothing = kind in _SHAPES or (kind == "Activation" and _is_linear(layer))  # but perhaps in another type
    return _last(layer.input) if nothing else getattr(layer, "layer", layer)
