"""Learning curves of known kind, and what `tuner.diagnose` says of them.

    python -m benchmarks.diagnosis                         # the book's five examples, trained with 10 seeds
    python -m benchmarks.diagnosis --simulate              # curves of known shape with noise

The first trains Listings 12.9 to 12.13 of Brownlee's Long Short-Term Memory Networks with Python (see
`rows.py`), and writes the curves and the readings to CSV files; the second draws curves (see
`simulation.py`). Both print Markdown tables.
"""

import argparse
from pathlib import Path

from benchmarks.diagnosis import rows, simulation


def main() -> None:
    """Parse the options, train or draw, print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.diagnosis",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--simulate", action="store_true", help="draw curves instead of training models")
    parser.add_argument("--seeds", type=int, default=10, help="seeds of every example")
    parser.add_argument("--only", nargs="+", choices=[row.id for row in rows.ROWS], help="some examples")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"), help="folder of the CSVs")
    parser.add_argument("--repetitions", type=int, default=100, help="simulated configurations of a cell")
    parser.add_argument("--seed", type=int, default=0, help="of the simulation")
    parser.add_argument("--workers", type=int, default=2, help="processes of the simulation")
    options = parser.parse_args()
    if options.simulate:
        simulation.report(options.repetitions, options.seed, options.workers)
    else:
        chosen = [row for row in rows.ROWS if options.only is None or row.id in options.only]
        rows.report(chosen, options.seeds, options.output)


if __name__ == "__main__":
    main()
