"""The rules of a race by scores given beforehand: who gets more seeds, who leads, who is out."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.racing import raced
from tests.factories import make_runs
from tuner.racing import Race, Tried, ranked
from tuner.records import BASELINE, Configuration, Direction, Run
from tuner.stats.racing import Rules

STEADY = (1.0, 1.02, 0.98, 1.01, 0.99, 1.03, 0.97, 1.0)
POOR = (9.0, 9.02, 8.98, 9.01, 8.99, 9.03, 8.97, 9.0)
BEHIND = (1.01, 1.03, 0.99, 1.02, 1.0, 1.04, 0.98, 1.01)
AHEAD = (0.99, 1.01, 0.97, 1.0, 0.98, 1.02, 0.96, 0.99)


class Scores:
    """Measures configurations by scores given beforehand, and remembers what it was asked for."""

    def __init__(self, **given: Sequence[float]) -> None:
        self.given = given
        self.asked: list[tuple[str, int]] = []
        self.told: list[tuple[str, int]] = []

    def measure(self, configuration: Configuration, count: int, _: object) -> tuple[Run, ...]:
        self.asked.append((configuration.name, count))
        return tuple(
            Run(
                "search",
                configuration.name,
                index,
                "complete" if math.isfinite(score) else "diverged",
                {"validation": score},
                {},
                0.1,
            )
            for index, score in enumerate(self.given[configuration.name][:count])
        )

    def race(
        self, first: int, most: int, *, direction: Direction = "minimize", paired: bool = False
    ) -> dict[str, Tried]:
        """Race all of them, in their order."""
        race = Race(
            (first, most),
            self.measure,
            objective="mean",
            direction=direction,
            paired=paired,
            on_measured=lambda tried: self.told.append((tried.configuration.name, len(tried.runs))),
        )
        for number, name in enumerate(self.given):
            race.enter(Configuration(name, {"number": number}))
        self.incumbent = race._tried[race._incumbent].configuration.name
        return {one.configuration.name: one for one in race._tried.values()}


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("paired", [False, True])
def test_only_evidence_drops_and_only_a_better_one_takes_over(paired: bool, direction: Direction) -> None:
    sign = 1 if direction == "minimize" else -1
    noise = np.tile([0.05, -0.05, 0.03, -0.03], 2)  # so that differences within pairs vary
    given = {"baseline": STEADY, "poor": POOR + noise, "behind": BEHIND + noise, "ahead": AHEAD + noise}
    scores = Scores(**{name: tuple(sign * np.array(values)) for name, values in given.items()})
    found = scores.race(2, 8, direction=direction, paired=paired)
    assert {name: len(one.runs) for name, one in found.items()} == {
        "baseline": 8,
        "poor": 2,
        "behind": 8,
        "ahead": 8,
    }
    assert [name for name, one in found.items() if one.dropped] == ["poor"]
    assert scores.incumbent == "ahead"


def test_the_incumbent_gets_more_seeds_before_its_challenger_does() -> None:
    scores = Scores(baseline=STEADY, poor=POOR, behind=BEHIND)
    scores.race(2, 8)
    assert scores.asked == [
        ("baseline", 2),
        ("poor", 2),
        ("behind", 2),
        ("baseline", 4),
        ("behind", 4),
        ("baseline", 8),
        ("behind", 8),
    ]
    assert scores.told == [("baseline", 2), ("poor", 2), ("baseline", 4), ("baseline", 8), ("behind", 8)]


def test_the_objective_is_over_the_seeds_that_a_trial_has() -> None:
    found = Scores(baseline=STEADY, poor=POOR).race(2, 8)
    assert found["poor"].objective == np.mean(POOR[:2])
    assert found["poor"].scores == POOR[:2]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_seed_without_score_ends_a_challenger_at_once(lost: int) -> None:
    values = [0.1, 0.1, 0.1, 0.1]
    values[lost] = math.nan
    found = Scores(baseline=STEADY, diverging=values).race(2, 8)
    assert (len(found["diverging"].runs), found["diverging"].dropped) == (2, True)
    assert found["diverging"].objective == math.inf


def test_a_challenger_that_fails_late_does_not_take_over() -> None:
    scores = Scores(baseline=STEADY, diverging=(*AHEAD[:7], math.nan))
    found = scores.race(2, 8)
    assert (len(found["diverging"].runs), found["diverging"].objective) == (8, math.inf)
    assert scores.incumbent == "baseline"


def test_an_incumbent_that_lost_a_run_drops_nobody_and_gets_no_more() -> None:
    scores = Scores(baseline=(1.0, math.nan, *STEADY), poor=POOR, behind=BEHIND)
    found = scores.race(2, 8)
    assert {name: len(one.runs) for name, one in found.items()} == {"baseline": 2, "poor": 8, "behind": 8}
    assert scores.incumbent == "behind"


def test_an_incumbent_that_fails_in_the_race_is_replaced_at_its_end() -> None:
    scores = Scores(baseline=(*STEADY[:3], math.nan), poor=POOR, behind=BEHIND)
    found = scores.race(2, 8)
    assert {name: len(one.runs) for name, one in found.items()} == {"baseline": 4, "poor": 2, "behind": 8}
    assert scores.incumbent == "behind"


def test_one_number_of_seeds_asks_for_each_once() -> None:
    scores = Scores(baseline=STEADY, poor=POOR, ahead=AHEAD, diverging=(math.nan, *STEADY))
    found = scores.race(4, 4)
    assert scores.asked == scores.told == [(name, 4) for name in scores.given]
    assert not any(one.dropped for one in found.values())


def test_a_configuration_with_the_same_values_is_known() -> None:
    scores = Scores(baseline=STEADY)
    race = Race((2, 2), scores.measure, objective="mean", direction="minimize", paired=False)
    first = race.enter(Configuration(BASELINE, {"a": 1, "b": 2}))
    assert race.known(Configuration("trial-0", {"b": 2, "a": 1})) is first
    assert race.known(Configuration("trial-0", {"b": 2, "a": 3})) is None
    assert race.trials == ()


def tried(name: str, objective: float, *, dropped: bool = False) -> Tried:
    center = objective if math.isfinite(objective) else 1.0
    runs = tuple(make_runs("search", name, center, seeds=1))
    return Tried(Configuration(name, {}), runs, objective, dropped)


@pytest.mark.parametrize(("direction", "expected"), [("minimize", "bac"), ("maximize", "abc")])
def test_dropped_trials_rank_after_all_others_and_failed_ones_not_at_all(
    direction: Direction, expected: str
) -> None:
    extreme = 0.1 if direction == "minimize" else 9.0
    trials = [tried("a", 3.0), tried("b", 2.0), tried("c", extreme, dropped=True)]
    trials += [tried("d", math.nan), tried("e", math.inf), tried("f", -math.inf)]
    assert [one.name for one in ranked(trials, "median", direction)] == list(expected)


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("seeds", [(1, 4), (2, 8), (3, 11)])
def test_the_simulation_races_as_the_search_does(seeds: tuple[int, int], paired: bool) -> None:
    rng = np.random.default_rng(seeds[0])
    for _ in range(20):
        table = rng.normal(size=(12, 1)) + 0.3 * rng.normal(size=(12, seeds[1]))
        names = [f"trial-{number}" if number else BASELINE for number in range(12)]
        scores = Scores(**dict(zip(names, table.tolist(), strict=True)))
        found = scores.race(*seeds, paired=paired)
        outcome = raced(Rules(*seeds, paired), table)
        assert outcome.selected == names.index(scores.incumbent)
        assert outcome.runs == sum(len(one.runs) for one in found.values())
        assert [names[number] for number in outcome.dropped] == [
            name for name, one in found.items() if one.dropped
        ]
