"""Recurrent networks: layers in one direction or both, answering at the end of a sequence or at each step."""

from typing import Any, Unpack

import keras

from tuner.models.cells import Cell, CellOptions, Merge
from tuner.models.outputs import Output, check_output, head
from tuner.models.shapes import need_sequences, one_input, outputs_of
from tuner.models.stack import Stack
from tuner.models.stateful import check_batches
from tuner.splits import Splits


def recurrent(
    data: Splits,
    *,
    units: int,
    layers: int = 1,
    cell: Cell = "lstm",
    bidirectional: Merge | None = None,
    dropout: float = 0.0,
    output_dropout: float = 0.0,
    dense: tuple[int, ...] = (),
    dense_activation: Any = "linear",
    output: Output = "linear",
    go_backwards: bool = False,
    stateful: bool = False,
    batch_size: int | None = None,
    **options: Unpack[CellOptions],
) -> keras.Model:
    """A model of sequences x of shape (examples, steps, features).

    It answers once, at the end of a sequence, where y has shape (examples,) or (examples, outputs), and at
    each step where y has shape (examples, steps, outputs). Above `layers` recurrent layers of `units` each
    are `dense` layers and the output.

    `dropout` drops inputs of the recurrent layers (Keras' argument of that name), `output_dropout` their
    outputs; `options` are those of the cells, see `CellOptions`. `bidirectional` says how two directions
    are merged ("concat", "sum", "mul", "ave"). A `stateful` model goes on, from batch to batch, where the
    batch before ended (see `reset_states`), and needs the `batch_size` that it is trained with and
    `shuffle=False`; without it `batch_size` is not used.

    Raises: StudyError where the data are no sequences, or a value is out of range.
    """
    x, y = one_input(data, "recurrent")
    need_sequences("recurrent", "x", x)
    outputs, every_step = outputs_of("recurrent", y, x[0])
    check_output(output, outputs)
    stack = Stack(
        units=units,
        layers=layers,
        cell=cell,
        bidirectional=bidirectional,
        dropout=dropout,
        output_dropout=output_dropout,
        options=options,
        go_backwards=go_backwards,
        stateful=stateful,
    )
    if stateful:
        check_batches(data, batch_size)
    source = keras.Input(x, batch_size=batch_size if stateful else None)
    hidden = stack(source, sequences=every_step)
    return keras.Model(source, head(hidden, outputs, output, dense, dense_activation))
