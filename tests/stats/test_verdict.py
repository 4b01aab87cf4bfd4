"""The rules that lead from scores to one of four words, one by one."""

import math

import numpy as np
import pytest

from tuner.stats import Comparison, compare, compare_all
from tuner.stats.power import MOST_SEEDS, Spread, seeds_for_difference, seeds_for_equivalence

LOW = [0.79, 0.80, 0.81, 0.82, 0.80, 0.78, 0.81, 0.80]
HIGH = [0.99, 1.00, 1.01, 1.02, 1.00, 0.98, 1.01, 1.00]


def said(result: Comparison, words: str) -> bool:
    return any(words in flag for flag in result.flags)


def eight_and_eight() -> tuple[np.ndarray, np.ndarray]:
    """Two groups of noise that no test tells apart."""
    rng = np.random.default_rng(1)
    return rng.normal(size=8), rng.normal(size=8)


def test_better_and_worse_follow_the_direction() -> None:
    assert compare(LOW, HIGH).verdict == "better"
    assert compare(HIGH, LOW).verdict == "worse"
    assert compare(LOW, HIGH, direction="maximize").verdict == "worse"
    assert compare(HIGH, LOW[::-1], direction="maximize", paired=True).verdict == "better"


def test_a_decided_verdict_needs_no_seeds_and_an_undecided_one_says_how_many() -> None:
    assert compare(LOW, HIGH).seeds_needed is None
    assert compare(LOW, LOW, margin=0.1).seeds_needed is None
    assert isinstance(compare(LOW, LOW).seeds_needed, int)


def test_four_runs_are_too_few_however_clear() -> None:
    result = compare(LOW[:4], HIGH)
    assert result.p_value < 1e-6
    assert result.verdict == "undecided"
    assert said(result, "Too few runs")
    assert result.seeds_needed == 5
    assert compare(LOW[:5], HIGH).verdict == "better"


def test_without_a_margin_nothing_is_equivalent() -> None:
    assert compare(LOW, LOW).verdict == "undecided"
    assert compare(LOW, LOW, margin=0.05).verdict == "equivalent"
    assert compare(LOW, LOW).p_equivalence is None


def test_significant_within_the_margin_is_equivalent_with_its_direction() -> None:
    result = compare(LOW, HIGH, margin=0.5)
    assert result.p_value < 0.05
    assert result.verdict == "equivalent"
    assert said(result, "Significantly better")
    assert said(compare(HIGH, LOW, margin=0.5), "Significantly worse")
    assert not said(compare(LOW, LOW, margin=0.5), "Significantly")


def test_a_difference_beyond_the_margin_is_better() -> None:
    assert compare(LOW, HIGH, margin=0.1).verdict == "better"


def test_the_margin_plans_the_seeds_where_it_can() -> None:
    first, second = eight_and_eight()
    result = compare(first, second, margin=0.3)
    a, b = first.std(ddof=1), second.std(ddof=1)
    noise = Spread(math.hypot(a, b), (a**2 + b**2) ** 2 / (a**4 + b**4))
    assert result.verdict == "undecided"
    assert result.seeds_needed == seeds_for_difference(0.3, noise, alpha=0.05)
    assert not said(result, "optimistic")


def test_more_seeds_than_there_are_even_where_the_margin_is_planned_for() -> None:
    base = np.random.default_rng(1).normal(size=40)
    undecided = compare(base + 0.4, base[::-1], margin=0.7)
    noise = Spread(math.sqrt(2.0) * base.std(ddof=1), 2.0)
    assert seeds_for_difference(0.7, noise, alpha=0.05) < 40
    assert undecided.verdict == "undecided"
    within = seeds_for_equivalence(0.4, 0.7, noise, alpha=0.05)
    apart = seeds_for_difference(0.4, noise, alpha=0.05)
    assert undecided.seeds_needed == min(within, apart) > 40
    assert said(undecided, "optimistic")


def test_without_a_margin_the_seeds_are_optimistic() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=6)
    result = compare(first, first[::-1] + 0.5)
    assert result.verdict == "undecided"
    assert (result.seeds_needed or 0) > 6
    assert said(result, "optimistic")


def test_no_difference_at_all_stops_at_the_cap() -> None:
    result = compare(LOW, LOW)
    assert result.seeds_needed == MOST_SEEDS
    assert said(result, "10,000")


