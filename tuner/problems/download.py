"""Files of real data: read from a path, or downloaded once into a cache folder.

    <cache>/tuner/data/<name>           the file as it came
    <cache>/tuner/data/<name>.sha256    its checksum

The cache is $XDG_CACHE_HOME, or ~/.cache. A file is written in one step, and one that has changed since then
is refused. A cached file is never replaced: whoever wants a newer one deletes it.
"""

import hashlib
import os
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tuner.errors import StudyError, first_line
from tuner.files import write_whole

MOST_BYTES = 32 << 20
TIMEOUT = 30.0  # seconds without an answer
LONGEST = 300.0  # seconds for all of a file

_PART = 1 << 16
_BY_HAND = "download it yourself and give its path (--set path=FILE)"

Check = Callable[[bytes], object]  # raises StudyError where the content is not what it should be


def read_data(path: str | Path) -> bytes:
    """The content of a file that the user has. Raises: StudyError where it cannot be read."""
    if not isinstance(path, str | Path):
        raise StudyError(f"path is {path!r}; give the name of a file")
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file") from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror})") from None


def cached(url: str, name: str, check: Check, *, most: int = MOST_BYTES, timeout: float = TIMEOUT) -> bytes:
    """The content of a public file, from the cache, or downloaded and kept there under `name`.

    `check` is called with what was downloaded before it is kept.

    Raises: StudyError, in one line with the address and what to do, where there is no such file, no network,
    or another content.
    """
    path = cache_folder() / name
    checksum = path.with_name(f"{name}.sha256")
    try:
        if path.exists() and checksum.exists():
            return _intact(path, checksum.read_text("ascii", errors="replace").strip())
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror})") from None
    content = downloaded(url, most=most, timeout=timeout)
    try:
        check(content)
    except StudyError as error:
        raise StudyError(f"{url}: not the file that was looked for ({error}); {_BY_HAND}") from None
    try:
        checksum.unlink(missing_ok=True)  # a file without one is not used
        write_whole(path, content)
        write_whole(checksum, hashlib.sha256(content).hexdigest() + "\n")
    except OSError as error:
        raise StudyError(f"{path}: cannot be written ({error.strerror}); {_BY_HAND}") from None
    return content


def cache_folder() -> Path:
    """Where downloaded data are kept."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    return cache / "tuner" / "data"


def _intact(path: Path, checksum: str) -> bytes:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise StudyError(f"{path}: damaged (its checksum differs); delete it to download it again")
    return content


def downloaded(url: str, *, most: int = MOST_BYTES, timeout: float = TIMEOUT) -> bytes:
    """The whole content at an address. Raises: StudyError where it cannot be had, is cut or is too large."""
    try:
        return _read(url, most, timeout)
    except HTTPError as error:
        why = f"the server answers {error.code}"
        error.close()
    except (OSError, HTTPException, ValueError) as error:
        why = first_line(getattr(error, "reason", None) or error)
    raise StudyError(f"{url}: cannot be downloaded ({why}); {_BY_HAND}")


def _read(url: str, most: int, timeout: float) -> bytes:
    end = time.monotonic() + max(LONGEST, timeout)
    request = Request(url, headers={"User-Agent": "tuner"})
    with urlopen(request, timeout=timeout) as answer:
        promised = answer.headers.get("Content-Length", "")
        content = bytearray()
        while part := answer.read(_PART):
            content += part
            if len(content) > most:
                raise ValueError(f"it is larger than {most:,} bytes")
            if time.monotonic() > end:
                raise ValueError("it takes too long")
    if promised.isdigit() and int(promised) != len(content):
        raise ValueError(f"it ends after {len(content):,} of {int(promised):,} bytes")
    return bytes(content)
