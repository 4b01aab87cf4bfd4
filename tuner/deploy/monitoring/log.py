"""A file that only grows: one line a record, each with its checksum, so that a torn end is recognised."""

import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.errors import DamageError, LedgerError
from tuner.files import make_folder, settle


@dataclass(frozen=True, slots=True)
class Log:
    """What a file holds: its records in order, and how many bytes of it are whole.

    `torn` says that something stands behind them: a line that was being written when its writer ended.
    """

    records: tuple[dict[str, Any], ...]
    whole: int
    torn: bool


def read_log(path: Path) -> Log:
    """The records of a file; none where there is no file.

    A last line without its end or with another checksum was torn, and counts as never written. Any other
    such line is damage.

    Raises: LedgerError where it cannot be read or is a link, DamageError where it is damaged.
    """
    if path.is_symlink():
        raise LedgerError(f"{path}: is a link; put the file that it leads to in its place")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Log((), 0, torn=False)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be read ({error.strerror})") from None
    lines = content.split(b"\n")
    complete, rest = lines[:-1], lines[-1]
    records: list[dict[str, Any]] = []
    whole = 0
    for number, line in enumerate(complete, 1):
        record = _record(line)
        if record is None:
            if number == len(complete) and not rest:
                return Log(tuple(records), whole, torn=True)
            raise DamageError(
                f"{path}, line {number}: damaged or altered (its checksum differs); take that line out, or"
                " put back a copy of the file"
            )
        records.append(record)
        whole += len(line) + 1
    return Log(tuple(records), whole, torn=bool(rest))


def append(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Write records behind those that are there, and flush them to the disk; a torn end goes first.

    Raises: LedgerError where the file cannot be written, is a link or is damaged.
    """
    content = b"".join(_line(record) for record in records)
    if not content:
        return
    log = read_log(path)
    try:
        make_folder(path.parent)
        new = not path.exists()
        with path.open("xb" if new else "r+b") as file:
            file.truncate(log.whole)
            file.seek(log.whole)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:
            settle(path.parent)
    except OSError as error:
        raise LedgerError(f"{path}: cannot be written ({error.strerror or error})") from None


def _line(record: dict[str, Any]) -> bytes:
    body = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %b\n" % (zlib.crc32(body), body)


def _record(line: bytes) -> dict[str, Any] | None:
    """What a line holds; None where it is none of ours or was altered."""
    mark, _, body = line.partition(b" ")
    try:
        if int(mark, 16) != zlib.crc32(body) or len(mark) != 8:
            return None
        record = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
