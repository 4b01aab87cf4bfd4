"""A plan of runs: what was asked, answered at the noise that is known, with what must be said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import skew

from tuner.stats.design import check_level, check_margin
from tuner.stats.growth import StandardErrors, standard_errors
from tuner.stats.planning import (
    REPEATS,
    Noise,
    Ranged,
    check_runs,
    detectable_difference,
    measured_noise,
    noise_of,
    power_for_difference,
    power_for_equivalence,
    runs_for_difference,
    runs_for_equivalence,
)
from tuner.stats.power import POWER
from tuner.stats.scores import as_scores, finished
from tuner.stats.spending import check_share, next_share

STRONG_SKEW = 1.0
"""Absolute sample skewness from which a verdict asks ranks too: Bulmer (1979), Principles of Statistics."""


FIRST_SHARE = next_share(())
"""What the first look at a study may use of the error rate, the others being left to later looks."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to plan for; None where it is not asked. `candidates` share the error rate by Holm's method.

    `share` is the part of the error rate that the comparison may use: that of the first look at a study, or
    1 for a comparison that is made once, such as one of CSV files.
    """

    difference: float | None = None
    repeats: int | None = None
    margin: float | None = None
    power: float = POWER
    level: float = 0.95
    candidates: int = 1
    share: float = FIRST_SHARE

    def __post_init__(self) -> None:
        check_level(self.level)
        check_margin(self.margin)
        check_share(self.share)
        if self.repeats is not None:
            check_runs(self.repeats)

    @property
    def alpha(self) -> float:
        """The error rate of the hardest step of Holm's method."""
        return (1.0 - self.level) * self.share / self.candidates

    @property
    def effect(self) -> float | None:
        """The difference to find: that asked for, else the margin, as the smallest that matters."""
        return self.margin if self.difference is None else self.difference


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest true difference that so many runs a group find."""

    repeats: int
    difference: Ranged


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answers; None where the question does not ask. Numbers of runs are for each group.

    `needed` find the difference, `needed_equivalent` show a true difference of 0 to be within the margin;
    `power` and `power_equivalent` are the probabilities of that with the repeats asked for.
    `growth` is there where the noise comes from runs.
    """

    name: str
    noise: Noise
    question: Question
    detectable: tuple[Detectable, ...]
    needed: Ranged | None
    needed_equivalent: Ranged | None
    power: Ranged | None
    power_equivalent: Ranged | None
    growth: StandardErrors | None
    remarks: tuple[str, ...]


def plan_with_std(std: float, question: Question, *, runs: int | None, paired: bool) -> Outlook:
    """The plan at a standard deviation that is known, from so many `runs` where that is known as well.

    Raises: StatisticsError where the question has no answer.
    """
    noise = noise_of(std, runs=runs, paired=paired, level=question.level)
    remarks: tuple[str, ...] = ()
    if runs is None:
        remarks = (
            "How sure this standard deviation is, is not known: --std-runs says of how many runs it is.",
        )
    return _outlook("", noise, question, None, remarks)


def plan_with_runs(
    name: str, scores: Sequence[float], question: Question, *, rng: np.random.Generator
) -> Outlook:
    """The plan at the noise of one configuration's runs, scores of shape (runs,), NaN where one failed.

    Raises: StatisticsError where these have no noise, or the question has no answer.
    """
    values = as_scores(scores, repr(name))
    kept = finished(values)
    noise = measured_noise(values, repr(name), level=question.level)
    remarks = []
    if failures := values.size - kept.size:
        remarks.append(
            f"{failures} of {values.size} runs failed: the plan is for runs that finish. As soon as one "
            "fails, ranks decide instead of means."
        )
    if abs(float(skew(kept))) > STRONG_SKEW:
        remarks.append(
            "The scores are strongly skewed: the standard deviation is less sure than its interval says, and "
            "the check by ranks that skewed scores must pass costs power that this plan does not count."
        )
    growth = standard_errors(values, rng=rng) if kept.size > 2 else None
    return _outlook(name, noise, question, growth, tuple(remarks))


def _outlook(
    name: str, noise: Noise, question: Question, growth: StandardErrors | None, remarks: tuple[str, ...]
) -> Outlook:
    alpha, wanted = question.alpha, question.power
    effect, margin, repeats = question.effect, question.margin, question.repeats
    numbers = sorted({*REPEATS, *(() if repeats is None else (repeats,))})
    return Outlook(
        name=name,
        noise=noise,
        question=question,
        detectable=tuple(
            Detectable(number, detectable_difference(noise, number, alpha=alpha, power=wanted))
            for number in numbers
        ),
        needed=None if effect is None else runs_for_difference(noise, effect, alpha=alpha, power=wanted),
        needed_equivalent=None
        if margin is None
        else runs_for_equivalence(noise, margin, alpha=alpha, power=wanted),
        power=None
        if effect is None or repeats is None
        else power_for_difference(noise, repeats, effect, alpha=alpha),
        power_equivalent=None
        if margin is None or repeats is None
        else power_for_equivalence(noise, repeats, margin, alpha=alpha),
        growth=growth,
        remarks=(*remarks, *_about_share(question)),
    )


def _about_share(question: Question) -> tuple[str, ...]:
    """Which part of the error rate a plan counts on, where that is not the whole."""
    if question.share == 1.0:
        return ()
    why = "which the first look at a study may use, for later looks share the rest"
    return (
        f"Planned at {100 * question.share:.3g} % of the error rate"
        f"{f', {why}' if question.share == FIRST_SHARE else ''}; --whole-rate plans for a comparison that is "
        "made once, as of CSV files.",
    )


def as_json(outlook: Outlook) -> dict[str, Any]:
    """The answer for other programs."""
    noise, question, growth = outlook.noise, outlook.question, outlook.growth
    return {
        "configuration": outlook.name or None,
        "std": noise.std,
        "std_interval": (noise.interval.low, noise.interval.high),
        "std_runs": noise.runs,
        "paired": noise.paired,
        "level": question.level,
        "candidates": question.candidates,
        "share_of_error_rate": question.share,
        "power_wanted": question.power,
        "difference": question.effect,
        "margin": question.margin,
        "repeats": question.repeats,
        "repeats_needed": _ranged(outlook.needed),
        "repeats_needed_for_equivalence": _ranged(outlook.needed_equivalent),
        "power": _ranged(outlook.power),
        "power_of_equivalence": _ranged(outlook.power_equivalent),
        "detectable": [
            {"repeats": one.repeats, **(_ranged(one.difference) or {})} for one in outlook.detectable
        ],
        "standard_errors": growth
        and [
            {"runs": runs, "expected": expected, "median": median, "low": low, "high": high}
            for runs, expected, median, low, high in zip(
                growth.runs, growth.expected, growth.median, growth.low, growth.high, strict=True
            )
        ],
        "remarks": outlook.remarks,
    }


def _ranged(answer: Ranged | None) -> dict[str, float] | None:
    return None if answer is None else {"value": answer.value, "low": answer.low, "high": answer.high}
