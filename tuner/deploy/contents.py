"""The files of a bundle beside its record, each known by the checksum that the record holds."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuner.archives import arrays_of
from tuner.deploy.names import EXPECTED, LEARNED, PREPARATION
from tuner.deploy.records import AGAIN, Bundle
from tuner.errors import BundleError, PreparationError
from tuner.examples import MOST
from tuner.prepare import Preparation

_CHUNK = 2**20  # bytes of a file that are read at once
_MOST_BYTES = 8 * MOST + 4096  # of the scores of examples, with what numpy writes before them


@dataclass(frozen=True, slots=True)
class ExampleErrors:
    """The scores of single test examples of the measured ensemble: `values` of shape (examples,).

    Each stands for `each` neighbours; `horizon` is the number of steps of a target.
    """

    values: np.ndarray
    each: int
    horizon: int


def sha256_of(path: Path) -> str:
    """The checksum of a file. Raises: BundleError where it cannot be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_CHUNK):
                found.update(part)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}); {AGAIN}") from None
    return found.hexdigest()


def intact(path: Path, sha256: str) -> Path:
    """The path of a file that has this checksum.

    Raises: BundleError where it cannot be read or has another one.
    """
    if sha256_of(path) != sha256:
        raise BundleError(f"{path}: damaged or altered (its checksum differs); {AGAIN}")
    return path


def preparation_of(bundle: Bundle) -> Preparation | None:
    """The preparation that stands between raw data and the model; None where the model holds it inside.

    Raises: BundleError where its file is damaged or holds something else.
    """
    if not bundle.preparation:
        return None
    path = intact(bundle.place() / PREPARATION, bundle.preparation)
    try:
        return Preparation.load(path)
    except PreparationError as error:
        raise BundleError(f"{error}; {AGAIN}") from None


def examples_of(bundle: Bundle) -> ExampleErrors | None:
    """What the measured ensemble scored on every test example; None where that is not known.

    Raises: BundleError where the file is damaged or holds something else.
    """
    if not bundle.examples:
        return None
    path = intact(bundle.place() / bundle.expected_file, bundle.examples)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError
        file = arrays_of(path.read_bytes(), _MOST_BYTES)
        values = file["values"]
        each, horizon = (int(file[name]) for name in ("each", "horizon"))
        if values.ndim != 1 or values.dtype.kind != "f" or not np.isfinite(values).all():
            raise ValueError
        if min(each, horizon) < 1:
            raise ValueError
    except Exception:  # whatever zipfile and numpy find wrong
        raise BundleError(f"{path}: holds no scores of examples; {AGAIN}") from None
    return ExampleErrors(values, each, horizon)


def write_examples(folder: Path, found: ExampleErrors) -> str:
    """Store the scores of single examples; gives the checksum of their file."""
    path = folder / EXPECTED
    with path.open("wb") as file:
        np.savez_compressed(
            file, values=np.asarray(found.values), each=np.array(found.each), horizon=np.array(found.horizon)
        )
    return sha256_of(path)


def learned_of(bundle: Bundle) -> np.ndarray:
    """The digests of the examples that updates had by which the model came about, as `write_learned` has
    them; none of a model that `tuner finalize` made.

    Raises: BundleError where the file is damaged or holds something else.
    """
    if not bundle.learned:
        return np.empty(0, np.uint64)
    path = intact(bundle.place() / bundle.home / LEARNED, bundle.learned)
    try:
        digests = np.load(path, mmap_mode="r", allow_pickle=False)  # so a file cannot claim to be larger
        if digests.ndim != 1 or digests.dtype != np.uint64:
            raise ValueError
    except Exception:  # whatever numpy finds wrong
        raise BundleError(f"{path}: holds no digests of examples; {AGAIN}") from None
    return np.array(digests)


def write_learned(home: Path, digests: np.ndarray) -> str:
    """Store digests of examples, of shape (examples,), in the folder of the members; gives the checksum."""
    path = home / LEARNED
    with path.open("wb") as file:
        np.save(file, digests.astype(np.uint64), allow_pickle=False)
    return sha256_of(path)
