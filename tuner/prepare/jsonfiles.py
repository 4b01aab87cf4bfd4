"""Plain JSON on disk, written whole and read strictly."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuner.errors import PreparationError
from tuner.files import write_whole
from tuner.prepare.checks import shown


def write(path: Path, content: Any) -> None:
    """Store numbers, texts, lists and objects; floats come back bit for bit.

    Raises: PreparationError where the file cannot be written.
    """
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    try:
        write_whole(path, text)
    except OSError as error:
        raise PreparationError(f"{path}: cannot be written ({type(error).__name__})") from None


def read(path: Path) -> Any:
    """What `write` stored.

    Raises: PreparationError where it cannot be read, is no JSON, has NaN or infinities, or a key twice.
    """
    try:
        return json.loads(
            path.read_text(encoding="utf-8"), parse_constant=_refuse, object_pairs_hook=_without_doubles
        )
    except OSError as error:
        raise PreparationError(f"{path}: cannot be read ({type(error).__name__})") from None
    except (ValueError, RecursionError) as error:
        raise PreparationError(f"{path}: is no JSON that tuner wrote ({_reason(error)})") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(double)} stands there twice")
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "too deeply nested"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error).split("\n", 1)[0][:200]


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors about what a file holds begin with the file."""
    try:
        yield
    except PreparationError as error:
        raise PreparationError(f"{path}: {error}") from None
