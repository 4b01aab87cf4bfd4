"""Several studies beside each other: what each of them measured, and whether they can be compared at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tuner.cards import shown
from tuner.comparing.comparison import Compared, Described, compare_lineup, described
from tuner.comparing.lineup import CompareOptions, agreed, line_up, representative
from tuner.comparing.scorefiles import ScoreSet
from tuner.comparing.sources import Source, listing
from tuner.errors import ScoresError
from tuner.records import BASELINE, Direction, Setup
from tuner.stats import Contender, best_set

Measure = tuple[str, Direction]
"""A metric, and which way it is better."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One study: its baseline, and the configuration that stands for it, which may be the same.

    `label` is a short name of its run folder that no other one has.
    """

    label: str
    source: Source
    setup: Setup
    baseline: Described
    chosen: Described
    chosen_name: str

    @property
    def groups(self) -> tuple[tuple[str, Described], ...]:
        """The configurations to show, by name, the baseline first."""
        chosen = (self.chosen_name, self.chosen)
        return (chosen,) if self.chosen_name == BASELINE else ((BASELINE, self.baseline), chosen)

    @property
    def measure(self) -> Measure:
        """What its scores are."""
        return self.setup.metric, self.setup.direction


@dataclass(frozen=True, slots=True)
class Studies:
    """Studies that were put beside each other.

    `obstacles` are sentences that say why they cannot be compared. Where there are none, `compared` has the
    chosen configuration of every later study against that of the first, Holm-adjusted, and `contenders` says
    which of the chosen ones may be the best, best mean first. `level` is that of all intervals.
    """

    entries: tuple[Entry, ...]
    obstacles: tuple[str, ...]
    compared: Compared | None
    contenders: tuple[Contender, ...]
    level: float

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All that was measured, one where the studies are comparable."""
        return tuple(dict.fromkeys(entry.measure for entry in self.entries))

    def of(self, measure: Measure) -> Iterator[Described]:
        """Every group whose scores are of this measure."""
        return (group for entry in self.entries if entry.measure == measure for _, group in entry.groups)


def compare_studies(sources: Sequence[Source]) -> Studies:
    """Put the studies of these run folders beside each other, and compare them where that has a meaning.

    It has one where they measured the same metric on the same data and splits.

    Raises: ScoresError where a source is no run folder, or is given twice.
    """
    named = _labelled(sources)
    known = [(source.label, source.setup) for source in named if source.setup]
    levels = agreed({setup.level for _, setup in known})
    level = 0.95 if levels is None else levels
    entries = tuple(_entry(source, setup, level) for source, (_, setup) in zip(named, known, strict=True))
    obstacles = _obstacles(known) + tuple(
        f"{entry.label}: a single run of {entry.chosen_name} tells nothing of its spread."
        for entry in entries
        if len(entry.chosen.scores) < 2
    )
    obstacles += _same_runs(entries)
    if obstacles:
        return Studies(entries, obstacles, None, (), level)
    compared = compare_lineup(line_up(named, CompareOptions(level=level)))
    scores = {entry.chosen.name: entry.chosen.scores for entry in entries}
    best = best_set(scores, direction=compared.design.direction, level=level)
    return Studies(entries, (), compared, best, level)


def _labelled(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources under names that differ: those of their folders, or the whole paths where these agree.

    Raises: ScoresError where one is no run folder, or is there twice.
    """
    for source in sources:
        if source.setup is None:
            raise ScoresError(f"{source.text}: is no run folder; `tuner compare` takes CSV files as well")
    places = [source.path.resolve() for source in sources]
    for place, source in zip(places, sources, strict=True):
        if places.count(place) > 1:
            raise ScoresError(f"{source.text}: is given twice; give each run folder once")
    labels = [source.label for source in sources]
    return tuple(
        source if labels.count(source.label) == 1 else replace(source, label=str(source.path))
        for source in sources
    )


def _entry(source: Source, setup: Setup, level: float) -> Entry:
    name = representative(source)

    def group(configuration: str) -> Described:
        found = source.find(configuration)
        return described(ScoreSet(f"{source.label}:{configuration}", found.scores, found.seeds), level)

    return Entry(source.label, source, setup, group(source.baseline.name), group(name), name)


def _obstacles(known: Sequence[tuple[str, Setup]]) -> tuple[str, ...]:
    """Why these studies cannot be compared, a sentence for everything in which they differ."""
    questions = (
        ("measured different metrics", [setup.metric for _, setup in known]),
        ("differ in which scores are better", [f"{setup.direction}d" for _, setup in known]),
        ("were made with different data", [f"checksum {setup.data[:8]}" for _, setup in known]),
        ("differ in the sizes of their splits", [_sizes(setup) for _, setup in known]),
        (
            "differ in whether every seed has data of its own",
            ["drawn for every seed" if setup.own_data else "the same for every seed" for _, setup in known],
        ),
    )
    return tuple(
        f"They {what}: {_each([label for label, _ in known], answers)}."
        for what, answers in questions
        if len(set(answers)) > 1
    )


def _same_runs(entries: Sequence[Entry]) -> tuple[str, ...]:
    """A sentence for every two studies that hold the same trainings."""
    return tuple(
        f"{first.label} and {second.label} hold the same scores, seed by seed: they are the same trainings."
        for first, second in combinations(entries, 2)
        if first.chosen.scores == second.chosen.scores and len(set(first.chosen.scores)) > 1
    )


def _sizes(setup: Setup) -> str:
    return ", ".join(f"{size:,} {split}" for split, size in setup.sizes.items()) or "unknown"


def _each(labels: Sequence[str], answers: Sequence[str]) -> str:
    """What each study says, those of one answer together.

    >>> _each(["a", "b", "c"], ["mse", "mae", "mse"])
    "mse ('a', 'c'); mae ('b')"
    """
    found: dict[str, list[str]] = {}
    for label, answer in zip(labels, answers, strict=True):
        found.setdefault(answer, []).append(label)
    return "; ".join(f"{shown(answer)} ({listing(names)})" for answer, names in found.items())
