"""What a long search costs beside training: `python -m benchmarks.longrun --trials 500`.

An engine that trains nothing gives made-up scores and learning curves of 15 epochs, so that all that is left
is tuner's own work, Optuna's, and building the model that a draw asks for its hyperparameters. Prints, at
some numbers of trials: milliseconds of processor time a trial (medians of the last 20: all of it, and what
Optuna, building and tuner take of it; Optuna's sampler draws while a model is built), memory (RSS), open
files, and what the run folder holds.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import markdown
from tuner.backend import prepare_backend

_MARKS = (20, 100, 200, 500, 1_000, 2_000, 5_000)
_LAST = 20
_EPOCHS = 15


class Pretended:
    """An engine that trains nothing; in place of `tuner.engines.choice.Trainer`."""

    size = 64

    def __init__(self, *_: object) -> None:
        pass

    def train(self, positions: Sequence[int], on_progress: Callable[[float], None], *_: object) -> Any:
        from tuner.engines.base import Outcome

        rng = np.random.default_rng(len(positions))
        curve = tuple(np.exp(-np.arange(_EPOCHS) / 5.0).tolist())
        on_progress(1.0)
        return tuple(
            Outcome({"validation": float(rng.random()), "test": 1.0}, {"loss": curve, "val_loss": curve})
            for _ in positions
        )


class Watch:
    """A reporter that measures this process when a trial has ended."""

    def __init__(self, folder: Path, parts: dict[str, float]) -> None:
        self._folder, self._parts = folder, parts
        self._at = time.process_time()
        self._spent: list[tuple[float, float, float]] = []  # seconds: all, of Optuna, of building
        self.rows: list[tuple[str, ...]] = []

    def start(self, setup: Any) -> None: ...

    def note(self, text: str) -> None: ...

    def expect(self, runs: int) -> None: ...

    def training(self, phase: str, name: str, seeds: int, share: float) -> None: ...

    def measured(self, phase: str, configuration: Any, runs: Any) -> None:
        now = time.process_time()
        self._spent.append((now - self._at, self._parts["optuna"], self._parts["build"]))
        self._parts |= {"optuna": 0.0, "build": 0.0}
        trials = len(self._spent) - 1  # the first one is the baseline
        if phase == "search" and trials in _MARKS:
            self._mark(trials)
        self._at = time.process_time()

    def _mark(self, trials: int) -> None:
        last = self._spent[-_LAST:]
        seconds = [statistics.median(column) for column in zip(*last, strict=True)]
        stored = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
        own = seconds[0] - seconds[1] - seconds[2]
        self.rows.append(
            (
                f"{trials:,}",
                *(f"{1e3 * value:.1f}" for value in (*seconds, own)),
                f"{_memory() / 2**20:.0f}",
                str(len(os.listdir("/proc/self/fd"))),  # noqa: PTH208
                f"{stored / 2**20:.1f}",
            )
        )


def _memory() -> int:
    """Bytes that this process has in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _timed(parts: dict[str, float], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose seconds are added up; what it calls of another part counts there only."""

    def timed(*arguments: Any, **options: Any) -> Any:
        others = sum(parts.values()) - parts[name]
        start, own = time.process_time(), parts[name]
        try:
            return function(*arguments, **options)
        finally:
            inner = sum(parts.values()) - parts[name] - others
            parts[name] = own + time.process_time() - start - inner

    return timed


def measure(folder: Path, trials: int, sampler: str, seeds: str) -> list[tuple[str, ...]]:
    """Search with the engine that trains nothing; a row at every mark."""
    prepare_backend("jax")
    from tests.tiny import dense_study
    from tuner.engines import choice
    from tuner.options import parse_seeds
    from tuner.plan import Plan
    from tuner.protocol import run
    from tuner.search import Search

    parts = {"optuna": 0.0, "build": 0.0}
    choice.Trainer = Pretended  # type: ignore[misc, assignment]
    study = dense_study(trials=trials)
    timed_build = _timed(parts, "build", study.build)
    for name in ("draw", "tell", "drawn"):
        setattr(Search, name, _timed(parts, "optuna", getattr(Search, name)))
    watch = Watch(folder, parts)
    run(
        replace(study, build=timed_build),
        Plan(sampler=sampler, search_repeats=parse_seeds(seeds), repeats=2, finalists=1, budget=1e9),
        output=folder,
        reporter=watch,
    )
    return watch.rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--sampler", default="tpe")
    parser.add_argument("--search-repeats", default="4", metavar="N|A,B")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder) / "run", arguments.trials, arguments.sampler, arguments.search_repeats)
    head = ("trials", "ms a trial", "Optuna", "build", "tuner", "MiB of memory", "open files", "MiB on disk")
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
