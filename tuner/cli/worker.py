"""Train for a run that goes on elsewhere."""

import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import app


@app.command(hidden=True)
def worker(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY", help="The study file of the run; it is executed.")
    ],
    storage: Annotated[str, typer.Option(help="Where the run keeps its queue.")],
    artifacts: Annotated[str, typer.Option(help="Where trained runs are left for it.")],
    name: Annotated[str, typer.Option(hidden=True)] = "",
    core: Annotated[int | None, typer.Option(hidden=True)] = None,
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> int:
    """Train groups of runs for `tuner run`, which starts such workers by itself with --workers."""
    if tied:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})  # before anything counts the cores

    from tuner.work.place import opened
    from tuner.work.serving import serve

    serve(study, opened(storage, artifacts), name or f"process {os.getpid()}", _say)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _end_with_standard_input() -> None:
    """The process that holds the other end of it has died, or wants no more."""
    while os.read(0, 1):  # past the buffer of sys.stdin, whose lock must be free when the process ends
        pass
    os._exit(0)
