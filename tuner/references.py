"""The confirmed configurations against further references than the baseline, where the study names some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tuner.records import BASELINE, Setup, distinct
from tuner.skill import Scored
from tuner.stats import Comparison, compare_looks


class Confirmed(Protocol):
    """What a result has: the setup, and the configurations that were confirmed."""

    @property
    def setup(self) -> Setup: ...

    @property
    def baseline(self) -> Scored | None: ...

    @property
    def finalists(self) -> Sequence[Scored]: ...


@dataclass(frozen=True, slots=True)
class Against:
    """What comparisons with the configuration `reference` say, by configuration, and what they answer."""

    reference: str
    question: str
    comparisons: Mapping[str, Comparison]


def against(result: Confirmed) -> tuple[Against, ...]:
    """Every reference but the baseline, and how the other finalists compare with it.

    The verdicts of a reference answer a question of its own: they are reached as those against the baseline
    are, adjusted for the looks and, by Holm's method, for the configurations that are compared with it, and
    not for the other references. Empty before confirmation has finished.
    """
    confirmed = {one.name: one.test for one in result.finalists}
    if result.baseline is None:
        return ()
    return tuple(
        Against(reference, question, _compared(result.setup, confirmed, reference))
        for reference, question in result.setup.references.items()
        if reference != BASELINE and reference in confirmed
    )


def _compared(
    setup: Setup, confirmed: Mapping[str, tuple[float, ...]], reference: str
) -> dict[str, Comparison]:
    looks = [look for look in distinct(setup.looks) if reference in look.configurations]
    comparisons = compare_looks(
        [
            {name: test[: look.repeats] for name, test in confirmed.items() if name in look.configurations}
            for look in looks
        ],
        baseline=reference,
        direction=setup.direction,
        paired=setup.paired,
        margin=setup.margin,
        level=setup.level,
    )
    return {one.name: one for one in comparisons}
