"""Predictions as the bytes of a file, and back: numpy's own format, in which nothing can be executed."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from tuner.archives import arrays_of
from tuner.predictions import BY_RUN, GIVEN, MOST_BYTES, Predictions
from tuner.trees import flat, outline, rebuilt

_MOST_READ = 16 * MOST_BYTES  # of a file that claims to be one of ours


def packed(predictions: Predictions) -> tuple[bytes, dict[str, Any]]:
    """The content of an .npz file, and the outlines of what is in it; the same arrays give the same bytes."""
    outlines: dict[str, Any] = {}
    arrays: dict[str, Any] = {"seeds": np.asarray(predictions.seeds, dtype=np.int64)}
    for name in (*GIVEN, *BY_RUN):
        tree = getattr(predictions, name)
        if tree is not None:
            outlines[name] = outline(tree)
            arrays |= {f"{name}.{place}": array for place, array in enumerate(flat(tree))}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue(), outlines


def unpacked(content: bytes, outlines: Mapping[str, Any], *, own: bool, reason: str) -> Predictions:
    """The predictions that a file holds.

    Raises: ValueError where it holds none; whatever numpy and zipfile raise where it is no such file.
    """
    arrays = arrays_of(content, _MOST_READ)
    if any(array.dtype.kind not in "fiub" for array in arrays.values()):
        raise ValueError("not all of it is numbers")
    whole = [arrays[name] for name in ("seeds", "rows.0", "counts.0") if name in arrays]
    if any(array.dtype.kind not in "iu" or (array.size and array.min() < 0) for array in whole):
        raise ValueError("a seed, a place or a count is no whole number")
    seeds = tuple(map(int, arrays["seeds"].ravel()))
    if unknown := set(outlines) - {*GIVEN, *BY_RUN}:
        raise ValueError(f"what is {min(unknown)!r}?")
    trees = {name: rebuilt(plan, _of(arrays, name)) for name, plan in outlines.items()}
    return Predictions(seeds, own=own, reason=reason, **trees)


def _of(arrays: Mapping[str, np.ndarray], name: str) -> list[np.ndarray]:
    count = sum(one.startswith(f"{name}.") for one in arrays)
    return [arrays[f"{name}.{place}"] for place in range(count)]
