"""From how a configuration was confirmed to how it is trained on all data, without a validation split."""

import copy
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from tuner.building import Built, called
from tuner.deploy.bundle import Epochs
from tuner.errors import BundleError
from tuner.records import Run
from tuner.splits import Splits
from tuner.study import Build
from tuner.trees import leaves, mapped

_FEW = 32  # examples of the train split that stand in the place of a validation split, for nobody to watch


@dataclass(frozen=True, slots=True)
class Refit:
    """How a member is trained, and what is to be said about it."""

    build: Build
    epochs: Epochs
    notes: tuple[str, ...]


def refit(builder: Build, built: Built, runs: Sequence[Run]) -> Refit:
    """How to train without a validation split what `builder` makes and `built` is an example of.

    Callbacks that watch the validation split are left out. Where one of them stopped the training, the number
    of epochs is the median over confirmation runs of the epoch whose weights were scored.

    Raises: BundleError where that cannot be known, because no confirmation run has a score.
    """
    watching = [one for one in built.callbacks if _watches_validation(one)]
    every = [one for one in built.callbacks if isinstance(one, keras.callbacks.EarlyStopping)]
    stoppers = [one for one in every if one in watching]
    asked = int(built.fit["epochs"])
    epochs = _found(every, built.model, runs, asked) if stoppers else Epochs(asked, "as the study says")

    def build(trial: Any, data: Splits, seed_index: int) -> Any:
        model, fit = called(builder, trial, data, seed_index)
        given = fit.get("callbacks") or []
        kept = [
            one
            for one in (given if isinstance(given, list | tuple) else [given])
            if not _watches_validation(one)
        ]
        return model, {**fit, "callbacks": kept, "epochs": epochs.count}

    return Refit(build, epochs, tuple(_notes(built, watching, stoppers)))


def _watches_validation(callback: Any) -> bool:
    return str(getattr(callback, "monitor", "")).startswith("val_")


def _found(stoppers: Sequence[Any], model: Any, runs: Sequence[Run], asked: int) -> Epochs:
    complete = [run for run in runs if run.status == "complete"]
    if not complete:
        raise BundleError(
            "no confirmation run of this configuration has a score, so that it is not known how many epochs"
            " early stopping takes; finalize another one"
        )
    scored = [_scored_epoch(stoppers, model, run) for run in complete]
    count = max(1, min(asked, int(statistics.median(scored) + 0.5)))
    every = f"{len(scored)} confirmation runs" if len(scored) > 1 else "the one confirmation run"
    spread = f"{min(scored)} to {max(scored)}" if min(scored) < max(scored) else f"{scored[0]}"
    return Epochs(
        count,
        f"the median over {every} of the epoch whose weights were scored ({spread}); early stopping was left"
        " out, since no validation split is left to watch",
    )


def _scored_epoch(stoppers: Sequence[Any], model: Any, run: Run) -> int:
    """The epoch whose weights a run was scored with, counted from 1: the best where they were restored.

    Where several callbacks restore, each does so when the training ends, in their order: the last one counts.
    """
    for stopper in reversed(stoppers):
        watched = any(epoch > stopper.start_from_epoch for epoch in run.curve(stopper.monitor))
        if stopper.restore_best_weights and watched:
            return _best_epoch(stopper, model, run)
    return run.epochs


def _best_epoch(stopper: Any, model: Any, run: Run) -> int:
    """What Keras' own callback makes of the curve of a run."""
    again = copy.copy(stopper)
    again.restore_best_weights = False  # no weights are at hand
    again.set_model(model)
    again.on_train_begin()
    for epoch, value in run.curve(stopper.monitor).items():
        again.on_epoch_end(epoch - 1, {stopper.monitor: value})
    model.stop_training = False
    return int(again.best_epoch) + 1


def _notes(built: Built, watching: Sequence[Any], stoppers: Sequence[Any]) -> Sequence[str]:
    others = dict.fromkeys(type(one).__name__ for one in watching if one not in stoppers)
    found = [f"{name} watches the validation split and was left out" for name in others]
    own = dict.fromkeys(
        type(one).__name__
        for one in built.callbacks
        if not type(one).__module__.startswith("keras.") and not _watches_validation(one)
    )
    found += [
        f"the study's callback {name} stayed; numbers of a validation split that it may read are those of a"
        " few training examples"
        for name in own
    ]
    return found


def joined(splits: Splits, *, keep_test: bool) -> Splits:
    """Splits whose train part is all examples, those of the test split only unless it is kept out.

    In the order train, validation, test, which is that of time for a series. In the place of the others
    stand a few training examples, since Keras wants some.

    Raises: BundleError where a split comes batch by batch.
    """
    if splits.pipelines:
        name = next(iter(splits.pipelines))
        raise BundleError(
            f"the {name} split comes batch by batch, and finalize joins arrays; give the study arrays"
            " (they may be memory-mapped) to finalize it"
        )
    names = ("train", "validation") if keep_test else ("train", "validation", "test")
    pairs = [getattr(splits, name) for name in names]
    x, y = (mapped(_rows_of, *(pair[part] for pair in pairs)) for part in (0, 1))
    few = min(_FEW, len(next(leaves(y))))
    some = tuple(mapped(lambda array: array[:few], part) for part in (x, y))
    return replace(splits, train=(x, y), validation=some, test=some)


def _rows_of(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate(arrays)
