"""Answers for other programs, as strict JSON that any parser accepts."""

import math
from collections.abc import Mapping
from typing import Any


def strict(value: Any) -> Any:
    """`value` in JSON's own types: NumPy scalars unwrapped, non-finite numbers None, all else text.

    >>> strict({"mean": float("nan"), "interval": (0.5, 1)})
    {'mean': None, 'interval': [0.5, 1]}
    """
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    return str(value)
