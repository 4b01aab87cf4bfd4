"""Files with a checksum: written in one step, and recognised when they are damaged or foreign.

JSON carries the checksum of its content itself; that of other bytes is kept by whoever refers to them.
"""

import hashlib
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from tuner.errors import DamageError, LedgerError
from tuner.files import write_whole

DAMAGED = ".damaged"  # at the end of the name of a file that was set aside
_FORMAT = 1
_CONTENT, _END = ',\n"content": ', "}\n"  # what stands around the content of a file


def write_json(path: Path, content: Any) -> None:
    """Store a mapping or a record with its checksum; NaN and infinities as Python's JSON module writes them.

    Raises: TypeError where a value is neither JSON's, nor a record, nor a numpy scalar.
    """
    body = json.dumps(content, default=_plain)
    head = {"tuner": _FORMAT, "sha256": hashlib.sha256(body.encode()).hexdigest()}
    write_whole(path, f'{{"head": {json.dumps(head)}{_CONTENT}{body}{_END}')


def as_json(content: Any) -> Any:
    """A mapping or a record as JSON gives it back.

    Raises: TypeError where a value is neither JSON's, nor a record, nor a numpy scalar.
    """
    return json.loads(json.dumps(content, default=_plain))


def _plain(value: Any) -> Any:
    """Records within a record, and numpy scalars as Python's."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a hyperparameter value of type {type(value).__name__} cannot be stored")


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """What `write_json` stored; `remedy` says what to do where the file is damaged.

    Raises: LedgerError where it cannot be read or is not one of tuner's, DamageError where it is damaged.
    """
    try:
        head, body = _parts(path.read_bytes().decode())
        intact = hashlib.sha256(body.encode()).hexdigest() == head["sha256"]
        known = head["tuner"] == _FORMAT
        content = json.loads(body)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise DamageError(f"{path}: damaged, or none of tuner's ({type(error).__name__}); {remedy}") from None
    if not known:
        raise LedgerError(f"{path}: written in format {head['tuner']}, this version of tuner reads {_FORMAT}")
    if not intact:
        raise DamageError(f"{path}: damaged (its checksum differs); {remedy}")
    if not isinstance(content, dict):
        raise LedgerError(f"{path}: is none of tuner's files; move it elsewhere")
    return content


def _parts(text: str) -> tuple[dict[str, Any], str]:
    """The head of a file, and the text of its content, which is parsed once and not twice.

    Raises: ValueError, TypeError or KeyError where it is none of ours.
    """
    head, content = text.split(_CONTENT, 1)
    if not content.endswith(_END):
        raise ValueError("it has no end")
    return json.loads(head + _END)["head"], content.removesuffix(_END)


def write_bytes(path: Path, content: bytes) -> str:
    """Store bytes; gives their checksum."""
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def read_bytes(path: Path, sha256: str, without: str) -> bytes:
    """The bytes of a file; `without` says what there is no more when it is deleted.

    Raises: LedgerError where it cannot be read, DamageError where it has another checksum.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror})") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamageError(
            f"{path}: damaged (its checksum differs); run the study again to repeat its runs, or delete it to"
            f" go on without {without}"
        )
    return content


def set_aside(path: Path) -> None:
    """Rename a file, if it is there, so that nothing reads it any more and nothing is lost of it."""
    if path.exists():
        path.replace(path.with_name(path.name + DAMAGED))
