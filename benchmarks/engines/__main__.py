"""Speed of the vectorized engine beside Keras' own `fit`: `python -m benchmarks.engines`.

Prints milliseconds per seed and training step (see `steady.py`), with `--cold` the time of whole processes
and with `--memory` their memory as well (see `cold.py`). Every single measurement goes to a CSV file.
Progress is told on standard error.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from itertools import product
from pathlib import Path

from benchmarks import tables
from benchmarks.engines import cold
from benchmarks.engines.steady import FITS, Cell, Measurement, cells, measure
from benchmarks.engines.trainers import BACKENDS
from benchmarks.engines.workloads import WORKLOADS
from benchmarks.processes import Worker, environment, tell

MIB = 2**20


def worker(contender: str, folder: Path) -> Worker:
    """The process that keeps a contender warm; its cache of compiled programs and its log are in a folder."""
    command = [sys.executable, "-m", "benchmarks.engines.worker", contender]
    return Worker(command, environment(BACKENDS[contender], folder), folder / f"{contender}.log")


def steady(options: argparse.Namespace) -> None:
    """Time every workload in long-lived processes; engines.csv."""
    done: list[Measurement] = []
    with tempfile.TemporaryDirectory() as cache, ExitStack() as stack:
        workers = {name: stack.enter_context(worker(name, Path(cache))) for name in BACKENDS}

        def seconds(cell: Cell, epochs: int) -> float:
            request = {"workload": cell.workload, "seeds": cell.seeds, "epochs": epochs}
            return float(workers[cell.contender].ask(options.limit, **request)["seconds"])

        for name in options.models:
            done += measure(cells(name, options.seeds), seconds, options.rounds, options.seconds, tell)
            tables.write_csv(options.output / "engines.csv", [one.row() for one in done])
    rounds = tables.by_round(
        (WORKLOADS[one.cell.workload].title, one.cell.column, one.round, one.milliseconds) for one in done
    )
    columns = [cell.column for cell in cells("", options.seeds)]
    counts = [column for column in columns if column not in FITS.values()]
    print(tables.median_table("milliseconds per seed and step", rounds, columns), end="\n\n")
    print(tables.ratio_table("times faster", rounds, product(FITS.values(), counts)), end="\n\n")
    print(f"{options.rounds} rounds. {tables.spread(rounds)}\n", flush=True)


def end_to_end(options: argparse.Namespace) -> None:
    """Time whole processes; engines-cold.csv."""
    done: list[cold.Job] = []
    for name in options.models:
        epochs = 1 if options.quick else WORKLOADS[name].cold_epochs
        done += cold.end_to_end(name, options.cold_seeds, epochs, options.cold_rounds, options.limit, tell)
        tables.write_csv(options.output / "engines-cold.csv", [job.row() for job in done])
    rounds = tables.by_round(
        (WORKLOADS[job.workload].title, job.contender, job.round, job.wall) for job in done
    )
    fits, ours = cold.CONTENDERS[:2], cold.CONTENDERS[2:]
    print(tables.median_table("seconds, end to end", rounds, cold.CONTENDERS), end="\n\n")
    print(tables.ratio_table("times faster", rounds, product(fits, ours)), end="\n\n")
    print(f"{options.cold_seeds} seeds, {options.cold_rounds} rounds. {tables.spread(rounds)}\n", flush=True)


def memory(options: argparse.Namespace) -> None:
    """Measure the memory of fresh processes; engines-memory.csv."""
    counts = (1, 5) if options.quick else (1, 30)
    done = [job for name in options.models for job in cold.memory(name, counts, options.limit, tell)]
    tables.write_csv(options.output / "engines-memory.csv", [job.row() for job in done])
    parts = {"state": "state, {}", "imported": "after the imports, {}", "peak": "peak, {}"}
    sizes = tables.by_round(
        (WORKLOADS[job.workload].title, column.format(job.contender), 1, getattr(job, part) / MIB)
        for job in done
        for part, column in parts.items()
    )
    columns = [column.format(f"N = {n}") for column in parts.values() for n in counts]
    print(tables.median_table("MiB", sizes, columns), end="\n\n", flush=True)


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of a text such as "1,5,10"."""
    return tuple(int(part) for part in text.split(","))


def workloads(text: str) -> tuple[str, ...]:
    """The names in a text such as "tiny,echo", in the order of the tables."""
    asked = set(text.split(","))
    if unknown := asked - set(WORKLOADS):
        raise argparse.ArgumentTypeError(f"{min(unknown)!r} is unknown; known are {', '.join(WORKLOADS)}")
    return tuple(name for name in WORKLOADS if name in asked)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; `--quick` lowers the defaults to what shows in minutes that everything runs."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engines",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--models", type=workloads, default=tuple(WORKLOADS), help="names, with commas between"
    )
    parser.add_argument("--seeds", type=numbers, help="of the vectorized engine at once (1,5,10,30)")
    parser.add_argument("--rounds", type=int, help="turns of every contender (5)")
    parser.add_argument("--seconds", type=float, help="that the two trainings of a turn differ by (4)")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a training is given up")
    parser.add_argument("--no-steady", action="store_true", help="leave out milliseconds per step")
    parser.add_argument("--cold", action="store_true", help="time whole processes as well")
    parser.add_argument("--cold-seeds", type=int, default=5, help="seeds of a whole process")
    parser.add_argument("--cold-rounds", type=int, help="turns of whole processes (3)")
    parser.add_argument("--memory", action="store_true", help="measure memory as well")
    parser.add_argument("--quick", action="store_true", help="one short round; the numbers say nothing")
    parser.add_argument("--output", type=Path, help="folder of the CSV files (benchmarks/results)")
    options = parser.parse_args(arguments)
    slow = {
        "seeds": (1, 5, 10, 30),
        "rounds": 5,
        "seconds": 4.0,
        "cold_rounds": 3,
        "output": Path("benchmarks/results"),
    }
    quick = {
        "seeds": (1, 5),
        "rounds": 1,
        "seconds": 0.1,
        "cold_rounds": 1,
        "output": Path(tempfile.gettempdir()),
    }
    for name, value in (quick if options.quick else slow).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def main() -> None:
    options = parse()
    versions = ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "jax", "keras"))
    print(f"{os.cpu_count()} cores, {versions}\n", flush=True)
    parts = {steady: not options.no_steady, end_to_end: options.cold, memory: options.memory}
    for part, wanted in parts.items():
        if wanted:
            part(options)


if __name__ == "__main__":
    main()
