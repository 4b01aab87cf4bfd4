"""What kind of answers a model gives, and the schema of what it reads and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.deploy.bundle import Activation
from tuner.deploy.schema import Part, Schema, Task, part_of
from tuner.errors import BundleError
from tuner.metrics import Metric
from tuner.models.stateful import stateful_layers
from tuner.prepare.layers import RestoreOutputs
from tuner.study import Splits
from tuner.trees import flat, leaves, outline


@dataclass(frozen=True, slots=True)
class Kind:
    """The task of a model, and what makes its outputs probabilities where they are logits."""

    task: Task
    activation: Activation = ""


def kind_of(model: Any, metric: Metric, y: Any, answered: Any) -> Kind:
    """What a compiled model does, by its loss, the metric, its targets and what it answers for some examples.

    A cross-entropy over categories, or a categorical accuracy, makes it one of classes; a binary
    cross-entropy a binary one, unless its targets are one-hot.
    """
    if isinstance(answered, tuple | list | dict):
        return Kind("regression")
    loss, logits = _loss(model)
    words = f"{loss} {metric.name.lower().replace('_', '')}"
    width = answered.shape[-1] if answered.ndim > 1 else 1
    one_hot = width > 1 and np.shape(y)[1:] == answered.shape[1:] and _is_one_hot(np.asarray(y))
    if width > 1 and any(word in words for word in ("categoricalcrossentropy", "categoricalaccuracy")):
        return Kind("classes", ("sigmoid" if "binary" in loss else "softmax") if logits else "")
    if width > 1 and one_hot and any(word in words for word in ("crossentropy", "accuracy")):
        return Kind("classes", "sigmoid" if logits else "")
    if width > 1 and "accuracy" in words and np.asarray(y).dtype.kind in "iu":
        return Kind("classes", "softmax" if logits else "")
    if "binarycrossentropy" in words or "binaryfocal" in words or "binaryaccuracy" in words:
        return Kind("binary", "sigmoid" if logits else "")
    if width == 1 and "accuracy" in words:
        return Kind("binary", "sigmoid" if logits else "")
    return Kind("regression")


def _loss(model: Any) -> tuple[str, bool]:
    """The name of a model's loss without underscores, and whether it reads logits."""
    given = getattr(model, "loss", None)
    if isinstance(given, str):
        return given.lower().replace("_", ""), False
    name = getattr(given, "__name__", type(given).__name__)
    arguments = getattr(given, "_fn_kwargs", {})
    logits = bool(getattr(given, "from_logits", False) or arguments.get("from_logits", False))
    return name.lower().replace("_", ""), logits


def _is_one_hot(y: np.ndarray) -> bool:
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all())


def check_servable(model: Any) -> None:
    """Raises: BundleError where a model's answers depend on what it answered before."""
    if stateful_layers(model):
        raise BundleError(
            "the model is stateful: what it answers depends on the batches before, which no bundle knows;"
            " build it without stateful=True"
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
    if not first.low:
        return first
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
