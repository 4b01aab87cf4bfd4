"""Who is compared with whom, and how: from what the user named to a baseline and its candidates."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tuner.comparing.pairing import pair_up
from tuner.comparing.scorefiles import ScoreSet
from tuner.comparing.sources import Source, listing
from tuner.comparing.streams import check_same_streams, shared_streams
from tuner.errors import ScoresError
from tuner.records import BASELINE, Direction, Setup
from tuner.stats import Comparison
from tuner.stats.design import Design


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """What the user asked for; None is left to what a run folder says, or to the usual."""

    baseline: str | None = None
    reference: float | None = None
    direction: Direction | None = None
    paired: bool | None = None
    margin: float | None = None
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Lineup:
    """The sets of scores to compare, in the order of their pairs where they are paired.

    `baseline` is a plain number where that is what candidates are compared with. `remarks` are sentences
    that the reader must know. `decided` are the verdicts of a run folder where it was asked for just these:
    they account for all its finalists and for every look at them. None where they are still to be formed.
    """

    baseline: ScoreSet | float
    candidates: tuple[ScoreSet, ...]
    design: Design
    metric: str
    remarks: tuple[str, ...]
    decided: tuple[Comparison, ...] | None = None


def line_up(sources: Sequence[Source], asked: CompareOptions) -> Lineup:
    """Choose the sets of scores and the settings.

    One source gives all its configurations, or its baseline and the one that the argument names; several
    give one each: the one named, the best one of a run folder, the only one of a file. The baseline is
    the reference number where there is one, the one asked for by name, else that of the only source or
    the set of the first one.

    Raises: ScoresError where there is nothing to compare, or the sources do not go together.
    """
    if asked.reference is not None and not math.isfinite(asked.reference):
        raise ScoresError(f"the reference is {asked.reference}; give a finite number")
    design, remarks = _design(sources, asked)
    if len(sources) == 1:
        baseline, candidates = _within(sources[0], asked)
    else:
        baseline, candidates = _across(sources, asked)
        remarks += _about_sources(sources)
        if isinstance(baseline, ScoreSet) and not design.paired:
            remarks += shared_streams(sources, [representative(source) for source in sources])
    sets = [one for one in (baseline, *candidates) if isinstance(one, ScoreSet)]
    for one in sets:
        if len(one.scores) < 2:
            raise ScoresError(
                f"{one.name!r}: one run only; a comparison takes several runs of each, 5 for a verdict"
            )
    if design.paired:
        if not isinstance(baseline, ScoreSet):
            raise ScoresError("a plain number has no runs to pair with; leave --paired out")
        check_same_streams(sources)
        candidates = pair_up(baseline, candidates)
    remarks += [text for one in sets if (text := _about_seeds(one))]
    decided = _decided(sources, design, baseline, candidates)
    if decided is None:
        remarks += dict.fromkeys(text for source in sources if (text := _about_looks(source)))
    metrics = {source.setup.metric for source in sources if source.setup}
    metric = metrics.pop() if len(metrics) == 1 else "score"
    return Lineup(baseline, candidates, design, metric, tuple(remarks), decided)


def _decided(
    sources: Sequence[Source],
    design: Design,
    baseline: ScoreSet | float,
    candidates: Sequence[ScoreSet],
) -> tuple[Comparison, ...] | None:
    """The verdicts of the only source, where it is a run folder and nothing is asked of it but these."""
    setup = sources[0].setup
    if len(sources) > 1 or setup is None:
        return None
    own = Design(setup.direction, setup.paired, setup.margin, setup.level)
    if design != own or not isinstance(baseline, ScoreSet) or baseline.name != BASELINE:
        return None
    return tuple(sources[0].verdicts[one.name] for one in candidates)


def _about_looks(source: Source) -> str:
    """A sentence about a study whose runs were judged before."""
    looks = len(source.setup.looks) if source.setup else 0
    if not looks:
        return ""
    often = "once" if looks == 1 else f"{looks} times"
    return (
        f"{source.label}: its runs were judged {often}; this comparison does not share the error rate with "
        "what was said then."
    )


def _within(source: Source, asked: CompareOptions) -> tuple[ScoreSet | float, tuple[ScoreSet, ...]]:
    """The baseline of one source and the candidates in it."""
    chosen = source.sets if source.chosen is None else (source.find(source.chosen),)
    if asked.reference is not None:
        return asked.reference, chosen
    baseline = source.baseline if asked.baseline is None else source.find(asked.baseline)
    candidates = tuple(one for one in chosen if one.name != baseline.name)
    if candidates:
        return baseline, candidates
    if source.chosen is not None:
        raise ScoresError(f"{source.text}: is the baseline itself; name a candidate")
    raise ScoresError(
        f"{source.text}: holds {baseline.name!r} alone, and nothing to compare it with; give a second file "
        "or folder, or --reference NUMBER"
    )


def _across(
    sources: Sequence[Source], asked: CompareOptions
) -> tuple[ScoreSet | float, tuple[ScoreSet, ...]]:
    """One set of scores from each of several sources."""
    sets = _named(sources, [representative(source) for source in sources])
    if asked.reference is not None:
        return asked.reference, sets
    if asked.baseline is None:
        return sets[0], sets[1:]
    baseline = next((one for one in sets if one.name == asked.baseline), None)
    if baseline is None:
        names = [one.name for one in sets]
        raise ScoresError(f"--baseline {asked.baseline!r} is none of those compared: {listing(names)}")
    return baseline, tuple(one for one in sets if one is not baseline)


def representative(source: Source) -> str:
    """The configuration that stands for a source among others."""
    name = source.chosen or source.best
    if name is not None:
        return name
    if len(source.sets) == 1:
        return source.sets[0].name
    raise ScoresError(
        f"{source.path}: holds {len(source.sets)} configurations ({listing(source.names, 4)}); "
        f"say which one, as {source.text}:NAME"
    )


def _named(sources: Sequence[Source], names: Sequence[str]) -> tuple[ScoreSet, ...]:
    """The sets under names of their own: those of their files, or the whole paths where these agree.

    Raises: ScoresError where two are the same runs.
    """
    seen: dict[tuple[str, str], str] = {}
    for source, name in zip(sources, names, strict=True):
        key = (str(source.path.resolve()), name)
        if key in seen:
            raise ScoresError(f"{seen[key]} and {source.text} are the same runs; give each once")
        seen[key] = source.text
    suffixes = [
        f":{name}" if source.setup or source.chosen else ""
        for source, name in zip(sources, names, strict=True)
    ]
    short = [source.label + suffix for source, suffix in zip(sources, suffixes, strict=True)]
    return tuple(
        replace(
            source.find(name),
            name=label if short.count(label) == 1 else f"{source.path}{suffix}",
        )
        for source, name, label, suffix in zip(sources, names, short, suffixes, strict=True)
    )


def _design(sources: Sequence[Source], asked: CompareOptions) -> tuple[Design, list[str]]:
    """The settings: as asked, else as the run folders agree on, else the usual."""
    setups = [source.setup for source in sources if source.setup]
    direction, remarks = _direction(sources, asked.direction)
    alone = setups[0] if len(sources) == 1 and setups else None
    paired = asked.paired
    if paired is None:
        paired = alone is not None and alone.paired and asked.reference is None
    level = agreed({setup.level for setup in setups}) if asked.level is None else asked.level
    margin = agreed({setup.margin for setup in setups}) if asked.margin is None else asked.margin
    return Design(direction, paired, margin, 0.95 if level is None else level), remarks


def agreed(values: Iterable[float | None]) -> float | None:
    """The value that all have, None where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _direction(sources: Sequence[Source], asked: Direction | None) -> tuple[Direction, list[str]]:
    known: dict[Direction, tuple[str, Setup]] = {
        source.setup.direction: (source.text, source.setup) for source in sources if source.setup
    }
    if len(known) == 2:
        (first, _), (second, _) = known["minimize"], known["maximize"]
        raise ScoresError(
            f"{first} minimizes its metric and {second} maximizes its own; they cannot be compared"
        )
    for direction, (text, setup) in known.items():
        if asked not in (None, direction):
            raise ScoresError(f"{text}: {setup.metric} is {direction}d there; leave --direction {asked} out")
        return direction, []
    if asked is not None:
        return asked, []
    return "minimize", ["Lower scores are taken as better; say --direction maximize where higher ones are."]


def _about_sources(sources: Sequence[Source]) -> list[str]:
    """What must be known where run folders are compared with each other."""
    remarks = []
    known = [(source, source.setup) for source in sources if source.setup]
    if len(metrics := dict.fromkeys(setup.metric for _, setup in known)) > 1:
        remarks.append(f"The run folders measure different metrics: {', '.join(metrics)}.")
    if len({setup.data for _, setup in known}) > 1:
        remarks.append(
            "The run folders were made with different data, so a difference may come from the data alone."
        )
    for source in sources:
        if source.chosen is None and source.best not in (None, BASELINE):
            remarks.append(
                f"{source.label}: {source.best} was chosen by these same scores, which favours it a little; "
                f"to choose beforehand name a configuration, as {source.text}:NAME."
            )
    return remarks


def _about_seeds(one: ScoreSet) -> str:
    """A sentence about rows that may not be runs of their own."""
    repeated = [seed for seed, times in Counter(one.seeds or ()).items() if times > 1 and seed]
    if not repeated:
        return ""
    return (
        f"{one.name}: seed {repeated[0]} is in more than one row; every row is taken as a run of its own, "
        "which overstates what is known if it is not."
    )
