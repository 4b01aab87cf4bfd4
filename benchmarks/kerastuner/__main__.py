"""Whole searches with KerasTuner and with tuner: `python -m benchmarks.kerastuner`.

Every contender makes the same search in a fresh process: the same data, models, epochs and number of
trainings. KerasTuner draws the configurations at random with a fixed seed, on its users' usual backend,
TensorFlow, and on JAX; tuner trains the very same ones, first with an empty cache of compiled programs,
then with what that has left. The contenders take turns. Timed are the whole process, imports and
compilation included, and the search alone. KerasTuner lives in a virtual environment of its own, which the
first call makes. Medians are printed, every single measurement goes to kerastuner.csv, and progress is told
on standard error.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import tables
from benchmarks.kerastuner.environment import KERAS_TUNER, default_folder, prepare
from benchmarks.kerastuner.searches import SEARCHES
from benchmarks.processes import NotTimedError, environment, run_fresh, tell

THEIRS = {"KerasTuner on TensorFlow": "tensorflow", "KerasTuner on JAX": "jax"}
OURS = ("tuner, cold cache", "tuner, warm cache")

Values = list[dict[str, Any]]  # the hyperparameters of each trial


def timed(
    column: str, search: str, drawn: Values, cache: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """What a contender's process tells. Raises: NotTimedError."""
    variables = environment(THEIRS.get(column, "jax"), cache)
    request = {"search": search, "small": options.quick}
    if column in OURS:
        command = (sys.executable, "-m", "benchmarks.kerastuner.ours")
        return run_fresh(command, variables, options.limit, {**request, "values": drawn})
    python = options.environment / "bin" / "python"
    told = run_fresh((python, "-m", "benchmarks.kerastuner.theirs"), variables, options.limit, request)
    if drawn and sorted(map(str, told["values"])) != sorted(map(str, drawn)):
        raise NotTimedError("KerasTuner drew other configurations than before")
    return told


def rounds(search: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """All rounds of a search, a row a process; a contender that fails is left out from then on."""
    left = [*THEIRS, *OURS]
    drawn: Values = []
    for turn in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as cache:
            for column in tuple(left):
                try:
                    told = timed(column, search, drawn, Path(cache), options)
                except NotTimedError as failure:
                    left.remove(column)
                    tell(f"{search}, {column}: {failure}")
                    continue
                drawn = drawn or told["values"]
                tell(f"{search}, {column}, round {turn}: {told['wall']:.1f} s")
                yield {
                    "search": search,
                    "contender": column,
                    "round": turn,
                    "process_seconds": told["wall"],
                    "search_seconds": told["seconds"],
                    "mean_score": fmean(told["scores"]),
                }


def show(rows: Sequence[dict[str, Any]], measure: str, head: str) -> None:
    """Print the medians of a measure, and how many times slower KerasTuner is."""
    found = tables.by_round(
        (SEARCHES[row["search"]].title, row["contender"], row["round"], row[measure]) for row in rows
    )
    print(tables.median_table(head, found, [*THEIRS, *OURS]), end="\n\n")
    print(tables.ratio_table(f"{head}, times faster", found, product(THEIRS, OURS)), end="\n\n")
    print(f"{tables.spread(found)}\n", flush=True)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kerastuner",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--searches", nargs="+", choices=SEARCHES, default=list(SEARCHES))
    parser.add_argument("--rounds", type=int, default=3, help="turns of every contender (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=7_200, help="seconds after which a process is given up"
    )
    parser.add_argument("--environment", type=Path, default=default_folder(), help="folder (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="one tiny round; the numbers say nothing")
    parser.add_argument("--output", type=Path, help="folder of the CSV file (benchmarks/results)")
    options = parser.parse_args(arguments)
    options.rounds = 1 if options.quick else options.rounds
    options.output = options.output or Path(tempfile.gettempdir() if options.quick else "benchmarks/results")
    return options


def main() -> None:
    options = parse()
    tell(f"KerasTuner {KERAS_TUNER} is in {options.environment}, or installed there now")
    prepare(options.environment)
    rows: list[dict[str, Any]] = []
    for search in options.searches:
        for row in rounds(search, options):
            rows.append(row)
            tables.write_csv(options.output / "kerastuner.csv", rows)
    show(rows, "process_seconds", "seconds of the whole process")
    show(rows, "search_seconds", "seconds of the search alone")


if __name__ == "__main__":
    main()
