"""What kind of answers a model gives, and the schema of what it reads and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.answering import Logits, logits_of, losses_of, may_be_probabilities
from tuner.deploy.schema import Part, Schema, Task, part_of
from tuner.errors import BundleError
from tuner.metrics import Metric
from tuner.models.stateful import stateful_layers
from tuner.prepare.layers import RestoreOutputs
from tuner.splits import NAMES, Splits
from tuner.trees import flat, leaves, outline

_NO_PROBABILITIES = (
    "The loss does not say that the model answers logits, and its answers are no probabilities: they are told"
    " as numbers, without a class (use a loss with from_logits=True, or end it with softmax or sigmoid)"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """The task of a model, what makes probabilities of its outputs, and what is to be said of that."""

    task: Task
    logits: tuple[Logits, ...] = ()
    note: str = ""


def kind_of(model: Any, metric: Metric, y: Any, answers: Sequence[Any]) -> Kind:
    """What a compiled model does, by its losses, the metric, its targets and what networks answer for them.

    A model whose loss reads logits classifies, and so does one with a cross-entropy or an accuracy, unless
    what it answers cannot be probabilities.
    """
    answered = answers[0]
    logits = logits_of(model, y, answered)
    if isinstance(answered, tuple | list | dict):
        return Kind("regression", logits)
    task = _task(losses_of(model, answered)[0].words, metric, flat(y)[0], answered, logits)
    if task != "regression" and not logits and not may_be_probabilities(model, answers):
        return Kind("regression", note=_NO_PROBABILITIES)
    return Kind(task, logits)


def _task(loss: str, metric: Metric, y: np.ndarray, answered: np.ndarray, logits: tuple[Logits, ...]) -> Task:
    words = f"{loss} {metric.name.lower().replace('_', '')}"
    width = answered.shape[-1] if answered.ndim > 1 else 1
    if logits == ("softmax",):
        return "classes"
    if width == 1:
        yes_or_no = any(word in words for word in ("binarycrossentropy", "binaryfocal", "accuracy"))
        return "binary" if logits or yes_or_no else "regression"
    if any(word in words for word in ("categoricalcrossentropy", "categoricalaccuracy")):
        return "classes"
    one_hot = y.shape[1:] == answered.shape[1:] and _is_one_hot(y)
    if one_hot and (logits or any(word in words for word in ("crossentropy", "accuracy"))):
        return "classes"
    steps = answered.shape[1:-1]
    if "accuracy" in words and y.dtype.kind in "iu" and y.shape[1:] in (steps, (*steps, 1)):
        return "classes"
    yes_or_no = any(word in words for word in ("binarycrossentropy", "binaryfocal", "binaryaccuracy"))
    return "binary" if logits or yes_or_no else "regression"


def _is_one_hot(y: np.ndarray) -> bool:
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all())


def check_servable(model: Any) -> None:
    """Raises: BundleError where a model's answers depend on what it answered before."""
    if stateful_layers(model):
        raise BundleError(
            "the model is stateful: what it answers depends on the batches before, which no bundle knows;"
            " build it without stateful=True"
        )


def check_inputs(splits: Splits) -> None:
    """Raises: BundleError where raw inputs are no finite numbers, which no schema describes."""
    known = raw_of(splits) or splits
    for name in NAMES:
        for array in leaves(getattr(known, name)[0]):
            if array.dtype.kind not in "biuf":
                raise BundleError(
                    f"the inputs of the {name} split are {array.dtype.name} and no numbers, which is all"
                    " that a bundle reads; make numbers of them in data, before the model (codes of words)"
                )
            if array.size and not np.isfinite([array.min(), array.max()]).all():
                raise BundleError(
                    f"the raw inputs of the {name} split are not finite everywhere, and a bundle reads finite"
                    " numbers; fill or drop what is missing before anything is prepared"
                )


def raw_of(splits: Splits) -> Splits | None:
    """The splits in original units: these, or those that they were made of; None where they are gone."""
    if splits.preparation is None:
        return splits
    raw = splits.raw
    return raw if raw is not None and not raw.pipelines and raw.sizes == splits.sizes else None


