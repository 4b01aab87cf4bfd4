"""Files with a checksum: written in one step, and recognised when they are damaged or foreign.

JSON carries the checksum of its content itself; that of other bytes is kept by whoever refers to them.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuner.errors import LedgerError
from tuner.files import write_whole

_FORMAT = 1


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Store a mapping with its checksum; NaN and infinities as Python's JSON module writes them.

    Raises: TypeError where a value is neither JSON's nor a numpy scalar.
    """
    body = json.dumps(content, default=_plain)
    head = {"tuner": _FORMAT, "sha256": hashlib.sha256(body.encode()).hexdigest()}
    write_whole(path, f'{{"head": {json.dumps(head)},\n"content": {body}}}\n')


def _plain(value: Any) -> Any:
    """numpy scalars as Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a hyperparameter value of type {type(value).__name__} cannot be stored")


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """What `write_json` stored; `remedy` says what to do where the file is damaged.

    Raises: LedgerError where it cannot be read, is damaged or is not one of tuner's.
    """
    try:
        text = path.read_text(encoding="utf-8")
        head = json.loads(text)["head"]
        body = text.split('"content": ', 1)[1][:-2]
        intact = hashlib.sha256(body.encode()).hexdigest() == head["sha256"]
        known = head["tuner"] == _FORMAT
        content = json.loads(body)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__}); {remedy}") from None
    if not known:
        raise LedgerError(f"{path}: written in format {head['tuner']}, this version of tuner reads {_FORMAT}")
    if not intact:
        raise LedgerError(f"{path}: damaged (its checksum differs); {remedy}")
    if not isinstance(content, dict):
        raise LedgerError(f"{path}: is none of tuner's files; move it elsewhere")
    return content


def write_bytes(path: Path, content: bytes) -> str:
    """Store bytes; gives their checksum."""
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def read_bytes(path: Path, sha256: str, without: str) -> bytes:
    """The bytes of a file; `without` says what there is no more when it is deleted.

    Raises: LedgerError where it cannot be read, or has another checksum.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({type(error).__name__})") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise LedgerError(f"{path}: damaged (its checksum differs); delete it to go on without {without}")
    return content
