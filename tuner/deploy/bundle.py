"""A bundle: a model in use as a folder, and the record of all that is no array.

    bundle.json               a `Bundle`: plain JSON, with a checksum of its content
    architecture.json         Keras' JSON of the uncompiled model, the same for all members
    preparation.json          a `tuner.prepare.Preparation`, where the model does not hold it inside
    members/0/weights.weights.h5, members/0/model.keras, members/1/...
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
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tuner.checked import as_json
from tuner.deploy.schema import Schema, Task
from tuner.errors import BundleError, LedgerError, PreparationError
from tuner.prepare import Preparation, jsonfiles
from tuner.records import Direction
from tuner.stored import record_of

KIND, VERSION = "bundle", 1
RECORD, ARCHITECTURE, PREPARATION = "bundle.json", "architecture.json", "preparation.json"
EXPECTED, CARD, SAVEDMODEL = "expected.npz", "MODEL_CARD.md", "savedmodel"
WEIGHTS, MODEL = "weights.weights.h5", "model.keras"  # in the folder of a member

Activation = Literal["", "softmax", "sigmoid"]
Units = Literal["original", "prepared"]

_AGAIN = "make the bundle again with `tuner finalize`"
_CHUNK = 2**20  # bytes of a file that are read at once


@dataclass(frozen=True, slots=True)
class Member:
    """One network of the ensemble: its seed index, and the checksums of its two files."""

    seed: int
    weights: str
    model: str


@dataclass(frozen=True, slots=True)
class Epochs:
    """How long a member was trained, and a sentence on how that number was found."""

    count: int
    how: str


@dataclass(frozen=True, slots=True)
class Single:
    """Scores of single networks: their mean with its interval, and their standard deviation."""

    mean: float | None
    interval: tuple[float | None, ...]
    std: float | None
    n: int

    def __post_init__(self) -> None:
        _check_ends(self.interval)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The score of the mean of several networks' predictions, with its interval over examples.

    `members` counts the networks, `block` the neighbours that enter the interval together, 1 where the
    examples are independent. `how` is a sentence on which networks these were.
    """

    score: float
    interval: tuple[float | None, ...]
    n_examples: int
    members: int
    block: int = 1
    how: str = ""

    def __post_init__(self) -> None:
        _check_ends(self.interval)


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of the model on data like those of the test split, in units of the metric.

    With `units` "prepared" the scores are those of prepared targets, while the model answers in original
    units: the two cannot be compared. Where there is no ensemble, `reason` says why.
    """

    split: str
    level: float
    single: Single
    ensemble: Ensemble | None = None
    reason: str = ""
    units: Units = "original"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the study found, in the words of its report; all but `claim` may be empty."""

    word: str
    claim: str
    evidence: str = ""
    scope: str = ""
    naive: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the model comes from: the study file with its options, the run folder, the data, the versions.

    `source` is the checksum of the study file with its options, `file` that of the file alone, `data` that of
    the arrays; `seed` is the study's.
    """

    path: str
    options: Mapping[str, Any]
    source: str
    file: str
    run: str
    data: str
    seed: int
    backend: str
    engine: str
    versions: Mapping[str, str]
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Trained:
    """What the members were trained on: examples of each split, and whether the test split was kept out."""

    examples: Mapping[str, int]
    kept_test: bool = False


@dataclass(frozen=True, slots=True)
class Updated:
    """How a candidate came about: by which way, from the model with the identity `of`, with which data.

    `source` is the checksum of all that it depends on, `params` are the values of the way's hyperparameters,
    and `more_training` is the verdict against the existing model trained further on old data alone, or empty.
    """

    of: str
    way: str
    words: str
    data: str
    source: str
    params: Mapping[str, Any]
    more_training: str = ""
    until: str = ""  # newest time in the data, ISO 8601 in UTC, or how many rows without times; or empty


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the model in use: number `before` made room for number `after`; `at` is in ISO 8601, UTC.

    `candidate` is the folder that a new model came from, `verdict` what its update found, and `why` says what
    else must be known.
    """

    action: Literal["replace", "rollback"]
    at: str
    before: int
    after: int
    candidate: str = ""
    verdict: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model in use.

    The members' outputs are averaged as they are, or where `activation` is named after it was applied to
    them (models that end with logits). `margin` is the study's smallest difference that matters, in metric
    units; `batch_size` is that of predictions. `identity` is of its own for every bundle, `created` is in
    ISO 8601, UTC. `architecture`, `preparation` and `examples` are the checksums of these files, empty where
    there is none. `notes` are sentences that whoever uses the model must know.
    """

    study: str
    configuration: str
    params: Mapping[str, Any]
    metric: str
    direction: Direction
    task: Task
    schema: Schema
    members: tuple[Member, ...]
    epochs: Epochs
    trained: Trained
    expected: Expected
    verdict: Verdict
    origin: Origin
    architecture: str
    created: str
    identity: str
    activation: Activation = ""
    preparation: str = ""
    examples: str = ""
    series: bool = False
    margin: float | None = None
    batch_size: int = 128
    notes: tuple[str, ...] = ()
    number: int = 0  # of the model among those that were in use here; 0 is that of `tuner finalize`
    observed: int = 0  # lines that `tuner monitor` had stored when it was put in use: it may know them
    target_shape: tuple[int, ...] | None = None  # of classes in the study's y, an example; None: not known
    updated: Updated | None = None  # where the model came about by an update
    history: tuple[Step, ...] = ()
    folder: Path | None = field(default=None, compare=False)  # that it was read from; not stored

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("it has no members")
        if not self.schema.inputs or not self.schema.outputs:
            raise ValueError("it has no inputs or no outputs")
        if self.batch_size < 1 or self.epochs.count < 1:
            raise ValueError("a size or a number of epochs is below 1")
        if self.number < 0:
            raise ValueError("its number is below 0")

    @property
    def home(self) -> str:
        """The folder of the members in that of the bundle."""
        return f"members-{self.number}" if self.number else "members"

    @property
    def expected_file(self) -> str:
        """The file with the scores of single test examples, where there is one."""
        return f"expected-{self.number}.npz" if self.number else EXPECTED

    def member(self, place: int) -> Path:
        """Where the files of a member lie, counted from 0."""
        return self.place() / self.home / str(place)

    def place(self) -> Path:
        """The folder that it was read from. Raises: BundleError where it was not read from one."""
        if self.folder is None:
            raise BundleError("this bundle was not read from a folder; use tuner.deploy.bundle.read(path)")
        return self.folder


@dataclass(frozen=True, slots=True)
class ExampleErrors:
    """The scores of single test examples of the measured ensemble: `values` of shape (examples,).

    Each stands for `each` neighbours; `horizon` is the number of steps of a target.
    """

    values: np.ndarray
    each: int
    horizon: int


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
        raise BundleError(f"{missing}: is missing; {_AGAIN}")
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
        raise BundleError(f"{error}; {_AGAIN}") from None
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise BundleError(f"{path}: is no bundle of tuner; `tuner finalize RUN` makes one")
    if content.get("version") != VERSION:
        shown = str(content.get("version"))[:20]
        raise BundleError(f"{path}: written in version {shown}, this tuner reads version {VERSION}")
    head = {name: content.pop(name, None) for name in ("kind", "version", "sha256")}
    if head["sha256"] != _checksum(content):
        raise BundleError(f"{path}: damaged or altered (its checksum differs); {_AGAIN}")
    try:
        return replace(record_of(Bundle, content, f"{path}: is no bundle"), folder=path.parent)
    except LedgerError as error:
        raise BundleError(f"{error}; {_AGAIN}") from None


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
    """A bundle for other programs: what its file holds, and where it lies."""
    content: dict[str, Any] = as_json(replace(bundle, folder=None))
    del content["folder"]
    return {"bundle": str(bundle.folder or ""), **content}


def _checksum(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def member_folder(folder: Path, place: int) -> Path:
    """Where the files of a member of a new bundle lie, counted from 0."""
    return folder / "members" / str(place)


def sha256_of(path: Path) -> str:
    """The checksum of a file. Raises: BundleError where it cannot be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_CHUNK):
                found.update(part)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}); {_AGAIN}") from None
    return found.hexdigest()


