"""What a run folder says of sizes: test scores against the number of training examples, and of networks."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuner.cards import Card, Readable, between, number, percent, shown, signed
from tuner.errors import LedgerError, StatisticsError
from tuner.parts import Part, told
from tuner.records import EnsembleScores, Group, Setup
from tuner.stats import Summary, describe
from tuner.stats.ensembles import EnsembleCurve, ensemble_curve
from tuner.stats.steps import Step, last_step

SAYS = {
    "improves": "improves",
    "worsens": "gets worse",
    "flat": "changes by less than the margin",
    "unclear": "is not shown to change",
}
"""What an outlook says of the score at the last step."""


@dataclass(frozen=True, slots=True)
class AtSize:
    """Test scores by seed index, trained on a part of the train split; NaN where a run has none."""

    part: Part
    test: tuple[float, ...]
    summary: Summary

    @property
    def examples(self) -> int:
        return self.part.examples


@dataclass(frozen=True, slots=True, repr=False)
class TrainSizes(Readable):
    """The test scores of one configuration at numbers of training examples, the smallest first.

    `step` is what changed between the two largest that have the same seeds; None where there are none.
    """

    configuration: str
    metric: str
    sizes: tuple[AtSize, ...]
    step: Step | None

    def __repr__(self) -> str:
        return f"<TrainSizes of {shown(self.configuration)}: {self.examples}>"

    @property
    def examples(self) -> tuple[int, ...]:
        return tuple(one.examples for one in self.sizes)

    def _card(self) -> Card:
        level = self.sizes[0].summary.interval.level
        rows = tuple(
            (
                f"{one.examples:,}",
                f"{one.summary.n}" + (f" ({one.summary.failures} failed)" if one.summary.failures else ""),
                number(one.summary.mean),
                between(one.summary.interval.low, one.summary.interval.high) or "-",
                number(one.summary.std),
            )
            for one in self.sizes
        )
        head = ("examples", "seeds", f"test {shown(self.metric)}", f"{percent(level)} interval", "SD")
        notes = (said_of_examples(self.step),) if self.step else ()
        return Card(f"{shown(self.configuration)}: training-set size", rows, head, notes)


@dataclass(frozen=True, slots=True, repr=False)
class EnsembleSizes(Readable):
    """The test scores of ensembles of one configuration's networks, by their number; see `EnsembleCurve`.

    The networks are those of the confirmation, or were `trained` for this. `lost` more have no score.
    `curve` is None where there are no ensembles, and `reason` says why.
    """

    configuration: str
    metric: str
    trained: bool
    lost: int
    curve: EnsembleCurve | None
    probabilities: bool = False
    reason: str = ""

    def __repr__(self) -> str:
        sizes = tuple(one.size for one in self.curve.sizes) if self.curve else self.reason
        return f"<EnsembleSizes of {shown(self.configuration)}: {sizes}>"

    def _card(self) -> Card:
        title = f"{shown(self.configuration)}: ensemble size"
        if self.curve is None:
            return Card(f"{title}: none, {shown(self.reason, 200)}")
        level = self.curve.sizes[0].interval.level
        rows = tuple(
            (
                f"{one.size}",
                f"{one.ensembles}",
                number(one.mean),
                between(one.interval.low, one.interval.high) or "-",
            )
            for one in self.curve.sizes
        )
        head = ("networks", "ensembles", f"test {shown(self.metric)}", f"{percent(level)} interval")
        steps = (self.curve.gain, self.curve.step)
        return Card(title, rows, head, tuple(dict.fromkeys(said_of_networks(one) for one in steps if one)))


def said_of_examples(step: Step) -> str:
    """What a step in the number of training examples says, in a sentence."""
    return _said(step, f"From {step.before:,} to {step.after:,} training examples", "seeds")


def said_of_networks(step: Step) -> str:
    """What a step in the number of networks says, in a sentence."""
    return _said(step, f"From {step.before} to {step.after} networks", "networks")


def _said(step: Step, start: str, what: str) -> str:
    ends = between(step.interval.low, step.interval.high)
    told = f"{signed(step.difference)}" + (
        f", {percent(step.interval.level)} interval {signed(step.interval.low)} to"
        f" {signed(step.interval.high)}"
        if ends
        else ""
    )
    failed = f"; {step.failures} without a score" if step.failures else ""
    return f"{start} the mean test score {SAYS[step.outlook]} ({told}; {step.n} {what}{failed})."


def train_sizes_of(setup: Setup, groups: Iterable[Group]) -> tuple[TrainSizes, ...]:
    """What the groups of the phase "sizes" say, by configuration, each with two sizes or more.

    A size of which runs are still to be trained is left out.
    """
    found: dict[str, dict[Part, list[Group]]] = {}
    for group in groups:
        if group.phase == "sizes":
            name, part = told(group.configuration.name)
            found.setdefault(name, {}).setdefault(part, []).append(group)
    made = (_train_sizes(setup, name, parts) for name, parts in found.items())
    return tuple(one for one in made if len(one.sizes) > 1)


def _train_sizes(setup: Setup, name: str, parts: dict[Part, list[Group]]) -> TrainSizes:
    sizes: dict[int, AtSize] = {}
    for part, groups in sorted(parts.items(), key=lambda item: (item[0].examples, item[0].drawn)):
        runs = sorted((run for group in groups for run in group.runs), key=lambda run: run.seed_index)
        whole = all(group.runs for group in groups)
        if not whole or [run.seed_index for run in runs] != list(range(len(runs))):
            continue
        test = tuple(
            run.scores.get("test", math.nan) if run.status == "complete" else math.nan for run in runs
        )
        sizes[part.examples] = AtSize(part, test, describe(test, level=setup.level))
    ordered = tuple(sizes.values())
    return TrainSizes(name, setup.metric, ordered, _last_step(setup, ordered))


def _last_step(setup: Setup, sizes: Sequence[AtSize]) -> Step | None:
    if len(sizes) < 2:
        return None
    common = min(len(one.test) for one in sizes[-2:])
    return last_step(
        {one.examples: one.test[:common] for one in sizes[-2:]},
        direction=setup.direction,
        margin=setup.margin,
        level=setup.level,
    )


def ensembles_of(setup: Setup, found: Iterable[EnsembleScores]) -> tuple[EnsembleSizes, ...]:
    """What the stored scores of ensembles say, by configuration.

    Raises: LedgerError where scores are missing.
    """
    return tuple(map(lambda one: _ensembles(setup, one), found))


def _ensembles(setup: Setup, found: EnsembleScores) -> EnsembleSizes:
    trained = found.phase == "members"
    if found.reason or not found.scores:
        reason = found.reason or "there are no networks with a score"
        return EnsembleSizes(found.configuration, setup.metric, trained, found.lost, None, reason=reason)
    try:
        curve = ensemble_curve(
            found.subsets,
            found.scores,
            len(found.seeds),
            found.sizes,
            direction=setup.direction,
            margin=setup.margin,
            level=setup.level,
        )
    except StatisticsError as error:
        raise LedgerError(f"ledger/ensembles.json: cannot be used ({error}); delete it") from None
    return EnsembleSizes(found.configuration, setup.metric, trained, found.lost, curve, found.probabilities)
