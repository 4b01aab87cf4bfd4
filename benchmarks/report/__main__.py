"""What `tuner report` takes with many runs: seconds, memory, the size of the page.

    python -m benchmarks.report
    python -m benchmarks.report --runs 100 1000 10000 --epochs 50 500 --rounds 3
    python -m benchmarks.report --runs 100 --epochs 50 --rounds 1 --keep reports/drawn

Every report is built in a fresh process, from the run folder of a study that was drawn (`drawn`). Prints
Markdown tables; writes benchmarks/results/report.csv.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.processes import ROOT, tell
from benchmarks.report.drawn import write_study
from benchmarks.tables import Rounds, by_round, median_table, write_csv

TARGET = ROOT / "benchmarks/results/report.csv"
# A process between: what this one holds would count as memory of those that it starts.
WATCH = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
COLUMNS = ("seconds", "processor s", "peak MB", "page MB", "ledger MB")


def measure(command: Sequence[str | Path]) -> tuple[float, float, float]:
    """Seconds from the start of a process to its end, those of the processor, and the most memory in MB.

    Raises: subprocess.CalledProcessError where it fails.
    """
    watched = [sys.executable, "-c", WATCH, *command]
    done = subprocess.run(watched, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seconds, processor, most = json.loads(done.stdout)
    unit = 1 if sys.platform == "darwin" else 1024  # of the number that the system gives
    return seconds, processor, most * unit / 1e6


def growth_table(rounds: Rounds, sizes: Sequence[tuple[int, int]]) -> str:
    """What each further run adds, between neighbouring numbers of runs: equal where growth is linear."""
    rows = []
    for (runs, epochs), (more, same) in pairwise(sizes):
        if epochs == same and more > runs:
            few, many = rounds[_name(runs, epochs)], rounds[_name(more, epochs)]
            row = f"{runs:,} to {more:,} runs, {epochs} epochs"
            for column, unit, factor in (
                ("processor s", "ms", 1e3),
                ("peak MB", "KB", 1e3),
                ("page MB", "B", 1e6),
            ):
                added = median(many[column].values()) - median(few[column].values())
                rows.append((row, f"{column.split()[0]}, {unit} a run", 1, factor * added / (more - runs)))
    found = by_round(rows)
    return median_table("added", found, [name for name in next(iter(found.values()), {})])


def _name(runs: int, epochs: int) -> str:
    return f"{runs:,} runs, {epochs} epochs"


@contextmanager
def _kept(there: Path | None) -> Iterator[Path]:
    if there is not None:
        yield there
    else:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 1_000, 10_000], help="100 or more")
    parser.add_argument("--epochs", type=int, nargs="+", default=[50, 500])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder where the run folders stay")
    given = parser.parse_args()
    sizes = [(runs, epochs) for epochs in given.epochs for runs in sorted(given.runs)]
    measured: list[tuple[str, str, int, float]] = []
    with _kept(given.keep and given.keep.absolute()) as folder:
        for size in sizes:
            write_study(_at(folder, *size), *size)
        for turn in range(1, given.rounds + 1):
            for size in sizes:
                values = _measure(folder, *size)
                tell(f"round {turn}, {_name(*size)}: {values[0]:.1f} s")
                measured += [
                    (_name(*size), what, turn, one) for what, one in zip(COLUMNS, values, strict=True)
                ]
    write_csv(TARGET, [dict(zip(("study", "what", "round", "value"), row, strict=True)) for row in measured])
    rounds = by_round(measured)
    print(median_table("`tuner report`", rounds, COLUMNS), growth_table(rounds, sizes), sep="\n\n")


def _at(folder: Path, runs: int, epochs: int) -> Path:
    return folder / f"{runs}-{epochs}"


def _measure(folder: Path, runs: int, epochs: int) -> tuple[float, ...]:
    """The values of `COLUMNS`."""
    at = _at(folder, runs, epochs)
    used = measure([sys.executable, "-m", "tuner", "report", at])
    ledger = sum(path.stat().st_size for path in at.glob("ledger/*/*"))
    return *used, (at / "report.html").stat().st_size / 1e6, ledger / 1e6


if __name__ == "__main__":
    main()
