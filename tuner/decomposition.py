"""What the crossing of the streams has found: its runs, and the statistics derived from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tuner.errors import StatisticsError
from tuner.records import Direction, Status
from tuner.stats.variance import TOGETHER, Source, VarianceShares, variance_shares

Effect = Literal["none", "rounding", "some", "unknown"]

NAMES = {
    "init": "initial weights",
    "order": "data order",
    "dropout": "dropout",
    "data": "data",
    TOGETHER: "all together",
}
"""What a reader calls the streams."""

ROUNDING = 1e-6
"""Share of the score's size below which a spread is that of single-precision sums in another order."""


@dataclass(frozen=True, slots=True)
class VariedRun:
    """One run: `varied` is the stream that varied, or "together"; `setting` numbers the fixed values of
    the others; `indices` has the index of every stream. A run without a finite score has NaN."""

    varied: str
    setting: int
    indices: Mapping[str, int]
    status: Status
    score: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VarianceSetup:
    """What was measured, and how: `repeats` runs of every stream, spread over `settings` of the others."""

    study: str
    configuration: str
    params: Mapping[str, Any]
    metric: str
    direction: Direction
    split: str
    engine: str
    backend: str
    seed: int
    repeats: int
    settings: int
    level: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The runs and the shares of the variance; `idle` has the streams that nothing draws from, and why."""

    setup: VarianceSetup
    runs: tuple[VariedRun, ...]
    idle: Mapping[str, str]
    shares: VarianceShares
    seconds: float

    @property
    def size(self) -> float:
        """The largest finite score without its sign; 0 where there is none."""
        return max((abs(run.score) for run in self.runs if math.isfinite(run.score)), default=0.0)

    def effect(self, source: Source) -> Effect:
        """Whether a stream moves the score at all, or by rounding only."""
        if source.std == 0.0:
            return "none"
        if math.isnan(source.std):
            return "unknown"
        return "rounding" if source.std <= ROUNDING * self.size else "some"

    @property
    def notes(self) -> tuple[str, ...]:
        """What the numbers alone do not say, in sentences."""
        return (*self._about_streams(), *self.shares.flags, *self._about_shares())

    def _about_streams(self) -> list[str]:
        found = []
        for source in self.shares.sources:
            effect = self.effect(source)
            if source.name in self.idle:
                found.append(
                    f"{NAMES[source.name].capitalize()}: no effect, because {self.idle[source.name]}."
                )
            elif effect == "none":
                found.append(
                    f"{NAMES[source.name].capitalize()}: no effect; its runs give the same score bit for bit."
                )
            elif effect == "rounding":
                found.append(f"{NAMES[source.name].capitalize()}: no effect but on the rounding of sums.")
        if any(source.name == "data" and source.n for source in self.shares.sources):
            found.append("Data: what is trained on and what is scored on both vary.")
        return found

    def _about_shares(self) -> list[str]:
        if not self.shares.together.std > 0.0:
            return []
        settings = self.setup.settings
        fixed = "one setting" if settings == 1 else f"{settings} settings"
        found = [f"Shares hold for the {fixed} of the other streams that were tried; --settings tries more."]
        if math.isfinite(total := self.shares.sum_of_shares):
            found.append(
                f"Shares need not sum to 100 %, and here to {100 * total:.0f} %: streams that act through "
                "each other count more than once, and every share has an error, which more --repeats lessen."
            )
        return found


def decompose(
    setup: VarianceSetup,
    runs: Sequence[VariedRun],
    idle: Mapping[str, str],
    streams: Sequence[str],
    seconds: float,
) -> Decomposition:
    """The spread of every stream alone, over its runs, beside that of all together.

    Raises: StatisticsError where there are no runs with all streams varied.
    """
    together = [run.score for run in runs if run.varied == TOGETHER]
    if not together:
        raise StatisticsError("there are no runs with all streams varied")
    groups = {stream: _groups([run for run in runs if run.varied == stream]) for stream in streams}
    shares = variance_shares(groups, together, level=setup.level)
    return Decomposition(setup, tuple(runs), dict(idle), shares, seconds)


def _groups(runs: Sequence[VariedRun]) -> list[list[float]]:
    """Scores by setting."""
    found: dict[int, list[float]] = {}
    for run in runs:
        found.setdefault(run.setting, []).append(run.score)
    return list(found.values())
