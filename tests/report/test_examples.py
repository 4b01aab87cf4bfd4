"""What the report says of seeds and test examples: which interval is over what, and what disagrees."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.factories import make_configuration, make_runs, make_setup
from tuner.records import BASELINE, ExampleScores, Look, Run
from tuner.report.examples import examples_fact
from tuner.report.methods import methods
from tuner.report.secondary import secondary_table
from tuner.report.summary import summary
from tuner.report.verdict import headline
from tuner.report.view import warnings
from tuner.result import Result, derive

SIZE = 200


def table(runs: list[Run], spread: float, rho: float = 0.0, seed: int = 1) -> ExampleScores:
    """Scores of examples whose means are those of the runs; `spread` is what tells examples apart."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=SIZE)
    for place in range(1, SIZE):
        noise[place] += rho * noise[place - 1]
    apart = spread * (noise - noise.mean())
    return ExampleScores(np.array([run.scores["test"] + apart for run in runs], dtype="float32"), horizon=5)


def result(
    spread: float, rho: float = 0.0, centers: tuple[float, float] = (0.5, 0.3), **setup: Any
) -> Result:
    """Ten seeds of a baseline and of a candidate whose scores differ by example."""
    names = (BASELINE, "a")
    runs = {
        name: make_runs("confirmation", name, c, seeds=10) for name, c in zip(names, centers, strict=True)
    }
    examples = {BASELINE: table(runs[BASELINE], 0.0), "a": table(runs["a"], spread, rho)}
    made = make_setup(looks=(Look(10, names),), **setup)
    configurations = {name: make_configuration(name) for name in names}
    return derive(made, configurations, (*runs[BASELINE], *runs["a"]), None, examples)


def ends(one: Result) -> tuple[tuple[float, float], tuple[float, float]]:
    (finalist,) = one.finalists
    assert finalist.comparison is not None and finalist.over_examples is not None
    alone, both = finalist.comparison.interval, finalist.over_examples.interval
    return (alone.low, alone.high), (both.low, both.high)


def test_both_intervals_are_said_with_what_they_are_over() -> None:
    found = result(0.1)
    alone, both = ends(found)
    assert both[0] < alone[0] < alone[1] < both[1] < 0
    evidence = headline(found).evidence
    assert (
        "That interval is over seeds on this test split; over seeds and test examples (200) it is" in evidence
    )
    assert "this test split only" not in evidence
    said = methods(found)[-1]
    assert "The intervals above are over seeds on this test split." in said
    assert "over seeds and test examples (200)" in said and "independent of each other" in said
    shown = secondary_table(found)
    column = [one.title for one in shown.columns].index("With examples")
    assert " to " in shown.rows[0][column].text


def test_examples_that_add_nothing_are_said_to_widen_nothing() -> None:
    found = result(0.0)
    alone, both = ends(found)
    assert both == pytest.approx(alone)
    over = found.finalists[0].over_examples
    assert over is not None and over.adds_nothing
    evidence = headline(found).evidence
    assert "the test examples (200) do not widen this interval." in evidence and "it is" not in evidence
    said = methods(found)[-1]
    assert "never taken to be narrower than the interval over seeds alone" in said
    more = result(0.1).finalists[0].over_examples
    assert more is not None and not more.adds_nothing and more.seeds.low > more.interval.low


@pytest.mark.parametrize(("spread", "only"), [(0.1, False), (3.0, True)])
def test_a_difference_of_this_split_only_is_called_one(spread: float, only: bool) -> None:
    found = result(spread)
    assert found.finalists[0].comparison is not None
    assert found.finalists[0].comparison.verdict == "better"
    assert (ends(found)[1][1] > 0) == only
    assert ("the difference is established for this test split only" in headline(found).evidence) == only


def test_an_undecided_difference_is_not_established_anywhere() -> None:
    found = headline(result(3.0, centers=(0.5, 0.5)))
    assert found.word == "undecided" and "over seeds and test examples (200)" in found.evidence
    assert "established" not in found.evidence


