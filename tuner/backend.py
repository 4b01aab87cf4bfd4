"""Which backend Keras runs on, and how JAX is set up; to be called before Keras is imported."""

import contextlib
import itertools
import os
import sys
from pathlib import Path

from tuner.errors import TunerError

BACKENDS = ("jax", "tensorflow")
_groups = itertools.count(1)


def prepare_backend(name: str | None = None) -> str:
    """Choose Keras' backend: `name`, else KERAS_BACKEND, else JAX. Returns: its name.

    Raises: TunerError where the name is unknown, or Keras already runs on another backend here.
    """
    if name is not None and name not in BACKENDS:
        raise TunerError(f"backend {name!r} is unknown; use {' or '.join(BACKENDS)}")
    if "keras" in sys.modules:
        import keras

        running = str(keras.config.backend())
        if name not in (None, running):
            raise TunerError(
                f"Keras already runs on {running} here; set KERAS_BACKEND={name} before it is imported"
            )
        chosen = running
    else:
        chosen = name or os.environ.get("KERAS_BACKEND") or "jax"
        if chosen not in BACKENDS:
            raise TunerError(f"KERAS_BACKEND is {chosen!r}; tuner runs on {' or '.join(BACKENDS)}")
        os.environ["KERAS_BACKEND"] = chosen
    if chosen == "jax":
        _prepare_jax()
    else:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return chosen


def release_programs() -> None:
    """Keep the memory of a long-lived process flat; to be called after every group of runs.

    JAX holds every compiled program, up to some 30 MB a group; now and then they are let go. Its cache on
    disk has them still.
    """
    if (jax := sys.modules.get("jax")) and next(_groups) % 8 == 0:
        jax.clear_caches()


def _prepare_jax() -> None:
    """One virtual CPU device a core, and compiled programs kept for later processes."""
    import jax

    if not os.environ.get("JAX_COMPILATION_CACHE_DIR"):
        jax.config.update("jax_compilation_cache_dir", str(_cache_folder() / "jax"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    with contextlib.suppress(RuntimeError):  # where JAX has started already, it keeps the devices it has
        jax.config.update("jax_num_cpu_devices", _cores())


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tuner"
