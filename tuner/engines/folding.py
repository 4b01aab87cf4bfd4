"""`TimeDistributed` layers with time folded into the batch.

Keras writes the steps of a `TimeDistributed` layer out one by one, which takes minutes to compile for a
convolution over 50 frames. Where the layer inside treats every example alike, all steps are one call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

_LAYERS = keras.layers
_PER_EXAMPLE = (
    _LAYERS.Dense,
    _LAYERS.Conv1D,
    _LAYERS.Conv2D,
    _LAYERS.Conv3D,
    _LAYERS.MaxPooling1D,
    _LAYERS.MaxPooling2D,
    _LAYERS.MaxPooling3D,
    _LAYERS.AveragePooling1D,
    _LAYERS.AveragePooling2D,
    _LAYERS.AveragePooling3D,
    _LAYERS.GlobalMaxPooling1D,
    _LAYERS.GlobalMaxPooling2D,
    _LAYERS.GlobalMaxPooling3D,
    _LAYERS.GlobalAveragePooling1D,
    _LAYERS.GlobalAveragePooling2D,
    _LAYERS.GlobalAveragePooling3D,
    _LAYERS.Flatten,
    _LAYERS.Reshape,
    _LAYERS.Permute,
    _LAYERS.Activation,
    _LAYERS.ReLU,
    _LAYERS.LayerNormalization,
)


@contextmanager
def folded_time(model: keras.Model) -> Iterator[None]:
    """Within it, the `TimeDistributed` layers of a model call the layer inside once for all steps."""
    layers = [layer for layer in model._flatten_layers() if _is_foldable(layer)]
    for layer in layers:
        object.__setattr__(layer, "call", _Folded(layer))  # past Keras' own, which would track it
    try:
        yield
    finally:
        for layer in layers:
            object.__delattr__(layer, "call")


def _is_foldable(layer: Any) -> bool:
    return type(layer) is _LAYERS.TimeDistributed and _takes_examples_alike(layer.layer)


def _takes_examples_alike(layer: Any) -> bool:
    """Whether a layer does the same to every example, whatever their number.

    A penalty on activities does not: Keras divides it by the size of the batch.
    """
    if getattr(layer, "activity_regularizer", None) is not None:
        return False
    if type(layer) is keras.Sequential:
        return all(map(_takes_examples_alike, layer.layers))
    if type(layer) is _LAYERS.Activation:  # a function of the user's may look at the whole batch
        return getattr(layer.activation, "__module__", "").startswith("keras.")
    return type(layer) in _PER_EXAMPLE


class _Folded:
    """`TimeDistributed.call` for arrays of shape (examples, steps, ...)."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer

    def __call__(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        layer, steps = self._layer, inputs.shape[1]
        if mask is not None or steps is None:
            return type(layer).call(layer, inputs, training=training, mask=mask)
        ops = keras.ops
        outputs = layer.layer.call(ops.reshape(inputs, (-1, *inputs.shape[2:])))
        return ops.reshape(outputs, (-1, steps, *outputs.shape[1:]))
