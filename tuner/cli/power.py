"""Plan how many runs a comparison takes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import Configuration, Json, Level, app
from tuner.errors import ScoresError, written_into

_HELP = """How many runs a difference takes, and what difference given runs can show.

With a standard deviation, or with runs of your own to take it from. A standard deviation of few runs is \
uncertain, so every answer comes with a range. For runs of your own it also shows how the standard error of \
their mean fell as runs were added.
"""


@app.command(help=_HELP)
def power(
    runs: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN",
            help="Runs to take the noise from: run folder, CSV with a column `score`, PATH:CONFIGURATION.",
            show_default=False,
        ),
    ] = None,
    configuration: Configuration = None,
    std: Annotated[
        float | None, typer.Option(help="Standard deviation of the scores over seeds, instead of RUN.")
    ] = None,
    std_runs: Annotated[
        int | None, typer.Option(help="Number of runs that --std comes from: says how sure it is.")
    ] = None,
    difference: Annotated[float | None, typer.Option(help="True difference to find.")] = None,
    repeats: Annotated[int | None, typer.Option(help="Runs of each configuration.")] = None,
    margin: Annotated[
        float | None, typer.Option(help="Plan to show that the difference is within this margin, too.")
    ] = None,
    wanted: Annotated[float, typer.Option("--power", help="Probability of finding what is there.")] = 0.8,
    level: Level = None,
    candidates: Annotated[
        int, typer.Option(min=1, help="Candidates compared at once: plans for the hardest step of Holm.")
    ] = 1,
    whole_rate: Annotated[
        bool,
        typer.Option(
            "--whole-rate",
            help="Plan for a comparison that is made once, as of CSV files; else for the first look at a "
            "study, which may use 80 % of the error rate.",
        ),
    ] = False,
    paired: Annotated[
        bool, typer.Option("--paired", help="Plan pairs; --std is that of the differences of pairs.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random orders of the runs.")] = 0,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the tables as CSV and the figures as PNG there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan, print; see `_HELP`."""
    from tuner.jsontext import strict
    from tuner.planning import FIRST_SHARE, Question, plan_with_runs, plan_with_std
    from tuner.planning import as_json as as_answer

    _check_noise(runs, std, std_runs, configuration, paired)
    share = 1.0 if whole_rate else FIRST_SHARE

    def asked(level: float) -> Question:
        return Question(difference, repeats, margin, wanted, level, candidates, share)

    if runs is None or std is not None:
        question = asked(0.95 if level is None else level)
        outlook = plan_with_std(0.0 if std is None else std, question, runs=std_runs, paired=paired)
    else:
        import numpy as np

        from tuner.comparing.sources import chosen_set, open_source

        source = open_source(runs)
        chosen = chosen_set(source, configuration)
        if level is None:
            level = source.setup.level if source.setup else 0.95
        question = asked(level)
        outlook = plan_with_runs(chosen.name, chosen.scores, question, rng=np.random.default_rng(seed))
    written: tuple[Path, ...] = ()
    if output is not None:
        from tuner.report.planning import write_plan

        with written_into(output):
            written = write_plan(outlook, output)
    if as_json:
        print(json.dumps(strict(as_answer(outlook))))
        return
    from tuner.answers import print_plan

    print_plan(outlook)
    for path in written:
        print(f"wrote {path}")


def _check_noise(
    runs: str | None, std: float | None, std_runs: int | None, configuration: str | None, paired: bool
) -> None:
    """Raises: ScoresError unless the noise is given in one way, with what belongs to it."""
    if runs is None and std is None:
        raise ScoresError("power must know the noise: name a run folder or a CSV file, or give --std NUMBER")
    if runs is not None and std is not None:
        raise ScoresError(f"{runs} and --std exclude each other; give one of them")
    if runs is None and configuration is not None:
        raise ScoresError("--configuration chooses runs to take the noise from; name their folder or file")
    if runs is not None and std_runs is not None:
        raise ScoresError("--std-runs belongs to --std; runs are counted")
    if runs is not None and paired:
        raise ScoresError(
            "runs of one configuration do not show how much pairs differ; give the standard deviation of the "
            "differences of pairs, as --paired --std NUMBER"
        )
