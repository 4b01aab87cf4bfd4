"""Configurations against the best naive forecast: the comparisons are those of `tuner.compare`."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.factories import make_configuration, make_result, make_runs, usual_result
from tuner.records import BASELINE, Look, NaiveScores
from tuner.result import Result
from tuner.skill import means, means_of, ordered, skill
from tuner.stats import compare_all, compare_looks
from tuner.stats.spending import shares


def fixed(**scores: float) -> NaiveScores:
    """Naive forecasts with a score each, alike on both splits."""
    found = {name: (score,) for name, score in scores.items()}
    return NaiveScores(found, found)


def beside(result: Result, **scores: float) -> Result:
    return replace(result, naive=fixed(**scores))


def test_there_is_none_without_forecasts_or_before_confirmation() -> None:
    result = usual_result()
    assert skill(result) is None
    assert skill(beside(result)) is None
    runs = make_runs("search", BASELINE, 0.04, seeds=3)
    assert skill(beside(make_result(runs, [make_configuration(BASELINE)]), zero=1.0)) is None


@pytest.mark.parametrize(("direction", "best"), [("minimize", "linear"), ("maximize", "zero")])
def test_the_best_is_the_best_of_the_direction(direction: Any, best: str) -> None:
    found = skill(beside(usual_result(direction=direction), zero=0.5, linear=0.035, last=0.1))
    assert found is not None and found.forecast == best
    assert ordered({"a": 1.0, "b": 2.0}, direction)[0] == ("a" if direction == "minimize" else "b")


def test_comparisons_are_one_sample_tests_adjusted_for_all_configurations() -> None:
    result = beside(usual_result(), linear=0.04)
    found = skill(result)
    assert found is not None and result.baseline is not None
    groups: dict[str, Any] = {one.name: one.test for one in (result.baseline, *result.finalists)}
    expected = compare_all({"reference": 0.04, **groups}, baseline="reference", share=0.8, next_share=0.1)
    assert tuple(found.comparisons.values()) == expected
    words = {name: one.verdict for name, one in found.comparisons.items()}
    assert words == {"baseline": "worse", "trial-1": "better", "trial-2": "worse", "trial-3": "worse"}
    assert found.gain("trial-1") == pytest.approx(0.04 - np.mean(groups["trial-1"]))
    assert not found.without
    without = skill(beside(usual_result(), zero=0.001))
    assert without is not None and without.without


def test_a_margin_makes_equivalent() -> None:
    found = skill(beside(usual_result(margin=0.02), linear=0.04))
    assert found is not None and found.comparisons["baseline"].verdict == "equivalent"


def test_a_configuration_may_be_named_as_the_reference_is() -> None:
    names = (BASELINE, "naive", "naive'")
    runs = [run for name in names for run in make_runs("confirmation", name, 0.5, seeds=6)]
    found = skill(
        beside(make_result(runs, [make_configuration(name) for name in names], names[1:]), zero=1.0)
    )
    assert found is not None and set(found.comparisons) == set(names)


def test_looks_share_the_error_rate() -> None:
    runs = make_runs("confirmation", BASELINE, 0.5, seeds=20) + make_runs("confirmation", "a", 0.4, seeds=20)
    names = [make_configuration(name) for name in (BASELINE, "a")]
    looks = (Look(10, (BASELINE,)), Look(20, (BASELINE, "a")))
    found = skill(beside(make_result(runs, names, ["a"], looks=looks), last=0.49))
    assert found is not None
    assert found.comparisons["a"].share == shares([10, 20])[1]
    assert found.comparisons["a"].n_candidate == 20


def test_own_data_are_compared_in_pairs_with_the_forecasts_of_the_same_seeds() -> None:
    runs = make_runs("confirmation", BASELINE, 0.5, seeds=8)
    baseline = np.array([run.scores["test"] for run in runs])
    shifts = np.linspace(0.01, 0.02, 9)
    naive = (*(baseline - shifts[:8]).tolist(), 99.0)  # of one seed more than the look has
    scores = NaiveScores({"last": naive}, {"last": naive}, own=True)
    result = replace(make_result(runs, [make_configuration(BASELINE)], paired=True), naive=scores)
    found = skill(result)
    assert found is not None and found.score == pytest.approx(np.mean(naive[:8]))
    compared = found.comparisons[BASELINE]
    assert compared.method == "paired t-test" and compared.verdict == "worse"
    assert compared.difference == pytest.approx(shifts[:8].mean())
    assert means_of(result, "test") == {"last": pytest.approx(np.mean(naive[:8]))}
    short = replace(scores, test={"last": naive[:5]}, validation={"last": naive[:5]})
    assert skill(replace(result, naive=short)) is None


def test_means_leave_out_seeds_without_a_score() -> None:
    scores = NaiveScores({"zero": (1.0, math.nan, 4.0), "last": (math.nan,) * 3}, {}, own=True)
    assert means(scores, "test") == {"zero": 2.5} and means(None, "test") == {}


def test_runs_without_a_score_are_no_skill() -> None:
    runs = make_runs("confirmation", BASELINE, 0.5, seeds=10, diverged=range(10))
    found = skill(beside(make_result(runs, [make_configuration(BASELINE)]), zero=1.0))
    assert found is not None and found.without and math.isnan(found.gain(BASELINE))


def test_looks_take_a_fixed_number_as_the_baseline() -> None:
    scores = np.random.default_rng(1).normal(1.0, 0.1, size=30).tolist()
    one, two = ({"ref": 1.04, "a": scores[:size]} for size in (10, 30))
    (first,) = compare_looks([one], baseline="ref")
    assert first == compare_all(one, baseline="ref", share=0.8, next_share=0.1)[0]
    (second,) = compare_looks([one, two], baseline="ref")
    assert second.n_candidate == 30 and second.reference == 1.04
    assert second.share == (0.8 if first.verdict != "undecided" else shares([10, 30])[1])
