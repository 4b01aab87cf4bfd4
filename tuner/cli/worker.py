"""Train for a run that goes on elsewhere."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import Artifacts, Storage, app


@app.command()
def worker(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY", help="The study file of the run; it is executed.")
    ],
    storage: Storage = "",
    artifacts: Artifacts = "",
    workers: Annotated[int, typer.Option(min=1, help="Processes, one a core or one a GPU.")] = 1,
    here: Annotated[Path | None, typer.Option(hidden=True)] = None,
    name: Annotated[str, typer.Option(hidden=True)] = "",
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> int:
    """Train for a `tuner run --storage ... --artifacts ...` of the same study file, from any machine.

    Ends when it is interrupted; what was in training then is given back.
    """
    from tuner.errors import TunerError
    from tuner.work.cores import take_a_core

    if tied:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
        if os.environ.get("JAX_NUM_CPU_DEVICES") == "1":  # it works on a core, and not on a GPU
            take_a_core()
    if here is None and not (storage and artifacts):
        raise TunerError("give --storage and --artifacts, as `tuner run` has them")

    from tuner.work.place import in_folder, shared

    place = shared(storage, artifacts) if here is None else in_folder(here)
    if tied:
        from tuner.work.serving import serve

        serve(study, place, name, _say)
        return 0

    from tuner.work.supervising import supervise

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # how clusters end what they move elsewhere
    supervise(study, place, workers, _say)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _end_with_standard_input() -> None:
    """The process that holds the other end of it has died, or wants no more."""
    while os.read(0, 1):  # past the buffer of sys.stdin, whose lock must be free when the process ends
        pass
    os._exit(0)
