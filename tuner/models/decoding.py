"""One step of a decoder as a recurrent cell, so that Keras' own loop over steps runs it, compiled."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import keras

Feed = Literal["argmax", "output", "zero"]
FEEDS = ("zero", "output", "argmax")


class DecoderStep(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """The cells of a decoder and its output: what it says in a step, and what it sees in the next.

    The layers are those of the trained model. The states are what the step sees, of shape (batch,
    features), then the states of every cell; the input of the loop is not looked at. `feed` says what the
    next step sees: "zero", the "output" as it is, or the one-hot vector of its "argmax".
    """

    def __init__(self, cells: Sequence[Any], head: Any, features: int, feed: Feed) -> None:
        super().__init__()
        self.cells = list(cells)
        self.head = head
        self.feed = feed
        self.state_size = [features, *(size for cell in cells for size in sizes(cell))]
        self.output_size = head.units

    def build(self, *shapes: object) -> None:
        """Every layer has its weights already."""

    def call(self, inputs: Any, states: Sequence[Any], training: bool = False) -> tuple[Any, list[Any]]:
        seen, *states = states
        hidden, after = seen, list[Any]()
        with _without_dropout(self.cells):
            for cell in self.cells:
                count = len(sizes(cell))
                hidden, new = cell(hidden, states[:count], training=False)
                after, states = [*after, *new], states[count:]
        output = self.head(hidden)
        return output, [fed(self.feed, seen, output), *after]


def sizes(cell: Any) -> list[int]:
    """The widths of a cell's states."""
    size = cell.state_size
    return list(size) if isinstance(size, list | tuple) else [size]


def fed(feed: Feed, seen: Any, output: Any) -> Any:
    """What the step after sees, by what this one saw and said; all of shape (batch, features)."""
    if feed == "zero":
        return keras.ops.zeros_like(seen)
    if feed == "output":
        return output
    return keras.ops.one_hot(keras.ops.argmax(output, axis=-1), output.shape[-1], dtype=output.dtype)


@contextmanager
def _without_dropout(cells: Sequence[Any]) -> Iterator[None]:
    """Within it the cells have no dropout: one of a simple RNN draws its mask even when it is not used."""
    rates = [cell.recurrent_dropout for cell in cells]
    for cell in cells:
        cell.recurrent_dropout = 0.0
    try:
        yield
    finally:
        for cell, rate in zip(cells, rates, strict=True):
            cell.recurrent_dropout = rate
