"""One configuration built once before anything trains, so that mistakes in a study are found at the start."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras.backend import is_float_dtype

from tuner.building import Built, symbolic
from tuner.errors import StudyError, study_errors
from tuner.metrics import Metric, unlike
from tuner.outputs import LABELS
from tuner.records import BASELINE, Configuration
from tuner.sources import Source
from tuner.study import Build
from tuner.trees import leaves
from tuner.trials import MissingValueError, PinnedTrial

# Called once with x and y of one test example and made-up predictions of two runs for it; x may be None.
TryShow = Callable[[Any, Any, Any], None]


class Trying:
    """Tries what a study's configurations are made of; with `keep_outputs` their answers must be numbers."""

    def __init__(self, source: Source, metric: Metric, *, keep_outputs: bool) -> None:
        self._source, self._metric, self._keep_outputs = source, metric, keep_outputs

    def configuration(self, configuration: Configuration) -> tuple[Built, PinnedTrial]:
        """Build a named configuration once; its values must be those that the study asks for.

        Raises: StudyError for whatever is wrong.
        """
        name = configuration.name
        trial = PinnedTrial(configuration.params, name)
        builder, _ = self._source.builder(configuration)
        try:
            built = self._source.build_once(configuration, builder, trial)
        except MissingValueError as error:
            raise self._misnamed(configuration, builder) or error from None
        if builder is self._source.study.build and (unused := trial.unused()):
            known = ", ".join(trial.params) or "nothing"
            raise StudyError(f"{name!r} names {unused[0]!r}, which build never suggests; it suggests {known}")
        for param, value in trial.params.items():
            if not isinstance(value, None | bool | int | float | str):
                raise StudyError(
                    f"{name!r} has a {type(value).__name__} for {param!r}; choose among numbers or texts,"
                    " and look the object up in build"
                )
        self._try_metric(built, name)
        return built, trial

    def _misnamed(self, configuration: Configuration, builder: Build) -> StudyError | None:
        """Every name that a configuration lacks, and what it has instead; None where build fails so."""
        trial = PinnedTrial(configuration.params, configuration.name, lenient=True)
        try:
            self._source.build_once(configuration, builder, trial)
        except StudyError:
            return None
        lacking = f"{configuration.name!r} has no value for {_listed(trial.missing)}, which build suggests"
        if builder is not self._source.study.build or not trial.unused():
            return StudyError(f"{lacking}; add {'it' if len(trial.missing) == 1 else 'them'}")
        return StudyError(f"{lacking}, and names {_listed(trial.unused())}, which it never suggests")

    def _try_metric(self, built: Built, name: str) -> None:
        """Score made-up predictions of the model's output shape, so that a wrong metric is found at once."""
        others = [split for split in built.splits.pipelines if split == "test"]  # arrays fit the validation's
        for split in ("validation", *others):
            _, y, y_pred = self.made_up(built, name, split)
            shapes = unlike(y, y_pred)
            tried = f"the metric, tried on {name!r},"
            with study_errors(f"the model of {name!r} {shapes}; {tried}" if shapes else tried):
                self._metric.score(y, y_pred)

    def made_up(self, built: Built, name: str, split: str) -> tuple[Any, Any, Any]:
        """x and y of a few examples, and predictions of the model's output shape for them."""
        x, y = keras.tree.map_structure(lambda array: np.asarray(array)[:4], built.splits.peek(split))
        rows = len(next(leaves(y)))
        with study_errors(f"the model of {name!r}, called on the data,"):
            spec = built.model(keras.tree.map_structure(symbolic, x))
        if self._keep_outputs and not all(is_float_dtype(one.dtype) for one in keras.tree.flatten(spec)):
            raise StudyError(f"there are no ensembles of {name!r}: {LABELS}; leave --ensemble-sizes out")
        y_pred = keras.tree.map_structure(
            lambda output: np.full((rows, *output.shape[1:]), 0.5, "float32"), spec
        )
        return x, y, y_pred

    def show(self, built: Built, show: TryShow) -> None:
        """Let the study's show try one example, so that a mistake in it is not found after the training."""
        x, y, y_pred = self.made_up(built, BASELINE, "test")
        runs = keras.tree.map_structure(lambda array: np.stack([array[0]] * 2), y_pred)
        x, y = keras.tree.map_structure(lambda array: array[0], (x, y))
        with study_errors("show, tried on a test example with made-up predictions,"):
            show(None if "test" in built.splits.pipelines else x, y, runs)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
