"""Trainings of the fit engine that are kept when an epoch has ended, and go on from there.

What Keras keeps outside of the model are the global generators that it draws from and what its callbacks
count. Where anything else may have a state (a pipeline, a callback of one's own), nothing is kept.
"""

import random
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from tuner.building import Built
from tuner.engines.checkpoints import Arrays, Checkpoint, fitting, numbered
from tuner.engines.execution import own_loop
from tuner.models.stateful import stateful_layers
from tuner.trees import leaves

# What those of Keras' callbacks count whose state is known; `best` and `best_weights` come with it.
_COUNTS: dict[type, tuple[str, ...]] = {
    keras.callbacks.EarlyStopping: ("wait", "stopped_epoch", "best_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "cooldown_counter"),
    keras.callbacks.LearningRateScheduler: (),
    keras.callbacks.TerminateOnNaN: (),
}


def can_be_kept(built: Built) -> bool:
    """Whether all that a training depends on can be kept and restored."""
    model, fit = built.model, built.fit
    return not (
        built.splits.pipelines
        or fit.get("steps_per_epoch")
        or fit.get("validation_steps")
        or not isinstance(fit.get("shuffle", True), bool)
        or model.run_eagerly
        or own_loop(model)
        or stateful_layers(model)
        or any(type(callback) not in _COUNTS for callback in built.callbacks)
        or (keras.config.backend() == "tensorflow" and not _draws_with_keras(built))
    )


def _draws_with_keras(built: Built) -> bool:
    """Whether a model, whose graph may draw from TensorFlow's own generators, has no parts but known ones."""
    parts = {type(layer).__module__.partition(".")[0] for layer in built.model._flatten_layers()}
    arrays = all(array.dtype.kind in "biuf" for array in leaves(built.splits.train))
    return arrays and parts <= {"keras", "tuner"}


class Resumed:
    """The training of one seed, from where it was kept: `epoch` epochs are done, with their `curves`."""

    def __init__(self, built: Built, checkpoint: Checkpoint) -> None:
        self.built, self.checkpoint = built, checkpoint
        self.keeps = checkpoint.slot is not None and can_be_kept(built)
        self.curves: list[dict[str, float]] = []
        self._found: Arrays = {}
        found = checkpoint.load() if self.keeps else None
        like = [np.asarray(variable) for variable in _variables(built.model)]
        if found is not None and fitting(found, "variable", like) is not None:
            self._found, self.curves = found, _curves_of(found)

    @property
    def epoch(self) -> int:
        """The epoch with which to go on."""
        return len(self.curves)

    def around(self, callbacks: Sequence[Any], curves: list[dict[str, float]]) -> list[Any]:
        """Callbacks of `fit`, and those that restore the training before them and keep it after them.

        `curves` are the logs of the epochs, as another callback gathers them.
        """
        return [_Restoring(self), *callbacks, _Keeping(self, curves)] if self.keeps else list(callbacks)

    def restore(self) -> None:
        """Put everything where it was when the epoch before had ended."""
        model, found = self.built.model, self._found
        variables = _variables(model)
        values = fitting(found, "variable", [np.asarray(variable) for variable in variables])
        assert values is not None  # as when it was loaded
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        for place, callback in enumerate(self.built.callbacks):
            _restore_callback(callback, found, f"callback.{place}")
        version, _, _ = random.getstate()
        (gauss,) = found["python.gauss"].tolist() or (None,)
        random.setstate((version, tuple(found["python"].tolist()), gauss))
        position, has_gauss, cached = found["numpy.more"].tolist()
        np.random.set_state(("MT19937", found["numpy"], int(position), int(has_gauss), cached))

    def keep(self, curves: list[dict[str, float]]) -> None:
        """Keep everything as it is."""
        _, python, gauss = random.getstate()
        _, numbers, *more = np.random.get_state()
        arrays = {
            **numbered("variable", [np.asarray(one) for one in _variables(self.built.model)]),
            **_arrays_of(curves),
            "python": np.array(python, dtype=np.uint64),
            "python.gauss": np.array([] if gauss is None else [gauss]),
            "numpy": np.asarray(numbers),
            "numpy.more": np.array(more, dtype=np.float64),
        }
        for place, callback in enumerate(self.built.callbacks):
            arrays |= _arrays_of_callback(callback, f"callback.{place}")
        self.checkpoint.save(arrays)


class _Restoring(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Restores a training at the start of its first epoch here; to be called before all others."""

    def __init__(self, resumed: Resumed) -> None:
        super().__init__()
        self._resumed = resumed

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        if epoch and epoch == self._resumed.epoch:
            self._resumed.restore()


class _Keeping(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps a training when an epoch has ended; to be called after all others."""

    def __init__(self, resumed: Resumed, curves: list[dict[str, float]]) -> None:
        super().__init__()
        self._resumed, self._curves = resumed, curves

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        ends = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if not ends and self._resumed.checkpoint.due:
            self._resumed.keep(self._curves)


def _variables(model: keras.Model) -> list[Any]:
    """All but the metrics', which start anew with every epoch."""
    return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _arrays_of(curves: Sequence[dict[str, float]]) -> dict[str, np.ndarray]:
    """Learning curves; NaN where an epoch has no number of a name, as in a history."""
    names = list(dict.fromkeys(name for epoch in curves for name in epoch))
    table = [[epoch.get(name, np.nan) for name in names] for epoch in curves]
    return {"names": np.array(names, dtype=str), "curves": np.array(table, dtype=np.float64)}


def _curves_of(found: Arrays) -> list[dict[str, float]]:
    names = [str(name) for name in found["names"]]
    return [dict(zip(names, row, strict=True)) for row in found["curves"].tolist()]


def _arrays_of_callback(callback: Any, name: str) -> dict[str, np.ndarray]:
    counts = [getattr(callback, count) for count in _COUNTS[type(callback)]]
    best, weights = getattr(callback, "best", None), getattr(callback, "best_weights", None)
    return {
        f"{name}.counts": np.array(counts, dtype=np.int64),
        f"{name}.best": np.array([] if best is None else [float(best)]),
        f"{name}.kept": np.array(-1 if weights is None else len(weights)),
        **numbered(f"{name}.weights", weights or []),
    }


def _restore_callback(callback: Any, found: Arrays, name: str) -> None:
    for count, value in zip(_COUNTS[type(callback)], found[f"{name}.counts"].tolist(), strict=True):
        setattr(callback, count, value)
    if hasattr(callback, "best"):
        (callback.best,) = found[f"{name}.best"].tolist() or (None,)
    if hasattr(callback, "best_weights"):
        kept = int(found[f"{name}.kept"])
        callback.best_weights = (
            None if kept < 0 else [found[f"{name}.weights.{place}"] for place in range(kept)]
        )
