"""How much memory there is, and whether data fit beside the copies that the vectorized engine makes."""

import os
from pathlib import Path

import jax
import keras
import numpy as np

from tuner.splits import NAMES, Splits
from tuner.trees import leaves

_SEEDS = 10  # that train together, each with its own data where they vary
_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container
_STATE = Path("/proc/meminfo")


def too_large(splits: Splits, *, vary: bool = False) -> str | None:
    """Why arrays are too large for all seeds in one program, in words for the user; None where they are not.

    Every device gets the arrays whole; where they vary with the seed, every seed has its own, stacks them and
    places them. They are held against the memory of the machine, and not against what is free at the moment,
    so that a study goes on tomorrow with the engine of today.
    """
    copies = 3 * _SEEDS if vary else 1 + jax.local_device_count()
    needed, there = copies * placed_bytes(splits), machine_bytes()
    if needed <= there:
        return None
    return f"the data and their copies need {needed / 1e9:.1f} GB, and the memory has {there / 1e9:.1f} GB"


def placed_bytes(splits: Splits) -> int:
    """Bytes of all arrays of the splits, with their floats in Keras' type."""
    float_bytes = np.dtype(keras.config.floatx()).itemsize
    arrays = [leaf for name in NAMES for leaf in leaves(getattr(splits, name))]
    return sum(leaf.size * (float_bytes if leaf.dtype.kind == "f" else leaf.itemsize) for leaf in arrays)


def machine_bytes() -> float:
    """Bytes of memory of this machine or container; infinite where it does not tell."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return float("inf")
    try:
        return min(found, int(_LIMIT.read_text("ascii")))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return found


def free_bytes() -> float:
    """Bytes that are free now: of the first GPU, or of the machine; never more than a container may have."""
    device = jax.local_devices()[0]
    if device.platform != "cpu" and (stats := device.memory_stats()):
        return float(stats["bytes_limit"] - stats["bytes_in_use"])
    try:
        lines = dict(line.split(":", 1) for line in _STATE.read_text("ascii").splitlines())
        return min(int(lines["MemAvailable"].split()[0]) * 1024, machine_bytes())
    except (OSError, ValueError, KeyError):  # not on Linux
        return machine_bytes()