def test_one_run_says_that_it_knows_no_spread() -> None:
    result = compare([1.0], [2.0])
    assert (result.verdict, result.p_value, result.seeds_needed) == ("undecided", 1.0, 5)
    assert said(result, "no spread")


def test_equal_constant_groups() -> None:
    result = compare([0.1 + 0.2] * 5, [0.3] * 5)
    assert (result.p_value, result.difference, result.verdict) == (1.0, 0.0, "undecided")
    assert (result.interval.low, result.interval.high) == (0.0, 0.0)
    assert said(result, "do the seeds reach the training")
    assert compare([0.3] * 5, [0.3] * 5, margin=0.1).verdict == "equivalent"


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("margin", [None, 10.0])
def test_unequal_constant_groups_are_undecided_and_flagged(paired: bool, margin: float | None) -> None:
    result = compare([1.0] * 6, [2.0] * 6, paired=paired, margin=margin)
    assert (result.p_value, result.verdict) == (1.0, "undecided")
    assert said(result, "no noise to judge by")
    assert math.isnan(result.interval.low)
    assert result.seeds_needed == MOST_SEEDS


def test_one_constant_group_is_fine() -> None:
    assert compare([0.5] * 6, HIGH).verdict == "better"


def test_failures_rank_worst_and_decide() -> None:
    diverged = [0.5] * 3 + [math.nan] * 5  # better means, but most runs are lost
    result = compare(diverged, HIGH)
    assert result.difference < 0.0
    assert result.method == "Mann-Whitney test"
    assert result.probability_of_superiority == pytest.approx(3 / 8)
    assert said(result, "5 of 8 candidate runs and 0 of 8 baseline runs failed")
    assert said(result, "over the finished runs")
    assert said(result, "Fisher")
    lost = compare([0.5] + [math.inf] * 7, HIGH)
    assert (lost.verdict, lost.failures_candidate) == ("worse", 7)
    assert compare(HIGH, [math.nan] * 8, direction="maximize").verdict == "better"


def test_means_claim_no_equivalence_where_runs_failed() -> None:
    result = compare([*LOW, math.nan], [*LOW, math.nan], margin=1.0)
    assert (result.verdict, result.p_equivalence) == ("undecided", 1.0)
    assert said(result, "margin is not used")


def test_paired_failures_are_decided_by_signs() -> None:
    baseline = [*HIGH, math.nan, math.nan]
    result = compare([*LOW, 0.8, 0.8], baseline, paired=True)
    assert (result.method, result.verdict) == ("sign test", "better")
    assert result.p_value == pytest.approx(2 / 2**10)
    assert said(result, "pairs in which both runs finished")


def test_a_test_that_cannot_reach_the_level_says_so() -> None:
    five = compare(LOW[:5], [*HIGH[:4], math.nan], paired=True)
    assert five.verdict == "undecided"
    assert said(five, "cannot reach")
    assert five.seeds_needed == 8  # 7.85 / (4 * 0.25)
    assert not said(compare(LOW[:5], [*HIGH[:4], math.nan]), "cannot reach")


def test_all_runs_failed() -> None:
    result = compare([math.nan] * 5, [math.inf] * 5)
    assert (result.verdict, result.p_value, result.probability_of_superiority) == ("undecided", 1.0, 0.5)
    assert math.isnan(result.difference)
    assert said(result, "5 of 5 candidate runs and 5 of 5 baseline runs failed")


def unreliable_pair() -> tuple[np.ndarray, np.ndarray]:
    """Five runs in the bulk of a lognormal, thirty with its tail: the means differ, the ranks do not."""
    tail = np.random.default_rng(4).lognormal(size=30)
    return np.quantile(tail, [0.3, 0.35, 0.4, 0.45, 0.5]), tail


def test_means_that_ranks_deny_are_unreliable() -> None:
    few, many = unreliable_pair()
    result = compare(few, many)
    assert result.p_value < 0.05
    assert result.verdict == "undecided"
    assert said(result, "means unreliable")
    assert (result.seeds_needed or 0) > 5


def test_the_check_never_runs_on_equal_sized_groups_without_skew() -> None:
    few = np.linspace(0.0, 1.0, 20)
    assert compare(few, few + 0.25).p_value < 0.05
    assert compare(few, few + 0.25).verdict == "better"


