"""Fresh processes: how long a job takes from the start of the interpreter to its end, and its memory.

A job trains a workload with a few seeds: plain Keras one model after another, the vectorized engine all at
once, first with an empty cache of compiled programs ("cold cache"), then with what that has left ("warm
cache"). The contenders take turns.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.engines.trainers import BACKENDS
from benchmarks.processes import NotTimedError, environment, run_fresh

_TRAINERS = {
    "TensorFlow fit": "tensorflow",
    "JAX fit": "jax",
    "vectorized, cold cache": "vectorized",
    "vectorized, warm cache": "vectorized",
}
CONTENDERS = tuple(_TRAINERS)


@dataclass(frozen=True, slots=True)
class Job:
    """A fresh process and what it told: `wall` and `imports` in seconds, the others in bytes.

    `imported` and `peak` are the largest resident memory after the imports and at the end, `state` the
    weights and optimizer variables of all seeds together.
    """

    workload: str
    contender: str
    round: int
    seeds: int
    epochs: int
    wall: float
    imports: float
    imported: int
    peak: int
    state: int

    def row(self) -> dict[str, object]:
        return asdict(self)


def end_to_end(
    workload: str, seeds: int, epochs: int, rounds: int, limit: float, tell: Callable[[str], None]
) -> Iterator[Job]:
    """All rounds of a workload; a contender that fails is told about and left out from then on."""
    left = list(CONTENDERS)
    for turn in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as cache:
            for contender in tuple(left):
                try:
                    told = _fresh(_TRAINERS[contender], workload, seeds, epochs, cache, limit)
                except NotTimedError as failure:
                    left.remove(contender)
                    tell(f"{workload}, {contender}: {failure}")
                    continue
                job = Job(workload, contender, turn, seeds, epochs, **told)
                tell(f"{workload}, {contender}, round {turn}: {job.wall:.1f} s")
                yield job


def memory(
    workload: str, counts: tuple[int, ...], limit: float, tell: Callable[[str], None]
) -> Iterator[Job]:
    """The vectorized engine for one epoch, compilation included, with each number of seeds."""
    for seeds in counts:
        contender = f"N = {seeds}"
        with tempfile.TemporaryDirectory() as cache:
            try:
                told = _fresh("vectorized", workload, seeds, 1, cache, limit)
            except NotTimedError as failure:
                tell(f"{workload}, {contender}: {failure}")
                continue
        job = Job(workload, contender, 1, seeds, 1, **told)
        tell(f"{workload}, {contender}: {job.peak / 2**20:.0f} MiB")
        yield job


def _fresh(trainer: str, workload: str, seeds: int, epochs: int, cache: str, limit: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.engines.fresh"]
    request = {"contender": trainer, "workload": workload, "seeds": seeds, "epochs": epochs}
    return run_fresh(command, environment(BACKENDS[trainer], Path(cache)), limit, request)
