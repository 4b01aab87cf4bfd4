"""Train the published configurations, search around them, and make the table of studies/README.md.

    python -m benchmarks.published run M6 M7      # the published configurations: studies/results/M6.csv
    python -m benchmarks.published tune M7        # a search from one: studies/results/M7-tuned.csv and .json
    python -m benchmarks.published table          # the table of studies/README.md, from these files alone

Without a row, `run` and `tune` take all, the cheap ones first. An interrupted command goes on where it was
left. C4, H2 and H3 need real data: --data names the folder with btc_usd_eur_seed_range.csv (columns date,
usd, eur) and SN_d_tot_V2.0.csv (SILSO's daily numbers, which are downloaded where no folder is named).
"""

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from benchmarks.published import ledger, table, tuning
from benchmarks.published.registry import BY_COST, ROWS
from benchmarks.published.row import STUDIES, Row
from tuner.errors import TunerError
from tuner.files import write_whole

RESULTS = STUDIES / "results"
QUICK = Path("reports/published-quick")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the options, train, tune or write the table. Returns: the exit status."""
    given = _parser().parse_args(arguments)
    folder = given.results or (QUICK if given.quick else RESULTS)
    command = shlex.join(["python", "-m", "benchmarks.published", *kept_words(arguments or sys.argv[1:])])
    try:
        if given.action == "table":
            _write_table(folder)
        elif given.action == "run":
            _run(given, folder, command)
        else:
            _tune(given, folder, command)
    except (TunerError, ledger.ResultError) as error:
        print(f"published: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("published: interrupted; finished groups are kept, the same command goes on", file=sys.stderr)
        return 130
    return 0


def kept_words(arguments: Sequence[str]) -> list[str]:
    """The arguments as they are kept with the results: without the folder of this machine's data."""
    return [
        "FOLDER" if before == "--data" else "--data=FOLDER" if word.startswith("--data=") else word
        for before, word in pairwise(["", *arguments])
    ]


def _run(given: argparse.Namespace, folder: Path, command: str) -> None:
    from benchmarks.published.training import train_row

    for row in _chosen(given.rows):
        with _with_data(row, given.data):
            path = train_row(
                row,
                folder,
                seeds=given.seeds,
                quick=given.quick,
                fresh=given.fresh,
                data=given.data,
                command=command,
                note=lambda text: print(text, file=sys.stderr, flush=True),
            )
        print(path)


def _tune(given: argparse.Namespace, folder: Path, command: str) -> None:
    runs = QUICK / "runs" if given.quick else tuning.RUNS
    for row in _chosen(given.rows):
        if row.search is None:
            if given.rows:
                print(f"{row.id} has no search", file=sys.stderr)
            continue
        with _with_data(row, given.data):
            path = tuning.tune_row(
                row,
                folder,
                runs=runs,
                quick=given.quick,
                fresh=given.fresh,
                data=given.data,
                command=command,
            )
        print(path)


@contextmanager
def _with_data(row: Row, folder: Path | None) -> Iterator[None]:
    """Where real data cannot be had, errors name this command's option.

    Raises: ResultError instead of a TunerError about a row of real data whose folder was not named.
    """
    try:
        yield
    except TunerError as error:
        if not row.data or folder is not None:
            raise
        raise ledger.ResultError(f"{row.id}: give --data FOLDER, which has {row.data} ({error})") from None


def _write_table(folder: Path) -> None:
    readme = STUDIES / "README.md"
    made = table.made(folder)
    if folder != RESULTS:
        print(made)
        return
    write_whole(readme, table.replaced(readme.read_text("utf-8"), made))
    print(readme)


def _chosen(names: Sequence[str]) -> tuple[Row, ...]:
    """The rows of these names that are trained, each once; all of them where none is named."""
    if not names:
        return tuple(row for row in BY_COST if not row.of)
    return tuple(ROWS[name] for name in dict.fromkeys(ROWS[name].source for name in names))


def _row(text: str) -> str:
    if text not in ROWS:
        raise argparse.ArgumentTypeError(f"there is no row {text!r}; there are {', '.join(ROWS)}")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number, 1 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.published",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("action", choices=["run", "tune", "table"])
    parser.add_argument("rows", nargs="*", metavar="ROW", type=_row, help=", ".join(ROWS))
    parser.add_argument("--seeds", type=_count, help="seeds of every configuration (default: the row's)")
    parser.add_argument("--quick", action="store_true", help="2 seeds on tiny data, kept elsewhere")
    parser.add_argument("--fresh", action="store_true", help="start over instead of going on")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where the files of real data are")
    parser.add_argument(
        "--results", type=Path, help=f"folder of the files (default: {RESULTS.name} of studies)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
