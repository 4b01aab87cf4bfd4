"""One job in a fresh process: `python -m benchmarks.engines.fresh`.

It reads one JSON request, {"contender", "workload", "seeds", "epochs"}, and prints one JSON object:
"imports", the seconds until Keras, its backend and tuner were there; "imported" and "peak", the largest
resident memory after the imports and at the end of training, in bytes; "state", the bytes of the weights
and optimizer variables of all seeds together.
"""

import importlib
import math
import resource
import sys
import time

import numpy as np

from benchmarks.engines.trainers import plain, vectorized
from benchmarks.engines.workloads import WORKLOADS, Data, Workload
from benchmarks.processes import answer


def peak_memory() -> int:
    """The largest resident memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def state_size(workload: Workload, data: Data) -> int:
    """Bytes of the weights and optimizer variables of one model."""
    model, _ = workload.build(None, data)
    model.optimizer.build(model.trainable_variables)
    variables = (*model.variables, *model.optimizer.variables)
    return sum(math.prod(one.shape) * np.dtype(one.dtype).itemsize for one in variables)


def import_all(contender: str) -> None:
    """What a script of the contender would import at its top."""
    if contender == "vectorized":
        from tuner.backend import prepare_backend

        prepare_backend("jax")
        importlib.import_module("tuner.repeats")
    importlib.import_module("keras")


def train(contender: str, workload: str, seeds: int, epochs: int) -> dict[str, float]:
    """Train every seed (with plain Keras a model each, one after another); what the process answers."""
    start = time.perf_counter()
    import_all(contender)
    answer = {"imports": time.perf_counter() - start, "imported": peak_memory()}
    one = WORKLOADS[workload]
    data = one.data()
    if contender == "vectorized":
        vectorized(one, data, seeds)(epochs)
    else:
        for _ in range(seeds):
            plain(one, data)(epochs)
    return {**answer, "peak": peak_memory(), "state": seeds * state_size(one, data)}


if __name__ == "__main__":
    answer(train)
