"""What monitoring found, as one frozen record: models, periods, judgement, and models in pairs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from tuner.deploy.bundle import Bundle, ExampleErrors
from tuner.deploy.moments import Moment
from tuner.deploy.monitoring.periods import Every
from tuner.deploy.monitoring.scoring import Scored
from tuner.deploy.monitoring.store import Taken
from tuner.metric_names import Bounds, bounds_of
from tuner.records import Direction
from tuner.stats.intervals import Interval
from tuner.stats.monitoring import (
    Departure,
    ExpectedLevel,
    Monitored,
    Other,
    Skill,
    Trend,
    expected_level,
    monitor_scores,
    skill_of,
    trend_of,
)
from tuner.stats.scores import FloatArray
from tuner.stats.series import block_length

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Period:
    """The skill in a period that begins at `start`; `place` is its middle on an axis of periods."""

    label: str
    start: Moment
    place: float
    skill: Skill


@dataclass(frozen=True, slots=True)
class Alarm:
    """A window of examples that differs from what was expected, from the first moment to the last one.

    `seen` is the moment at the end of the window, with which it was seen.
    """

    found: Departure
    first: Moment
    seen: Moment


@dataclass(frozen=True, slots=True)
class Watched:
    """One model of a bundle, as it did on what was observed. `name` is "current", or "previous/0" and so on.

    `judged` is None where nothing is known to compare with, for a `reason`. `alarms` are the turns of the
    word, `latest` is the last window that differed, `widest` the longest one since the last turn. `more_data`
    says that the model was trained on more data than the networks whose scores are expected, so that it may
    be better for that alone.
    """

    name: str
    identity: str
    created: str
    skill: Skill
    periods: tuple[Period, ...]
    trend: Trend
    judged: Monitored | None
    reason: str
    alarms: tuple[Alarm, ...]
    latest: Alarm | None
    widest: Alarm | None
    waiting: int
    unpredicted: int
    more_data: bool
    by_example: bool  # or else the metric is no mean over examples, and only its value for several is known

    @property
    def word(self) -> str:
        """What is said of the model."""
        return self.judged.word if self.judged else "too few observations"

    @property
    def why(self) -> str:
        """Why nothing is said of it; empty where something is."""
        return self.judged.reason if self.judged else self.reason

    @property
    def alarming(self) -> bool:
        """Whether it is degrading, and the newest observations do not speak against it."""
        judged = self.judged
        return judged is not None and judged.word == "degrading" and (judged.now or bool(judged.reason))

    @property
    def expected(self) -> ExpectedLevel | None:
        """What was to be expected of it."""
        return self.judged.expected if self.judged else None

    @property
    def each(self) -> int:
        """Neighbours that are judged as one, as the expected scores are stored."""
        return self.expected.each if self.expected else 1


@dataclass(frozen=True, slots=True)
class InPairs:
    """An earlier model and the current one on the same examples: current - earlier, plain interval."""

    earlier: str
    difference: Skill
    earlier_mean: float
    current_mean: float
    periods: tuple[Period, ...]  # of the differences


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything that `tuner monitor` found of a bundle; the first of the models is the current one.

    `warnings` are of the file that was given, `notes` of all that is stored. Of the stored `rows` so many are
    `void`.
    """

    folder: Path
    study: str
    configuration: str
    metric: str
    direction: Direction
    level: float
    margin: float | None
    every: Every
    models: tuple[Watched, ...]
    pairs: tuple[InPairs, ...]
    taken: Taken
    rows: int
    void: int
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def current(self) -> Watched:
        """The model in use."""
        return self.models[0]


def watched(
    name: str,
    bundle: Bundle,
    scored: Scored,
    errors: ExampleErrors | None,
    every: Every,
    *,
    margin: float | None,
    level: float,
) -> Watched:
    """Judge one model by its scores."""
    expected, reason = _expected(bundle, errors, level)
    if scored.reason:
        expected, reason = None, scored.reason
    judged, places = None, np.empty(0, int)
    each = expected.each if expected else 1
    if expected is not None:
        places = scored.order[np.isfinite(scored.scores[scored.order])]
        values = together(scored.scores[places], each)
        judged = monitor_scores(values, expected, direction=bundle.direction, margin=margin, level=level)
    block = max(expected.block * each if expected else 1, alike(scored.moments, scored.scores, every))
    bounds = bounds_of(bundle.metric)

    def alarm(found: Departure) -> Alarm:
        inside = [scored.moments[at] for at in places[found.start * each : found.stop * each]]
        return Alarm(found, min(inside), max(inside))

    return Watched(
        name=name,
        identity=bundle.identity,
        created=bundle.created,
        skill=_skill(scored, list(range(len(scored.moments))), block, level, bounds),
        periods=_periods(scored.moments, every, lambda places: _skill(scored, places, block, level, bounds)),
        trend=_trend(scored, every, block, level),
        judged=judged,
        reason=reason,
        alarms=tuple(alarm(found) for found in judged.alarms) if judged else (),
        latest=alarm(judged.latest) if judged and judged.latest else None,
        widest=alarm(judged.widest) if judged and judged.widest else None,
        waiting=scored.waiting,
        unpredicted=scored.unpredicted,
        more_data=not bundle.trained.kept_test,
        by_example=not scored.reason,
    )