def test_examples_of_a_series_come_in_blocks_with_a_test_of_forecasts() -> None:
    found = result(0.1, rho=0.8, series=True)
    (finalist,) = found.finalists
    assert finalist.over_examples is not None and finalist.over_examples.block > 2
    assert finalist.forecasts is not None and finalist.forecasts.horizon == 5
    assert (
        f"in blocks of {finalist.over_examples.block} examples (circular block bootstrap"
        in methods(found)[-1]
    )
    assert "Diebold-Mariano" in methods(found)[-1]
    assert "a secondary analysis, which no verdict rests on" in methods(found)[-1]
    assert "(200 examples, horizon 5)." in methods(found)[-1]
    assert not any("Diebold-Mariano" in text for text in warnings(found))
    (one,) = summary(found)["finalists"]
    assert one["over_examples"]["interval"] == list(ends(found)[1])
    assert one["over_examples"]["diebold_mariano"]["p_value"] == finalist.forecasts.p_value


def test_a_series_that_was_not_called_one_is_asked_about() -> None:
    assert any("series=True in the study" in text for text in warnings(result(0.1, rho=0.8)))
    assert not any("series=True" in text for text in warnings(result(0.1)))
    assert not any("series=True" in text for text in warnings(result(0.1, rho=0.8, series=True)))


def test_means_of_neighbours_are_called_so_and_shorten_the_horizon() -> None:
    found = result(0.1, series=True)
    assert "200, taken as in the order of time" in examples_fact(found)
    each = {
        name: ExampleScores(one.values, each=3, horizon=5)
        for name, one in ((BASELINE, table(make_runs("confirmation", BASELINE, 0.5, seeds=10), 0.0)),)
    }
    each["a"] = ExampleScores(
        table(make_runs("confirmation", "a", 0.3, seeds=10), 0.1).values, each=3, horizon=5
    )
    shorter = derive(found.setup, found.configurations, found.runs, None, each)
    assert shorter.finalists[0].forecasts is not None and shorter.finalists[0].forecasts.horizon == 3
    assert "means of 3 neighbours, 200 of them" in headline(shorter).evidence


def test_a_finalist_without_scores_takes_no_interval_from_the_others() -> None:
    found = result(0.1)
    lost = make_runs("confirmation", "b", 0.4, seeds=10, diverged=range(10))
    examples = {
        BASELINE: table(make_runs("confirmation", BASELINE, 0.5, seeds=10), 0.0),
        "a": table(make_runs("confirmation", "a", 0.3, seeds=10), 0.1),
        "b": ExampleScores(reason="no run ended with a score"),
    }
    setup = replace(found.setup, looks=(Look(10, (BASELINE, "a", "b")),))
    configurations = {**found.configurations, "b": make_configuration("b")}
    both = derive(setup, configurations, (*found.runs, *lost), None, examples)
    assert [one.over_examples is None for one in both.finalists] == [False, True]
    assert examples_fact(both).startswith("200")


def test_without_scores_of_examples_nothing_is_claimed_and_the_reason_is_told() -> None:
    found = result(0.1)
    for examples, reason in (
        ({}, "they were not stored"),
        ({BASELINE: ExampleScores(reason="why"), "a": ExampleScores(reason="why")}, "why"),
    ):
        bare = derive(found.setup, found.configurations, found.runs, None, examples)
        assert bare.finalists[0].over_examples is None
        assert examples_fact(bare) == f"not compared one by one: {reason}"
        evidence = headline(bare).evidence
        assert f"on this test split; none is given over test examples: {reason}." in evidence
        assert len(methods(bare)) == len(methods(found)) - 1
        assert summary(bare)["finalists"][0]["over_examples"] is None
        varied = replace(bare, setup=replace(bare.setup, paired=True))
        assert "none is given" not in headline(varied).evidence
    assert "none is given" not in headline(found).evidence
