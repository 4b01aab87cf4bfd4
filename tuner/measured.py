"""The confirmed configurations: each described, and compared with the baseline, after the last look."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.cards import Card, Readable, number, shown
from tuner.records import BASELINE, Configuration, ExampleScores, Look, Phase, Run, Setup, distinct
from tuner.stats import (
    Comparison,
    DieboldMariano,
    OverExamples,
    Summary,
    compare_looks,
    describe,
    diebold_mariano,
    over_examples,
)

Own = Mapping[tuple[Phase, str], Sequence[Run]]
"""The runs of each phase and configuration, by seed index."""


@dataclass(frozen=True, slots=True)
class Measured(Readable):
    """One configuration after confirmation.

    `test` and `validation` hold one score a confirmation seed, in the order of the seed indices (NaN
    where the run diverged or failed); `search` holds its search scores on the validation split.
    `comparison` is against the baseline, and None for the baseline itself. `over_examples` is the
    difference to it over seeds and test examples, where the scores of single examples are known;
    `forecasts` is, for examples of a series, the Diebold-Mariano test of the scores averaged over seeds.
    """

    configuration: Configuration
    test: tuple[float, ...]
    validation: tuple[float, ...]
    search: tuple[float, ...]
    summary: Summary
    comparison: Comparison | None
    over_examples: OverExamples | None = None
    forecasts: DieboldMariano | None = None

    @property
    def name(self) -> str:
        return self.configuration.name

    @property
    def search_mean(self) -> float:
        """Mean search score on the validation split; NaN where the search never measured it."""
        return sum(self.search) / len(self.search) if self.search else math.nan

    def _card(self) -> Card:
        compared = self.comparison
        words = {"better": "better than", "worse": "worse than", "equivalent": "equivalent to"}
        word = words.get(compared.verdict, "undecided against") if compared else ""
        against = f", {word} the baseline" if compared else ""
        summary = self.summary
        rows = [(shown(name), shown(str(value))) for name, value in self.configuration.params.items()]
        rows += [
            ("mean test score", summary.interval.beside(summary.mean)),
            ("standard deviation", number(summary.std)),
            ("runs", f"{summary.n}" + (f" ({summary.failures} failed)" if summary.failures else "")),
        ]
        if compared:
            rows.append(("difference to the baseline", compared.interval.beside(compared.difference)))
        return Card(f"{shown(self.name)}{against}", tuple(rows), notes=compared.flags if compared else ())


def measure(
    setup: Setup,
    configurations: Mapping[str, Configuration],
    runs: Iterable[Run],
    examples: Mapping[str, ExampleScores],
) -> tuple[Measured, ...] | None:
    """The baseline, then the finalists, best mean first; None where runs that a look has seen are missing.

    All looks share the error rate, and a verdict stays what it was at the look that reached it. `examples`
    are those that are `comparable`.
    """
    looks, own = distinct(setup.looks), _by_configuration(runs)
    seen = [_seen(own, look) for look in looks]
    if not all(len(scores) == looks[-1].repeats for scores in seen[-1].values()):
        return None
    comparisons = compare_looks(
        seen,
        baseline=BASELINE,
        direction=setup.direction,
        paired=setup.paired,
        margin=setup.margin,
        level=setup.level,
        called=setup.the_baseline,
    )
    by_name = {comparison.name: comparison for comparison in comparisons}
    found = [
        _measured(setup, configurations[name], own, scores, by_name.get(name), examples)
        for name, scores in seen[-1].items()
    ]
    sign = 1 if setup.direction == "minimize" else -1
    found.sort(key=lambda one: (one.name != BASELINE, math.isnan(one.summary.mean), sign * one.summary.mean))
    return tuple(found)


def _measured(
    setup: Setup,
    configuration: Configuration,
    own: Own,
    test: tuple[float, ...],
    comparison: Comparison | None,
    examples: Mapping[str, ExampleScores],
) -> Measured:
    """A configuration with its test scores, and what else its runs say; `examples` are those known."""
    name = configuration.name
    beside = comparison is not None and name in examples
    return Measured(
        configuration=configuration,
        test=test,
        validation=_scores(own, "confirmation", name, "validation")[: len(test)],
        search=_scores(own, "search", name, "validation"),
        summary=describe(test, level=setup.level),
        comparison=comparison,
        over_examples=_over_examples(setup, examples, name) if beside else None,
        forecasts=_forecasts(setup, examples, name) if beside else None,
    )


def comparable(
    examples: Mapping[str, ExampleScores], names: Iterable[str]
) -> tuple[dict[str, ExampleScores], str]:
    """What can be compared example by example: the baseline and others; if nothing can, why, in words."""
    missing = ExampleScores(reason="they were not stored")
    baseline = examples.get(BASELINE, missing)
    others = {name: examples.get(name, missing) for name in names if name != BASELINE}
    reasons = {name: _incomparable(one, baseline) for name, one in others.items()}
    known = {name: others[name] for name, reason in reasons.items() if not reason}
    return (known | {BASELINE: baseline} if known else {}), "" if known else next(iter(reasons.values()), "")


def _incomparable(one: ExampleScores, baseline: ExampleScores) -> str:
    if reason := baseline.reason or one.reason:
        return reason
    if (one.values.shape[-1], one.each) != (baseline.values.shape[-1], baseline.each):
        return "the configurations were not scored on the same examples"
    return "there is a single test example" if one.values.shape[-1] < 2 else ""


def _over_examples(setup: Setup, examples: Mapping[str, ExampleScores], name: str) -> OverExamples:
    return over_examples(
        examples[name].values, examples[BASELINE].values, series=setup.series, level=setup.level
    )


def _forecasts(setup: Setup, examples: Mapping[str, ExampleScores], name: str) -> DieboldMariano | None:
    """Of the scores averaged over the seeds that have one; where values are means of neighbours their
    horizon is shorter."""
    ours, theirs = (
        table[np.isfinite(table).all(axis=1)].astype(np.float64)
        for table in (examples[one].values for one in (name, BASELINE))
    )
    horizon = 1 + math.ceil((examples[name].horizon - 1) / examples[name].each)
    if not setup.series or horizon >= ours.shape[1] or not len(ours) or not len(theirs):
        return None
    return diebold_mariano(ours.mean(axis=0), theirs.mean(axis=0), horizon)


def _by_configuration(runs: Iterable[Run]) -> Own:
    found: dict[tuple[Phase, str], list[Run]] = {}
    for run in sorted(runs, key=lambda run: run.seed_index):
        found.setdefault((run.phase, run.configuration), []).append(run)
    return found


def _seen(own: Own, look: Look) -> dict[str, tuple[float, ...]]:
    """The test scores that a look saw, by configuration."""
    return {name: _scores(own, "confirmation", name, "test")[: look.repeats] for name in look.configurations}


def _scores(own: Own, phase: Phase, name: str, split: str) -> tuple[float, ...]:
    return tuple(
        run.scores.get(split, math.nan) if run.status == "complete" else math.nan
        for run in own.get((phase, name), ())
    )
