"""What one seed does, traced: a training step, a validation step, a prediction, the logs of an epoch.

Everything here is Keras' own: `train_step`, `test_step` and `predict_step` of the model as pure functions
of its state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from tuner.building import Built
from tuner.engines.base import UnsupportedError, scoring_batch_size
from tuner.engines.folding import folded_time
from tuner.engines.states import State
from tuner.engines.tracing import Traced, Tree, inputs_used, trace

_STEPS = {
    "train": "training step",
    "test": "validation step",
    "predict": "predictions",
    "logs": "names of the metrics",
    "final": "weights that the optimizer leaves",
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Examples in a training, a validation and a prediction batch."""

    train: int
    validation: int
    predict: int


@dataclass(frozen=True, slots=True)
class Functions:
    """The traced functions of a model, by name, and its metrics' variables at the start of an epoch.

    "train" (state, metrics, batch) -> state, metrics. "test" (trainable, other, metrics, batch) -> other,
    metrics. "train_rest" and "test_rest" are the same for a last, smaller batch. "predict" (trainable,
    other, x) -> outputs. "logs" (metrics) -> numbers by name (a compiled
    metric with a number for every class has no learning curve and is left out). "final" (trainable,
    optimizer) -> trainable: the weights that `fit` leaves.
    """

    traced: dict[str, Traced]
    metrics: list[np.ndarray]

    @property
    def structure(self) -> tuple[Any, ...]:
        """Equal for models that differ in numbers and constants only."""
        return tuple((name, one.structure, str(one.outputs)) for name, one in sorted(self.traced.items()))

    def difference(self, other: "Functions") -> str:
        """In which step another model does something else, in words; nothing where it does the same."""
        if self.structure == other.structure:
            return ""
        if set(self.traced) != set(other.traced):
            return "the number of examples"
        changed = {one[0] for one, its in zip(self.structure, other.structure, strict=True) if one != its}
        steps = {name.removesuffix("_rest") for name in changed}
        return f"the {next(words for name, words in _STEPS.items() if name in steps)}"

    @property
    def inputs(self) -> dict[str, Any]:
        """The numbers and constants of each function."""
        return {name: (one.numbers, one.constants) for name, one in self.traced.items()}

    @property
    def logs(self) -> tuple[str, ...]:
        """The names of what is measured in every epoch."""
        outputs = self.traced["logs"].outputs
        names = list(jax.tree.unflatten(outputs, range(outputs.num_leaves)))
        return (*names, *(f"val_{name}" for name in names))

    def bind(self, inputs: dict[str, Any]) -> dict[str, Callable[..., Any]]:
        """The functions, with these numbers and constants in the place of their own."""

        def bound(name: str) -> Callable[..., Any]:
            numbers, constants = inputs[name]
            return lambda *arguments: self.traced[name](numbers, constants, *arguments)

        return {name: bound(name) for name in self.traced}


def sizes(built: Built) -> Sizes:
    """The batch sizes that `fit` and the scores use for a model."""
    validation = built.fit.get("validation_batch_size") or built.batch_size
    return Sizes(built.batch_size, int(validation), scoring_batch_size(built.batch_size))


def functions(built: Built, data: dict[str, Tree], state: State) -> Functions:
    """Trace what a model does on its splits (as Keras takes them), from its initial state."""
    model, size = built.model, sizes(built)
    train, validation = data["train"], data["validation"]
    build_metrics(model, train)
    metrics = [np.asarray(variable) for variable in model.metrics_variables]
    trainable, other, optimizer = jax.tree.map(_shape, state)
    fresh = jax.tree.map(_shape, metrics)
    changing: list[int] = []  # what a prediction changes, among the other variables

    def step(state: State, metrics: list[Any], batch: Tree) -> tuple[State, list[Any]]:
        logs, (trainable, other, optimizer, metrics) = model.train_step((*state, metrics), batch)
        _check_logs(model, "train_step", logs)
        return (list(trainable), list(other), list(optimizer)), list(metrics)

    def test(trainable: Any, other: Any, metrics: Any, batch: Tree) -> tuple[list[Any], list[Any]]:
        logs, (_, other, metrics) = model.test_step((trainable, other, metrics), batch)
        _check_logs(model, "test_step", logs)
        return list(other), list(metrics)

    def predict(trainable: Any, other: Any, x: Tree) -> Tree:
        outputs, after = model.predict_step((trainable, other), (x,))
        changing[:] = [k for k, pair in enumerate(zip(after, other, strict=True)) if pair[0] is not pair[1]]
        return outputs

    def logs(metrics: list[Any]) -> dict[str, Any]:
        mapping = list(zip(model.metrics_variables, metrics, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            values = {name: jnp.asarray(value) for name, value in model.get_metrics_result().items()}
        return {name: value for name, value in values.items() if not value.shape}

    def final(trainable: list[Any], optimizer: list[Any]) -> list[Any]:
        variables = [*model.trainable_variables, *model.optimizer.variables]
        mapping = list(zip(variables, [*trainable, *optimizer], strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            model.optimizer.finalize_variable_values(model.trainable_variables)
        return [scope.get_current_value(variable) for variable in model.trainable_variables]

    traced: dict[str, Traced] = {}
    with folded_time(model):
        for name, rows in _parts(_rows(train), size.train):
            batch = _batch(train, rows)
            traced[f"train{name}"] = trace(step, (trainable, other, optimizer), fresh, batch)
        for name, rows in _parts(_rows(validation), size.validation):
            traced[f"test{name}"] = trace(test, trainable, other, fresh, _batch(validation, rows))
        rows = min(size.predict, _rows(validation), _rows(data["test"]))
        traced["predict"] = trace(predict, trainable, other, _batch(validation[0], rows))
    if inputs_used(traced["predict"]) & {len(trainable) + place for place in changing}:
        raise UnsupportedError("predictions of the model depend on a state that they change, such as a seed")
    traced["logs"] = trace(logs, fresh)
    traced["final"] = trace(final, trainable, optimizer)
    return Functions(traced, metrics)


def _check_logs(model: keras.Model, name: str, logs: dict[str, Any]) -> None:
    """Raises: UnsupportedError where a step returns other logs than the model's metrics."""
    if others := set(logs) ^ set(model.get_metrics_result()):
        raise UnsupportedError(f"the model's {name} has logs of its own ({min(others)!r})")


def build_metrics(model: keras.Model, train: Tree) -> None:
    """Create the variables of compiled losses and metrics, as `fit` does: from the shapes of data alone.

    They are as at the start of an epoch, also where the model was evaluated before.
    """
    x, y, *weight = jax.tree.map(
        lambda array: jax.ShapeDtypeStruct((1, *array.shape[1:]), array.dtype), train
    )
    model._symbolic_build(data_batch=(x, y, *weight))
    model.reset_metrics()


def _parts(rows: int, size: int) -> list[tuple[str, int]]:
    """The kinds of batches that `rows` examples make: full ones, and a smaller last one."""
    full, rest = divmod(rows, size)
    return [("", size)] * bool(full) + [("_rest", rest)] * bool(rest)


def _rows(tree: Tree) -> int:
    return len(jax.tree.leaves(tree)[0])


def _shape(array: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(array.shape, array.dtype)


def _batch(tree: Tree, rows: int) -> Tree:
    return jax.tree.map(lambda array: jax.ShapeDtypeStruct((rows, *array.shape[1:]), array.dtype), tree)
