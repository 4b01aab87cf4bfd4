"""What bundle.json says of a model in use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tuner.answering import Logits
from tuner.deploy.names import expected_of, members_of
from tuner.deploy.schema import Schema, Task
from tuner.errors import BundleError
from tuner.records import Direction

AGAIN = "make the bundle again with `tuner finalize`"

Units = Literal["original", "prepared"]


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
    examples are independent. `how` is a sentence on which networks these were, and `alone` has the score of
    each of them by itself, None where it is not finite; it is empty in bundles of earlier versions.
    """

    score: float
    interval: tuple[float | None, ...]
    n_examples: int
    members: int
    block: int = 1
    how: str = ""
    alone: tuple[float | None, ...] = ()

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
class Together:
    """The ensemble of a candidate beside that of the model it was made from, on the same test examples.

    One ensemble each, of so many `members`, scored in `units` of the metric. `difference` is that of the
    candidate less that of the existing model, `interval` that of the difference at `level`, over the examples
    in pairs, `block` neighbours together. It knows nothing of the ensembles that other seeds would have made.
    """

    candidate: float
    existing: float
    difference: float
    interval: tuple[float | None, ...]
    level: float
    n_examples: int
    members: tuple[int, ...]  # of the candidate, of the existing model
    block: int = 1
    units: Units = "original"

    def __post_init__(self) -> None:
        _check_ends(self.interval)
        if len(self.members) != 2:
            raise ValueError(f"{len(self.members)} numbers of members of two ensembles")

    def word(self, direction: Direction) -> Literal["better", "worse", ""]:
        """Which the candidate is on these examples; nothing where the interval leaves that open."""
        low, high = self.interval
        if low is None or high is None or low <= 0.0 <= high:
            return ""
        return "better" if (high < 0.0) == (direction == "minimize") else "worse"


@dataclass(frozen=True, slots=True)
class Updated:
    """How a candidate came about: by which way, from the model with the identity `of`, with which data.

    `source` is the checksum of all that it depends on, `params` are the values of the way's hyperparameters,
    and `more_training` is the verdict against the existing model trained further on old data alone, or empty.
    `ensembles` says what the two models score as they are used, the mean of all networks.
    """

    of: str
    way: str
    words: str
    data: str
    source: str
    params: Mapping[str, Any]
    more_training: str = ""
    until: str = ""  # newest time in the data, ISO 8601 in UTC, or how many rows without times; or empty
    old: tuple[str, ...] = ()  # the splits of the study that were its old data; empty in older candidates
    ensembles: Together | None = None


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

    The members' outputs are averaged as they are, or where they are `logits` as the probabilities that these
    functions make of them, one function an output. `margin` is the study's smallest difference that matters,
    in metric units; `batch_size` is that of predictions. `identity` is of its own for every bundle, `created`
    is in ISO 8601, UTC. `architecture`, `preparation`, `examples` and `learned` are the checksums of these
    files, empty where there is none. `notes` are sentences that whoever uses the model must know.
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
    logits: tuple[Logits, ...] = ()  # see `tuner.answering`
    preparation: str = ""
    examples: str = ""
    learned: str = ""
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
        if self.logits and len(self.logits) != len(self.schema.outputs):
            raise ValueError("its logits are those of other outputs")

    @property
    def home(self) -> str:
        """The folder of the members in that of the bundle."""
        return members_of(self.number)

    @property
    def expected_file(self) -> str:
        """The file with the scores of single test examples, where there is one."""
        return expected_of(self.number)

    def member(self, place: int) -> Path:
        """Where the files of a member lie, counted from 0."""
        return self.place() / self.home / str(place)

    def place(self) -> Path:
        """The folder that it was read from. Raises: BundleError where it was not read from one."""
        if self.folder is None:
            raise BundleError("this bundle was not read from a folder; use tuner.deploy.bundle.read(path)")
        return self.folder


def _check_ends(interval: tuple[float | None, ...]) -> None:
    if len(interval) != 2:
        raise ValueError(f"an interval with {len(interval)} ends")


def finite(value: float) -> float | None:
    """A number as bundle.json holds it: None where there is none."""
    return float(value) if math.isfinite(value) else None
