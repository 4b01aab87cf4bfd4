"""Try the verdict on the user's own noise."""

import json
from typing import Annotated

import typer

from tuner.cli.app import Configuration, Json, Level, Margin, Runs, app

_HELP = """How often the verdict cries wolf with your own runs: halves of one configuration, again and again.

The halves come from the same configuration, so better or worse is a false alarm, which the level allows in \
5 of 100 comparisons. Takes at least 10 runs; `tuner run --repeats` adds some.
"""


@app.command(help=_HELP)
def calibrate(
    runs: Runs,
    configuration: Configuration = None,
    group: Annotated[
        int | None,
        typer.Option(
            "--runs",
            metavar="N",
            help="Draw groups of N runs with replacement, instead of splitting the runs into halves.",
        ),
    ] = None,
    splits: Annotated[int, typer.Option(help="Most pairs of groups to compare.")] = 2_000,
    margin: Margin = None,
    level: Level = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random splits.")] = 0,
    as_json: Json = False,
) -> None:
    """Split, compare, count, print; see `_HELP`."""
    import numpy as np

    from tuner.comparing.sources import chosen_set, open_source
    from tuner.jsontext import strict
    from tuner.stats.resplit import opinion, resplit

    source = open_source(runs)
    chosen, setup = chosen_set(source, configuration), source.setup
    if margin is None and setup is not None:
        margin = setup.margin
    if level is None:
        level = 0.95 if setup is None else setup.level
    found = resplit(
        chosen.scores,
        name=f"{source.path}, {chosen.name!r}",
        direction="minimize" if setup is None else setup.direction,
        margin=margin,
        level=level,
        runs=group,
        splits=splits,
        rng=np.random.default_rng(seed),
    )
    if as_json:
        answer = {
            "configuration": chosen.name,
            "n": len(chosen.scores),
            "runs_a_group": found.runs,
            "with_replacement": found.replaced,
            "splits": found.splits,
            "all_splits": found.exhaustive,
            "level": found.level,
            "margin": margin,
            "false_alarms": found.alarms,
            "equivalent": found.equivalent,
            "undecided": found.undecided,
            "share": found.share,
            "share_interval": (found.interval.low, found.interval.high),
            "opinion": opinion(found),
        }
        print(json.dumps(strict(answer)))
        return
    from tuner.answers import print_calibration

    print_calibration(chosen, found)
