"""Compiled programs, kept for the next group and the next trial that can use them.

JAX keeps them on disk too; what is found here need not even be traced again.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import jax

from tuner.engines import memory

_KEPT = 32  # programs; the largest take some 30 MB
_compiled: OrderedDict[Hashable, Callable[..., Any]] = OrderedDict()


def compiled(
    key: Hashable, function: Callable[[], Callable[..., Any]], arguments: tuple[Any, ...]
) -> Callable[..., Any]:
    """The compiled form of a jitted function for arguments of these shapes.

    `key` stands for all that the function depends on beside its arguments.

    Raises: MemoryError where the program needs more memory than there is.
    """
    leaves, structure = jax.tree.flatten(arguments)
    full = (key, str(structure), tuple((leaf.shape, str(leaf.dtype)) for leaf in leaves))
    if full not in _compiled:
        made = function().lower(*arguments).compile()  # type: ignore[attr-defined]  # it is jitted
        _check_memory(made)
        _compiled[full] = made
        if len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    _compiled.move_to_end(full)
    return _compiled[full]


def forget() -> None:
    """Let all programs go, as at the start of a process; their code is on disk still."""
    _compiled.clear()


def needed_memory(program: Any) -> int:
    """Bytes that a compiled program needs beside its arguments; 0 where JAX does not know.

    JAX tells what one device needs: a GPU has its own memory, and the cores of a machine share one.
    """
    analysis = program.memory_analysis()
    if analysis is None:
        return 0
    devices = jax.tree.leaves(program.input_shardings)[0].device_set
    sharing = len(devices) if next(iter(devices)).platform == "cpu" else 1
    needed = analysis.temp_size_in_bytes + analysis.output_size_in_bytes - analysis.alias_size_in_bytes
    return int(needed) * sharing


def _check_memory(program: Any) -> None:
    needed, available = needed_memory(program), memory.free_bytes()
    if needed > available:
        raise MemoryError(f"a program needs {needed / 2**30:.1f} GiB, {available / 2**30:.1f} GiB are free")
