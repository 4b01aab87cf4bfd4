"""How often verdicts and intervals are wrong, by simulation: `python -m benchmarks.calibration`.

Every number comes from calls of `tuner.stats` on drawn scores. Every cell has its own stream, derived from
the seed and the name of the cell, so that a cell gives the same number whatever else is run. Prints Markdown
tables; `--only verdicts looks` prints those of some kinds.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks.calibration import (
    coverage,
    examples,
    luck,
    monitoring,
    null_study,
    secondary,
    sensitivity,
    sequential,
    variance_shares,
    verdicts,
)
from benchmarks.calibration.cells import Table, rates

KINDS: dict[str, Callable[[], Iterator[Table]]] = {
    "verdicts": verdicts.tables,
    "coverage": coverage.tables,
    "looks": sequential.tables,
    "studies": null_study.tables,
    "examples": examples.tables,
    "secondary": secondary.tables,
    "variance": variance_shares.tables,
    "luck": luck.tables,
    "sizes": sensitivity.step_tables,
    "ensembles": sensitivity.ensemble_tables,
    "monitoring": monitoring.tables,
    "refits": monitoring.refit_tables,
}


def main() -> None:
    """Parse the options, run every table, print it as soon as it is known."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repetitions", type=int, default=10_000, help="repetitions of every cell")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of tables")
    options = parser.parse_args()
    start = time.perf_counter()
    with ProcessPoolExecutor(options.workers) as pool:
        for table in (table for kind in options.only for table in KINDS[kind]()):
            one = partial(rates, title=table.title, repetitions=options.repetitions, seed=options.seed)
            print(f"**{table.title}**\n")
            print(f"| | {' | '.join(table.columns)} |")
            print("|---|" + "---:|" * len(table.columns))
            for cell, shares in zip(table.cells, pool.map(one, table.cells), strict=True):
                print(
                    f"| {cell.setting} | {' | '.join(format(share, table.form) for share in shares)} |",
                    flush=True,
                )
            print(flush=True)
    print(f"{options.repetitions:,} repetitions a cell, seed {options.seed}, ", end="")
    print(f"{time.perf_counter() - start:.0f} s with {options.workers} processes.")


if __name__ == "__main__":
    main()
