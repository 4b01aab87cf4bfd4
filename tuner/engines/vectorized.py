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
from tuner.engines.program import Program

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
    program = Program(builts)
    if not program.shared:
        _check_constants(program, builts)
    history = _fit(program, builts, on_progress)
    scores: list[dict[str, float]] = [{} for _ in builts]
    for name in job.score_on:
        predictions = program.predict(name)
        for k, built in enumerate(builts):
            y_pred = jax.tree.map(lambda array, k=k: array[k], predictions)
            scores[k][name] = score(job.metric, getattr(built.splits, name)[1], y_pred)
    return tuple(
        Outcome(scores[k], {name: tuple(values[:, k].tolist()) for name, values in history.items()})
        for k in range(len(builts))
    )


def unsupported(built: Built) -> str | None:
    """Why this engine cannot train the model, in words for the user; None where it can."""
    others = sorted(set(built.fit) - _SUPPORTED_FIT)
    if others:
        return f"build gives the fit argument {others[0]!r}"
    if not isinstance(built.fit.get("shuffle", True), bool):
        return f"build gives shuffle={built.fit['shuffle']!r}"
    if built.model.run_eagerly or not built.model.jit_compile:
        return "the model is compiled with run_eagerly or without jit_compile"
    if built.model.optimizer.use_ema:
        return "the optimizer keeps a moving average of the weights (use_ema)"
    return None


def _check_constants(program: Program, builts: list[Built]) -> None:
    """The program is traced from the first seed's model: what build took from the data must be in weights.

    Where the data vary, constants in a model or its loss (an adapted normalisation, a mean of the data)
    differ by seed and would silently be those of the first. Each seed's own model and loss are asked.

    Raises: UnsupportedError where they answer otherwise than the program.
    """
    predictions = program.predict("validation")
    template = builts[0].model
    for k, built in enumerate(builts):
        x, y = jax.tree.map(lambda array: np.asarray(array)[:2], built.splits.validation)
        y_pred = built.model(x, training=False)
        mapped = jax.tree.map(lambda array, k=k: array[k, :2], predictions)
        losses = [model.compute_loss(x=x, y=y, y_pred=y_pred) for model in (built.model, template)]
        pairs = [*zip(jax.tree.leaves(y_pred), jax.tree.leaves(mapped), strict=True), tuple(losses)]
        if not all(np.allclose(own, ours, rtol=1e-3, atol=1e-5, equal_nan=True) for own, ours in pairs):
            raise UnsupportedError(
                "the data vary with the seed, and build puts values of them into the model"
            )


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
