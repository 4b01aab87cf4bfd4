"""Compare the ways to update a model in use with newer data."""

import json
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuner.cli.app import Json, app
from tuner.cli.run import loading
from tuner.options import command_told

if TYPE_CHECKING:
    from tuner.deploy.updating.updates import Update

_HELP = """Compare the ways to update a model in use, and keep those that are better as candidates.

The existing model is trained further on the new data, or on old and new data, and new models are trained on \
the new data, or on old and new data; beside them stands the fair baseline, the existing model trained \
further on the old data alone. All are repeated over seeds and judged by the most recent new data, against \
the existing model and against the fair baseline. Nothing is replaced: `tuner replace BUNDLE CANDIDATE` does \
that.

NEW is a CSV file with a header: a row an example (its inputs, then its targets), or a row a step of a \
series, which is cut as the old data were. Rows are sorted by their time, or stay in the order of the file \
where no column has it. The old data are those of the bundle's study file, which is executed.
"""


@app.command(help=_HELP)
def update(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a model in use.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A CSV file of newer data.")],
    output: Annotated[
        Path | None, typer.Option(help="Run folder (default: reports/<study name>_update).")
    ] = None,
    study: Annotated[
        Path | None, typer.Option(help="Where the study file is now (default: as the bundle says).")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="An option of the study in place of that it had; repeatable."
        ),
    ] = None,
    as_: Annotated[str, typer.Option("--as", metavar="rows|series", help="How to read NEW.")] = "auto",
    time: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="The column with the time (default: date, time or the like)."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="A column that was observed or is forecast; repeatable (default: that of `tuner monitor`, or"
            " by the names that the bundle knows).",
        ),
    ] = None,
    validation: Annotated[
        float, typer.Option(help="New examples to choose by, before those of the test: a number or a share.")
    ] = 0.2,
    test: Annotated[
        float, typer.Option(help="The most recent new examples, to judge by: a number or a share.")
    ] = 0.3,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of every way (default: those of the bundle's model).")
    ] = None,
    trials: Annotated[
        int,
        typer.Option(
            help="Settings to search for each way: learning rate, epochs, of a series share of recent data."
        ),
    ] = 0,
    search_repeats: Annotated[int | None, typer.Option(help="Seeds of every trial in the search.")] = None,
    profile: Annotated[
        str, typer.Option(help="Seeds: quick (2 and 5), standard (4 and 10), paper (4 and 30).")
    ] = "standard",
    repeats: Annotated[int | None, typer.Option(help="Fresh seeds of every way.")] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="WAY", help="A way to keep as a candidate whatever is found; repeatable."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The seed of the comparison (default: the study's).")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="auto, vectorized (seeds together in one program) or fit.")
    ] = "auto",
    backend: Annotated[
        str | None, typer.Option(help="jax or tensorflow (default: KERAS_BACKEND, or that of the bundle).")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of resuming.")] = False,
    accept_changes: Annotated[
        bool,
        typer.Option("--accept-changes", help="Go on although the study, its data or this run have changed."),
    ] = False,
    as_json: Json = False,
) -> int:
    """Parse, update, publish; see `_HELP`."""
    from tuner.options import parse_options
    from tuner.plan import Plan

    options = parse_options(set_ or [])
    plan = Plan(profile=profile, trials=trials, search_repeats=search_repeats, repeats=repeats)
    with loading():
        from tuner.console import reporter
        from tuner.deploy.updating.updates import update as update_model

    try:
        with reporter() as progress, redirect_stdout(sys.stderr):  # what the study prints is not our answer
            found = update_model(
                bundle,
                new,
                output,
                study=study,
                options=options,
                validation=validation,
                test=test,
                reading=as_,  # type: ignore[arg-type]  # checked there
                time=time,
                targets=target or (),
                epochs=epochs,
                plan=plan,
                keep=keep or (),
                seed=seed,
                engine=engine,
                backend=backend,
                fresh=fresh,
                accept_changes=accept_changes,
                command=command_told(sys.argv[1:]),
                reporter=progress,
            )
        _publish(found, bundle, as_json)
    except KeyboardInterrupt:
        print(
            "\ntuner: interrupted; every finished run is kept. Run the same command again to go on.",
            file=sys.stderr,
        )
        return 130
    return int(any(run.status == "failed" for run in found.result.runs))


def _publish(found: "Update", bundle: Path, as_json: bool) -> None:
    """Write the report, and say what it says and which candidates there are."""
    from tuner.cli.report import publish
    from tuner.deploy.card import ONE_EACH
    from tuner.deploy.updating.updates import summary_of
    from tuner.errors import written_into
    from tuner.report import write_report

    if as_json:
        folder = found.result.folder
        assert folder is not None  # loaded from one
        with written_into(folder):
            write_report(found.result, folder)
        print(json.dumps(summary_of(found)))
        return
    publish(found.result, as_json=False)
    for name, folder in found.candidates.items():
        mark = " (recommended)" if name == found.recommended else ""
        print(f"candidate: {folder}{mark}")
        if words := found.words(name):
            print(f"  {words}")
        if name in found.better:
            for text in found.objections(name):
                print(f"  not recommended: {text}")
    if found.ensembles:
        print(ONE_EACH)
    if not found.better:
        print("nothing is shown to be better than the existing model, which stays in use")
        return
    if found.recommended is None:
        print(
            "nothing is recommended, and the existing model stays in use; `tuner replace` would change that"
        )
        return
    chosen = str(found.candidates[found.recommended])
    print("nothing has been replaced; to put it in use:")
    print(f"  tuner replace {shlex.quote(str(bundle))} {shlex.quote(chosen)}")
