"""A stack of recurrent layers, one above the other."""

from dataclasses import dataclass, field
from typing import Any

import keras

from tuner.errors import StudyError
from tuner.models.arguments import check_rates, check_sizes
from tuner.models.cells import CellOptions, check_merge, checked_options, recurrent_layer
from tuner.models.layers import Reversed


@dataclass(frozen=True, slots=True)
class Stack:
    """`layers` recurrent layers of `units` each, named `recurrent_0` and so on.

    `dropout` drops inputs of every layer, the same at all steps, as Keras' argument of that name does;
    `output_dropout` drops outputs of every layer, at every step anew. With `go_backwards` the layers read
    their sequence from its end.

    Raises: StudyError where a value is none that there is.
    """

    units: int
    layers: int
    cell: str
    bidirectional: str | None
    dropout: float
    output_dropout: float
    options: CellOptions
    go_backwards: bool = False
    stateful: bool = False
    _options: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        check_sizes(units=self.units, layers=self.layers)
        check_rates(dropout=self.dropout, output_dropout=self.output_dropout)
        check_merge(self.bidirectional)
        if self.go_backwards and self.bidirectional:
            raise StudyError(
                "go_backwards and bidirectional exclude each other: two directions are both ways"
            )
        self._options.update(checked_options(self.cell, self.options))

    def __call__(self, hidden: Any, *, sequences: bool) -> Any:
        """What the last layer says of a sequence: at every step, in the order of the steps, or at its end."""
        for level in range(self.layers):
            every = sequences or level < self.layers - 1
            hidden = self._layer(level, every)(hidden)
            if every and self.go_backwards:  # Keras leaves the outputs in the order in which they were made
                hidden = Reversed()(hidden)
            if self.output_dropout:
                hidden = keras.layers.Dropout(self.output_dropout)(hidden)
        return hidden

    def _layer(self, level: int, every: bool) -> keras.Layer:
        more = {"go_backwards": True} if self.go_backwards else {}
        return recurrent_layer(
            self.cell,
            int(self.units),
            {**self._options, "dropout": self.dropout},
            name=f"recurrent_{level}",
            merge=self.bidirectional,
            return_sequences=every,
            stateful=self.stateful,
            **more,
        )
