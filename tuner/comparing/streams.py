"""Runs of several studies that may have met the same chance: their seeds name the same streams.

A stream belongs to a study seed, a configuration by its name, and a seed index; that of the data to no
configuration (see `tuner.seeds`). The study itself has no part in it.
"""

from collections.abc import Sequence

from tuner.cards import shown
from tuner.comparing.sources import Source
from tuner.errors import ScoresError


def check_same_streams(sources: Sequence[Source]) -> None:
    """Raises: ScoresError where a seed index is not the same seed in all run folders."""
    seeds = {source.setup.seed: source.text for source in sources if source.setup}
    if len(seeds) > 1:
        (one, first), (other, second), *_ = seeds.items()
        raise ScoresError(
            f"{first} has the study seed {one} and {second} has {other}, so their runs are no pairs; "
            "leave --paired out"
        )


def shared_streams(sources: Sequence[Source], configurations: Sequence[str]) -> list[str]:
    """What must be known where runs of these configurations, one of each source, are taken as independent.

    A sentence for all studies of one seed whose configurations have the same name, or whose data are drawn
    for every seed. Files that are no run folders do not tell how their runs were seeded.
    """
    found: dict[tuple[int, str], list[Source]] = {}
    for source, name in zip(sources, configurations, strict=True):
        if source.setup is None:
            continue
        seed = source.setup.seed
        found.setdefault((seed, name), []).append(source)
        if source.setup.own_data:
            found.setdefault((seed, ""), []).append(source)
    return [_sentence(seed, name, own) for (seed, name), own in found.items() if len(own) > 1]


def _sentence(seed: int, name: str, sources: Sequence[Source]) -> str:
    """What these sources may share: the chance of a configuration, or the data where it has no name."""
    if len({source.path.resolve() for source in sources}) == 1:
        return (
            f"{shown(sources[0].label)}: its configurations met the same data seed by seed, but are compared "
            "as if they were independent; --paired compares them seed by seed."
        )
    labels = ", ".join(shown(source.label) for source in sources)
    studies = "Both studies" if len(sources) == 2 else f"All {len(sources)} studies"
    used = f"{studies} ({labels}) used the same study seed ({seed})"
    if name:
        return (
            f"{used}, so the runs of {shown(name)} may share initial weights or orders: independence is "
            "assumed; set another seed in one of them."
        )
    return (
        f"{used}, so their runs may share the data drawn for a seed: independence is assumed; compare with "
        "--paired, or set another seed in one of them."
    )
