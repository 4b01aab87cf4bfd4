"""What a run was made with: package versions and the machine."""

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

_PACKAGES = ("tuner", "keras", "jax", "tensorflow", "optuna", "numpy", "scipy")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that determine the numbers, where they are installed."""
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
