"""Kill, interrupt, starve and damage a study, and compare its end: `python -m benchmarks.faults --kills 100`.

Three variants of a tiny study take turns (trials raced and pruned; neither; trainings of seconds, kept after
every call as those of hours are every minute). Half of the kills (SIGKILL)
meet a process at a random moment, half of them just before one of its steps: opening, renaming or deleting a
file of the run folder, making a folder, opening the database. An interrupt is SIGINT; a full disk is a limit
on the size of every file, somewhere between 300 bytes and a megabyte; a file of the ledger is cut at a random
place, or one of its bits is flipped. After every fault the same command goes on, and meets the next one.

With `--with-workers N` so many faults follow that meet studies with two workers, at random moments: half of
them kill a worker, and the run must go on by itself; half of them kill the run, and its workers end as well.

A study must end with the scores, learning curves, configurations, looks, verdicts and Optuna trials of one
that nothing interrupted, bit for bit. A run is lost where it had ended and is gone, repeated where it
had ended and is trained again, but for those whose file was damaged.
"""

import argparse
import contextlib
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.faults.campaign import (
    KILLS,
    KILLS_OF_WORKERS,
    OTHERS,
    VARIANTS,
    WITH_WORKERS,
    Counts,
    campaign,
)
from benchmarks.processes import tell
from benchmarks.tables import markdown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument(
        "--others", type=int, default=40, help="interrupts, full disks, cuts and flips together"
    )
    parser.add_argument("--with-workers", type=int, default=0, help="kills of workers and of their runs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder to work in, which is kept")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    kinds = [KILLS[place % 2] for place in range(arguments.kills)]
    kinds += [OTHERS[place % len(OTHERS)] for place in range(arguments.others)]
    others = [KILLS_OF_WORKERS[place % 2] for place in range(arguments.with_workers)]
    schedules = [[str(kind) for kind in rng.permutation(each)] for each in (kinds, others)]
    with tempfile.TemporaryDirectory() as folder:
        place = arguments.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        found: dict[str, Counts] = {}
        with contextlib.suppress(KeyboardInterrupt):  # what was done by then is told
            for name, schedule, variants in zip(
                ("alone", "with-workers"), schedules, (VARIANTS, WITH_WORKERS), strict=True
            ):
                if schedule:
                    (place / name).mkdir(exist_ok=True)
                    campaign(place / name, schedule, rng, tell, found, variants)
    print(table(found))
    for kind, counts in found.items():
        for text in dict.fromkeys(counts.wrong):
            print(f"\n{kind}: {text}")


def table(found: dict[str, Counts]) -> str:
    """One row a kind of fault."""
    head = ("fault", "faults", "met a run", "runs lost", "runs repeated", "ended otherwise")
    rows = [
        (kind, *map(str, (one.faults, one.met, one.lost, one.repeated, len(one.wrong))))
        for kind, one in sorted(found.items())
    ]
    return markdown(head, rows)


if __name__ == "__main__":
    main()
