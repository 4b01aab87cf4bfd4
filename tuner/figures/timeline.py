"""Timeline: when the groups of each configuration trained, with the long gaps between them cut out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tuner.records import BASELINE, PROTOCOL, Group, Phase
from tuner.result import Result

MOST_ROWS = 14  # beyond, those that were not confirmed share one row
_SHORTEST_CUT = 60.0  # seconds
_CUT_SHARE = 0.08  # of the time in which something trained: a longer gap would press the rest together

LOST = ("diverged", "failed")


@dataclass(frozen=True, slots=True)
class Bar:
    """A group that trained, in seconds from the start without the gaps that are cut."""

    start: float
    end: float
    phase: Phase
    pruned: bool = False
    lost: bool = False  # whether one of its runs diverged or failed


@dataclass(frozen=True, slots=True)
class Row:
    """The groups of one configuration, or of `configurations` of them, in the order of time."""

    name: str
    bars: tuple[Bar, ...]
    configurations: int = 1

    def seconds(self, phase: Phase | None = None) -> float:
        """The time in which they trained, in one phase or in both."""
        return sum(bar.end - bar.start for bar in self.bars if phase in (None, bar.phase))


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of so many `seconds` without training that is cut out `at` this second of the rest."""

    at: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows in the order of their first group, over `length` seconds without the `gaps`.

    `began` is the time of the first group, in seconds since 1970 (UTC). `unknown` groups were stored without
    a time, and are in no row.
    """

    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    began: float
    length: float
    unknown: int

    def seconds(self, phase: Phase | None = None) -> float:
        """The time of training in all rows; groups that trained side by side both count."""
        return sum(row.seconds(phase) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Spell:
    """A group with the time that it took, as it was stored."""

    group: Group
    start: float
    end: float


def timeline(result: Result) -> Timeline | None:
    """The numbers of the figure; None where no group has a time."""
    trained = [group for group in result.groups if group.phase in PROTOCOL and group.seconds > 0]
    spells = [
        _Spell(group, group.started, group.started + group.seconds)
        for group in trained
        if group.started is not None
    ]
    if not spells:
        return None
    spells.sort(key=lambda spell: spell.start)
    began = spells[0].start
    cuts = _cuts(spells)
    gaps = tuple(Gap(_moved(start, cuts) - began, seconds) for start, seconds in cuts)
    ends = [_moved(spell.start, cuts) + spell.end - spell.start for spell in spells]
    rows = _rows(spells, _confirmed(result), cuts)
    return Timeline(rows, gaps, began, max(ends) - began, len(trained) - len(spells))


def _cuts(spells: Sequence[_Spell]) -> list[tuple[float, float]]:
    """Where nothing trained for long, as (start, seconds) in the order of time."""
    busy = _union(spells)
    shortest = max(_SHORTEST_CUT, _CUT_SHARE * sum(end - start for start, end in busy))
    idle = [(end, start - end) for (_, end), (start, _) in pairwise(busy)]
    return [(start, seconds) for start, seconds in idle if seconds > shortest]


def _union(spells: Iterable[_Spell]) -> list[tuple[float, float]]:
    """The times in which at least one of these trained; they come in the order of their starts."""
    busy: list[tuple[float, float]] = []
    for spell in spells:
        if busy and spell.start <= busy[-1][1]:
            busy[-1] = (busy[-1][0], max(busy[-1][1], spell.end))
        else:
            busy.append((spell.start, spell.end))
    return busy


def _moved(time: float, cuts: Iterable[tuple[float, float]]) -> float:
    """A time at which something trained, or a cut begins, without the cuts before it."""
    return time - sum(seconds for start, seconds in cuts if start < time)


def _confirmed(result: Result) -> list[str]:
    measured = (result.baseline, *result.finalists) if result.baseline else ()
    return [BASELINE, *(one.name for one in measured if one.name != BASELINE)]


def _rows(
    spells: Sequence[_Spell], confirmed: Sequence[str], cuts: Sequence[tuple[float, float]]
) -> tuple[Row, ...]:
    """One row a configuration while there are few; else the first confirmed ones, and one for all others."""
    names = list(dict.fromkeys(spell.group.configuration.name for spell in spells))
    alone = set(names if len(names) <= MOST_ROWS else confirmed[: MOST_ROWS - 1])
    bars: dict[str | None, list[Bar]] = {}
    for spell in spells:
        name = spell.group.configuration.name
        bars.setdefault(name if name in alone else None, []).append(_bar(spell, spells[0].start, cuts))
    others = len(set(names) - alone)
    return tuple(
        Row(f"{others:,} others", tuple(own), others) if name is None else Row(name, tuple(own))
        for name, own in bars.items()
    )


def _bar(spell: _Spell, began: float, cuts: Sequence[tuple[float, float]]) -> Bar:
    start = _moved(spell.start, cuts) - began
    runs = spell.group.runs
    return Bar(
        start=start,
        end=start + spell.end - spell.start,
        phase=spell.group.phase,
        pruned=any(run.status == "pruned" for run in runs),
        lost=any(run.status in LOST for run in runs),
    )
