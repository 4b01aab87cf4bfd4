"""A process that keeps one contender warm: `python -m benchmarks.engines.worker CONTENDER`.

It reads one JSON request a line, {"workload", "seeds", "epochs"}, trains, and answers with a line,
{"seconds"} or {"error"}. Models, data and whatever Keras has compiled are kept while the workload is the
same, so that only a first call compiles.
"""

import gc
import json
import os
import sys
import time
from typing import Any

from benchmarks.engines.trainers import Train, trainer
from benchmarks.engines.workloads import WORKLOADS, Data


class Kept:
    """The data of the last workload, and a trainer for each number of seeds."""

    def __init__(self, contender: str) -> None:
        self._contender = contender
        self._name = ""
        self._data: Data | None = None
        self._trainers: dict[int, Train] = {}

    def seconds(self, workload: str, seeds: int, epochs: int) -> float:
        """How long a training takes.

        Every call of the vectorized engine begins alike: without programs in memory, and with their
        compiled code on disk.
        """
        if workload != self._name:
            self._trainers.clear()
            self._name, self._data = workload, WORKLOADS[workload].data()
        assert self._data is not None
        if seeds not in self._trainers:
            self._trainers[seeds] = trainer(self._contender, WORKLOADS[workload], self._data, seeds)
        if self._contender == "vectorized":
            import jax

            from tuner.engines import cache

            jax.clear_caches()
            cache.forget()
        gc.collect()
        start = time.perf_counter()
        self._trainers[seeds](epochs)
        return time.perf_counter() - start


def main() -> None:
    """Answer requests until the input ends; nothing but answers reaches standard output."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    kept = Kept(sys.argv[1])
    for line in sys.stdin:
        answer: dict[str, Any]
        try:
            answer = {"seconds": kept.seconds(**json.loads(line))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
