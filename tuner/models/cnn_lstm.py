"""CNN-LSTM: convolutions read every frame or sub-sequence, recurrent layers read their answers."""

from typing import Any, Unpack

import keras

from tuner.errors import StudyError
from tuner.models.arguments import check_sizes
from tuner.models.cells import Cell, CellOptions, Merge, known
from tuner.models.outputs import Output, check_output, head
from tuner.models.shapes import Shape, one_input, outputs_of, shown
from tuner.models.stack import Stack
from tuner.splits import Splits

_LAYERS = {
    2: (keras.layers.Conv1D, keras.layers.MaxPooling1D),
    3: (keras.layers.Conv2D, keras.layers.MaxPooling2D),
}


def cnn_lstm(
    data: Splits,
    *,
    filters: int = 2,
    kernel_size: int = 2,
    pool_size: int = 2,
    conv_layers: int = 1,
    conv_activation: Any = "relu",
    subsequences: int | None = None,
    units: int = 50,
    layers: int = 1,
    cell: Cell = "lstm",
    bidirectional: Merge | None = None,
    dropout: float = 0.0,
    output_dropout: float = 0.0,
    dense: tuple[int, ...] = (),
    dense_activation: Any = "linear",
    output: Output = "linear",
    **options: Unpack[CellOptions],
) -> keras.Model:
    """A model of frames of images, or of sub-sequences of a sequence.

    x has shape (examples, frames, height, width, channels), read by two-dimensional convolutions, or
    (examples, sub-sequences, steps, features), read by one-dimensional ones; of shape (examples, steps,
    features) it is cut into as many `subsequences` as given. On every frame act `conv_layers` convolutions
    of `filters` of `kernel_size`, each with a maximum over `pool_size` (1: none) after it.

    What is above is as in `recurrent`, with a frame or a sub-sequence for a step: y has shape (examples,),
    (examples, outputs) or (examples, frames, outputs).

    Raises: StudyError where the data have another shape, or a value is out of range.
    """
    check_sizes(filters=filters, kernel_size=kernel_size, pool_size=pool_size, conv_layers=conv_layers)
    known("conv_activation", keras.activations.get, conv_activation)
    shape, y = one_input(data, "cnn_lstm")
    frames = _frames(shape, subsequences)
    _check_fit(frames, kernel_size, pool_size, conv_layers)
    outputs, every_frame = outputs_of("cnn_lstm", y, frames[0])
    check_output(output, outputs)
    stack = Stack(
        units=units,
        layers=layers,
        cell=cell,
        bidirectional=bidirectional,
        dropout=dropout,
        output_dropout=output_dropout,
        options=options,
    )
    source = keras.Input(shape)
    hidden = source if frames == shape else keras.layers.Reshape(frames, name="subsequences")(source)
    convolution, pooling = _LAYERS[len(frames) - 1]
    on_each = keras.layers.TimeDistributed
    for level in range(conv_layers):
        layer = convolution(int(filters), int(kernel_size), activation=conv_activation)
        hidden = on_each(layer, name=f"convolution_{level}")(hidden)
        if pool_size > 1:
            hidden = on_each(pooling(int(pool_size)), name=f"pooling_{level}")(hidden)
    hidden = stack(on_each(keras.layers.Flatten(), name="flatten")(hidden), sequences=every_frame)
    return keras.Model(source, head(hidden, outputs, output, dense, dense_activation))


def _frames(shape: Shape, subsequences: int | None) -> Shape:
    """The shape of x as frames: (frames, ..., channels)."""
    if len(shape) == 2 and subsequences is not None:
        check_sizes(subsequences=subsequences)
        steps, features = shape
        if steps % subsequences:
            raise StudyError(f"subsequences is {subsequences}, which does not divide the {steps} steps of x")
        return (subsequences, steps // subsequences, features)
    if len(shape) in (3, 4):
        if subsequences is not None:
            raise StudyError(f"x of shape {shown(shape)} is cut already; leave out subsequences")
        return shape
    hint = "; cut it by subsequences=, or use recurrent" if len(shape) == 2 else ""
    raise StudyError(
        "cnn_lstm needs x of shape (examples, frames, height, width, channels)"
        f" or (examples, sub-sequences, steps, features), not {shown(shape)}{hint}"
    )


def _check_fit(frames: Shape, kernel_size: int, pool_size: int, conv_layers: int) -> None:
    """Raises: StudyError where a convolution or a pool is larger than what it is to read."""
    sides = frames[1:-1]
    for level in range(conv_layers):
        for name, size in (("kernel_size", kernel_size), ("pool_size", pool_size)):
            if size > min(sides):
                what = " x ".join(map(str, sides))
                raise StudyError(f"{name} is {size}, and convolution {level + 1} of a frame has {what} left")
            sides = tuple(side - size + 1 if name == "kernel_size" else side // size for side in sides)
