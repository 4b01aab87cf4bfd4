"""Run a study."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuner.cli.app import Artifacts, Json, MLflow, Storage, TensorBoard, app
from tuner.cli.report import publish
from tuner.errors import StudyError, TunerError
from tuner.options import command_told

if TYPE_CHECKING:
    from tuner.result import Result
    from tuner.study import Study


@app.command()
def run(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file; it is executed.")],
    output: Annotated[Path | None, typer.Option(help="Run folder (default: reports/<study name>).")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An option of the study; repeatable."),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Seeds: quick (2 and 5), standard (4 and 10), paper (4 and 30).")
    ] = ("standard"),
    trials: Annotated[int | None, typer.Option(help="Configurations to draw (default: the study's).")] = None,
    search_repeats: Annotated[
        str | None,
        typer.Option(
            metavar="N|A,B",
            help="Seeds of every trial in the search; A,B: from A up to B while it can still win.",
        ),
    ] = None,
    repeats: Annotated[
        int | None, typer.Option(help="Fresh seeds of every finalist in confirmation.")
    ] = None,
    finalists: Annotated[int, typer.Option(help="Best trials that reach confirmation.")] = 3,
    sampler: Annotated[str, typer.Option(help="tpe, random, grid, qmc or gp (an extra).")] = "tpe",
    pruner: Annotated[
        str, typer.Option(help="Ends poor trials after an epoch: none, median, asha or hyperband.")
    ] = "none",
    objective: Annotated[
        str | None, typer.Option(help="What the search improves: mean, median, mean+1*std, quantile:0.9.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="Wall-clock time for all of it, such as 90s, 10m, 2h.")
    ] = None,
    train_sizes: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help="Test score against the number of training examples: shares such as 0.1,0.25,0.5,1, numbers"
            " of examples, or auto.",
        ),
    ] = None,
    ensemble_sizes: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES",
            help="Test score of the mean of so many networks, such as 1,2,5,10, or auto.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The study's seed.")] = None,
    workers: Annotated[
        int, typer.Option(help="Processes of this machine that train, one a core or one a GPU (0: this one).")
    ] = 0,
    storage: Storage = "",
    artifacts: Artifacts = "",
    ray: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Place the workers on the Ray cluster there (an extra).")
    ] = "",
    ray_gpus: Annotated[float, typer.Option(help="GPUs of each worker on Ray (0: a core).")] = 0.0,
    parallel: Annotated[
        int | None, typer.Option(help="Trials under way at once, for workers (default: the workers here).")
    ] = None,
    engine: Annotated[
        str, typer.Option(help="auto, vectorized (seeds together in one program) or fit.")
    ] = "auto",
    backend: Annotated[
        str | None, typer.Option(help="jax or tensorflow (default: KERAS_BACKEND, or jax).")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of resuming.")] = False,
    accept_changes: Annotated[
        bool,
        typer.Option(
            "--accept-changes", help="Go on although the study, its settings or its packages have changed."
        ),
    ] = False,
    tensorboard: TensorBoard = None,
    mlflow: MLflow = None,
    as_json: Json = False,
) -> int:
    """Search, repeat, compare, report. The same command again goes on where it was left."""
    from tuner.backend import leave_memory_to_workers, prepare_backend
    from tuner.options import parse_duration, parse_options, parse_seeds, parse_sizes
    from tuner.plan import Plan, Workers

    if repeats == 0:  # a search alone is for who confirms in another run
        raise TunerError("repeats is 0; give 1 or more")
    options = parse_options(set_ or [])
    seconds = None if budget is None else parse_duration(budget)
    seeds = None if search_repeats is None else parse_seeds(search_repeats)
    sizes = None if train_sizes is None else parse_sizes(train_sizes, "--train-sizes")
    members: Any = None if ensemble_sizes is None else parse_sizes(ensemble_sizes, "--ensemble-sizes")
    joined = Workers(workers, storage, artifacts, parallel, ray, ray_gpus)
    with loading():
        if joined.wanted:
            leave_memory_to_workers()
        prepare_backend(backend)  # before anything imports Keras

        from tuner.console import reporter
        from tuner.folder import run_folder
        from tuner.loading import load_study
        from tuner.protocol import run as run_study
        from tuner.reporter import Several
        from tuner.trackers import open_trackers, tracking

    plan = Plan(
        profile=profile,
        trials=trials,
        search_repeats=seeds,
        repeats=repeats,
        finalists=finalists,
        sampler=sampler,
        pruner=pruner,
        budget=seconds,
        train_sizes=sizes,
        ensemble_sizes=members,
    )
    changes: dict[str, Any] = {"objective": objective, "seed": seed}
    try:
        with reporter() as progress, redirect_stdout(sys.stderr):  # what the study prints is not our answer
            loaded = load_study(study, options)
            folder = run_folder(loaded.name or "study", output)
            trackers = open_trackers(loaded.name or "study", folder, tensorboard=tensorboard, mlflow=mlflow)
            with named(study), tracking(trackers, progress.note) as tracked:
                result = run_study(
                    replace(loaded, **{name: value for name, value in changes.items() if value is not None}),
                    plan,
                    output=folder,
                    engine=engine,
                    fresh=fresh,
                    accept_changes=accept_changes,
                    workers=joined,
                    command=command_told(sys.argv[1:]),
                    reporter=Several(progress, tracked),
                    try_show=_trial(loaded),
                    at_end=_showing(loaded, progress.note),
                )
                tracked.conclude(result)
        publish(result, as_json)
    except KeyboardInterrupt:
        print(
            "\ntuner: interrupted; every finished run is kept. Run the same command again to go on.",
            file=sys.stderr,
        )
        return 130
    return int(any(run.status == "failed" for group in result.groups for run in group.runs))


def _trial(study: "Study") -> Callable[[Any, Any, Any], None] | None:
    """What tries the study's own `show` before the training; None where there is none to try."""
    if study.show is None:
        return None
    from tuner.figures.showing import trial_of

    return trial_of(study.show)


def _showing(study: "Study", on_note: Callable[[str], None]) -> Callable[["Result"], None] | None:
    """What stores what the study itself shows of some test examples; None where it shows nothing."""
    if study.show is None:
        return None
    from tuner.figures.showing import shown
    from tuner.shown import write_shown

    show = study.show

    def store(result: "Result") -> None:
        found = shown(show, result)
        if found is not None and found.reason:
            on_note(f"the study shows nothing: {found.reason}")
        assert result.folder is not None  # loaded from one
        if found != result.shown:
            write_shown(result.folder, found)

    return store


@contextmanager
def named(study: Path) -> Iterator[None]:
    """Within it, what is wrong with a study is said with the name of its file."""
    try:
        yield
    except StudyError as error:
        raise StudyError(f"{study}: {error}") from error


@contextmanager
def loading() -> Iterator[None]:
    """Keep the garbage collector from walking all that is loaded, again and again while the heap grows.

    What was loaded stays, so it is not walked later either.
    """
    first = "keras" not in sys.modules
    gc.disable()
    try:
        yield
    finally:
        if first:
            gc.freeze()
        gc.enable()
