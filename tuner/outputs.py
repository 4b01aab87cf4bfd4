"""What networks answer for every test example, kept whole: an ensemble is made of that."""

import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tuner.trees import Outline, Tree, flat, mapped, outline, rebuilt

MOST_BYTES = 1 << 24  # of one network
LABELS = "the model answers whole numbers, such as labels, which have no mean"
UNLIKE = "the networks answer in different shapes"

Logits = Literal["", "softmax", "sigmoid"]


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """The answers of some networks: an array, or a tuple or dict of them, of shape (networks, examples, ...).

    With `logits` they are those of a classifier, and that function makes probabilities of them. Where there
    is nothing, `reason` says why, as far as it is known.
    """

    values: Tree = None
    logits: Logits = ""
    reason: str = ""

    @property
    def networks(self) -> int:
        return 0 if self.values is None else len(flat(self.values)[0])


def of_run(y_pred: Tree, logits: Logits = "") -> Outputs:
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
    """The answer of the networks at these places together: the mean of theirs, (examples, ...).

    Of a classifier it is the mean of the probabilities, given as logits where the networks give logits. One
    network alone answers what it answers.

    >>> of_ensemble(Outputs(np.array([[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]])), (0, 1)).tolist()
    [2.0, 3.0]
    """
    if len(places) == 1:
        return mapped(lambda array: array[places[0]], outputs.values)
    mean = {"": _mean, "softmax": _mean_of_softmax, "sigmoid": _mean_of_sigmoid}[outputs.logits]
    return mapped(lambda array: mean(array[list(places)]).astype(array.dtype), outputs.values)


def _mean(answers: np.ndarray) -> np.ndarray:
    return np.asarray(answers.mean(axis=0, dtype=np.float64))


def _mean_of_softmax(answers: np.ndarray) -> np.ndarray:
    """Logarithms of the mean probabilities: logits whose softmax they are."""
    wide = answers.astype(np.float64)
    logs = wide - np.logaddexp.reduce(wide, axis=-1, keepdims=True)
    return np.asarray(np.logaddexp.reduce(logs, axis=0) - math.log(len(answers)))


def _mean_of_sigmoid(answers: np.ndarray) -> np.ndarray:
    """The logits of the mean probabilities: log mean p - log mean (1 - p)."""
    wide = answers.astype(np.float64)
    yes, no = (np.logaddexp.reduce(-np.logaddexp(0.0, sign * wide), axis=0) for sign in (-1.0, 1.0))
    return np.asarray(yes - no)


def packed(outputs: Outputs) -> tuple[bytes, Outline]:
    """The content of an .npz file, and the outline of what is in it; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"values.{place}": array for place, array in enumerate(flat(outputs.values))}
    np.savez(buffer, **arrays)
    return buffer.getvalue(), outline(outputs.values)


def unpacked(content: bytes, plan: Outline, logits: str, networks: int) -> Outputs:
    """The answers of so many networks that a file holds.

    Raises: ValueError where it holds none; whatever numpy and zipfile raise where it is no such file.
    """
    if logits not in ("", "softmax", "sigmoid"):
        raise ValueError(f"what is {logits[:40]!r}?")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > 2 * networks * MOST_BYTES:
            raise ValueError("larger than any that tuner writes")
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        arrays = [stored[f"values.{place}"] for place in range(len(stored.files))]
    if any(array.dtype.kind != "f" or array.ndim < 2 or array.dtype.itemsize > 8 for array in arrays):
        raise ValueError("not all of it is answers")
    if len({array.shape[:2] for array in arrays}) != 1 or len(arrays[0]) != networks:
        raise ValueError("there are other numbers of networks or examples")
    known: Any = logits
    return Outputs(rebuilt(plan, arrays), known)
