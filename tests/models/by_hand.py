"""Recurrent layers written out in numpy, in double precision, with weights as Keras orders them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tests.models.made import weights_of

States = tuple[np.ndarray, ...]

MERGES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "concat": lambda one, other: np.concatenate([one, other], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda one, other: (one + other) / 2,
}


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm(weights: Sequence[np.ndarray], x: np.ndarray, states: States) -> States:
    kernel, recurrent, bias = weights
    h, c = states
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru(weights: Sequence[np.ndarray], x: np.ndarray, states: States) -> States:
    kernel, recurrent, (inner, outer) = weights
    (h,) = states
    of_x = np.split(x @ kernel + inner, 3, axis=-1)
    of_h = np.split(h @ recurrent + outer, 3, axis=-1)
    z, r = (sigmoid(of_x[gate] + of_h[gate]) for gate in range(2))
    return (z * h + (1 - z) * np.tanh(of_x[2] + r * of_h[2]),)


def simple_rnn(weights: Sequence[np.ndarray], x: np.ndarray, states: States) -> States:
    kernel, recurrent, bias = weights
    return (np.tanh(x @ kernel + states[0] @ recurrent + bias),)


CELLS = {"lstm": lstm, "gru": gru, "simple_rnn": simple_rnn}


def read(
    cell: str, layer: Any, x: Any, states: States | None = None, *, merge: Any = None, backwards: bool = False
) -> tuple[np.ndarray, States]:
    """Outputs at every step, in the order of the steps, and the final states."""
    weights = [weight.astype(float) for weight in weights_of(layer)]
    x = np.asarray(x, dtype=float)
    if merge is None:
        return _read(cell, weights, x, states, backwards)
    half = len(weights) // 2
    one, after = _read(cell, weights[:half], x, None, False)
    other, after_other = _read(cell, weights[half:], x, None, True)
    combine = MERGES[merge]
    return combine(one, other), tuple(map(combine, after, after_other))


def _read(
    cell: str, weights: list[np.ndarray], x: np.ndarray, states: States | None, backwards: bool
) -> tuple[np.ndarray, States]:
    if states is None:
        states = (np.zeros((len(x), weights[1].shape[0])),) * (2 if cell == "lstm" else 1)
    outputs = []
    for step in range(x.shape[1])[:: -1 if backwards else 1]:
        states = CELLS[cell](weights, x[:, step], states)
        outputs.append(states[0])
    return np.stack(outputs[:: -1 if backwards else 1], axis=1), states


def dense(layer: Any, x: np.ndarray) -> np.ndarray:
    """A dense layer without its activation."""
    kernel, bias = weights_of(layer)
    return x @ kernel.astype(float) + bias
