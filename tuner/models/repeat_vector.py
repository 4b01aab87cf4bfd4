"""Encoder-decoder with a repeated vector: the decoder sees at each step what the encoder said at its end."""

from typing import Unpack

import keras

from tuner.models.cells import Cell, CellOptions, Merge
from tuner.models.coders import Coders
from tuner.models.outputs import Output, check_output, head
from tuner.models.shapes import need_sequences, need_target_sequences, one_input
from tuner.splits import Splits


def repeat_vector(
    data: Splits,
    *,
    units: int,
    decoder_units: int | None = None,
    layers: int = 1,
    dropout: float = 0.0,
    cell: Cell = "lstm",
    bidirectional: Merge | None = None,
    output: Output = "linear",
    **options: Unpack[CellOptions],
) -> keras.Model:
    """A model from (examples, steps in, features in) to (examples, steps out, features out).

    The encoder has `layers` recurrent layers of `units` each (of both directions where `bidirectional` says
    how they are merged), the decoder as many of `decoder_units` (None: `units`). `dropout` acts between the
    layers and before the output; `options` are those of the cells, see `CellOptions`.

    Raises: StudyError where the data are no sequences, or a value is out of range.
    """
    x, y = one_input(data, "repeat_vector")
    need_sequences("repeat_vector", "x", x)
    need_target_sequences("repeat_vector", y)
    steps, features = y
    check_output(output, features)
    coders = Coders(
        units=units,
        decoder_units=decoder_units,
        layers=layers,
        cell=cell,
        bidirectional=bidirectional,
        dropout=dropout,
        options=options,
    )
    source = keras.Input(x)
    repeated = keras.layers.RepeatVector(steps)(coders.encode(source))
    return keras.Model(source, head(coders.decode(repeated), features, output))
