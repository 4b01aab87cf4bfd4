"""Read learning curves of a run folder or a CSV file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import Json, app
from tuner.errors import ScoresError

_HELP = """What the learning curves say: underfit, good fit, overfit or diverged, and what to do about it.

RUN is a run folder: its baseline and finalists are read, or, while confirmation has not finished, the \
baseline and the leading trials. Or it is a CSV file such as Keras' CSVLogger writes, one row an epoch, with \
columns `loss` and `val_loss`; a column `seed` or `seed_index` tells several seeds apart, `epoch` orders them.

Every seed is read alone, and the diagnosis is that of more than half of them; where they disagree, it is \
that of the median curve.
"""


@app.command(help=_HELP, context_settings={"allow_extra_args": True})
def diagnose(
    context: typer.Context,
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="A run folder, or a CSV file of losses.", show_default=False),
    ],
    configuration: Annotated[
        str | None, typer.Option(metavar="NAME", help="One configuration of a run folder, from any phase.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read, diagnose, print; see `_HELP`."""
    from tuner.diagnosing import as_json as as_answer
    from tuner.diagnosing import diagnose_configuration, diagnose_history, diagnose_result, read_history
    from tuner.jsontext import strict

    if context.args:
        raise ScoresError(
            f"diagnose reads one run folder or CSV file, not {1 + len(context.args)}: call it for each; "
            "several seeds of one configuration belong into one file, told apart by a column `seed`"
        )
    if run.is_dir():
        from tuner.result import load

        result = load(run)
        if configuration is None:
            found = diagnose_result(result)
        else:
            found = (diagnose_configuration(result, configuration),)
        if not found:
            raise ScoresError(f"{run}: no run in it has losses yet; `tuner run` goes on")
    elif not run.exists():
        raise ScoresError(f"{run}: no such run folder or file")
    elif configuration is not None:
        raise ScoresError(f"{run}: --configuration chooses one of a run folder; a CSV file holds one")
    else:
        found = (diagnose_history(read_history(run)),)
    if as_json:
        print(json.dumps(strict(as_answer(str(run), found))))
        return
    from tuner.answers import print_diagnoses

    print_diagnoses(found)
