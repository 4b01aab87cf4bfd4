"""Ask a model in use."""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Annotated, TextIO, cast

import typer

from tuner.cli.app import Code, Json, app
from tuner.cli.run import loading
from tuner.errors import BundleError, written_into

_HELP = """Predict from a CSV file of raw values, in original units, with the spread of the members.

For a model of windows (steps, features) every row is a step of time, and what follows the last window of \
the file is predicted. --every predicts what follows each window; --by names a column that tells sequences \
apart, each of which gives one prediction. A model that takes sequences of any length reads whole files or \
sequences. For a model of features every row is an example.

Columns are found by the names that the model was trained with. Where it knows none, the columns of numbers \
are read in their order, if they are as many as it reads. Others go along into the answer; \
the date of a window's last row as last_date.

The answer is CSV on standard output: mean and std over the members, or class, probability and std. Values \
outside of the training data are warned of on standard error.
"""


@app.command(help=_HELP)
def predict(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A folder that `tuner finalize` made.")],
    file: Annotated[Path, typer.Argument(metavar="CSV", help="Raw values, with a header.")],
    every: Annotated[
        bool, typer.Option("--every", help="Predict what follows every window of the file.")
    ] = False,
    by: Annotated[
        str, typer.Option(metavar="COLUMN", help="A column that tells sequences apart.", show_default=False)
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="The columns to read, in the model's order: a,b.", show_default=False
        ),
    ] = "",
    start: Annotated[
        int | None,
        typer.Option(
            help="Which step of the training series the first row is, for models of seasonal means."
        ),
    ] = None,
    members: Annotated[bool, typer.Option("--members", help="Show what every member says.")] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the CSV file there (default: standard output).")
    ] = None,
    code: Code = None,
    as_json: Json = False,
) -> None:
    """Load, read, predict, print; see `_HELP`."""
    if output is not None and as_json:
        raise BundleError("--output is for CSV and --json for standard output; give one of them")
    with loading():
        from tuner.backend import prepare_backend

        prepare_backend()

        from tuner.deploy.predicting import AsCsv, AsRecords, PredictOptions
        from tuner.deploy.predicting import predict as ask
        from tuner.deploy.serving import load_model

    if code is not None:
        from tuner.loading import execute

        execute(code)
    names = tuple(name.strip() for name in columns.split(",")) if columns else ()
    asked = PredictOptions(names, by, every, start, members)
    model = load_model(bundle)
    if as_json:
        from tuner.deploy.bundle import as_answer

        records = AsRecords()
        told = ask(model, file, asked, records)
        found = as_answer(model.bundle) | {"notes": list(told.notes), "warnings": list(told.warnings)}
        print(json.dumps(found | {"predictions": records.rows}))
        return
    with tempfile.SpooledTemporaryFile(1 << 24, "w+", encoding="utf-8", newline="") as spool:
        told = ask(model, file, asked, AsCsv(cast(TextIO, spool)))
        spool.seek(0)
        _put(spool, output)
    for text in told.notes:
        print(f"note: {text}", file=sys.stderr)
    for text in told.warnings:
        print(f"warning: {text}", file=sys.stderr)


def _put(table: IO[str], output: Path | None) -> None:
    """The table where it is wanted: a file is there whole or not at all."""
    if output is None:
        shutil.copyfileobj(table, sys.stdout)
        sys.stdout.flush()
        return
    with written_into(output):
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=output.parent, prefix=f".{output.name}.", delete=False
        ) as beside:
            try:
                shutil.copyfileobj(table, beside)
                beside.close()
                Path(beside.name).chmod(0o644)
                Path(beside.name).replace(output)
            except BaseException:
                Path(beside.name).unlink(missing_ok=True)
                raise
    print(f"wrote {output}", file=sys.stderr)
