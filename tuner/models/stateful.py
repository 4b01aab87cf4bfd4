"""Models that carry their states from batch to batch: when they start anew, and the batches they need."""

from typing import Any

import keras

from tuner.errors import StudyError
from tuner.models.arguments import check_sizes
from tuner.splits import Splits


def reset_states(model: keras.Model) -> None:
    """The next batch starts from states of zeros, in every stateful layer of a model.

    Raises: StudyError where there is none.
    """
    layers = stateful_layers(model)
    if not layers:
        raise StudyError("the model has no stateful layer whose states could be reset; give stateful=True")
    for layer in layers:
        layer.reset_state()


class ResetStates(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Every epoch of training starts from states of zeros.

    The validation after it goes on from the states in which the epoch ends, as a later part of a series
    does.
    """

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        reset_states(self.model)


def stateful_layers(model: keras.Model) -> list[Any]:
    """The recurrent layers of a model that carry states, those inside of other layers too."""
    return [
        layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.RNN) and layer.stateful
    ]


def statefulness(model: keras.Model) -> str:
    """What is to be said of a stateful model before it trains, in words; nothing of another.

    Keras' own layers lose their states on JAX: see `tuner.models.layers`.
    """
    layers = stateful_layers(model)
    if not layers:
        return ""
    kept = {id(variable) for variable in model.variables}
    lost = any(id(state) not in kept for layer in layers for state in keras.tree.flatten(layer.states))
    hint = ", which those of Keras do not on JAX: use tuner.models.recurrent, or TensorFlow"
    carried = "the model is stateful: the states of a batch go on in the next one"
    return carried + (hint if lost and keras.config.backend() == "jax" else "")


def check_batches(data: Splits, batch_size: int | None) -> None:
    """Raises: StudyError where batches of that size leave a rest of a split: a state has a row an example."""
    if batch_size is None:
        raise StudyError("a stateful model needs the batch_size that it is trained with")
    check_sizes(batch_size=batch_size)
    for name, rows in data.sizes.items():
        if rows % batch_size:
            raise StudyError(
                f"batch_size is {batch_size}, which does not divide the {rows} examples of the {name} split;"
                " a stateful model needs whole batches"
            )
