"""How many training steps Keras runs at once (`steps_per_execution`), and when."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tuner.building import Built
from tuner.pipelines import kind
from tuner.trees import leaves

MOST = 64  # beyond it nothing more is gained
_SECONDS = 1.0  # that the steps of one execution may take: progress moves, and Ctrl-C is heard
# A cautious guess of what a step takes on one core.
_A_STEP = 1e-3
_A_POSITION = 5e-4
_FLOPS = 2e9

_BATCH_HOOKS = tuple(
    f"on_{phase}batch_{end}" for phase in ("", "train_", "test_", "predict_") for end in ("begin", "end")
)

_LOOPS = (
    "fit",
    "evaluate",
    "predict",
    "make_train_function",
    "make_test_function",
    "make_predict_function",
)


def steps_at_once(built: Built, callbacks: Sequence[Any]) -> int:
    """Steps for one execution: as compiled where that was chosen, 1 where every batch is to be seen.

    Arrays in memory only: how long a pipeline or a disk takes for a batch is not known. `steps_per_epoch`
    and `validation_steps` are whole numbers of executions, so with them it is 1 as well.
    """
    model, fit = built.model, built.fit
    compiled = int(model.steps_per_execution or 1)
    if (
        compiled > 1
        or model.run_eagerly
        or not all(map(_in_memory, (built.splits.train, built.splits.validation)))
        or fit.get("steps_per_epoch")
        or fit.get("validation_steps")
        or not all(map(_sleeps_within_epochs, callbacks))
        or own_loop(model)
    ):
        return compiled
    steps = math.ceil(built.splits.sizes["train"] / built.batch_size)
    return max(1, min(MOST, steps, int(_SECONDS / _seconds(built))))


def _in_memory(split: Any) -> bool:
    return not (kind(split) or any(isinstance(leaf, np.memmap) for leaf in keras.tree.flatten(split)))


def _seconds(built: Built) -> float:
    """A guess of how long a step takes, too long rather than too short.

    A recurrent layer goes through the positions of a sequence (of an image, of a text) one after another,
    and every weight meets every position of every example once, three times over with its gradient.
    """
    positions = max(map(_positions, leaves(built.splits.train)))
    flops = 6.0 * int(built.model.count_params()) * built.batch_size
    return _A_STEP + positions * (_A_POSITION + flops / _FLOPS)


def _positions(array: np.ndarray) -> int:
    """Of an example: the product of its axes but for the features; whole numbers have no features."""
    return math.prod(array.shape[1:] if array.dtype.kind in "iu" else array.shape[1:-1])


def _sleeps_within_epochs(callback: Any) -> bool:
    """Whether a callback neither hears of batches nor, on TensorFlow, may predict between epochs.

    There a prediction of several steps at once is traced step by step, which takes long; Keras' own
    callbacks do not predict.
    """
    hears = any(
        getattr(getattr(callback, hook), "__func__", None) is not getattr(keras.callbacks.Callback, hook)
        for hook in _BATCH_HOOKS
    )
    own = type(callback).__module__.startswith("keras.")
    lambdas = isinstance(callback, keras.callbacks.LambdaCallback)
    return not hears and (keras.config.backend() == "jax" or (own and not lambdas))


def own_loop(model: keras.Model) -> str:
    """The name of a loop over batches that a model has of its own, and Keras' would not run; or nothing."""
    return next((name for name in _LOOPS if getattr(type(model), name) is not getattr(keras.Model, name)), "")
