"""One configuration with many seeds as compiled functions of its state.

The state of a Keras model (weights, optimizer, metrics) gets a leading axis of seeds. `jax.vmap` maps
Keras' own `train_step` over it, `jax.lax.fori_loop` runs the steps, and `jax.shard_map` spreads the seeds
over the local devices, which never talk to each other.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from tuner.building import Built
from tuner.engines.base import scoring_batch_size

Tree = Any  # nested tuples, lists and dicts of arrays
State = tuple[list[Any], list[Any], list[Any], list[Any]]  # trainable, other, optimizer, metrics variables

_BY_SEED = PartitionSpec("seeds")
_EVERYWHERE = PartitionSpec()


class Program:
    """The state of all seeds on the devices, and the compiled functions that move it on.

    Seeds are padded to a multiple of the devices in use; what the padding computes is dropped.
    """

    def __init__(self, builts: Sequence[Built]) -> None:
        self._model = builts[0].model
        self._batch_size = builts[0].batch_size
        self._splits = [built.splits for built in builts]
        self.shared = all(splits is self._splits[0] for splits in self._splits)
        self._seeds = len(builts)
        self._mesh = _mesh(self._seeds)
        self._padded = self._seeds + -self._seeds % self._mesh.size
        _build_metrics(self._model, self._splits[0].train)
        self._fresh_metrics = [np.asarray(variable) for variable in self._model.metrics_variables]
        self._state = self._by_seed([self._initial_state(built.model) for built in builts])
        self._data = {name: self._place(name) for name in ("train", "validation", "test")}
        data = _EVERYWHERE if self.shared else _BY_SEED
        bound = (_EVERYWHERE, _EVERYWHERE)
        self._step = self._compile(self._one_step, (_BY_SEED, data, _BY_SEED, *bound), donate=(0,))
        self._end = self._compile(self._one_end, (_BY_SEED, data), donate=(0,))
        self._forward = self._compile(self._one_forward, (_BY_SEED, _BY_SEED, data))

    def step(self, batches: np.ndarray, start: int, stop: int) -> None:
        """Train on the batches start..stop of `batches` (seeds, steps, batch size), indices of examples."""
        order = self._by_seed(list(batches))
        self._state = self._step(self._state, self._data["train"], order, start, stop)
        jax.block_until_ready(self._state)

    def end_epoch(self) -> dict[str, np.ndarray]:
        """Evaluate on the validation split and reset the metrics.

        Returns: the logs of `fit`, an array of shape (seeds,) under each name. A compiled metric with a
        number for every class has no learning curve and is left out.
        """
        self._state, logs = self._end(self._state, self._data["validation"])
        return {name: np.asarray(values)[: self._seeds] for name, values in logs.items() if values.ndim == 1}

    def predict(self, split: str) -> Tree:
        """Predictions for the x of a split, arrays of shape (seeds, examples, ...)."""
        outputs = self._forward(self._state[0], self._state[1], self._data[split][0])
        return jax.tree.map(lambda array: np.asarray(array)[: self._seeds], outputs)

    def weights(self) -> list[np.ndarray]:
        """The weights in the order of `model.weights`, arrays of shape (seeds, ...)."""
        model, (trainable, other, *_) = self._model, self._state
        variables = (*model.trainable_variables, *model.non_trainable_variables)
        values = {id(one): value for one, value in zip(variables, (*trainable, *other), strict=True)}
        return [np.asarray(values[id(one)])[: self._seeds] for one in model.weights]

    def _initial_state(self, model: keras.Model) -> State:
        return (
            [np.asarray(variable) for variable in model.trainable_variables],
            [np.asarray(variable) for variable in model.non_trainable_variables],
            [np.asarray(variable) for variable in model.optimizer.variables],
            self._fresh_metrics,
        )

    def _by_seed(self, trees: list[Tree]) -> Tree:
        """Stack one tree a seed along a new first axis, and spread it over the devices."""
        padded = [trees[k % len(trees)] for k in range(self._padded)]
        stacked = jax.tree.map(lambda *arrays: np.stack(arrays), *padded)
        return jax.device_put(stacked, NamedSharding(self._mesh, _BY_SEED))

    def _place(self, name: str) -> Tree:
        splits = [getattr(splits, name) for splits in self._splits]
        splits = [jax.tree.map(_device_dtype, split) for split in (splits[:1] if self.shared else splits)]
        if self.shared:
            return jax.device_put(splits[0], NamedSharding(self._mesh, _EVERYWHERE))
        return self._by_seed(splits)

    def _compile(
        self, function: Callable[..., Any], specs: tuple[PartitionSpec, ...], donate: tuple[int, ...] = ()
    ) -> Callable[..., Any]:
        axes = tuple(0 if spec == _BY_SEED else None for spec in specs)
        mapped = jax.vmap(function, in_axes=axes)
        sharded = jax.shard_map(mapped, mesh=self._mesh, in_specs=specs, out_specs=_BY_SEED, check_vma=False)
        return jax.jit(sharded, donate_argnums=donate)

    # What one seed does; `_compile` maps these over seeds.

    def _one_step(self, state: State, data: Tree, order: Any, start: Any, stop: Any) -> State:
        def step(i: Any, state: State) -> State:
            batch = jax.tree.map(lambda array: array[order[i]], data)
            _, after = self._model.train_step(state, batch)
            return _as_state(after)

        trained: State = jax.lax.fori_loop(start, stop, step, state)
        return trained

    def _one_end(self, state: State, data: Tree) -> tuple[State, dict[str, Any]]:
        trainable, other, optimizer, metrics = state
        logs = self._results(metrics)
        other, evaluated = self._evaluate(trainable, other, data)
        logs.update({f"val_{name}": value for name, value in evaluated.items()})
        return (trainable, other, optimizer, self._reset()), logs

    def _one_forward(self, trainable: list[Any], other: list[Any], x: Tree) -> Tree:
        rows = len(jax.tree.leaves(x)[0])
        size = min(scoring_batch_size(self._batch_size), rows)
        steps = math.ceil(rows / size)

        def batched(array: Any) -> Any:
            padding = [(0, steps * size - rows)] + [(0, 0)] * (array.ndim - 1)
            return jnp.pad(array, padding, mode="edge").reshape(steps, size, *array.shape[1:])

        def predict(batch: Tree) -> Tree:
            return self._model.predict_step((trainable, other), (batch,))[0]

        outputs = jax.lax.map(predict, jax.tree.map(batched, x))
        return jax.tree.map(lambda array: array.reshape(steps * size, *array.shape[2:])[:rows], outputs)

    def _evaluate(
        self, trainable: list[Any], other: list[Any], data: Tree
    ) -> tuple[list[Any], dict[str, Any]]:
        """What `model.evaluate` returns, batch by batch like there, and the other variables after it.

        Evaluation moves them on: recurrent layers draw a dropout mask for every batch, used or not.
        """
        rows = len(jax.tree.leaves(data)[0])
        size = self._batch_size
        full, rest = divmod(rows, size)

        def evaluate(
            state: tuple[list[Any], list[Any]], start: Any, size: int
        ) -> tuple[list[Any], list[Any]]:
            batch = jax.tree.map(lambda array: jax.lax.dynamic_slice_in_dim(array, start, size), data)
            _, after = self._model.test_step((trainable, *state), batch)
            return list(after[1]), list(after[2])

        state = other, self._reset()
        if full:  # a loop of no steps is traced all the same, and would slice beyond the end
            state = jax.lax.fori_loop(0, full, lambda i, state: evaluate(state, i * size, size), state)
        if rest:
            state = evaluate(state, full * size, rest)
        return state[0], self._results(state[1])

    def _reset(self) -> list[Any]:
        return [jnp.asarray(value) for value in self._fresh_metrics]

    def _results(self, metrics: list[Any]) -> dict[str, Any]:
        mapping = list(zip(self._model.metrics_variables, metrics, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            return dict(self._model.get_metrics_result())


def _mesh(seeds: int) -> Mesh:
    """The fewest local devices that finish the seeds in the fewest rounds."""
    devices = jax.local_devices()
    rounds = math.ceil(seeds / len(devices))
    return Mesh(np.asarray(devices[: math.ceil(seeds / rounds)]), ("seeds",))


def _as_state(state: Sequence[Sequence[Any]]) -> State:
    trainable, other, optimizer, metrics = map(list, state)
    return trainable, other, optimizer, metrics


def _device_dtype(array: Any) -> np.ndarray:
    """Floats in Keras' float type, as `fit` converts them; other types as they are."""
    array = np.asarray(array)
    is_float = np.issubdtype(array.dtype, np.floating)
    return np.asarray(array, dtype=keras.config.floatx() if is_float else array.dtype)


