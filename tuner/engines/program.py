"""The compiled program that trains a group of seeds.

The state of a model gets a leading axis of seeds. `jax.vmap` maps what one seed does over it, loops run it
over steps and epochs, and `jax.shard_map` spreads the seeds over the local devices, which never talk to
each other. One call advances the training by any number of steps or epochs, so that a short training is a
single call and a long one can be watched and interrupted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from tuner.engines.callbacks import Decision, EpochEnd, ReduceOnPlateau, Rule, Schedule
from tuner.engines.functions import Functions
from tuner.engines.tracing import Tree, is_identity

BY_SEED = PartitionSpec("seeds")
SHARED = PartitionSpec()

Carry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """What one call does: `epochs` epochs, in each the training and validation batches start..stop.

    An epoch ends where its last validation batch is done.
    """

    first: int
    epochs: int
    train: tuple[int, int]
    test: tuple[int, int]
    ends: bool

    def as_array(self) -> np.ndarray:
        return np.array([self.first, self.epochs, *self.train, *self.test, self.ends], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a program depends on beside the functions of the model; equal plans share a program."""

    train_rows: int
    train_batch: int
    test_rows: int
    test_batch: int
    chunk: int  # epochs that one call can do at most
    rules: tuple[Rule, ...]
    rate: int | None  # where the learning rate stands among the optimizer's variables
    placed: PartitionSpec  # data, numbers and constants: one for all seeds, or each its own

    @property
    def train_steps(self) -> int:
        return -(-self.train_rows // self.train_batch)

    @property
    def test_steps(self) -> int:
        return -(-self.test_rows // self.test_batch)

    @property
    def keeps(self) -> bool:
        """Whether the weights to be scored are others than the last."""
        return bool(self.rules)


class Program:
    """The functions of a group of seeds; each is mapped over seeds and devices, not yet compiled."""

    def __init__(self, functions: Functions, plan: Plan, mesh: Mesh) -> None:
        self.functions, self.plan, self.mesh = functions, plan, mesh
        self._fresh = [np.asarray(value) for value in functions.metrics]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for programs that compute the same from the same arguments."""
        return self.functions.structure, self.plan, tuple(value.tobytes() for value in self._fresh)

    @property
    def predict_size(self) -> int:
        """Examples in one batch of predictions."""
        return int(self.functions.traced["predict"].jaxpr.out_avals[0].shape[0])

    @property
    def leaves_weights(self) -> bool:
        """Whether the optimizer scores the weights that training ends with, and no average of them."""
        return is_identity(self.functions.traced["final"])

    def begin(self, seeds: int, state: Tree) -> Carry:
        """The carry before the first step, from the states of all seeds."""
        plan = self.plan

        def each(value: Any) -> np.ndarray:
            return np.repeat(np.asarray(value)[None], seeds, axis=0)

        carry = {
            "state": state,
            "metrics": [each(value) for value in self._fresh],
            "test_metrics": [each(value) for value in self._fresh],
            "active": np.ones(seeds, dtype=bool),
            "rules": jax.tree.map(each, [rule.begin() for rule in plan.rules]),
        }
        if plan.keeps:
            carry["kept"] = jax.tree.map(np.array, state[:2])
            carry["improved"] = np.zeros(seeds, dtype=bool)
        return carry

    def advance(self) -> Callable[..., Any]:
        """(carry, data, inputs, order, rates, window) -> carry, logs of shape (seeds, chunk) by name."""
        placed = self.plan.placed
        specs = (BY_SEED, placed, placed, BY_SEED, BY_SEED, SHARED)
        return self._spread(self._advance, specs, donate=(0,))

    def predict(self) -> Callable[..., Any]:
        """(outputs, trainable, other, x, inputs, bounds) -> outputs, filled for those batches."""
        placed = self.plan.placed
        specs = (BY_SEED, BY_SEED, BY_SEED, placed, placed, SHARED)
        return self._spread(self._predict, specs, donate=(0,))

    def final(self) -> Callable[..., Any]:
        """(trainable, optimizer, inputs) -> the trainable variables that are scored."""
        return self._spread(self._final, (BY_SEED, BY_SEED, self.plan.placed))

    def place(self, tree: Tree, spec: PartitionSpec) -> Tree:
        """Put arrays on the devices."""
        return jax.device_put(tree, NamedSharding(self.mesh, spec))

    def outputs(self, seeds: int, rows: int) -> Tree:
        """Room for the predictions of `rows` examples."""
        traced = self.functions.traced["predict"]
        shapes = jax.tree.unflatten(traced.outputs, traced.jaxpr.out_avals)
        return jax.tree.map(lambda one: np.zeros((seeds, rows, *one.shape[1:]), one.dtype), shapes)

    def _spread(
        self, function: Callable[..., Any], specs: tuple[PartitionSpec, ...], donate: tuple[int, ...] = ()
    ) -> Callable[..., Any]:
        spread = jax.shard_map(function, mesh=self.mesh, in_specs=specs, out_specs=BY_SEED, check_vma=False)
        return jax.jit(spread, donate_argnums=donate)

    def _mapped(self, one: Callable[..., Any], *, data: bool = False, shared: int = 0) -> Callable[..., Any]:
        """`one` mapped over seeds: its first argument are the inputs, the second may be data, and the last
        `shared` ones are the same for every seed."""
        own = 0 if self.plan.placed == BY_SEED else None

        def call(inputs: Any, *arguments: Any) -> Any:
            axes: list[int | None] = [0] * len(arguments)
            if data:
                axes[0] = own
            if shared:
                axes[-shared:] = [None] * shared
            return jax.vmap(one, in_axes=(own, *axes))(inputs, *arguments)

        return call

    # What the seeds of one device do.

    def _advance(
        self, carry: Carry, data: Tree, inputs: Any, order: Any, rates: Any, window: Any
    ) -> tuple[Carry, dict[str, Any]]:
        first, epochs, start, stop, test_start, test_stop, ends = window
        end = self._mapped(self._end_one)
        numbers = jax.eval_shape(end, inputs, carry, jnp.zeros_like(carry["active"], dtype=jnp.int32))[1]
        shapes = jax.tree.map(lambda one: jnp.zeros((*one.shape, self.plan.chunk), one.dtype), numbers)

        def epoch(place: Any, carry: Carry, logs: dict[str, Any]) -> tuple[Carry, dict[str, Any]]:
            if rates is not None:
                carry = {**carry, "state": self._with_rate(carry["state"], rates[:, place])}
            carry = self._train(carry, data["train"], inputs, order[:, place], start, stop)
            carry = self._test(carry, data["validation"], inputs, test_start, test_stop)

            def close() -> tuple[Carry, dict[str, Any]]:
                number = jnp.full_like(carry["active"], first + place, dtype=jnp.int32)
                after, row = end(inputs, carry, number)
                return after, {name: logs[name].at[:, place].set(row[name]) for name in logs}

            ended: tuple[Carry, dict[str, Any]] = jax.lax.cond(ends, close, lambda: (carry, logs))
            return ended

        def goes_on(at: Any) -> Any:
            place, carry, _ = at
            return (place < epochs) & jnp.any(carry["active"])

        def body(at: Any) -> Any:
            place, carry, logs = at
            return (place + 1, *epoch(place, carry, logs))

        _, carry, logs = jax.lax.while_loop(goes_on, body, (jnp.int32(0), carry, shapes))
        return carry, logs

    def _train(self, carry: Carry, data: Tree, inputs: Any, order: Any, start: Any, stop: Any) -> Carry:
        plan = self.plan

        def one(
            inputs: Any, data: Tree, order: Any, state: Any, metrics: Any, step: Any, name: str, size: int
        ) -> Any:
            rows = jax.lax.dynamic_slice_in_dim(order, step * plan.train_batch, size)
            batch = jax.tree.map(lambda array: array[rows], data)
            return self.functions.bind(inputs)[name](state, metrics, batch)

        def step(name: str, size: int, place: Any, carry: Carry) -> Carry:
            mapped = self._mapped(partial(one, name=name, size=size), data=True, shared=1)
            state, metrics = mapped(inputs, data, order, carry["state"], carry["metrics"], place)
            return {**carry, "state": state, "metrics": metrics}

        return _batches(step, "train", carry, plan.train_rows, plan.train_batch, start, stop)

    def _test(self, carry: Carry, data: Tree, inputs: Any, start: Any, stop: Any) -> Carry:
        plan = self.plan

        def one(inputs: Any, data: Tree, state: Any, metrics: Any, step: Any, name: str, size: int) -> Any:
            at = step * plan.test_batch
            batch = jax.tree.map(lambda array: jax.lax.dynamic_slice_in_dim(array, at, size), data)
            return self.functions.bind(inputs)[name](state[0], state[1], metrics, batch)

        def step(name: str, size: int, place: Any, carry: Carry) -> Carry:
            mapped = self._mapped(partial(one, name=name, size=size), data=True, shared=1)
            other, metrics = mapped(inputs, data, carry["state"], carry["test_metrics"], place)
            trainable, _, optimizer = carry["state"]
            return {**carry, "state": (trainable, other, optimizer), "test_metrics": metrics}

        return _batches(step, "test", carry, plan.test_rows, plan.test_batch, start, stop)

    def _end_one(self, inputs: Any, carry: Carry, epoch: Any) -> tuple[Carry, dict[str, Any]]:
        """One seed at the end of an epoch: its logs, what its callbacks make of them, fresh metrics."""
        plan, functions = self.plan, self.functions.bind(inputs)
        logs = functions["logs"](carry["metrics"])
        logs.update(
            {f"val_{name}": value for name, value in functions["logs"](carry["test_metrics"]).items()}
        )
        trainable, other, optimizer = carry["state"]
        after = {**carry, "rules": []}
        stop = improved = jnp.bool_(False)
        for rule, state in zip(plan.rules, carry["rules"], strict=True):
            rate = None if plan.rate is None else optimizer[plan.rate]
            if isinstance(rule, Schedule | ReduceOnPlateau):
                logs["learning_rate"] = rate
            decision: Decision = rule.end_epoch(state, EpochEnd(epoch, logs, rate))
            after["rules"].append(decision.state)
            stop |= decision.stop
            if rule.restores:
                improved = decision.improved
            if decision.learning_rate is not None:
                optimizer = _replaced(optimizer, plan.rate, decision.learning_rate)
        after["state"] = (trainable, other, optimizer)
        if plan.keeps:
            final = functions["final"](trainable, optimizer)
            take = carry["active"] & (improved | ~carry["improved"])
            current = (_where(improved, trainable, final), other)
            after["kept"] = _where(take, current, carry["kept"])
            after["improved"] = carry["improved"] | improved
        after["metrics"] = [jnp.asarray(value) for value in self._fresh]
        after["test_metrics"] = [jnp.asarray(value) for value in self._fresh]
        after["active"] = carry["active"] & ~stop
        return after, {**logs, "active": carry["active"]}

    def _with_rate(self, state: Any, rates: Any) -> Any:
        trainable, other, optimizer = state
        assert self.plan.rate is not None  # there are rates only where it is a variable
        return trainable, other, _replaced(optimizer, self.plan.rate, rates)

    def _final(self, trainable: Any, optimizer: Any, inputs: Any) -> Any:
        def one(inputs: Any, trainable: Any, optimizer: Any) -> Any:
            return self.functions.bind(inputs)["final"](trainable, optimizer)

        return self._mapped(one)(inputs, trainable, optimizer)

    def _predict(self, outputs: Tree, trainable: Any, other: Any, x: Tree, inputs: Any, bounds: Any) -> Tree:
        size = self.predict_size
        rows = jax.tree.leaves(outputs)[0].shape[1]

        def one(inputs: Any, x: Tree, trainable: Any, other: Any, outputs: Tree, at: Any) -> Tree:
            batch = jax.tree.map(lambda array: jax.lax.dynamic_slice_in_dim(array, at, size), x)
            made = self.functions.bind(inputs)["predict"](trainable, other, batch)

            def put(into: Any, values: Any) -> Any:
                return jax.lax.dynamic_update_slice_in_dim(into, values, at, 0)

            return jax.tree.map(put, outputs, made)

        def step(place: Any, outputs: Tree) -> Tree:
            at = jnp.minimum(place * size, rows - size)  # the last batch may overlap the one before
            return self._mapped(one, data=True, shared=1)(inputs, x, trainable, other, outputs, at)

        return jax.lax.fori_loop(bounds[0], bounds[1], step, outputs)


def _batches(
    step: Callable[[str, int, Any, Carry], Carry],
    name: str,
    carry: Carry,
    rows: int,
    size: int,
    start: Any,
    stop: Any,
) -> Carry:
    """Run `step` on the batches start..stop; the last of all may be smaller."""
    full, rest = divmod(rows, size)
    if full:  # a loop of no steps is traced all the same, and would slice beyond the end
        carry = jax.lax.fori_loop(start, jnp.minimum(stop, full), partial(step, name, size), carry)
    if rest:
        carry = jax.lax.cond(
            stop > jnp.maximum(start, full),
            lambda carry: step(f"{name}_rest", rest, full, carry),
            lambda carry: carry,
            carry,
        )
    return carry


def _replaced(values: list[Any], place: int | None, value: Any) -> list[Any]:
    assert place is not None
    return [value.astype(old.dtype) if at == place else old for at, old in enumerate(values)]


def _where(condition: Any, one: Tree, other: Tree) -> Tree:
    return jax.tree.map(partial(jnp.where, condition), one, other)
