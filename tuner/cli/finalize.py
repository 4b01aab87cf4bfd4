"""Make the winner of a study a model in use."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuner.cli.app import Folder, Json, app
from tuner.cli.run import loading

if TYPE_CHECKING:
    from tuner.deploy.bundle import Bundle

_HELP = """Train the chosen configuration on all data, with several seeds, and store it as a bundle.

The bundle is a folder with the networks of an ensemble, the preparation of the data, what the model reads \
and answers, the score to expect, and a model card. `tuner predict` and `tuner.load_model` use it.

The configuration is the one that the run found best (the baseline where nothing was better), trained on the \
train, validation and test splits together. No network is chosen by its score. What to expect is measured \
with as many networks more that have not seen the test split. Where early stopping watched the validation \
split, the number of epochs is the median of the confirmation runs.
"""


@app.command(help=_HELP)
def finalize(
    run: Folder,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to put the bundle (default: bundles/<study name>)."),
    ] = None,
    members: Annotated[int, typer.Option(help="Networks of the ensemble.")] = 5,
    keep_test: Annotated[
        bool,
        typer.Option(
            "--keep-test",
            help="Keep the test split out of training, and measure the bundle's networks on it.",
        ),
    ] = False,
    savedmodel: Annotated[
        bool,
        typer.Option("--savedmodel", help="Export a TensorFlow SavedModel as well, preparation included."),
    ] = False,
    configuration: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Another confirmed configuration (default: the one that the run chose)."
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The study file, where it has moved (default: the run's); it is executed."
        ),
    ] = None,
    accept_changes: Annotated[
        bool,
        typer.Option(
            "--accept-changes",
            help="Go on although the study, its data or its packages have changed since the run.",
        ),
    ] = False,
    engine: Annotated[
        str, typer.Option(help="auto, vectorized (networks together in one program) or fit.")
    ] = "auto",
    backend: Annotated[str | None, typer.Option(help="jax or tensorflow (default: that of the run).")] = None,
    as_json: Json = False,
) -> int:
    """Load, train, store, print; see `_HELP`."""
    with loading():
        from tuner.console import reporter
        from tuner.deploy.finalizing import finalize as make

    try:
        with reporter() as progress, redirect_stdout(sys.stderr):  # what the study prints is not our answer
            bundle = make(
                run,
                output,
                study=study,
                members=members,
                keep_test=keep_test,
                configuration=configuration,
                accept_changes=accept_changes,
                engine=engine,
                backend=backend,
                savedmodel=savedmodel,
                reporter=progress,
            )
    except KeyboardInterrupt:
        print("\ntuner: interrupted; nothing was written", file=sys.stderr)
        return 130
    if as_json:
        from tuner.deploy.bundle import as_answer

        print(json.dumps(as_answer(bundle)))
        return 0
    _print(bundle)
    return 0


def _print(bundle: "Bundle") -> None:
    """What was made, and what to expect of it."""
    from tuner.cards import between, digits, percent, shown, visible
    from tuner.deploy.expected_table import FEWEST, ends_shown, same_networks
    from tuner.deploy.names import CARD
    from tuner.terminal import print_lines, terminal

    expected, console = bundle.expected, terminal()
    level = percent(expected.level)

    def told(value: float | None, ends: tuple[float | None, ...], seeds: int = FEWEST) -> str:
        low, high = ends_shown(ends, bundle.metric, seeds)
        spread = f" ({level} interval {between(low, high)})" if between(low, high) else ""
        return f"{'no number' if value is None else digits(value)}{spread}"

    members = f"{len(bundle.members)} network{'s' * (len(bundle.members) != 1)}"
    print_lines(console, [f"{shown(bundle.configuration)} of {shown(bundle.study)}: {members}"], "bold")
    if (one := expected.ensemble) is not None:
        print_lines(
            console,
            [f"expected test {shown(bundle.metric)} {told(one.score, one.interval)}, by {visible(one.how)}"],
        )
    single = expected.single
    where = "" if one is not None and same_networks(one, single) else " in the confirmation"
    print_lines(
        console,
        [
            f"of one network{where} {told(single.mean, single.interval, single.n)} over {single.n} seeds",
            f"trained for {bundle.epochs.count} epochs: {visible(bundle.epochs.how)}",
            f"bundle: {bundle.folder}",
            f"model card: {bundle.place() / CARD}",
        ],
    )
