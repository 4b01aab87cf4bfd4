"""An encoder that reads a sequence, and a decoder that writes one: two stacks of recurrent layers.

The layers have fixed names (`encoder_0`, `decoder_0`, ..., `output`), by which `inference` finds them again
in a trained or a loaded model.
"""

from dataclasses import dataclass, field
from typing import Any

import keras

from tuner.models.arguments import check_rates, check_sizes
from tuner.models.cells import CellOptions, check_merge, checked_options, recurrent_layer

_MERGED = {
    "concat": keras.layers.Concatenate,
    "sum": keras.layers.Add,
    "mul": keras.layers.Multiply,
    "ave": keras.layers.Average,
}
DECODER = "decoder_"


@dataclass(frozen=True, slots=True)
class Coders:
    """`layers` recurrent layers in the encoder, and as many in the decoder.

    `bidirectional` says how the two directions of the encoder are merged; None: it has one. `dropout` acts
    between the layers and before the output. `decoder_units` is None where it is as wide as the encoder.

    Raises: StudyError where a value is none that there is.
    """

    units: int
    decoder_units: int | None
    layers: int
    cell: str
    bidirectional: str | None
    dropout: float
    options: CellOptions
    _options: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        check_sizes(units=self.units, layers=self.layers)
        if self.decoder_units is not None:
            check_sizes(decoder_units=self.decoder_units)
        check_rates(dropout=self.dropout)
        check_merge(self.bidirectional)
        self._options.update(checked_options(self.cell, self.options))

    @property
    def width(self) -> int:
        """Units of a layer of the decoder."""
        return int(self.units if self.decoder_units is None else self.decoder_units)

    def encode(self, source: Any) -> Any:
        """What the encoder says at the end of a sequence, an array of features."""
        hidden = source
        for level in range(self.layers):
            hidden = self._encoder(level, hidden)
        return hidden

    def states(self, source: Any) -> list[list[Any]]:
        """The final states of every layer of the encoder, as wide as the decoder takes them.

        The states of two directions are merged as their outputs are; where they then have another width
        than the decoder, a dense layer (`bridge_0_0`, ...) is put between.
        """
        hidden, states = source, []
        for level in range(self.layers):
            outputs = self._encoder(level, hidden, return_state=True)
            hidden = outputs[0]
            states.append(list(outputs[1:]))
        return [
            [self._handed_over(state, f"{level}_{place}") for place, state in enumerate(self._merged(own))]
            for level, own in enumerate(states)
        ]

    def decode(self, hidden: Any, states: list[list[Any]] | None = None) -> Any:
        """What the decoder says at every step of its input, starting from these states."""
        for level in range(self.layers):
            layer = recurrent_layer(
                self.cell, self.width, self._options, name=f"{DECODER}{level}", return_sequences=True
            )
            hidden = layer(hidden, initial_state=states[level]) if states else layer(hidden)
            hidden = keras.layers.Dropout(self.dropout)(hidden)
        return hidden

    def _encoder(self, level: int, hidden: Any, **more: Any) -> Any:
        if level:
            hidden = keras.layers.Dropout(self.dropout)(hidden)
        layer = recurrent_layer(
            self.cell,
            int(self.units),
            self._options,
            name=f"encoder_{level}",
            merge=self.bidirectional,
            return_sequences=level < self.layers - 1,
            **more,
        )
        return layer(hidden)

    def _merged(self, states: list[Any]) -> list[Any]:
        """The states of one direction, or of two, forward then backward, merged in pairs."""
        if self.bidirectional is None:
            return states
        half = len(states) // 2
        merge = _MERGED[self.bidirectional]
        return [merge()([one, other]) for one, other in zip(states[:half], states[half:], strict=True)]

    def _handed_over(self, state: Any, name: str) -> Any:
        if state.shape[-1] == self.width:
            return state
        return keras.layers.Dense(self.width, name=f"bridge_{name}")(state)