def schema_of(
    model: Any, splits: Splits, raw: Splits | None, answered: Any, kind: Kind, trained: Sequence[str]
) -> Schema:
    """What a model reads raw and answers.

    `raw` are the splits in original units, None where they are gone; `answered` is what it answers for some
    examples, and `trained` the names of the splits that it was trained on, whose ranges are told.
    """
    known = splits if raw is None else raw
    columns = known.columns or splits.columns
    inputs = tuple(
        _spanning([flat(getattr(known, name)[0])[place] for name in trained], columns, free)
        for place, free in enumerate(_free(model, "inputs", len(flat(known.train[0]))))
    )
    if raw is None:
        inputs = (_unprepared(splits),)
    targets = _targets(model, splits)
    names = splits.outputs or tuple(columns[at] for at in targets if at < len(columns))
    free = _free(model, "outputs", len(flat(answered)))
    restored = raw is None and bool(splits.preparation and splits.preparation.targets)
    known_targets = [] if restored else [flat(getattr(known, name)[1]) for name in trained]
    outputs = tuple(
        _output(array, known_targets, place, names, free[place], kind)
        for place, array in enumerate(leaves(answered))
    )
    classes = splits.classes if len(splits.classes) == _classes(outputs[0], kind) else ()
    return Schema(inputs, outputs, outline(known.train[0]), outline(answered), targets, classes)


def _classes(output: Part, kind: Kind) -> int:
    if kind.task == "binary":
        return 2 if output.width == 1 else -1
    return output.width or -1


def _spanning(arrays: Sequence[np.ndarray], columns: tuple[str, ...], free: tuple[int, ...]) -> Part:
    """The part of an array that stands in several splits, with its ranges over all of them."""
    parts = [part_of(array, columns=columns, free=free) for array in arrays]
    first = parts[0]
    if not all(part.low for part in parts):
        return replace(first, low=(), high=())
    low, high = np.array([part.low for part in parts]), np.array([part.high for part in parts])
    return replace(first, low=tuple(low.min(axis=0).tolist()), high=tuple(high.max(axis=0).tolist()))


def _output(
    answered: np.ndarray,
    targets: Sequence[Sequence[np.ndarray]],
    place: int,
    names: tuple[str, ...],
    free: tuple[int, ...],
    kind: Kind,
) -> Part:
    """The part of an output; with the ranges of its targets, where it is a regression of their shape and they
    are known in the units of its answers.
    """
    shape = tuple(None if axis in free else size for axis, size in enumerate(answered.shape[1:]))
    fitting = bool(targets) and all(
        len(arrays) > place and arrays[place].shape[1:] == answered.shape[1:] for arrays in targets
    )
    if kind.task == "regression" and fitting:
        return _spanning([arrays[place] for arrays in targets], names, free)
    return Part(shape, names if len(names) == (shape[-1] if shape else 1) else ())


def _unprepared(splits: Splits) -> Part:
    """The shape of raw windows, from prepared ones."""
    made = splits.preparation
    steps, features = splits.train[0].shape[1:]
    raw = {"natural": steps, "features": features // made.features, "steps": steps // made.features}
    columns = splits.columns if len(splits.columns) == made.features else ()
    return Part((raw[made.layout] + made.chain.lost, made.features), columns)


def _targets(model: Any, splits: Splits) -> tuple[int, ...]:
    """The columns that forecasts continue, where a preparation outside or inside the model says so."""
    if splits.preparation is not None:
        return tuple(splits.preparation.targets)
    inside = [layer for layer in model._flatten_layers() if isinstance(layer, RestoreOutputs)]
    return tuple(inside[0].preparation.targets) if inside else ()


def _free(model: Any, side: str, count: int) -> list[tuple[int, ...]]:
    """The axes of any size of a model's "inputs" or "outputs", without that of examples."""
    tensors = getattr(model, side, None) or []  # a subclassed model has none
    shapes = [tensor.shape[1:] for tensor in tensors]
    if len(shapes) != count:
        return [()] * count
    return [tuple(axis for axis, size in enumerate(shape) if size is None) for shape in shapes]
