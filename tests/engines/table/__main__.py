"""Train rows in float64 and write how far apart the engines are: `... FILE NAME ...`.

All seeds of a row share one device here; in the tests' own process they are spread over several.
"""

import json
import os
import sys
from pathlib import Path

from tuner.backend import prepare_backend


def main(target: Path, names: list[str]) -> None:
    # Compilation takes most of the time, and optimising the machine code a good part of that.
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_backend_optimization_level=0"
    prepare_backend("jax")
    compute_in_float64()
    from tests.engines.table.measure import distances
    from tests.engines.table.rows import ROWS

    measured = {}
    for name in names:
        try:
            measured[name] = {"distances": distances(ROWS[name])}
        except Exception as error:
            measured[name] = {"error": f"{type(error).__name__}: {error}"}
    target.write_text(json.dumps(measured), encoding="utf-8")


def compute_in_float64() -> None:
    """Float64 everywhere; Keras on JAX otherwise computes some steps (tanh, losses) in float32 even so."""
    import jax
    import keras
    from keras.src.backend.common import dtypes

    jax.config.update("jax_num_cpu_devices", 1)
    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")
    if hasattr(dtypes, "BIT64_TO_BIT32_DTYPE"):
        dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    assert keras.ops.tanh(keras.ops.ones(1)).dtype == "float64"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
