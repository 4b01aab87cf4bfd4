"""The vectorized engine: all seeds of a configuration in one compiled program.

Keras on JAX can run a training step as a pure function of the model's state (`train_step(state, batch)`,
the same that `fit` calls). `program.py` maps it over seeds and loops it over steps; this module feeds it
the batches that `fit` would show each seed, in the same order, and reads the logs and scores.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import jax
import numpy as np

from tuner.building import Built
from tuner.engines.base import Job, OnProgress, Outcome, UnsupportedError, score
from tuner.engines.program import Program, same_program

_BY_SEED = "build makes models that differ by seed in more than their weights"
_SUPPORTED_FIT = frozenset({"batch_size", "epochs", "shuffle"})


def train(job: Job, on_progress: OnProgress) -> tuple[Outcome, ...]:
    """Train and score all seeds of a job together.

    Raises: UnsupportedError where the job needs something that only the fit engine has.
    """
    builts: list[Built] = []
    for build in job.builds:
        builts.append(build())
        if reason := unsupported(builts[-1]):
            raise UnsupportedError(reason)
        if builts[-1].fit != builts[0].fit:
            raise UnsupportedError(_BY_SEED)
    if builts[-1].splits is not builts[0].splits and not same_program(builts[0], builts[-1]):
        raise UnsupportedError(_BY_SEED)
    program = Program(builts)
    history = _fit(program, builts, on_progress)
    scores: list[dict[str, float]] = [{} for _ in builts]
    for name in job.score_on:
        predictions = program.predict(name)
        for k, built in enumerate(builts):
            y_pred = jax.tree.map(lambda array, k=k: array[k], predictions)
            scores[k][name] = score(job.metric, getattr(built.splits, name)[1], y_pred)
    weights = program.weights() if job.keep_weights else []
    return tuple(
        Outcome(
            scores[k],
            {name: tuple(values[:, k].tolist()) for name, values in history.items()},
            weights=tuple(array[k] for array in weights),
        )
        for k in range(len(builts))
    )


def unsupported(built: Built, another: Built | None = None) -> str | None:
    """Why this engine cannot train the model, in words for the user; None where it can.

    `another` is the model of another seed, to be compared with it.
    """
    others = sorted(set(built.fit) - _SUPPORTED_FIT)
    if others:
        return f"build gives the fit argument {others[0]!r}"
    if not isinstance(built.fit.get("shuffle", True), bool):
        return f"build gives shuffle={built.fit['shuffle']!r}"
    if built.model.run_eagerly or not built.model.jit_compile:
        return "the model is compiled with run_eagerly or without jit_compile"
    if built.model.optimizer.use_ema:
        return "the optimizer keeps a moving average of the weights (use_ema)"
    if another is not None and not (built.fit == another.fit and same_program(built, another)):
        return _BY_SEED
    return None


def _fit(program: Program, builts: list[Built], on_progress: OnProgress) -> dict[str, np.ndarray]:
    """Train every seed to the end. Returns: an array of shape (epochs, seeds) for each log."""
    first = builts[0]
    epochs, batch_size, rows = int(first.fit["epochs"]), first.batch_size, first.splits.sizes["train"]
    orders = _orders([built.seed.integer("order") for built in builts], rows, first.fit.get("shuffle", True))
    full, rest = divmod(rows, batch_size)
    pace = _Pace()
    logs = []
    for epoch, order in zip(range(epochs), orders, strict=False):
        batches = order[:, : full * batch_size].reshape(len(builts), full, batch_size)
        start = 0
        while start < full:
            stop = min(start + pace.steps, full)
            with pace.measure(stop - start):
                program.step(batches, start, stop)
            start = stop
            on_progress((epoch + start * batch_size / rows) / epochs)
        if rest:
            program.step(order[:, None, full * batch_size :], 0, 1)
        logs.append(program.end_epoch())
        on_progress((epoch + 1) / epochs)
    return {name: np.stack([epoch[name] for epoch in logs]) for name in logs[0]}


def _orders(seeds: list[int], rows: int, shuffle: bool) -> Iterator[np.ndarray]:
    """The order of the examples, (seeds, rows), epoch after epoch: the permutations that `fit` draws."""
    if not shuffle:
        while True:
            yield np.tile(np.arange(rows, dtype=np.int32), (len(seeds), 1))
    generators = [np.random.RandomState(seed) for seed in seeds]
    for generator in generators:
        generator.permutation(rows)  # Keras draws one before the first epoch
    while True:
        yield np.stack([generator.permutation(rows) for generator in generators]).astype(np.int32)


class _Pace:
    """How many steps to ask of one compiled call, so that progress moves and Ctrl-C is heard."""

    seconds = 1.0

    def __init__(self) -> None:
        self.steps = 1
        self._compiled = False

    @contextmanager
    def measure(self, steps: int) -> Iterator[None]:
        start = time.perf_counter()
        yield
        elapsed = max(time.perf_counter() - start, 1e-6)
        if self._compiled:  # the first call spends its time on compilation
            self.steps = max(1, min(int(steps * self.seconds / elapsed), 8 * self.steps))
        self._compiled = True