def test_adjusted_p_values_decide() -> None:
    few = np.linspace(0.0, 1.0, 20)
    alone = compare(few, few + 0.2)
    assert 0.025 < alone.p_value <= 0.05
    assert alone.verdict == "better"
    scores = {"base": few + 0.2, "a": few, "b": few + 0.19, "c": few + 0.21}
    first = compare_all(scores, baseline="base")[0]
    assert first.p_value == alone.p_value
    assert (first.verdict, first.p_adjusted) == ("undecided", pytest.approx(3 * alone.p_value))


def test_equivalence_is_adjusted_too() -> None:
    few = np.linspace(0.0, 1.0, 20)
    alone = compare(few, few, margin=0.18)
    assert 0.025 < (alone.p_equivalence or 1.0) <= 0.05
    assert alone.verdict == "equivalent"
    scores = {"base": few, "a": few, "b": few + 0.3}
    both = compare_all(scores, baseline="base", margin=0.18)
    assert both[0].p_equivalence == alone.p_equivalence
    assert both[0].p_equivalence_adjusted == pytest.approx(2 * (alone.p_equivalence or 1.0))
    assert both[0].verdict == "undecided"


def test_several_candidates_need_more_seeds() -> None:
    first, second = eight_and_eight()
    alone = compare(first, second, margin=0.3).seeds_needed or 0
    assert alone > 0
    among = compare_all({"x": first, "y": first + 0.01, "z": second}, baseline="z", margin=0.3)
    assert (among[0].seeds_needed or 0) > alone


def test_the_rules_hold_against_a_fixed_reference() -> None:
    assert compare(LOW, 1.0).verdict == "better"
    assert compare(LOW, 1.0, direction="maximize").verdict == "worse"
    assert compare(LOW, 0.8, margin=0.05).verdict == "equivalent"
    few = compare(LOW[:4], 1.0)
    assert (few.verdict, few.seeds_needed) == ("undecided", 5)
    assert "Too few runs for a verdict: 4 of the candidate, at least 5 are needed." in few.flags
    same = compare([1.0] * 6, 2.0)
    assert (same.verdict, same.p_value) == ("undecided", 1.0)
    assert said(same, "No group varies, so there is no noise to judge by")


def test_the_seeds_against_a_fixed_reference_are_those_of_one_group() -> None:
    scores = np.random.default_rng(1).normal(size=8)
    result = compare(scores, 0.1, margin=0.3)
    noise = Spread(float(scores.std(ddof=1)), 1.0)
    assert result.verdict == "undecided"
    assert result.seeds_needed == seeds_for_difference(0.3, noise, alpha=0.05)


def test_failures_against_a_fixed_reference_are_decided_by_signs() -> None:
    result = compare([*LOW, math.nan], 1.0, margin=0.1)
    assert (result.method, result.failures_candidate) == ("sign test", 1)
    assert result.p_value == pytest.approx(2 * 10 / 2**9)  # 8 wins of 9
    assert result.probability_of_superiority == pytest.approx(8 / 9)
    assert said(result, "1 of 9 candidate runs failed: failures rank worst, the sign test alone decides")
    assert not said(result, "Fisher")
    assert compare([*LOW, math.nan, math.inf], 0.1).verdict == "worse"
    assert said(compare([*LOW[:4], math.nan], 1.0), "With 5 runs the sign test cannot reach")


def test_shapes_that_a_mean_does_not_describe_are_said() -> None:
    plain = np.linspace(0.0, 1.0, 12)
    tail, heaps = np.append(plain[:11], 9.0), np.repeat([0.0, 5.0], 6) + plain / 10
    assert compare(plain, plain).flags[:-1] == ()
    assert said(compare(tail, plain), "The scores of the candidate are skewed (skewness 2.9)")
    assert said(
        compare(plain, heaps), "The scores of the baseline look bimodal (bimodality coefficient 1.00 of at"
    )
    assert not said(compare(tail[-9:], plain), "skewed")


def test_skew_matters_most_against_a_fixed_reference() -> None:
    few = [1.0, 1.1, 0.9, 1.0, 9.0]
    assert said(compare(few, 0.5), "the one-sample t-test is wrong more often than it says")
    assert not said(compare(few, [0.5, 0.4, 0.6, 0.5, 0.5]), "more often than it says")
    assert not said(compare([*few, math.nan], 0.5), "more often than it says")