def _expected(bundle: Bundle, errors: ExampleErrors | None, level: float) -> tuple[ExpectedLevel | None, str]:
    """What is to be expected, or why that is not known."""
    if bundle.expected.units == "prepared":
        return None, "the expected score is that of prepared targets, and observations are in original units"
    if errors is None:
        why = bundle.expected.reason or "the metric is no mean of one number an example"
        return None, f"the bundle has no expected scores of single examples ({why})"
    if not bundle.trained.kept_test and _other(bundle) is None:
        return None, (
            "the networks in use are others than those that were measured, and how far networks that differ"
            " in their seeds alone are apart is not known from one score; make the bundle with --keep-test,"
            " or with two or more --members and confirmed seeds"
        )
    # The band that the test uses: half of the error rate, in both directions.
    band = 1.0 - (1.0 - level) / 2.0
    found = expected_level(
        errors.values,
        series=bundle.series,
        level=band,
        other=_other(bundle),
        bounds=bounds_of(bundle.metric),
        each=errors.each,
    )
    return found, ""


def _other(bundle: Bundle) -> Other | None:
    """How the level of the ensemble in use may differ from that of the one that was measured.

    They are two ensembles of the same size with seeds of their own: about twice the variance of single
    networks' scores over seeds, divided by the size (exact for means of scores; the score of a mean of
    predictions mostly varies less). None where the ensemble in use itself was measured, or where fewer
    than two scores of single networks are known.
    """
    ensemble, single = bundle.expected.ensemble, bundle.expected.single
    if bundle.trained.kept_test or ensemble is None or single.std is None or single.n < 2:
        return None
    return Other(2.0 * single.std**2 / ensemble.members, float(single.n - 1))


def together(scores: FloatArray, each: int) -> FloatArray:
    """Means of `each` neighbours; those that are left over at the end wait for others.

    >>> together(np.array([1.0, 3.0, 5.0]), 2).tolist()
    [2.0]
    """
    whole = scores.size // each * each
    means: FloatArray = scores[:whole].reshape(-1, each).mean(axis=1)
    return means


def alike(moments: Sequence[Moment], scores: FloatArray, every: Every) -> int:
    """How many neighbours are alike within a period, whatever happens from one period to the next."""
    left = scores.copy()
    for _, group in groupby(range(len(moments)), lambda at: every.start(moments[at])):
        places = list(group)
        inside = left[places]
        left[places] = inside - inside[np.isfinite(inside)].mean() if np.isfinite(inside).any() else inside
    left = left[np.isfinite(left)]
    return block_length(left) if left.size else 1


def _skill(scored: Scored, places: list[int], block: int, level: float, bounds: Bounds) -> Skill:
    """The skill in the examples at some places: the metric of all of them where it is no mean of examples."""
    if scored.of is None:
        return skill_of(scored.scores[places], block, level, bounds)
    return Skill(scored.of(places), Interval(math.nan, math.nan, level), math.nan, len(places), 0)


def _periods(
    moments: Sequence[Moment], every: Every, skill_at: Callable[[list[int]], Skill]
) -> tuple[Period, ...]:
    """The skill in every period that has an example, in the order of time."""
    found = []
    for start, group in groupby(range(len(moments)), lambda at: every.start(moments[at])):
        places = list(group)
        inside = [every.place(moments[at]) for at in places]
        found.append(Period(every.label(start), start, (inside[0] + inside[-1]) / 2, skill_at(places)))
    return tuple(found)


def _trend(scored: Scored, every: Every, block: int, level: float) -> Trend:
    fine = np.isfinite(scored.scores)
    places = np.array([every.place(moment) for moment in scored.moments])[fine]
    return trend_of(scored.scores[fine], places, level, block)


def in_pairs(earlier: Watched, before: Scored, now: Scored, every: Every, *, level: float) -> InPairs:
    """An earlier model and the current one on the examples that both have predicted."""
    mine = dict(zip(now.moments, now.scores.tolist(), strict=True))
    both = [
        (moment, score, mine[moment])
        for moment, score in zip(before.moments, before.scores.tolist(), strict=True)
        if moment in mine and math.isfinite(score) and math.isfinite(mine[moment])
    ]
    moments = [moment for moment, _, _ in both]
    theirs, ours = (np.array([row[place] for row in both]) for place in (1, 2))
    apart = ours - theirs
    block = alike(moments, apart, every)
    return InPairs(
        earlier=earlier.name,
        difference=skill_of(apart, block, level),
        earlier_mean=float(theirs.mean()) if both else math.nan,
        current_mean=float(ours.mean()) if both else math.nan,
        periods=_periods(moments, every, lambda places: skill_of(apart[places], block, level)),
    )
