"""What a run was made with: the study's code, package versions and the machine."""

import hashlib
import importlib.metadata
import inspect
import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tuner.study import Study

_PLAIN = (bool, int, float, str, tuple, type(None))
_PACKAGES = ("tuner", "keras", "jax", "jaxlib", "tensorflow", "optuna", "numpy", "scipy")


def fingerprint(study: Study) -> str:
    """sha256 of what defines a study that was made in Python and not loaded from a file.

    Its functions enter with their source and the plain values that they use from outside.
    """
    parts: list[object] = [dict(study.baseline)]
    functions = [study.build, *study.candidates.values()]
    functions += [each for each in (study.data, study.metric) if callable(each)]
    for each in functions:
        parts.append(_code(each) if callable(each) else dict(each))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def told_apart(study: Study, code: str, data: str, backend: str, *what: object) -> str:
    """What tells a training apart from all that give other numbers.

    `code` is the sha256 of what defines the study, `data` that of its data.
    """
    return repr((code, data, sorted(versions().items()), backend, study.seed, study.epochs, *what))


def _code(function: Callable[..., object]) -> tuple[str, list[str]]:
    try:
        source = inspect.getsource(function)
        outside = inspect.getclosurevars(function)
    except (OSError, TypeError):
        return type(function).__name__, []
    used = {**outside.globals, **outside.nonlocals}
    return source, sorted(f"{name}={value!r}" for name, value in used.items() if isinstance(value, _PLAIN))


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that determine the numbers, where they are installed."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    """They are asked for with every group, and take milliseconds to read."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        for name in (package, f"{package}-cpu"):
            try:
                found[package] = importlib.metadata.version(name)
                break
            except importlib.metadata.PackageNotFoundError:
                continue
    return found


def machine() -> dict[str, str]:
    """The platform, the processor and, where JAX is in use, its devices."""
    found = {
        "platform": platform.platform(terse=True),
        "processor": _processor(),
        "cores": str(os.cpu_count() or 1),
    }
    if jax := sys.modules.get("jax"):
        devices = jax.local_devices()
        found["devices"] = f"{len(devices)} x {devices[0].device_kind}"
    return found


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
