"""Measure where the spread of the scores comes from."""

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import Json, app
from tuner.cli.run import loading, named
from tuner.errors import TunerError, written_into


@app.command()
def variance(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file; it is executed.")],
    output: Annotated[
        Path | None, typer.Option(help="Folder for the files (default: reports/<study name>-variance).")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the study; repeatable."),
    ] = None,
    configuration: Annotated[
        str, typer.Option(help="The baseline, or the name of one of the study's candidates.")
    ] = "baseline",
    params: Annotated[
        list[str] | None,
        typer.Option("--params", metavar="NAME=VALUE", help="Another hyperparameter value; repeatable."),
    ] = None,
    repeats: Annotated[int, typer.Option(help="Runs of every stream alone, and of all together.")] = 10,
    settings: Annotated[
        int, typer.Option(help="Fixed values of the other streams that the runs of a stream are spread over.")
    ] = 2,
    split: Annotated[str, typer.Option(help="What to score on: validation or test.")] = "validation",
    seed: Annotated[int | None, typer.Option(help="The study's seed.")] = None,
    engine: Annotated[
        str, typer.Option(help="auto, vectorized (seeds together in one program) or fit.")
    ] = "auto",
    backend: Annotated[
        str | None, typer.Option(help="jax or tensorflow (default: KERAS_BACKEND, or jax).")
    ] = None,
    as_json: Json = False,
) -> int:
    """Vary initial weights, data order, dropout and data one at a time: which of them makes the spread?"""
    from tuner.backend import prepare_backend
    from tuner.options import parse_options

    options, values = parse_options(set_ or []), parse_options(params or [], "--params")
    with loading():
        prepare_backend(backend)  # before anything imports Keras

        from tuner.console import print_variance, reporter
        from tuner.ledger import slug
        from tuner.loading import load_study
        from tuner.variance import measure_variance

    try:
        with reporter() as progress, redirect_stdout(sys.stderr):  # what the study prints is not our answer
            loaded = load_study(study, options)
            folder = output or Path("reports") / slug(f"{loaded.name}-variance")
            _check_folder(folder)
            with named(study):
                found = measure_variance(
                    loaded if seed is None else replace(loaded, seed=seed),
                    repeats=repeats,
                    settings=settings,
                    configuration=configuration,
                    params=values,
                    split=split,
                    engine=engine,
                    reporter=progress,
                )
    except KeyboardInterrupt:
        print("\ntuner: interrupted; nothing was written", file=sys.stderr)
        return 130
    from tuner.report.variance import variance_json, write_variance

    with written_into(folder):
        page = write_variance(found, folder)
    if as_json:
        print(variance_json(found))
    else:
        print_variance(found)
        print(f"table, runs and figure: {page.parent}")
    return int(any(run.status == "failed" for run in found.runs))


def _check_folder(folder: Path) -> None:
    """What cannot be written at the end is told at the start."""
    if blocked := [path for path in (folder, *folder.parents) if path.exists() and not path.is_dir()]:
        raise TunerError(f"{blocked[0]}: is no folder; use --output for another one")
