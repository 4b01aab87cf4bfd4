"""Encoder-decoder models that pass states: the decoder sees zeros and the encoder's final states."""

from typing import Unpack

import keras

from tuner.models.cells import Cell, CellOptions, Merge
from tuner.models.coders import Coders
from tuner.models.layers import ZeroInput
from tuner.models.outputs import Output, check_output, head
from tuner.models.shapes import need_sequences, need_target_sequences, one_input
from tuner.splits import Splits


def encoder_decoder(
    data: Splits,
    *,
    units: int,
    decoder_units: int | None = None,
    layers: int = 1,
    dropout: float = 0.0,
    cell: Cell = "gru",
    bidirectional: Merge | None = None,
    output: Output = "linear",
    **options: Unpack[CellOptions],
) -> keras.Model:
    """A model from (examples, steps in, features in) to (examples, steps out, features out).

    Encoder and decoder are stacks of `layers` recurrent layers of `units` each. Every decoder layer
    starts from the final states of the encoder layer of its level; the decoder's input is zero.
    `dropout` acts between the layers and before the output.

    The encoder reads in both directions where `bidirectional` says how they are merged ("concat", "sum",
    "mul", "ave"): its outputs and its states. Where the states have another width than the decoder
    (`decoder_units`; None: `units`), dense layers lead from one to the other. `options` are those of the
    cells, see `CellOptions`. `inference` makes forecasts of any length of the trained model.

    Raises: StudyError where the data are not sequences, or a value is out of range.
    """
    x, y = one_input(data, "encoder_decoder")
    need_sequences("encoder_decoder", "x", x)
    need_target_sequences("encoder_decoder", y)
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
    states = coders.states(source)
    hidden = coders.decode(ZeroInput(steps, features)(source), states)
    return keras.Model(source, head(hidden, features, output))
