"""From a study and a seed to a compiled Keras model and its data, each from its own stream."""

import inspect
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras.src.backend.common import global_state

from tuner.drawing import compiled_once
from tuner.errors import StudyError
from tuner.pipelines import check_arguments
from tuner.seeds import Seed
from tuner.splits import Splits
from tuner.study import Build, Study

# Arguments of keras.Model.fit that tuner gives itself.
_RESERVED = frozenset({"x", "y", "validation_data", "validation_split", "initial_epoch", "verbose"})
_FIT_ARGUMENTS = _RESERVED | {
    "batch_size",
    "epochs",
    "callbacks",
    "shuffle",
    "class_weight",
    "sample_weight",
    "steps_per_epoch",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
}


_STEP = ("train_step", "compute_loss")  # methods that a model may have of its own

GENERATOR_STATE = "seed_generator_state"  # the variable that Keras' dropout and noise draw from
_NAMES = "object_name_uids"  # where Keras counts the names that it gives
_GENERATOR = "global_seed_generator"  # where it keeps the generator of draws without a seed


@dataclass(frozen=True, slots=True)
class Built:
    """A model with its initial weights, the data to train it on, and arguments for `fit`.

    `drew_until` is the state of Python's generator after the weights were drawn, and `drew_numpy` says
    whether numpy's was used: so it is known whether Keras alone has drawn.
    """

    model: keras.Model
    splits: Splits
    fit: dict[str, Any]
    seed: Seed
    drew_until: Any = None
    drew_numpy: bool = True

    @property
    def callbacks(self) -> list[Any]:
        """What build gave as callbacks, in whichever form Keras takes them."""
        given = self.fit.get("callbacks")
        if given is None:
            return []
        return list(given) if isinstance(given, list | tuple) else [given]

    @property
    def batch_size(self) -> int:
        return int(self.fit.get("batch_size") or 32)  # 32 is Keras' default


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Python's and numpy's global generators start at `seed`, and go on where they were afterwards.

    Keras draws the seeds of initializers and dropout from Python's generator, and shuffles with numpy's.
    """
    python_state, numpy_state = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)


@contextmanager
def _as_in_a_new_process() -> Iterator[None]:
    """Names that Keras gives by counting, and its global generator, go on afterwards where they were.

    So every model has the layer and metric names, and the draws, of the first one: `val_auc` does not
    become `val_auc_1`. Keras' own way to that, `clear_session`, forgets the user's settings as well.
    """
    names = global_state.get_global_attribute(_NAMES)
    generator = global_state.get_global_attribute(_GENERATOR)
    global_state.set_global_attribute(_NAMES, defaultdict(int, names or {}))
    global_state.set_global_attribute(_GENERATOR, None)
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, names)
        global_state.set_global_attribute(_GENERATOR, generator)


def build(study: Study, builder: Build, trial: Any, splits: Splits, seed: Seed) -> Built:
    """Call a build function for one run.

    The initial weights come from the "init" stream; every seed generator of the model (dropout, noise)
    then restarts from the "dropout" stream. A function that has a parameter `seed_index` is given it.

    Raises: StudyError where build returns no compiled Keras model, or fit arguments that are not to be
    given.
    """
    with seeded(seed.integer("init")), _as_in_a_new_process(), compiled_once():
        before = _numpy_state()
        model, fit = called(builder, trial, splits, seed.index)
        _check(model, fit)
        call_symbolically(model, splits)
        drew_until, drew_numpy = random.getstate(), _numpy_state() != before
    _check_fit(fit := {"epochs": study.epochs, **fit})
    _check_weights(fit.get("sample_weight"), splits)
    check_arguments(splits.pipelines, fit)
    with compiled_once():
        model.optimizer.build(model.trainable_variables)
    _restart_generators(model, seed.generator("dropout"))
    return Built(model, splits, fit, seed, drew_until, drew_numpy)


def called(builder: Build, trial: Any, splits: Splits, index: int) -> tuple[Any, Any]:
    """The model that a build function returns, and its fit arguments; it is told the seed's index if it asks.

    Neither is checked.
    """
    try:
        asked = "seed_index" in inspect.signature(builder).parameters
    except ValueError:  # a callable that does not tell its parameters
        asked = False
    made = builder(trial, splits, **({"seed_index": index} if asked else {}))
    return made if isinstance(made, tuple) and len(made) == 2 else (made, {})


def tried(builder: Build, trial: Any, splits: Splits, index: int) -> tuple[Any, Any]:
    """The same, of a call that leaves no trace: what is drawn and named afterwards is as it was before."""
    with seeded(index), _as_in_a_new_process():
        return called(builder, trial, splits, index)


def call_symbolically(model: keras.Model, splits: Splits) -> None:
    """Make the weights of every layer, deferred ones too, of a model that has none yet."""
    if not model.built:
        model(keras.tree.map_structure(symbolic, splits.peek("train")[0]))


def _numpy_state() -> tuple[bytes, int, int]:
    state: Any = np.random.get_state(legacy=False)
    return state["state"]["key"].tobytes(), state["state"]["pos"], state["has_gauss"]


def _check(model: Any, fit: Any) -> None:
    if not isinstance(model, keras.Model):
        raise StudyError(
            f"build returned a {type(model).__name__}; return a compiled Keras model,"
            " or (model, {'batch_size': ...})"
        )
    if not model.compiled:
        raise StudyError("build returned a model that is not compiled; call model.compile(...) in build")
    if not isinstance(fit, dict):
        raise StudyError(
            f"build returned a {type(fit).__name__} beside the model; return a dict of fit arguments"
        )
    for name in fit:
        if name in _RESERVED:
            raise StudyError(f"build gives the fit argument {name!r}, which tuner sets itself; leave it out")
        if name not in _FIT_ARGUMENTS:
            raise StudyError(f"build gives {name!r}, which is no argument of keras.Model.fit")


def _check_fit(fit: dict[str, Any]) -> None:
    for name in ("epochs", "batch_size", "steps_per_epoch", "validation_steps", "validation_batch_size"):
        value = fit.get(name, 1)
        least = 0 if name == "epochs" else 1  # no epoch: the weights are scored as build made them
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least
        if not whole and (name == "epochs" or value is not None):
            raise StudyError(f"build gives {name}={value!r}; give a whole number, {least} or more")


def _check_weights(weights: Any, splits: Splits) -> None:
    """One weight an example of the train split: on JAX, too few or too many would go unnoticed."""
    if weights is None or "train" in splits.pipelines:
        return
    rows = splits.sizes["train"]
    for leaf in keras.tree.flatten(weights):
        if np.ndim(leaf) and len(leaf) != rows:
            raise StudyError(
                f"build gives sample_weight for {len(leaf)} examples, and the train split has {rows};"
                " give one weight an example"
            )


def symbolic(array: Any) -> keras.KerasTensor:
    """The place of an array in a symbolic call, for any number of examples."""
    array = np.asarray(array)
    is_float = np.issubdtype(array.dtype, np.floating)
    dtype = keras.config.floatx() if is_float else array.dtype.name
    return keras.KerasTensor((None, *array.shape[1:]), dtype=dtype)


def _restart_generators(model: keras.Model, rng: np.random.Generator) -> None:
    for variable in model.non_trainable_variables:
        if variable.name == GENERATOR_STATE:
            variable.assign(restart(rng))


def restart(rng: np.random.Generator) -> np.ndarray:
    """The state that the next of a model's seed generators starts from."""
    return rng.integers(2**31, size=2).astype("uint32")


def draws_in_training(built: Built) -> bool:
    """Whether the model draws from the "dropout" stream in training; True where that is not sure.

    Calls the model once on a few examples, so that its state is no longer that of the seed.
    """
    model = built.model
    generators = [one for one in model.non_trainable_variables if one.name == GENERATOR_STATE]
    own_step = any(getattr(type(model), name) is not getattr(keras.Model, name) for name in _STEP)
    if own_step or not generators:
        return bool(generators)
    before = [np.asarray(one.value).copy() for one in generators]
    few = keras.tree.map_structure(lambda array: np.asarray(array)[:2], built.splits.peek("train")[0])
    try:
        model(few, training=True)
    except Exception:
        return True
    return any(
        not np.array_equal(np.asarray(one.value), was) for one, was in zip(generators, before, strict=True)
    )
