"""A bundle: a model in use as a folder, and the record of all that is no array.

    bundle.json               a `Bundle`: plain JSON, with a checksum of its content
    architecture.json         Keras' JSON of the uncompiled model, the same for all members
    preparation.json          a `tuner.prepare.Preparation`, where the model does not hold it inside
    members/0/weights.weights.h5, members/0/model.keras, members/1/...
    members/learned.npy       digests of the examples that an update had, by which the model came about
    expected.npz              what the ensemble that was measured scored on each test example
    MODEL_CARD.md, savedmodel/
    previous/0/               the model that was in use before `tuner replace`: a bundle of its own

A model that took the place of another has its weights in members-N and expected-N.npz, where N is its number:
so the one step in which bundle.json is replaced puts all of it in use.

Nothing in it can execute code: it is JSON, arrays of numbers, and what Keras reads in safe mode. Files
are known by the checksums that bundle.json holds.
"""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuner.checked import as_json
from tuner.deploy.contents import (
    ExampleErrors,
    examples_of,
    intact,
    learned_of,
    preparation_of,
    sha256_of,
    write_examples,
    write_learned,
)
from tuner.deploy.names import (
    ARCHITECTURE,
    CARD,
    EXPECTED,
    LEARNED,
    MODEL,
    PREPARATION,
    PREVIOUS,
    RECORD,
    SAVEDMODEL,
    WEIGHTS,
    links,
)
from tuner.deploy.records import (
    AGAIN,
    Bundle,
    Ensemble,
    Epochs,
    Expected,
    Member,
    Origin,
    Single,
    Step,
    Together,
    Trained,
    Units,
    Updated,
    Verdict,
    finite,
)
from tuner.errors import BundleError, LedgerError, PreparationError, option_told
from tuner.prepare import jsonfiles
from tuner.stored import record_of

__all__ = [
    "ARCHITECTURE",
    "CARD",
    "EXPECTED",
    "KIND",
    "LEARNED",
    "MODEL",
    "PREPARATION",
    "RECORD",
    "SAVEDMODEL",
    "VERSION",
    "WEIGHTS",
    "Bundle",
    "Ensemble",
    "Epochs",
    "ExampleErrors",
    "Expected",
    "Member",
    "Origin",
    "Single",
    "Step",
    "Together",
    "Trained",
    "Units",
    "Updated",
    "Verdict",
    "as_answer",
    "examples_of",
    "finite",
    "intact",
    "learned_of",
    "preparation_of",
    "previous",
    "read",
    "refuse_links",
    "sha256_of",
    "write",
    "write_examples",
    "write_learned",
]

KIND, VERSION = "bundle", 1


def read(folder: str | Path) -> Bundle:
    """The bundle in a folder. Its files are there; their content is checked by whoever reads them.

    Raises: BundleError where it is no bundle, is damaged, or a file is missing.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file and no bundle" if folder.exists() else "no such bundle"
        raise BundleError(f"{folder}: {what}; `tuner finalize RUN` makes one")
    path = folder / RECORD
    if not path.exists():
        raise BundleError(f"{folder}: is no bundle (no {RECORD} in it); `tuner finalize RUN` makes one")
    refuse_links(folder)
    bundle = _record(path)
    missing = _missing(folder, bundle)
    if missing is not None:
        before, bundle = bundle, _record(path)  # it may have been replaced meanwhile
        missing = missing if bundle.identity == before.identity else _missing(folder, bundle)
    if missing is not None:
        raise BundleError(f"{missing}: is missing; {AGAIN}")
    return bundle


def _missing(folder: Path, bundle: Bundle) -> Path | None:
    """A file of the model that is not there; None where all are."""
    files = (f"{place}/{name}" for place in range(len(bundle.members)) for name in (WEIGHTS, MODEL))
    names = (ARCHITECTURE, *(f"{bundle.home}/{file}" for file in files))
    return next((folder / name for name in names if not (folder / name).is_file()), None)


def _record(path: Path) -> Bundle:
    try:
        content = jsonfiles.read(path)
    except PreparationError as error:
        raise BundleError(f"{error}; {AGAIN}") from None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise BundleError(f"{path}: is no bundle of tuner; `tuner finalize RUN` makes one")
    if content.get("version") != VERSION:
        shown = str(content.get("version"))[:20]
        raise BundleError(f"{path}: written in version {shown}, this tuner reads version {VERSION}")
    head = {name: content.pop(name, None) for name in ("kind", "version", "sha256")}
    if head["sha256"] != _checksum(content):
        raise BundleError(f"{path}: damaged or altered (its checksum differs); {AGAIN}")
    if isinstance(content.get("activation"), str):  # earlier bundles say it of their one output
        kind = content.pop("activation")
        content["logits"] = [kind] if kind else []
    try:
        return replace(record_of(Bundle, content, f"{path}: is no bundle"), folder=path.parent)
    except LedgerError as error:
        raise BundleError(f"{error}; {AGAIN}") from None


def write(bundle: Bundle, folder: Path) -> None:
    """Put bundle.json into a folder, in one step.

    Raises: BundleError where it cannot be written, or holds what JSON cannot.
    """
    try:
        content = as_answer(bundle)
        del content["bundle"]
        jsonfiles.write(
            folder / RECORD,
            {"kind": KIND, "version": VERSION, "sha256": _checksum(content), **content},
        )
    except (PreparationError, ValueError, TypeError) as error:
        raise BundleError(f"{folder}: the bundle cannot be written ({error})") from None


def as_answer(bundle: Bundle) -> dict[str, Any]:
    """A bundle for other programs: what its file holds but for passwords, and where it lies."""
    content: dict[str, Any] = as_json(replace(bundle, folder=None))
    del content["folder"]
    options = content["origin"]["options"]
    content["origin"]["options"] = {name: option_told(name, value) for name, value in options.items()}
    return {"bundle": str(bundle.folder or ""), **content}


def _checksum(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def previous(bundle: Bundle) -> tuple[Bundle, ...]:
    """The models that were in use before, by number.

    Raises: BundleError where one cannot be read.
    """
    folder = bundle.place() / PREVIOUS
    names = sorted((path.name for path in folder.glob("*") if path.name.isdecimal()), key=int)
    return tuple(read(folder / name) for name in names if int(name) != bundle.number)


def refuse_links(folder: Path) -> None:
    """Raises: BundleError where what would be read or written in a bundle lies elsewhere."""
    path = next(links(folder), None)
    if path is not None:
        raise BundleError(f"{path}: is a link out of the bundle; put what it leads to in its place")
