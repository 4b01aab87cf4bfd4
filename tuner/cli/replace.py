"""Put a candidate in use, or what was in use before."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tuner.cli.app import Json, app
from tuner.errors import BundleError

if TYPE_CHECKING:
    from tuner.deploy.bundle import Bundle

_HELP = """Swap the weights of a model in use for those of a candidate; what was in use is kept.

Architecture, schema and preparation must be the same. A candidate that is not known to be better than this \
model is refused, unless --anyway is given; how the two stand as ensembles is said. --rollback puts the \
model back that the present one replaced, with the same predictions to the last bit; --to N any other that \
is kept. --list shows what was in use.
"""


@app.command(help=_HELP)
def replace(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The folder of a model in use.")],
    candidate: Annotated[
        Path | None, typer.Argument(metavar="CANDIDATE", help="The folder of a candidate, of `tuner update`.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also a candidate that is not known to be better.")
    ] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Put the model of before back.")] = False,
    to: Annotated[
        int | None, typer.Option(metavar="N", help="With --rollback: the number of the model to put back.")
    ] = None,
    code: Annotated[
        Path | None,
        typer.Option(
            "--code",
            metavar="FILE",
            help="A Python file to execute for the SavedModel, where there is one and the model has layers of"
            " its own.",
        ),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show what was in use, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Parse, replace, print; see `_HELP`."""
    if [candidate is not None, rollback, list_].count(True) != 1:
        raise BundleError("give a CANDIDATE, or --rollback, or --list")
    if to is not None and not rollback:
        raise BundleError("--to is for --rollback")
    if code is not None and list_:
        raise BundleError("--code is for what is put in use")
    if code is not None and not code.is_file():
        raise BundleError(f"{code}: no such file; give --code the file that registers the model's layers")
    if anyway and candidate is None:
        raise BundleError("--anyway is for a CANDIDATE")

    from tuner.deploy.bundle import read
    from tuner.deploy.replacing import replace_model, roll_back

    if list_:
        _print(read(bundle), (), as_json)
        return
    own = code or ""
    if candidate is None:
        done = roll_back(bundle, to, code=own)
    else:
        done = replace_model(bundle, candidate, anyway=anyway, code=own)
    _print(done.bundle, done.notes, as_json, done=True)


def _print(bundle: "Bundle", notes: tuple[str, ...], as_json: bool, *, done: bool = False) -> None:
    """The model in use, those that are kept, and the history."""
    from tuner.cards import visible
    from tuner.deploy.bundle import previous
    from tuner.deploy.card import ONE_EACH, in_words
    from tuner.deploy.names import PREVIOUS

    kept = previous(bundle)
    if as_json:
        print(json.dumps(_answer(bundle, kept, notes)))
        return
    if done:
        step = bundle.history[-1]
        verb = "put back" if step.action == "rollback" else "put in use"
        print(f"model {step.after} was {verb}; model {step.before} is kept in {bundle.place() / PREVIOUS}")
        if step.action == "replace" and bundle.updated and bundle.updated.ensembles:
            words = in_words(bundle.updated.ensembles, bundle.metric, bundle.direction)
            print(f"{visible(words)}. {ONE_EACH}")
    print(visible(f"in use: {_line(bundle)}"))
    for one in kept:
        print(visible(f"kept:   {_line(one)}"))
    for step in bundle.history:
        origin = f", from {step.candidate}" if step.candidate else ""
        why = f", although it {step.why}" if step.why else ""
        print(visible(f"{step.at}  {step.action}: {step.before} -> {step.after}{origin}{why}"))
    for note in notes:
        print(f"note: {visible(note)}")


def _line(bundle: "Bundle") -> str:
    origin = f"{bundle.updated.way}: {bundle.verdict.claim}" if bundle.updated else "as it was finalized"
    return f"model {bundle.number}, made {bundle.created}, {origin}"


def _answer(bundle: "Bundle", kept: tuple["Bundle", ...], notes: tuple[str, ...]) -> dict[str, Any]:
    from tuner.checked import as_json as plain

    return {
        "in_use": _model(bundle),
        "kept": [_model(one) for one in kept],
        "history": [plain(step) for step in bundle.history],
        "notes": list(notes),
    }


def _model(bundle: "Bundle") -> dict[str, Any]:
    from tuner.checked import as_json as plain

    made = bundle.updated
    return {
        "number": bundle.number,
        "identity": bundle.identity,
        "created": bundle.created,
        "members": len(bundle.members),
        "way": made.way if made else None,
        "verdict": bundle.verdict.word,
        "ensembles": plain(made.ensembles) if made and made.ensembles else None,
        "folder": str(bundle.place()),
    }
