"""Encoder-decoder models trained by teacher forcing: the decoder sees what it should have said before."""

from typing import Unpack

import keras

from tuner.errors import StudyError
from tuner.models.cells import Cell, CellOptions, Merge
from tuner.models.coders import Coders
from tuner.models.outputs import Output, check_output, head
from tuner.models.shapes import need_target_sequences, shown, two_inputs
from tuner.splits import Splits


def teacher_forced(
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
    """A model of x = (encoder input, decoder input) and y, all of shape (examples, steps, features).

    The decoder input has the steps of y: in training the y before each step, after a start symbol. What
    the model says without it, fed by its own outputs, `inference` tells; scores of `predict` are scores of
    one step ahead. Sizes, `dropout`, `bidirectional` and `options` are as in `encoder_decoder`.

    Raises: StudyError where the data are not sequences, or a value is out of range.
    """
    x, previous, y = two_inputs(data, "teacher_forced")
    need_target_sequences("teacher_forced", y)
    steps, features = y
    if previous[0] != steps:
        raise StudyError(
            f"the decoder input has shape {shown(previous)} and y {shown(y)}; they need the same steps"
        )
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
    source, before = keras.Input(x), keras.Input(previous)
    states = coders.states(source)
    hidden = coders.decode(before, states)
    return keras.Model([source, before], head(hidden, features, output))