def intact(path: Path, sha256: str) -> Path:
    """The path of a file that has this checksum.

    Raises: BundleError where it cannot be read or has another one.
    """
    if sha256_of(path) != sha256:
        raise BundleError(f"{path}: damaged or altered (its checksum differs); {_AGAIN}")
    return path


def refuse_links(folder: Path) -> None:
    """Raises: BundleError where what would be read or written in a bundle lies elsewhere."""
    names = (RECORD, ARCHITECTURE, PREPARATION, EXPECTED, CARD, SAVEDMODEL, "members", "monitor", "previous")
    inner = ("members*", "members*/*", "members*/*/*", "expected-*.npz", "previous/*")
    for path in (*(folder / name for name in names), *(path for one in inner for path in folder.glob(one))):
        if path.is_symlink():
            raise BundleError(f"{path}: is a link out of the bundle; put what it leads to in its place")


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
        raise BundleError(f"{error}; {_AGAIN}") from None


def examples_of(bundle: Bundle) -> ExampleErrors | None:
    """What the measured ensemble scored on every test example; None where that is not known.

    Raises: BundleError where the file is damaged or holds something else.
    """
    if not bundle.examples:
        return None
    path = intact(bundle.place() / bundle.expected_file, bundle.examples)
    try:
        with np.load(path, allow_pickle=False) as file:
            values = file["values"]
            each, horizon = (int(file[name]) for name in ("each", "horizon"))
        if values.ndim != 1 or values.dtype.kind != "f" or not np.isfinite(values).all():
            raise ValueError
    except Exception:  # whatever zipfile and numpy find wrong
        raise BundleError(f"{path}: holds no scores of examples; {_AGAIN}") from None
    return ExampleErrors(values, each, horizon)


def write_examples(folder: Path, found: ExampleErrors) -> str:
    """Store the scores of single examples; gives the checksum of their file."""
    path = folder / EXPECTED
    with path.open("wb") as file:
        np.savez_compressed(
            file, values=np.asarray(found.values), each=np.array(found.each), horizon=np.array(found.horizon)
        )
    return sha256_of(path)


def _check_ends(interval: tuple[float | None, ...]) -> None:
    if len(interval) != 2:
        raise ValueError(f"an interval with {len(interval)} ends")


def finite(value: float) -> float | None:
    """A number as bundle.json holds it: None where there is none."""
    return float(value) if math.isfinite(value) else None
