"""What a study's own `show` made, in the run folder: text or pixels, for nothing else is taken from there.

<run folder>/ledger/shown.json          the texts, or why there are none
<run folder>/ledger/shown-<sum>.png     the picture, named by its checksum
"""

import hashlib
import re
from dataclasses import asdict, replace
from pathlib import Path

from tuner.checked import read_bytes, read_json, set_aside, write_bytes, write_json
from tuner.errors import LedgerError
from tuner.records import Shown


def write_shown(folder: Path, shown: Shown | None) -> None:
    """Store what the study shows of its test examples; None where it shows nothing."""
    path = _path(folder)
    picture = None
    if shown is not None and shown.png:
        picture = _picture(path, hashlib.sha256(shown.png).hexdigest())
        write_bytes(picture, shown.png)
    if shown is None:
        path.unlink(missing_ok=True)
    else:
        sha256 = hashlib.sha256(shown.png).hexdigest() if shown.png else ""
        write_json(path, {**asdict(replace(shown, png=b"")), "png": sha256})
    for old in path.parent.glob("shown-*.png"):
        if old != picture:
            old.unlink()


def read_shown(folder: Path) -> Shown | None:
    """What the study shows of its test examples; None where it shows nothing.

    Raises: DamageError where a file of it is damaged, LedgerError where it is none of tuner's.
    """
    path = _path(folder)
    if not path.exists():
        return None
    content = read_json(path, "delete it to go on without what the study shows")
    try:
        shown = Shown(
            configuration=str(content["configuration"]),
            runs=int(content["runs"]),
            examples=tuple(map(str, content["examples"])),
            texts=tuple(map(str, content["texts"])),
            own=bool(content["own"]),
            reason=str(content["reason"]),
            images=bool(content.get("images", True)),  # unknown in folders of before it was told
        )
        sha256 = str(content["png"])
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError(f"{path}: is nothing that a study shows ({error})") from None
    if not sha256:
        return shown
    picture = _picture(path, sha256)
    if not picture.exists():
        return replace(shown, reason=f"the file {picture.name} is missing")
    return replace(shown, png=read_bytes(picture, sha256, "the picture"))


def set_shown_aside(folder: Path) -> None:
    """Rename what is damaged, so that the study shows its examples again."""
    for path in (_path(folder), *_path(folder).parent.glob("shown-*.png")):
        set_aside(path)


def _path(folder: Path) -> Path:
    return folder / "ledger" / "shown.json"


def _picture(path: Path, sha256: str) -> Path:
    return path.with_name(f"shown-{re.sub('[^0-9a-f]', '', sha256)[:12]}.png")
