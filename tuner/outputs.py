"""What networks answer for every test example, kept whole: an ensemble is made of that."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tuner.answering import Logits, mean_of, of_text
from tuner.archives import arrays_of
from tuner.trees import Outline, Tree, flat, mapped, outline, rebuilt

MOST_BYTES = 1 << 24  # of one network
LABELS = "the model answers whole numbers, such as labels, which have no mean"
UNLIKE = "the networks answer in different shapes"


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """The answers of some networks: an array, or a tuple or dict of them, of shape (networks, examples, ...).

    `logits` are the functions that make probabilities of them, as in `tuner.answering`. Where there is
    nothing, `reason` says why, as far as it is known.
    """

    values: Tree = None
    logits: tuple[Logits, ...] = ()
    reason: str = ""

    @property
    def networks(self) -> int:
        return 0 if self.values is None else len(flat(self.values)[0])


def of_run(y_pred: Tree, logits: tuple[Logits, ...] = ()) -> Outputs:
    """What is kept of one network."""
    arrays = flat(y_pred)
    if any(array.dtype.kind in "iubOUS" for array in arrays):
        return Outputs(reason=LABELS)
    kept = mapped(_as_float, y_pred)
    size = sum(array.nbytes for array in flat(kept))
    if size > MOST_BYTES:
        return Outputs(
            reason=f"the answers of one network for the test split take {math.ceil(size / 2**20)} MiB, and"
            f" up to {MOST_BYTES >> 20} are kept"
        )
    return Outputs(kept, logits)


def _as_float(array: np.ndarray) -> np.ndarray:
    """An array with a first axis of one network; what numpy has no float of its own for as float32."""
    known = array if array.dtype.kind == "f" else array.astype(np.float32)
    return np.ascontiguousarray(known)[None]


def joined(parts: Sequence[Outputs]) -> Outputs:
    """The networks of all parts, one after another."""
    if reason := next((part.reason for part in parts if part.reason), ""):
        return Outputs(reason=reason)
    made = [part for part in parts if part.networks]
    if not made:
        return Outputs()
    if len({_form(part) for part in made}) > 1:
        return Outputs(reason=UNLIKE)
    return replace(made[0], values=mapped(_stacked, *(part.values for part in made)))


def _stacked(*arrays: np.ndarray) -> np.ndarray:
    return np.concatenate(arrays)


def _form(part: Outputs) -> str:
    shapes = [(array.shape[1:], array.dtype.str) for array in flat(part.values)]
    return repr((outline(part.values), shapes, part.logits))


def picked(outputs: Outputs, places: Sequence[int]) -> Outputs:
    """Some of the networks."""
    if outputs.values is None:
        return outputs
    return replace(outputs, values=mapped(lambda array: array[list(places)], outputs.values))


def of_ensemble(outputs: Outputs, places: Sequence[int]) -> Tree:
    """The answer of the networks at these places together, (examples, ...): see `answering.mean_of`.

    >>> of_ensemble(Outputs(np.array([[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]])), (0, 1)).tolist()
    [2.0, 3.0]
    """
    return mean_of(picked(outputs, places).values, outputs.logits)


def packed(outputs: Outputs) -> tuple[bytes, Outline]:
    """The content of an .npz file, and the outline of what is in it; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"values.{place}": array for place, array in enumerate(flat(outputs.values))}
    np.savez(buffer, **arrays)
    return buffer.getvalue(), outline(outputs.values)


def unpacked(content: bytes, plan: Outline, logits: str, networks: int) -> Outputs:
    """The answers of so many networks that a file holds; `logits` are as a text.

    Raises: ValueError where it holds none; whatever numpy and zipfile raise where it is no such file.
    """
    functions = of_text(logits)
    stored = arrays_of(content, 2 * networks * MOST_BYTES)
    arrays = [stored[f"values.{place}"] for place in range(len(stored))]
    if any(array.dtype.kind != "f" or array.ndim < 2 or array.dtype.itemsize > 8 for array in arrays):
        raise ValueError("not all of it is answers")
    if len({array.shape[:2] for array in arrays}) != 1 or len(arrays[0]) != networks:
        raise ValueError("there are other numbers of networks or examples")
    if functions and len(functions) != len(arrays):
        raise ValueError("its logits are those of other arrays")
    return Outputs(rebuilt(plan, arrays), functions)
