"""Show what a run folder says, rebuild its report, follow it, and put several beside each other."""

import json
import sys
import time
from collections.abc import Collection
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuner.cli.app import Folder, Json, MLflow, TensorBoard, app
from tuner.errors import TunerError, written_into

if TYPE_CHECKING:
    from tuner.result import Result

_HELP = """Rebuild the report of a run from its stored runs, without training.

Several run folders are put beside each other on one page: the baseline and the best configuration of each \
(or the one named as FOLDER:CONFIGURATION), compared with that of the first where they are comparable.
"""


@app.command(help=_HELP)
def report(
    folders: Annotated[
        list[str],
        typer.Argument(metavar="RUN", help="A run folder, such as reports/encdec_sine; or several."),
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAMES",
            help="Of html, png, csv, json, latex, markdown, with commas between (default: the first four).",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where to write (default: the run folder; reports/comparison for several)."
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Keep the page current while the run goes on, until it is complete; waits for one to begin.",
        ),
    ] = False,
    tensorboard: TensorBoard = None,
    mlflow: MLflow = None,
    as_json: Json = False,
) -> int:
    """Read, write, print; see `_HELP`."""
    from tuner.options import parse_choices
    from tuner.report.write import FORMATS

    formats = None if format_ is None else parse_choices(format_, FORMATS, "--format")
    if len(folders) > 1:
        if watch:
            raise TunerError("--watch follows one run folder; leave the others out")
        if tensorboard is not None or mlflow is not None:
            raise TunerError("--tensorboard and --mlflow log one run folder; leave the others out")
        _publish_several(folders, output or Path("reports") / "comparison", formats, as_json)
        return 0
    folder = Path(folders[0])
    elsewhere = output is not None and not (folder.exists() and output.exists() and output.samefile(folder))
    if output is not None and elsewhere and (output / "run.json").exists():
        raise TunerError(f"{output}: is another run folder; choose another place with --output")
    if watch and formats is not None and "html" not in formats:
        raise TunerError("--watch keeps the page current; add html to --format, or leave --format out")
    place = output or folder
    ended = _watched(folder, place) if watch else True
    if not ended and not (folder / "run.json").exists():  # left while it waited
        return 130

    from tuner.files import check_writable
    from tuner.report.live import follow

    result = next(follow(folder))
    with written_into(place):
        check_writable(place)  # before anything is logged
    _log(result, tensorboard, mlflow)
    publish(result, as_json, output, formats)
    return 0 if ended else 130


@app.command()
def show(folder: Folder, as_json: Json = False) -> None:
    """Print the table of a run."""
    from tuner.result import load

    result = load(folder)
    if as_json:
        from tuner.report import summary

        print(json.dumps(summary(result)))
    else:
        from tuner.console import print_result

        print_result(result)


def publish(
    result: "Result", as_json: bool, output: Path | None = None, formats: Collection[str] | None = None
) -> None:
    """Write the report, into the run folder unless elsewhere is given, and say what it says."""
    from tuner.console import print_result
    from tuner.report import summary
    from tuner.report.write import PAGE, usual_formats, write_formats

    folder = output or result.folder
    assert folder is not None  # loaded from one
    with written_into(folder):
        written = write_formats(result, folder, usual_formats(folder) if formats is None else formats)
    if as_json:
        print(json.dumps(summary(result)))
        return
    print_result(result)
    if folder / PAGE in written:
        print(f"report: {folder / PAGE}")
    _print_written(written if formats is not None else (), folder / PAGE)


def _log(result: "Result", tensorboard: Path | None, mlflow: str | None) -> None:
    """Tell trackers of the runs, where asked to."""
    if tensorboard is None and mlflow is None:
        return
    from tuner.trackers import export, open_trackers

    assert result.folder is not None  # loaded from one
    with redirect_stdout(sys.stderr):  # what a tracker says is not our answer
        trackers = open_trackers(result.setup.study, result.folder, tensorboard=tensorboard, mlflow=mlflow)
        export(result, trackers)


def _watched(folder: Path, output: Path) -> bool:
    """Keep the page current; whether the run came to its end, and was not left by Ctrl-C before."""
    from tuner.console import status_line
    from tuner.report.live import keep_current, wait_for_run

    def tell(result: "Result") -> None:
        phases = [run.phase for run in result.runs]
        runs = " and ".join(f"{phases.count(phase):,} {phase}" for phase in ("search", "confirmation"))
        say(f"watching {folder}: {runs} runs, page of {time.strftime('%H:%M:%S')}; Ctrl-C ends")

    try:
        with status_line() as say:
            wait_for_run(
                folder, lambda: say(f"waiting for a run in {folder}, where there is none yet; Ctrl-C ends")
            )
            keep_current(folder, output, tell)
    except KeyboardInterrupt:
        begun = (folder / "run.json").exists()
        left = "the run was complete; its page is as of now" if begun else "a run began; nothing was written"
        print(f"tuner: left before {left}", file=sys.stderr)
        return False
    return True


def _publish_several(
    folders: list[str], output: Path, formats: Collection[str] | None, as_json: bool
) -> None:
    """Write the page of several studies, and say what it says."""
    from tuner.comparing.sources import open_source
    from tuner.comparing.studies import compare_studies
    from tuner.report.studies import FILES, PAGE, studies_summary, write_studies
    from tuner.report.write import usual_formats

    studies = compare_studies([open_source(text) for text in folders])
    with written_into(output):
        made = usual_formats(output, FILES) if formats is None else formats
        written = write_studies(studies, output, made)
    if as_json:
        print(json.dumps(studies_summary(studies)))
        return
    from tuner.answers import print_studies

    print_studies(studies)
    if output / PAGE in written:
        print(f"report: {output / PAGE}")
    _print_written(written if formats is not None else (), output / PAGE)


def _print_written(written: Collection[Path], page: Path) -> None:
    for path in written:
        if path != page:
            print(f"wrote {path}")
