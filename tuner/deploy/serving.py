"""A bundle as a model that answers: raw values in, original units out."""

import re
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tuner.backend import prepare_backend
from tuner.deploy.answers import Prediction, combined, stacked
from tuner.deploy.bundle import (
    ARCHITECTURE,
    WEIGHTS,
    Bundle,
    Expected,
    intact,
    preparation_of,
    read,
)
from tuner.deploy.schema import Schema
from tuner.deploy.weights import put_weights
from tuner.errors import BundleError, first_line
from tuner.trees import Tree, mapped

_UNKNOWN = re.compile(r"Could not locate (?:class|function) '([^']+)'")


class Model:
    """The ensemble of a bundle. `load_model` reads one.

    Threads may share it: they predict one after another.
    """

    def __init__(self, bundle: Bundle, network: Any, weights: list[list[np.ndarray]]) -> None:
        self.bundle = bundle
        self._network = network
        self._weights = weights
        self._preparation = preparation_of(bundle)
        self._one_at_a_time = threading.Lock()  # the members take turns in one network

    def __getstate__(self) -> dict[str, Any]:
        return {name: part for name, part in vars(self).items() if name != "_one_at_a_time"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _one_at_a_time=threading.Lock())  # no lock goes to another process

    @property
    def schema(self) -> Schema:
        """What it reads and answers."""
        return self.bundle.schema

    @property
    def expected(self) -> Expected:
        """The score to expect of it."""
        return self.bundle.expected

    @property
    def metric(self) -> str:
        """The name of the metric of that score."""
        return self.bundle.metric

    @property
    def positional(self) -> bool:
        """Whether the place in time of what it reads matters, as for seasonal means."""
        return self._preparation is not None and self._preparation.chain.positional

    def predict(self, x: Any, *, start: int | np.ndarray | None = None) -> Prediction:
        """What the ensemble says of raw examples: an array (n, ...), or tuples or dicts of them as studied.

        `start` is the place in time of the first step of the examples, or of each, counted from 0 in the
        series that the model was trained on; only seasonal means need it.

        Raises: BundleError where x is not what the model reads.
        """
        if self.positional and start is None:
            raise BundleError(
                "the model knows seasons by their place in time; give start=, the place of each example's"
                " first step, counted from 0 in the series that it was trained on"
            )
        x, start = self._as_array(x), 0 if start is None else start
        self.schema.check(x)
        ready = x if self._preparation is None else self._preparation.inputs(x, start=start)
        ready = mapped(
            lambda array: np.asarray(array, np.float32) if array.dtype.kind == "f" else array, ready
        )
        answers = [self._restored(found, x, start) for found in self._asked(ready)]
        return combined(stacked(answers, self.bundle.logits), self.bundle.task)

    def _asked(self, ready: Tree) -> list[Tree]:
        """What each member says of prepared examples."""
        found = []
        with self._one_at_a_time:
            for weights in self._weights:
                put_weights(self._network, weights)
                found.append(self._network.predict(ready, batch_size=self.bundle.batch_size, verbose=0))
        return found

    def _as_array(self, x: Any) -> Any:
        """Nested lists as an array, where the model reads one."""
        if not isinstance(x, list) or self.schema.input is None:
            return x
        try:
            return np.asarray(x)
        except ValueError:
            raise BundleError("the lists in x differ in length; give an array") from None

    def _restored(self, forecasts: Tree, x: Any, start: int | np.ndarray) -> Tree:
        if self._preparation is None or not self._preparation.targets:
            return forecasts
        return self._preparation.restored(forecasts, x, start=start)

    def __repr__(self) -> str:
        bundle = self.bundle
        return f"<Model of {bundle.study}: {bundle.configuration}, {len(bundle.members)} members>"


def load_model(bundle: str | Path, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """The model in a bundle's folder, which answers raw values: `load_model(folder).predict(array)`.

    `custom_objects` are layers and functions of the model's own by name, unless they are registered with
    `keras.saving.register_keras_serializable` and imported. Nothing in a bundle can execute code.

    Raises: BundleError where it is damaged or cannot be read.
    """
    found = read(bundle)
    try:
        return model_of(found, custom_objects)
    except BundleError:
        now = read(bundle)
        if now.identity == found.identity:
            raise
        return model_of(now, custom_objects)  # it was replaced meanwhile


def model_of(bundle: Bundle, custom_objects: Mapping[str, Any] | None = None) -> Model:
    """The model of a bundle that was read. Raises: BundleError where its files are damaged."""
    network = network_of(bundle, custom_objects)
    weights = []
    for place in range(len(bundle.members)):
        load_weights(bundle, network, place)
        weights.append([np.asarray(weight.value) for weight in network.weights])
    return Model(bundle, network, weights)


def network_of(bundle: Bundle, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The uncompiled Keras model of a bundle, with weights that are none of its members'.

    Raises: BundleError where the architecture is damaged, or needs what is not imported.
    """
    path = intact(bundle.place() / ARCHITECTURE, bundle.architecture)
    return network_from(path.read_text(encoding="utf-8"), str(path), bundle.origin.path, custom_objects)


def network_from(text: str, where: str, study: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A Keras model from its JSON, read in safe mode; `where` and `study` are what errors name.

    Raises: BundleError where it is none, or needs what is not imported.
    """
    prepare_backend()
    import keras

    import tuner.models.layers  # registers them
    import tuner.prepare.layers  # noqa: F401

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about how Keras reads what it wrote itself
            network = keras.models.model_from_json(text, custom_objects=dict(custom_objects or {}))
    except Exception as error:  # whatever Keras finds wrong
        raise BundleError(f"{where}: {_why(error, study)}") from None
    if not isinstance(network, keras.Model):
        raise BundleError(f"{where}: holds a {type(network).__name__} and no Keras model")
    return network


def load_weights(bundle: Bundle, network: Any, place: int) -> None:
    """Put the weights of a member into a network. Raises: BundleError where their file is damaged."""
    path = intact(bundle.member(place) / WEIGHTS, bundle.members[place].weights)
    try:
        network.load_weights(path)
    except Exception as error:  # whatever h5py and Keras find wrong
        raise BundleError(f"{path}: does not fit the architecture ({first_line(error)})") from None


def _why(error: Exception, study: str) -> str:
    """Why Keras makes no model of its JSON, and what to do."""
    text = str(error)
    if unknown := _UNKNOWN.search(text):
        defined = f" ({study}; on the command line with --code FILE)" if study else ""
        return (
            f"the model has {unknown[1]!r}, which is not Keras' own; import the file that registers it with"
            f" @keras.saving.register_keras_serializable first{defined}, or give custom_objects"
        )
    if "deserialization of a `Lambda`" in text:
        return "the model has a Lambda layer, which is stored as code; write it as a registered layer class"
    return f"no Keras model can be made of it ({first_line(error)})"
