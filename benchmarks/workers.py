"""How a study gains from workers: `python -m benchmarks.workers --workers 0,1,2 --repeats 3`.

Runs `studies/encdec_sine.py` by the command line with each number of workers (0: none), in turns, each in a
folder of its own and with the compiled programs of a first turn on disk. Prints, for each number: median
wall-clock seconds of the whole command and of the training in it (from the first run's start to the last
one's end), and how many times as fast as one worker that is. The scores of all numbers of workers but none
must be equal bit for bit, which is checked and said.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import ROOT, environment, tell
from benchmarks.tables import markdown
from tuner.ledger import Ledger

STUDY = ROOT / "studies" / "encdec_sine.py"
OPTIONS = ("--sampler", "random", "--search-repeats", "4", "--repeats", "10")


def timed(folder: Path, cache: Path, workers: int, options: Sequence[str]) -> tuple[float, float]:
    """Run the study. Returns: seconds of the command, and of the training in it.

    Raises: RuntimeError where it does not end well.
    """
    command = [sys.executable, "-m", "tuner", "run", str(STUDY), "--output", str(folder), *options]
    command += ["--workers", str(workers)] if workers else []
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment("jax", cache), capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    groups = [group for group in Ledger(folder).groups if group.started is not None]
    begun = min(group.started for group in groups if group.started is not None)
    ended = max(
        (group.started or 0.0) + sum(run.seconds for run in group.runs) for group in groups if group.runs
    )
    return wall, ended - begun


def scores(folder: Path) -> str:
    """All that the training determines, to the last bit."""
    runs = Ledger(folder).runs
    return repr([(one.phase, one.configuration, one.seed_index, one.scores, one.history) for one in runs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--workers", default="0,1,2", help="numbers of workers, 0 for none")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs with each number")
    parser.add_argument("--trials", default="8")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of the study")
    arguments = parser.parse_args()
    counts = [int(one) for one in arguments.workers.split(",")]
    options = [*OPTIONS, "--trials", arguments.trials]
    options += [part for one in arguments.set for part in ("--set", one)]
    times: dict[int, list[tuple[float, float]]] = {count: [] for count in counts}
    found: dict[int, set[str]] = {count: set() for count in counts}
    with tempfile.TemporaryDirectory() as place:
        cache = Path(place) / "cache"
        for turn in range(-1, arguments.repeats):  # the first turn compiles
            for count in counts:
                folder = Path(place) / f"{turn}-{count}"
                spent = timed(folder, cache, count, options)
                found[count].add(scores(folder))
                tell(f"turn {turn}, {count} workers: {spent[0]:.1f} s, of which {spent[1]:.1f} s of training")
                if turn >= 0:
                    times[count].append(spent)
    report(times, found)


def report(times: dict[int, list[tuple[float, float]]], found: dict[int, set[str]]) -> None:
    """Print the table, and whether the scores are equal."""
    medians = {
        count: [statistics.median(column) for column in zip(*spent, strict=True)]
        for count, spent in times.items()
        if spent
    }
    base = medians.get(1) or next(iter(medians.values()))
    rows = [
        (
            str(count) if count else "none",
            f"{wall:.1f}",
            f"{base[0] / wall:.2f}",
            f"{training:.1f}",
            f"{base[1] / training:.2f}",
        )
        for count, (wall, training) in medians.items()
    ]
    print(f"{os.cpu_count()} cores\n")
    print(markdown(("workers", "s in all", "x", "s of training", "x"), rows))
    several = set[str]().union(*(texts for count, texts in found.items() if count))
    if several:
        print(f"\nscores of all numbers of workers equal: {len(several) == 1}")


if __name__ == "__main__":
    main()
