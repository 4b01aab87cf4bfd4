"""Write a first study file."""

from pathlib import Path
from typing import Annotated

import typer

from tuner.cli.app import app
from tuner.errors import TunerError


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the study, or a path to its file.")],
) -> None:
    """Write a commented study file that runs."""
    from importlib.resources import files

    path = Path(name if name.endswith(".py") else f"{name}.py")
    if path.exists():
        raise TunerError(f"{path}: exists already; choose another name")
    if not path.stem.isidentifier():
        raise TunerError(f"{path.stem!r} is no name for a Python file; use letters, digits and underscores")
    try:
        path.write_text(files("tuner").joinpath("templates/study.py.txt").read_text("utf-8"), "utf-8")
    except OSError as error:
        raise TunerError(f"{path}: cannot be written ({error.strerror})") from None
    print(f"wrote {path}; run it with: python -m tuner run {path}")
