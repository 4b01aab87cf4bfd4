"""Parts of a train split, and the names that configurations have where they train on one."""

import re
from dataclasses import dataclass

from tuner.errors import LedgerError
from tuner.records import Configuration

_DRAWN = " drawn"
_NAME = re.compile(rf"(.*)@(\d{{1,15}})({_DRAWN})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """So many examples of a train split: the last ones, or `drawn` at random."""

    examples: int
    drawn: bool = False


def part_for(examples: int, total: int, *, series: bool) -> Part:
    """The part of a train split of `total` that a study takes: of a series the most recent examples."""
    return Part(examples, drawn=not series and examples < total)


def sized(configuration: Configuration, part: Part) -> Configuration:
    """A configuration under the name that it has where it trains on a part: "baseline@128 drawn"."""
    return Configuration(f"{configuration.name}@{part.examples}{_DRAWN * part.drawn}", configuration.params)


def whole(configuration: Configuration) -> tuple[Configuration, Part]:
    """The configuration itself, and the part that its name tells of.

    Raises: LedgerError where it tells of none.
    """
    name, part = told(configuration.name)
    return Configuration(name, configuration.params), part


def told(name: str) -> tuple[str, Part]:
    """The name of a configuration, and the part that it trains on.

    >>> told("a@b@128 drawn")
    ('a@b', Part(examples=128, drawn=True))

    Raises: LedgerError where the name tells of none.
    """
    found = _NAME.fullmatch(name)
    if found is None or int(found[2]) < 1:
        raise LedgerError(f"{name[:60]!r} does not say on how many examples it is trained; delete its runs")
    return found[1], Part(int(found[2]), bool(found[3]))