def _build_metrics(model: keras.Model, train: Tree) -> Tree:
    """Create the variables of compiled losses and metrics, which Keras makes when it first meets data.

    Returns: predictions of the model's shape for one example, all ones.
    """
    x, y = jax.tree.map(lambda array: jnp.asarray(_device_dtype(array[:1])), train)
    trainable = [variable.value for variable in model.trainable_variables]
    other = [variable.value for variable in model.non_trainable_variables]
    spec = jax.eval_shape(lambda x: model.predict_step((trainable, other), (x,))[0], x)
    y_pred = jax.tree.map(lambda output: jnp.ones(output.shape, output.dtype), spec)
    model.compute_loss(x=x, y=y, y_pred=y_pred)
    model.compute_metrics(x, y, y_pred)
    model.reset_metrics()
    return y_pred


def same_program(first: Built, second: Built) -> bool:
    """Whether two seeds' models compute the same, but for the values of their variables.

    A program is traced from the first seed's model. What a build function drew at random or took from the
    data of its seed and put into the model as a constant (an adapted normalisation, random features) would
    silently be the first seed's for all. The traced programs of prediction and loss show such constants.
    """
    return _traced(first) == _traced(second)


def _traced(built: Built) -> tuple[str, list[Any]]:
    model, train = built.model, built.splits.train
    y_pred = _build_metrics(model, train)
    variables = [
        [variable.value for variable in part]
        for part in (model.trainable_variables, model.non_trainable_variables)
    ]
    x, y = jax.tree.map(lambda array: jnp.asarray(_device_dtype(array[:1])), train)
    forward = jax.make_jaxpr(lambda variables, x: model.predict_step(tuple(variables), (x,))[0])(variables, x)
    loss = jax.make_jaxpr(lambda x, y, y_pred: model.compute_loss(x=x, y=y, y_pred=y_pred))(x, y, y_pred)
    constants = [np.asarray(value).tolist() for traced in (forward, loss) for value in traced.consts]
    text = re.sub(r"0x[0-9a-f]+", "", f"{forward}{loss}")  # functions are printed with their addresses
    return text, constants
