"""A group of seeds in training: its arrays on the devices, its compiled functions, its progress."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from tuner.engines.cache import compiled
from tuner.engines.pace import Pace
from tuner.engines.program import BY_SEED, SHARED, Program, Window
from tuner.engines.tracing import Tree


class Group:
    """Trains the seeds of a program. Seeds are padded to a multiple of the devices."""

    def __init__(
        self,
        program: Program,
        seeds: int,
        state: Tree,
        inputs: Any,
        data: dict[str, Tree],
        rates: np.ndarray | None,
    ) -> None:
        self._program, self.plan, self.seeds = program, program.plan, seeds
        self._padded = seeds + -seeds % program.mesh.size
        self._inputs = program.place(self._pad(inputs, self.plan.placed), self.plan.placed)
        self._data = {
            name: program.place(self._pad(split, self.plan.placed), self.plan.placed)
            for name, split in data.items()
        }
        self._rates = None if rates is None else self._pad(rates, BY_SEED)
        self._carry = program.place(program.begin(self._padded, self._pad(state, BY_SEED)), BY_SEED)

    def advance(self, window: Window, order: np.ndarray) -> dict[str, np.ndarray]:
        """Do what a window says; `order` (seeds, epochs, examples) says which example comes when.

        Returns: the logs of the epochs that ended, arrays of shape (seeds, epochs); "active" says whether
        a seed was still in training.
        """
        room = np.zeros((self._padded, self.plan.chunk, self.plan.train_rows), dtype=np.int32)
        room[:, : order.shape[1]] = self._pad(order, BY_SEED)
        rates = None
        if self._rates is not None:
            at = np.minimum(window.first + np.arange(self.plan.chunk), self._rates.shape[1] - 1)
            rates = self._program.place(self._rates[:, at], BY_SEED)
        arguments = (
            self._carry,
            {name: self._data[name] for name in ("train", "validation")},
            self._inputs,
            self._program.place(room, BY_SEED),
            rates,
            self._program.place(window.as_array(), SHARED),
        )
        self._carry, logs = self._compile("advance", self._program.advance, arguments)(*arguments)
        jax.block_until_ready(self._carry)
        count = window.epochs if window.ends else 0
        return {name: np.asarray(values)[: self.seeds, :count] for name, values in logs.items()}

    def state(self) -> list[np.ndarray]:
        """Everything that training changes, on the host; to be used before the next call."""
        return [np.asarray(value) for value in jax.tree.leaves(self._carry)]

    def restore(self, state: Sequence[np.ndarray]) -> None:
        """Go on from what `state` gave."""
        structure = jax.tree.structure(self._carry)
        self._carry = self._program.place(jax.tree.unflatten(structure, state), BY_SEED)

    def all_stopped(self) -> bool:
        """Whether the callbacks have stopped every seed."""
        return not np.asarray(self._carry["active"]).any()

    def finish(self) -> None:
        """Take the weights that are scored; the rest of the state is let go."""
        trainable, other, optimizer = self._carry["state"]
        if self.plan.keeps:
            self._weights = self._carry["kept"]
        elif self._program.leaves_weights:
            self._weights = trainable, other
        else:
            arguments = (trainable, optimizer, self._inputs)
            self._weights = self._compile("final", self._program.final, arguments)(*arguments), other
        del self._carry

    def predict(self, split: str, pace: Pace) -> Tree:
        """Predictions for the x of a split, arrays of shape (seeds, examples, ...)."""
        x = self._data[split][0]
        rows = jax.tree.leaves(x)[0].shape[int(self.plan.placed == BY_SEED)]
        outputs = self._program.place(self._program.outputs(self._padded, rows), BY_SEED)
        for start, stop in pace.over(math.ceil(rows / self._program.predict_size)):
            bounds = self._program.place(np.array([start, stop], dtype=np.int32), SHARED)
            arguments = (outputs, *self._weights, x, self._inputs, bounds)
            outputs = self._compile("predict", self._program.predict, arguments)(*arguments)
            jax.block_until_ready(outputs)
        return jax.tree.map(lambda array: np.asarray(array)[: self.seeds], outputs)

    def weights(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Trainable and other variables, arrays of shape (seeds, ...)."""
        trainable, other = jax.tree.map(lambda array: np.asarray(array)[: self.seeds], self._weights)
        return trainable, other

    def _compile(
        self, name: str, function: Callable[[], Callable[..., Any]], arguments: tuple[Any, ...]
    ) -> Callable[..., Any]:
        program = self._program
        devices = tuple(device.id for device in program.mesh.devices.flat)
        return compiled((name, program.key, devices), function, arguments)

    def _pad(self, tree: Tree, spec: Any) -> Tree:
        if spec != BY_SEED:
            return tree
        order = np.arange(self._padded) % self.seeds
        return jax.tree.map(lambda array: np.asarray(array)[order], tree)
