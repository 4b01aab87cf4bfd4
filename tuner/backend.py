"""Which backend Keras runs on, and how JAX is set up; to be called before Keras is imported."""

import atexit
import contextlib
import importlib
import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from tuner.errors import TunerError

BACKENDS = ("jax", "tensorflow")
CPU_DEVICES = "JAX_NUM_CPU_DEVICES"  # JAX's own variable
_CACHE_BYTES = 2 * 1024**3  # compiled programs on disk; a study leaves a few MB
_groups = itertools.count(1)

# The parts of Keras that import scikit-learn, where it is installed.
_KERAS_WRAPPERS = frozenset({"keras.wrappers", "keras._tf_keras.keras.wrappers"})
# Where Keras asks for TensorFlow only to recognise its types or to seed it; each knows it as `tf`.
_KERAS_ASKS = ("saving.serialization_lib", "legacy.saving.json_utils", "utils.rng_utils")


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
        _leave_sklearn_alone()
    if chosen == "jax":
        _prepare_jax()
    else:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return chosen


def leave_memory_to_workers() -> None:
    """Keep JAX, which has not started, from taking most of a GPU's memory at once; workers need it."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def release_programs() -> None:
    """Keep the memory of a long-lived process flat; to be called after every group of runs.

    JAX holds every compiled program, up to some 30 MB a group; now and then they are let go. Its cache on
    disk has them still.
    """
    if (jax := sys.modules.get("jax")) and next(_groups) % 8 == 0:
        jax.clear_caches()


def release_graphs() -> None:
    """Let TensorFlow, where Keras runs on it, forget the graphs of models that are done with.

    Keras' `clear_session` does so, and would forget the user's settings (a dtype policy, say) as well.
    """
    import keras

    if keras.config.backend() != "tensorflow":
        return
    from keras.src.backend.common import global_state

    kept = global_state.GLOBAL_STATE_TRACKER, global_state.GLOBAL_SETTINGS_TRACKER
    keras.utils.clear_session(free_memory=False)
    global_state.GLOBAL_STATE_TRACKER, global_state.GLOBAL_SETTINGS_TRACKER = kept


class _TensorFlowInUse:
    """Keras' TensorFlow, but not available before somebody else has imported it."""

    def __init__(self, tensorflow: Any) -> None:
        self._tensorflow = tensorflow

    @property
    def available(self) -> bool:
        return "tensorflow" in sys.modules and bool(self._tensorflow.available)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tensorflow, name)


class _WrappersLater(MetaPathFinder):
    """Finds Keras' wrappers for scikit-learn, to be loaded when somebody uses them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _KERAS_WRAPPERS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


def _leave_sklearn_alone() -> None:
    """Keep `import keras` from importing scikit-learn, which takes a second of it and 50 MB."""
    if not any(isinstance(finder, _WrappersLater) for finder in sys.meta_path):
        sys.meta_path.insert(0, _WrappersLater())


def _prepare_jax() -> None:
    """One virtual CPU device a core, compiled programs kept for later processes, and no TensorFlow.

    JAX_NUM_CPU_DEVICES asks for another number of devices.
    """
    import jax

    if not getattr(jax.config, "jax_compilation_cache_dir", None) and (folder := _cache_folder()):
        jax.config.update("jax_compilation_cache_dir", str(folder))
        atexit.register(_shrink, folder, _CACHE_BYTES)
    if not os.environ.get("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"):  # small programs are many
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    if not os.environ.get(CPU_DEVICES):
        with contextlib.suppress(RuntimeError):  # where JAX has started already, it keeps the devices it has
            jax.config.update("jax_num_cpu_devices", _cores())
    _leave_tensorflow_alone()


def _leave_tensorflow_alone() -> None:
    """Keep Keras on JAX from importing TensorFlow, which takes seconds, where it is installed but not used.

    Keras finds out whether it is there by importing it, whenever it serialises a layer (`Bidirectional`
    does) or sets a seed. What cannot do without TensorFlow still imports it: text layers, `tf.data`. These
    are no public names of Keras; a version that has them not loads TensorFlow as it would without us.
    """
    for name in _KERAS_ASKS:
        with contextlib.suppress(ImportError, KeyError):
            names = vars(importlib.import_module(f"keras.src.{name}"))
            if not isinstance(names["tf"], _TensorFlowInUse):
                names["tf"] = _TensorFlowInUse(names["tf"])


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cache_folder() -> Path | None:
    """Where compiled programs are kept; None where no folder can be written."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tuner" / "jax"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        return None


def _shrink(folder: Path, size: int) -> None:
    """Delete the files that were not used for longest, until the rest fit into `size` bytes.

    JAX would do that too (jax_compilation_cache_max_size), with a package that it does not bring, and with
    a lock and a look at all files for every program.
    """
    with contextlib.suppress(OSError):  # another process may do the same
        files = [(path, path.stat()) for path in folder.glob("*-cache")]
        excess = sum(stat.st_size for _, stat in files) - size
        for path, stat in sorted(files, key=lambda file: max(file[1].st_atime, file[1].st_mtime)):
            if excess <= 0:
                return
            path.unlink()
            excess -= stat.st_size
