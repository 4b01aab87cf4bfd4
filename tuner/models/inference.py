"""What a trained encoder-decoder says of a sequence, of any length, step after step.

The inference models share the layers of the trained one: they follow its weights, and nothing is copied.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import keras
import numpy as np

from tuner.errors import StudyError
from tuner.models.arguments import check_choice, check_sizes
from tuner.models.coders import DECODER
from tuner.models.decoding import FEEDS, DecoderStep, Feed
from tuner.models.layers import ZeroInput

Start = Literal["one_hot", "zero"]
States = tuple[np.ndarray, ...]

_STARTS = ("zero", "one_hot")


def inference(model: keras.Model) -> "Inference":
    """The inference models of a model of `encoder_decoder` or `teacher_forced`, trained or loaded.

    One that was trained inside of `framed.around(inner)` reads and says prepared values. With `framed` as
    `tuner.prepare.framed` gives it, its next 12 steps in original units are

        told = inference(inner).generate(framed.splits.test[0], 12)
        forecasts = framed.restored(told, "test")

    and of other windows `framed.preparation` has `inputs` and `restored`.

    Raises: StudyError where it is another model.
    """
    return Inference(model)


class Inference:
    """An encoder, a step of the decoder, and the loop over steps, for a batch of sequences.

    `features` is the number of features that the decoder sees in a step. Dropout is off.
    """

    def __init__(self, model: keras.Model) -> None:
        decoders = _decoders(model)
        self.features = int(decoders[0].input[0].shape[-1])
        self._shape = tuple(model.inputs[0].shape[1:])
        self._forced = len(model.inputs) > 1
        self._cells = [layer.cell for layer in decoders]
        self._head = model.get_layer("output")
        states = [state for layer in decoders for state in layer.input[1:]]
        self._encoder = keras.Model(model.inputs[0], states)
        self._sizes = [int(state.shape[-1]) for state in states]
        self._loops: dict[tuple[int, Feed], keras.Model] = {}

    @property
    def feed(self) -> Feed:
        """What the decoder sees in each step if nothing is said of it.

        Zero where it saw zeros in training; else the one-hot vector of its most likely symbol where its
        outputs are probabilities, and its output where they are numbers.
        """
        if not self._forced:
            return "zero"
        return "argmax" if self._head.activation is keras.activations.softmax else "output"

    def encode(self, x: Any, *, batch_size: int = 1_024) -> States:
        """The states from which the decoder starts, each of shape (examples, units).

        x has shape (examples, steps, features).

        Raises: StudyError where it has another shape.
        """
        return _flat(self._encoder.predict(self._checked(x), batch_size=batch_size, verbose=0))

    def step(self, states: Sequence[Any], previous: Any) -> tuple[np.ndarray, States]:
        """What the decoder says when it sees `previous`, (examples, features), and its states after that."""
        output, *after = _flat(self._step.predict_on_batch([_floats(previous), *map(_floats, states)]))
        return output, tuple(after)

    def generate(
        self,
        x: Any,
        steps: int,
        *,
        feed: Feed | None = None,
        start: Start | Any = "zero",
        batch_size: int = 1_024,
    ) -> np.ndarray:
        """What the decoder says in `steps` steps, of shape (examples, steps, outputs).

        x has shape (examples, steps, features): the input of the encoder alone. In each step the decoder
        sees, by `feed`, zeros, its "output" of the step before, or the one-hot vector of that output's
        "argmax"; None: as `self.feed` says. In the first step it sees the `start`: "zero", "one_hot" (the
        first symbol), or an array of shape (features,) or (examples, features).

        Raises: StudyError where x has another shape, or what is fed does not fit the decoder.
        """
        check_sizes(steps=steps)
        feed = self.feed if feed is None else feed
        check_choice("feed", feed, FEEDS)
        if feed != "zero" and self._head.units != self.features:
            raise StudyError(
                f"feed is {feed!r}, but the decoder sees {self.features} features and says"
                f" {self._head.units}; give feed='zero'"
            )
        states = self.encode(x, batch_size=batch_size)
        seen = self._start(start, len(states[0]))
        return np.asarray(self._loop(steps, feed).predict([seen, *states], batch_size=batch_size, verbose=0))

    @cached_property
    def _step(self) -> keras.Model:
        seen, *states = self._inputs()
        step = DecoderStep(self._cells, self._head, self.features, "zero")
        output, (_, *after) = step(seen, [seen, *states])
        return keras.Model([seen, *states], [output, *after])

    def _loop(self, steps: int, feed: Feed) -> keras.Model:
        """From what the first step sees, and the states, to the outputs of all steps."""
        if (steps, feed) not in self._loops:
            seen, *states = self._inputs()
            step = DecoderStep(self._cells, self._head, self.features, feed)
            loop = keras.layers.RNN(step, return_sequences=True)
            outputs = loop(ZeroInput(steps, 1)(seen), initial_state=[seen, *states])
            self._loops[steps, feed] = keras.Model([seen, *states], outputs)
        return self._loops[steps, feed]

    def _inputs(self) -> list[Any]:
        return [keras.Input((size,)) for size in (self.features, *self._sizes)]

    def _start(self, start: Any, examples: int) -> np.ndarray:
        if isinstance(start, str):
            check_choice("start", start, _STARTS)
            symbol = np.zeros(self.features)
            symbol[0] = start == "one_hot"
        else:
            symbol = np.asarray(start)
        if symbol.shape not in ((self.features,), (examples, self.features)):
            raise StudyError(
                f"start has shape {symbol.shape}; give ({self.features},) or ({examples}, {self.features})"
            )
        return _floats(np.broadcast_to(symbol, (examples, self.features)))

    def _checked(self, x: Any) -> np.ndarray:
        if isinstance(x, tuple | list) and len(x) == 2 and np.ndim(x[0]) == 3:
            raise StudyError("x is a pair of inputs; give the input of the encoder alone")
        array = np.asarray(x)
        if array.shape[1:] != self._shape:
            raise StudyError(
                f"x has shape {array.shape}; the encoder takes (examples, {', '.join(map(str, self._shape))})"
            )
        return _floats(array)


def _decoders(model: keras.Model) -> list[Any]:
    """The decoder's layers, first to last. Raises: StudyError where there is none that is passed states."""
    found = _with_states(model)
    if not found:
        for inner in getattr(model, "layers", ()):
            if _with_states(inner):
                raise StudyError(
                    f"the decoder is in the model inside, {inner.name!r}, which reads prepared windows;"
                    f" give that one, inference(model.get_layer({inner.name!r})): its help shows how"
                )
        raise StudyError(
            "the model has no decoder that starts from states;"
            " inference is for models of encoder_decoder and teacher_forced"
        )
    return found


def _with_states(model: Any) -> list[Any]:
    """The decoder's layers, first to last; none where one of them is not passed states."""
    by_name = {layer.name: layer for layer in getattr(model, "layers", ())}
    found = [by_name[name] for level in range(len(by_name)) if (name := f"{DECODER}{level}") in by_name]
    return found if all(isinstance(layer.input, list) for layer in found) else []


def _flat(outputs: Any) -> tuple[np.ndarray, ...]:
    return tuple(map(np.asarray, keras.tree.flatten(outputs)))


def _floats(array: Any) -> np.ndarray:
    return np.asarray(array, dtype=keras.config.floatx())
