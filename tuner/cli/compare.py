"""Compare the scores of run folders, CSV files and plain numbers."""

import json
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from tuner.cli.app import Json, Level, Margin, app
from tuner.errors import ScoresError, written_into
from tuner.records import Direction

_HELP = """Compare scores over seeds, and say better, worse, equivalent or undecided.

A run folder stands for the confirmation runs on its test split. Alone, it compares its finalists with its \
baseline; among others, it gives its best configuration, or the one named as FOLDER:CONFIGURATION.

A CSV file from any tool needs a column `score`, one row a run; an empty score is a failed run. A column \
`seed` or `seed_index` is for --paired, a column `configuration` holds several configurations in one file: \
the one called baseline, or else the first, is compared with the others.

Two or more candidates are Holm-adjusted. A negative reference is given as --reference NUMBER.
"""


@app.command(help=_HELP)
def compare(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="BASELINE CANDIDATE",
            help="Run folders, CSV files, PATH:CONFIGURATION; the first may be a number.",
            show_default=False,
        ),
    ],
    baseline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What to compare the others with (default: the first)."),
    ] = None,
    reference: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER", help="Compare with a fixed number, such as a naive forecaster's score."
        ),
    ] = None,
    direction: Annotated[
        str | None, typer.Option(help="minimize or maximize (default: the run folder's, else minimize).")
    ] = None,
    margin: Margin = None,
    level: Level = None,
    paired: Annotated[
        bool | None,
        typer.Option("--paired/--unpaired", help="Match runs by seed, in whatever order they stand."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write comparison.png, .md, .tex and .csv there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read, compare, print; see `_HELP`."""
    from tuner.comparing.comparison import as_json as as_answer
    from tuner.comparing.comparison import compare_lineup
    from tuner.comparing.lineup import CompareOptions, line_up
    from tuner.comparing.sources import as_number, open_source
    from tuner.jsontext import strict

    first = as_number(sources[0])
    if first is not None:
        if reference is not None:
            raise ScoresError(f"{sources[0]} and --reference {reference:g}: give one reference")
        reference, sources = first, sources[1:]
    if reference is not None and baseline is not None:
        raise ScoresError("--baseline and a reference number exclude each other; give one of them")
    if not sources:
        raise ScoresError("there is nothing to compare with the number; give a run folder or a CSV file")
    asked = CompareOptions(baseline, reference, _direction(direction), paired, margin, level)
    compared = compare_lineup(line_up([open_source(text) for text in sources], asked))
    written: tuple[Path, ...] = ()
    if output is not None:
        from tuner.report.comparison import write_comparison

        with written_into(output):
            written = write_comparison(compared, output)
    if as_json:
        print(json.dumps(strict(as_answer(compared))))
        return
    from tuner.answers import print_comparison

    print_comparison(compared)
    for path in written:
        print(f"wrote {path}")


def _direction(text: str | None) -> Direction | None:
    for known in get_args(Direction):
        if text == known:
            return cast(Direction, known)
    if text is None:
        return None
    raise ScoresError(f"direction is {text!r}; give minimize or maximize")
