"""The records that flow from training to the report: frozen, checked when made.

One run is one configuration trained once with one seed. Runs are trained in groups (all seeds of a
group in one program), and a group is stored whole or not at all.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Phase = Literal["search", "confirmation", "sizes", "members"]
Status = Literal["complete", "diverged", "pruned", "failed"]
Direction = Literal["minimize", "maximize"]

BASELINE = "baseline"
THE_BASELINE = "the baseline"  # in sentences, unless the study has other words for it

# The phases that results are told from. Of the others, "sizes" trains on parts of the train split, and
# "members" networks for ensembles.
PROTOCOL: tuple[Phase, ...] = ("search", "confirmation")

END_OF_TIME = 253_402_300_800.0  # seconds from 1970 to the year 10000, where calendars end

_MOST_MEMBERS = 10**8  # networks by ensembles of them

_ROUND = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)  # what people count by, the roundest first


def epochs_of(length: int, trained: int) -> tuple[int, ...]:
    """The epochs, counted from 1, at which `length` numbers were measured in `trained` epochs of training.

    With Keras' `validation_freq=k` they are k, 2k, 3k and so on, and k is not kept. Of all k that give this
    many numbers it is taken to be a multiple of 1000, 500, 200, 100, 50, 20, 10, 5 or 2, the first of these
    that there is, and of several such the smallest. Where no k does, the first epochs were measured.

    >>> epochs_of(3, 3), epochs_of(2, 12), epochs_of(10, 219)[-1]
    ((1, 2, 3), (5, 10), 200)
    """
    if not length:
        return ()
    least, most = trained // (length + 1) + 1, trained // length
    fitting = (step for size in _ROUND if (step := -(-least // size) * size) <= most)
    every = next(fitting, 1)
    return tuple(range(every, every * length + 1, every))


@dataclass(frozen=True, slots=True)
class Configuration:
    """One set of hyperparameter values, under the name that every table shows."""

    name: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One configuration trained once with one seed.

    `scores` maps a split ("validation", "test") to one number; `history` maps "loss", "val_loss" (and
    compiled metrics) to one number an epoch; `seconds` is this run's share of its group's wall time.
    A run that diverged or failed keeps what it has: its scores are NaN, and `reason` says why.
    """

    phase: Phase
    configuration: str
    seed_index: int
    status: Status
    scores: Mapping[str, float]
    history: Mapping[str, tuple[float, ...]]
    seconds: float
    reason: str = ""

    def __post_init__(self) -> None:
        if self.seed_index < 0:
            raise ValueError(f"seed_index is {self.seed_index}; it counts from 0")
        if self.status == "complete" and not all(map(math.isfinite, self.scores.values())):
            raise ValueError(f"a complete run has finite scores, not {dict(self.scores)}")

    @property
    def epochs(self) -> int:
        """The epochs that it trained."""
        return max(map(len, self.history.values()), default=0)

    def curve(self, name: str) -> dict[int, float]:
        """What the history holds under a name, by epoch counted from 1; see `epochs_of`."""
        values = self.history.get(name, ())
        return dict(zip(epochs_of(len(values), self.epochs), values, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class ExampleScores:
    """The score of every test example: `values` of shape (examples,), or (runs, examples) of several runs.

    They are in metric units, in the order of the split, and their mean over examples is the score; a row
    of NaN is a run without a score. Each stands for `each` neighbours, 1 unless there are very many.
    `horizon` is the number of steps of a target. Where there are no values, `reason` says why.
    """

    values: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    each: int = 1
    horizon: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StoredExamples:
    """What a group's record tells of its `ExampleScores`; the values are in a file with that checksum."""

    sha256: str
    each: int
    horizon: int
    reason: str


@dataclass(frozen=True, slots=True)
class StoredPredictions:
    """What a group's record tells of its predictions for some test examples.

    The arrays are in a file with that checksum, and `outlines` say how they are put together; `own` says
    whether every run has examples of its own, `reason` why none are kept.
    """

    sha256: str
    own: bool
    outlines: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class StoredOutputs:
    """What a group's record tells of the `Outputs` of its networks, one for each run that is complete.

    The arrays are in a file with that checksum, and `outline` says how they are put together; `logits`
    are the functions that make probabilities of them, `reason` says why none are kept.
    """

    sha256: str
    outline: Any
    logits: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnsembleScores:
    """The test scores of ensembles of the networks of one configuration.

    The networks are those of `seeds` in `phase`, `lost` more have no score. `sizes` are the numbers of
    networks that were asked for. `subsets` are the ensembles, each the places of its networks in `seeds` in
    ascending order, and `scores` theirs. With `probabilities` logits were averaged as such. Where there are
    no scores, `reason` says why.
    """

    configuration: str
    phase: Phase
    seeds: tuple[int, ...]
    lost: int
    sizes: tuple[int, ...]
    subsets: tuple[tuple[int, ...], ...] = ()
    scores: tuple[float, ...] = ()
    probabilities: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        networks = len(self.seeds)
        if len(self.subsets) != len(self.scores):
            raise ValueError("there are other numbers of ensembles than of scores")
        if networks * len(self.subsets) > _MOST_MEMBERS:
            raise ValueError("there are more ensembles than any that tuner makes")
        if any(not one or one[0] < 0 or one[-1] >= networks for one in self.subsets):
            raise ValueError("an ensemble has networks that there are not")
        if any(tuple(sorted(set(one))) != one for one in (*self.subsets, self.seeds, self.sizes)):
            raise ValueError("places, seeds and sizes count upwards")
        if any(one < 1 or one > networks for one in self.sizes):
            raise ValueError("a size is above the number of networks")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the study's own `show` made of some test examples and what a configuration predicts for them.

    `examples` say which they are and `runs` how many runs were shown. There is a text for each in `texts`,
    or one picture of all, the content of a PNG file in `png`, or both; where there is neither, `reason` says
    why. With `own` each example is that of another run. With `images` the picture holds pixels that are data,
    whose colours a dark page must leave as they are.
    """

    configuration: str
    runs: int
    examples: tuple[str, ...]
    texts: tuple[str, ...] = ()
    png: bytes = field(default=b"", repr=False)
    own: bool = False
    reason: str = ""
    images: bool = False


@dataclass(frozen=True, slots=True)
class NaiveScores:
    """What forecasts without a network score, by name; `tuner.naive` says which there are.

    Of a forecast `test` and `validation` hold a single score, or with `own`, where every seed has data of its
    own, one for each confirmation seed in their order, NaN where a seed has none. `reasons` say why a
    forecast that the study names has no scores, and `remark` is a sentence on how they were computed.
    """

    test: Mapping[str, tuple[float, ...]]
    validation: Mapping[str, tuple[float, ...]]
    own: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def seeds(self) -> int:
        """How many confirmation seeds have been scored; 0 where all seeds have the same data."""
        return max(map(len, self.test.values()), default=0) if self.own else 0


@dataclass(frozen=True, slots=True)
class Group:
    """The seeds of one configuration that train together; `runs` is empty until all have ended.

    Membership is stored before training starts, so that an interrupted group is trained again whole
    and gives the same numbers. `examples` is None where nobody asked for scores of single examples,
    `predictions` where none of them were to be kept, `outputs` where nothing was to be kept whole. `started`
    is when their training began, in seconds since 1970 (UTC): None before it has ended, and in folders of
    before it was kept. It determines nothing.
    """

    phase: Phase
    configuration: Configuration
    seed_indices: tuple[int, ...]
    runs: tuple[Run, ...] = ()
    examples: StoredExamples | None = None
    predictions: StoredPredictions | None = None
    started: float | None = None
    outputs: StoredOutputs | None = None

    @property
    def seconds(self) -> float:
        """How long it trained; what is no time counts as none."""
        return sum(run.seconds for run in self.runs if math.isfinite(run.seconds) and run.seconds > 0)

    def __post_init__(self) -> None:
        if not self.seed_indices:
            raise ValueError("a group has at least one seed")
        if self.runs and tuple(run.seed_index for run in self.runs) != self.seed_indices:
            raise ValueError("a finished group has one run for each of its seeds, in their order")
        own = (self.phase, self.configuration.name)
        if any((run.phase, run.configuration) != own for run in self.runs):
            raise ValueError("the runs of a group are those of its phase and its configuration")
        if self.started is not None and not 0 <= self.started < END_OF_TIME:
            raise ValueError(f"started is {self.started}; it counts seconds since 1970")


@dataclass(frozen=True, slots=True)
class Look:
    """One verdict that was formed: the configurations compared, baseline included, and the seeds of each."""

    repeats: int
    configurations: tuple[str, ...]


def distinct(looks: Iterable[Look]) -> tuple[Look, ...]:
    """The looks that showed something new: more seeds than the one before, or a configuration more.

    >>> distinct([Look(10, ("baseline", "a", "b")), Look(10, ("baseline", "b", "a"))])
    (Look(repeats=10, configurations=('baseline', 'a', 'b')),)
    """
    found: list[Look] = []
    for look in looks:
        last = found[-1] if found else None
        if last is None or look.repeats > last.repeats or set(look.configurations) - set(last.configurations):
            found.append(look)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Window:
    """How many trials are under way at once, from the one with the number `first` on."""

    first: int
    trials: int


@dataclass(frozen=True, slots=True)
class Setup:
    """What a run folder was made with; stored as `run.json`, shown under "How it was made".

    The first block determines the numbers: a folder resumes only where these agree. The second
    block may grow from one session to the next. The third describes what happened.
    """

    study: str
    metric: str
    direction: Direction
    epochs: int
    seed: int
    objective: str
    sampler: str
    search_repeats: int
    paired: bool
    margin: float | None
    level: float
    engine: str
    backend: str
    source: str  # sha256 of the study file and its options
    data: str  # sha256 of the data of the first seed
    options: Mapping[str, Any]

    trials: int
    repeats: int
    finalists: int

    series: bool = False  # the test examples are in the order of time; as the margin, a matter of judging
    most_search_repeats: int | None = None  # where trials were raced from search_repeats up to it; fixed too
    pruner: str = "none"  # determines the numbers too; folders of before there were pruners have none
    engine_reason: str = ""
    command: str = ""
    seconds: float = 0.0  # of the sessions that have closed; see `spent`
    looks: tuple[Look, ...] = ()  # the verdicts formed so far; the last one is what a result shows
    complete: bool = False  # the last session that trained for it came to its end
    notes: tuple[str, ...] = ()  # what the reader must know, in sentences
    fallbacks: tuple[str, ...] = ()  # why configurations were trained with the fit engine, where some were
    sizes: Mapping[str, int] = field(default_factory=dict)  # examples in each split
    credit: str = ""  # whose data they are, where that has to be said
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""  # of its own for every folder, from its start or `--fresh` on; older ones have none
    file: str = ""  # sha256 of the study file alone; empty where there is none, and in older folders
    path: str = ""  # where the study file lies; likewise
    changes: tuple[str, ...] = ()  # what changed on the way and was accepted, in sentences
    windows: tuple[Window, ...] = ()  # which earlier trials a draw could know; older folders do not say it
    pairs: str = ""  # what two runs of a pair share, where that is not data of their own, in words
    references: Mapping[str, str] = field(default_factory=dict)  # see `Study`
    baseline_words: str = THE_BASELINE  # likewise
    opened: float | None = None  # when a session began that goes on or was killed, in seconds since 1970

    @property
    def the_baseline(self) -> str:
        """What sentences call the baseline."""
        return self.baseline_words or THE_BASELINE

    @property
    def own_data(self) -> bool:
        """Whether every seed had data of its own, which the runs of a pair share."""
        return self.paired and not self.pairs

    @property
    def search_seeds(self) -> tuple[int, int]:
        """The first and the largest number of seeds of a trial in the search."""
        return self.search_repeats, self.most_search_repeats or self.search_repeats

    def window(self, number: int) -> int:
        """How many trials are under way at once when the one with this number is drawn."""
        return next((one.trials for one in reversed(self.windows) if one.first <= number), 1)


def spent(setup: Setup, groups: Iterable[Group]) -> float:
    """Seconds that all sessions took; of one that goes on or was killed, up to the end of its last group."""
    if setup.opened is None:
        return setup.seconds
    began = setup.opened
    ends = (group.started + group.seconds for group in groups if group.started is not None)
    return setup.seconds + max((end - began for end in ends if end >= began), default=0.0)
