"""KerasTuner's virtual environment: the same versions of Keras and its backends as here."""

import subprocess
import venv
from importlib.metadata import version
from pathlib import Path

from benchmarks.processes import user_cache

KERAS_TUNER = "1.4.8"


def default_folder() -> Path:
    """Where the environment is made if no other folder is given: in the user's cache."""
    return user_cache() / "tuner-benchmarks" / "keras-tuner"


def prepare(folder: Path) -> Path:
    """The Python of the environment in `folder`, which is made where it is not there as it should be.

    On the TensorFlow backend KerasTuner imports TensorBoard, which neither it nor TensorFlow brings along.

    Raises: subprocess.CalledProcessError where a package cannot be installed.
    """
    same = [f"{name}=={version(name)}" for name in ("keras", "tensorflow", "jax", "numpy")]
    wanted = "\n".join([f"keras-tuner=={KERAS_TUNER}", "tensorboard", *same])
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    if not (installed.exists() and installed.read_text(encoding="utf-8") == wanted):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted.splitlines()], check=True)
        installed.write_text(wanted, encoding="utf-8")
    return python
