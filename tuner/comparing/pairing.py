"""Runs of several sets of scores, matched by their seeds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tuner.comparing.scorefiles import ScoreSet
from tuner.comparing.sources import listing
from tuner.errors import ScoresError


def pair_up(baseline: ScoreSet, candidates: Sequence[ScoreSet]) -> tuple[ScoreSet, ...]:
    """The candidates with their runs in the order of the baseline's seeds.

    Raises: ScoresError unless all have the same seeds, each of them once.
    """
    for one in (baseline, *candidates):
        _check_seeds(one)
    for one in candidates:
        _check_agreement(baseline, one)
    return tuple(_in_order(one, baseline) for one in candidates)


def _check_seeds(one: ScoreSet) -> None:
    """Raises: ScoresError unless every run has a seed of its own."""
    if one.seeds is None:
        raise ScoresError(
            f"{one.name!r}: has no column 'seed' or 'seed_index', by which --paired matches the runs"
        )
    if "" in one.seeds:
        raise ScoresError(f"{one.name!r}: run {one.seeds.index('') + 1} has no seed to be paired by")
    seed, times = Counter(one.seeds).most_common(1)[0]
    if times > 1:
        raise ScoresError(f"{one.name!r}: seed {seed!r} is there {times} times; pairs need each seed once")


def _check_agreement(baseline: ScoreSet, candidate: ScoreSet) -> None:
    """Raises: ScoresError unless both have the same seeds."""
    theirs, ours = baseline.seeds or (), candidate.seeds or ()
    said = [
        f"only {one.name!r} has {listing(rest, 4)}"
        for one, rest in (
            (baseline, [seed for seed in theirs if seed not in ours]),
            (candidate, [seed for seed in ours if seed not in theirs]),
        )
        if rest
    ]
    if said:
        raise ScoresError(f"--paired needs the same seeds in both: {'; '.join(said)}")


def _in_order(one: ScoreSet, baseline: ScoreSet) -> ScoreSet:
    """The runs in the order of the baseline's seeds."""
    place = {seed: index for index, seed in enumerate(one.seeds or ())}
    order = [place[seed] for seed in baseline.seeds or ()]
    return replace(one, scores=tuple(one.scores[index] for index in order), seeds=baseline.seeds)
