"""Watch a model in use: store predictions and observations, and say how it does."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import Code, Json, app
from tuner.cli.run import loading

_HELP = """Store predictions and observations of a model in use, and say: degrading, stable or improving.

The CSV file has a header. A column time, date, datetime or timestamp (or the one named with --time) holds \
the time of a row. A model that forecasts how its input goes on reads a series: a row a step, a column a \
feature; every row is predicted from the rows before it alone. Otherwise a row is an example: the columns \
that the model reads, then what was observed. Empty cells are not known yet: give a row without its \
observation to have it predicted, and again with it later. Rows that are known already count once. Without \
a time, rows are numbered, and every file begins with the first row.

Nothing is added without a file: what is stored is judged again. What is stored lies in BUNDLE/monitor, with \
report.html, skill.png and skill.csv.

An alarm is an answer and no error, so that the exit status is 0. With --fail-on-alarm it is 1 while the \
word is degrading, for cron and the like: no longer once the newest observations are as expected.
"""


@app.command(help=_HELP)
def monitor(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle that `tuner finalize` made.")],
    observations: Annotated[
        Path | None, typer.Argument(metavar="CSV", help="What was observed, or is to be predicted.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="hour|day|week|month|N",
            help="Periods of the figure, or N rows where there is no time (default: about 20 examples).",
        ),
    ] = None,
    margin: Annotated[
        float | None, typer.Option(help="Smallest change that matters (default: the study's).")
    ] = None,
    level: Annotated[float, typer.Option(help="1 - the probability of ever a false alarm.")] = 0.95,
    time: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the time.")] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="A column to forecast or observe; repeatable (default: the bundle's)."
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="How many rows a model sees that reads any number of them.")
    ] = None,
    start: Annotated[
        int | None, typer.Option(help="Place of the first row in the training series, for seasonal means.")
    ] = None,
    void: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TIME",
            help="The time of a stored row that shall count no more, or its number; repeatable. For good.",
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(help="The study file, where the metric is a function of it; it is executed."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the study; repeatable."),
    ] = None,
    code: Code = None,
    fail_on_alarm: Annotated[
        bool, typer.Option("--fail-on-alarm", help="Exit status 1 while it is degrading.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Take in, predict, judge, write, print; see `_HELP`."""
    from tuner.options import parse_options

    options = parse_options(set_ or [])
    with redirect_stdout(sys.stderr):  # what a study or Keras prints is not our answer
        with loading():
            from tuner.backend import prepare_backend

            prepare_backend()

            from tuner.deploy.layout import Wishes
            from tuner.deploy.monitoring.run import monitor as watch
        if code is not None:
            from tuner.loading import execute

            execute(code)
        found = watch(
            bundle,
            observations,
            every=every,
            margin=margin,
            level=level,
            wishes=Wishes(time, tuple(target or ()), steps, start),
            void=void or (),
            study=study,
            options=options,
        )
        from tuner.deploy.monitoring.page import write_monitoring

        written = write_monitoring(found)
    from tuner.deploy.monitoring.answer import monitoring_json, print_monitoring

    if as_json:
        print(json.dumps(monitoring_json(found)))
    else:
        print_monitoring(found)
        print(f"page, figure and numbers: {written[0].parent}")
    return int(fail_on_alarm and found.current.alarming)
