"""The Typer application and the arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hyperparameter search and robust evaluation for Keras models: a score is a distribution.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        print(f"tuner {installed('tuner')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


Folder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, such as reports/encdec_sine.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]
Code = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A Python file with layers of the model's own, such as the study; it is executed.",
    ),
]
Runs = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run folder, a CSV file with a column `score`, or PATH:CONFIGURATION.",
        show_default=False,
    ),
]
Configuration = Annotated[
    str | None, typer.Option(metavar="NAME", help="The configuration to take (default: the baseline).")
]
Margin = Annotated[
    float | None, typer.Option(help="Smallest difference that matters (default: the run folder's).")
]
Level = Annotated[float | None, typer.Option(help="Confidence level (default: the run folder's, else 0.95).")]
Storage = Annotated[
    str,
    typer.Option(
        envvar="TUNER_STORAGE",
        metavar="URL",
        help="An Optuna storage that workers of other machines share: postgresql://..., journal:///path.log,"
        " grpc://host:port.",
        show_default=False,
    ),
]
Artifacts = Annotated[
    str,
    typer.Option(
        envvar="TUNER_ARTIFACTS",
        metavar="DIR|URL",
        help="Where workers leave what they trained: a folder that all see, or s3://bucket/prefix.",
        show_default=False,
    ),
]
TensorBoard = Annotated[
    Path | None,
    typer.Option("--tensorboard", metavar="DIR", help="Log every run there for TensorBoard (an extra)."),
]
MLflow = Annotated[
    str | None,
    typer.Option(
        "--mlflow",
        metavar="URI",
        help="Log every run to MLflow there (an extra): a server, or such as sqlite:///mlflow.db.",
    ),
]
