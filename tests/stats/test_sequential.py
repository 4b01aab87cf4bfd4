"""Verdicts over several looks: each at its share, reached once, and never overturned in silence."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.errors import StatisticsError
from tuner.stats import Comparison, compare, compare_all, compare_looks
from tuner.stats.correction import holm

Groups = dict[str, np.ndarray]


def drawn(seed: int = 0, n: int = 40, **shifts: float) -> Groups:
    """A baseline "old" and candidates shifted from it, noise of standard deviation 1."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(shift, size=n) for name, shift in {"old": 0.0, **shifts}.items()}


def at(groups: Groups, *sizes: int) -> list[Groups]:
    """The looks at these numbers of seeds."""
    return [{name: scores[:n] for name, scores in groups.items()} for n in sizes]


def said(result: Comparison, words: str) -> bool:
    return any(words in flag for flag in result.flags)


def test_one_look_is_compared_at_its_share() -> None:
    groups = drawn(a=-0.5, b=0.2)
    (look,) = at(groups, 10)
    assert compare_looks([look], baseline="old", margin=0.3) == compare_all(
        look, baseline="old", margin=0.3, share=0.8, next_share=0.1
    )


@pytest.mark.parametrize("share", [0.8, 0.1])
def test_p_values_are_divided_by_the_share_before_holm(share: float) -> None:
    groups = drawn(a=-0.9, b=-0.4, c=0.1)
    found = compare_all(groups, baseline="old", margin=1.0, share=share)
    raw = [compare(groups[name], groups["old"], margin=1.0) for name in "abc"]
    assert [one.p_value for one in found] == [one.p_value for one in raw]
    expected = holm([min(1.0, one.p_value / share) for one in raw])
    assert [one.p_adjusted for one in found] == pytest.approx(expected)
    within = holm([min(1.0, (one.p_equivalence or 0.0) / share) for one in raw])
    assert [one.p_equivalence_adjusted for one in found] == pytest.approx(within)
    assert {one.share for one in found} == {share}


@given(st.integers(0, 10_000), st.floats(0.01, 1.0), st.sampled_from([None, 0.8, 1.5]))
@settings(deadline=None, max_examples=60)
def test_a_verdict_has_an_adjusted_p_value_within_the_error_rate(seed, share, margin) -> None:
    groups = drawn(seed, n=12, a=-1.0, b=0.0)
    for one in compare_all(groups, baseline="old", margin=margin, share=share):
        equivalent = (one.p_equivalence_adjusted or 1.0) <= 0.05 and margin is not None
        assert (one.verdict == "equivalent") is equivalent
        if one.verdict in ("better", "worse"):
            assert one.p_value <= one.p_adjusted <= 0.05


def test_seeds_needed_are_planned_for_the_next_look() -> None:
    (look,) = at(drawn(3, a=-0.4), 10)
    (now,) = compare_looks([look], baseline="old", margin=0.6)
    (whole,) = compare_all(look, baseline="old", margin=0.6)
    (stricter,) = compare_all(look, baseline="old", margin=0.6, level=0.995)
    assert now.verdict == "undecided"
    assert now.seeds_needed == stricter.seeds_needed > (whole.seeds_needed or 0)


def test_what_the_whole_error_rate_would_have_decided_is_said() -> None:
    few = np.linspace(0.0, 1.0, 20)
    groups = {"old": few + 0.2, "a": few}
    assert 0.04 < compare(groups["a"], groups["old"]).p_value <= 0.05
    (one,) = compare_looks([groups], baseline="old")
    assert one.verdict == "undecided"
    assert said(one, "this would be decided; this look has 80 % of it")
    assert not said(compare_all(groups, baseline="old")[0], "would be decided")
    four = {"old": [1.0, 1.1, 1.2, 1.3], "a": [0.86, 0.95, 1.04, 0.95]}
    assert 0.04 < compare(four["a"], four["old"]).p_value <= 0.05
    assert not said(compare_looks([four], baseline="old")[0], "would be decided")  # too few for a verdict
    far = {"old": few + 0.15, "a": few}
    assert not said(compare_looks([far], baseline="old")[0], "would be decided")


def decided_at_ten(then: float) -> list[Groups]:
    """Clearly better at 10 seeds; the seeds after it have a mean of `then`."""
    groups = drawn(1, a=-2.0)
    groups["a"][10:] += 2.0 + then
    return at(groups, 10, 40)


def test_a_verdict_stays_with_the_p_values_that_decided_it_beside_sharper_estimates() -> None:
    looks = decided_at_ten(-2.0)
    (first,), (both,) = (compare_looks(looks[:k], baseline="old") for k in (1, 2))
    (whole,) = compare_all(looks[1], baseline="old")
    assert (first.verdict, both.verdict) == ("better", "better")
    for field in ("p_value", "p_adjusted", "share", "method", "comparisons"):
        assert getattr(both, field) == getattr(first, field)
    for field in ("difference", "interval", "effect_size", "n_candidate", "n_baseline"):
        assert getattr(both, field) == getattr(whole, field)
    assert said(both, "Decided at the look at 10 seeds") and said(both, "all 40")
    assert not said(both, "caution")


@pytest.mark.parametrize("then", [0.6, 3.0])
def test_a_verdict_is_not_overturned_but_later_seeds_may_speak_against_it(then: float) -> None:
    (both,) = compare_looks(decided_at_ten(then), baseline="old")
    assert both.verdict == "better"
    assert both.seeds_needed is None
    assert said(both, "All 40 seeds together do not bear the verdict out (alone p = ")


def test_equivalence_stays_as_well() -> None:
    groups = drawn(5, a=0.0)
    groups["a"][:10] = groups["old"][:10] + np.linspace(-0.01, 0.01, 10)
    groups["a"][10:] += 3.0
    (both,) = compare_looks(at(groups, 10, 40), baseline="old", margin=1.5)
    assert both.verdict == "equivalent"
    assert said(both, "do not bear the verdict out")


def test_a_flag_about_the_deciding_look_is_said_once_however_many_looks_follow() -> None:
    looks = at(drawn(1, a=-2.0), 10, 20, 30, 40)
    (last,) = compare_looks(looks, baseline="old")
    assert [flag for flag in last.flags if "Decided at" in flag] == [
        "Decided at the look at 10 seeds, whose p-values are shown; the estimates are of all 40."
    ]


def test_an_undecided_pair_is_tested_again_at_a_smaller_share() -> None:
    looks = at(drawn(3, a=-0.4), 10, 40)
    (one,) = compare_looks(looks, baseline="old")
    (alone,) = compare_all(looks[1], baseline="old")
    assert one.p_value == alone.p_value
    assert one.p_adjusted == pytest.approx(min(1.0, alone.p_value / 0.15))


def test_a_pair_without_new_runs_keeps_what_was_said_of_it() -> None:
    groups = drawn(8, n=10, a=-0.3, b=-3.0, c=-3.0)
    first = {name: groups[name] for name in ("old", "a", "b")}
    before = compare_looks([first], baseline="old")
    after = compare_looks([first, groups], baseline="old")
    assert [one.name for one in after] == ["a", "b", "c"]
    assert after[1] == before[1]
    assert dataclasses.replace(after[0], seeds_needed=None) == dataclasses.replace(
        before[0], seeds_needed=None
    )
    assert (after[0].seeds_needed or 0) > (before[0].seeds_needed or 0)  # less is left for the next look
    assert (after[2].share, after[2].comparisons) == (pytest.approx(0.1), 3)


def test_looks_without_candidates_or_with_too_few_seeds_use_nothing() -> None:
    groups = drawn(2, a=-1.0)
    looks = [{"old": groups["old"][:10]}, *at(groups, 10)]
    assert compare_looks(looks, baseline="old")[0].share == pytest.approx(0.8)
    assert compare_looks(at(groups, 4, 10), baseline="old")[0].share == pytest.approx(0.8)


def test_a_single_look_at_unequal_groups_is_fine() -> None:
    groups = drawn(2, a=-1.0)
    look = {"old": groups["old"], "a": groups["a"][:10]}
    assert compare_looks([look], baseline="old")[0].n_baseline == 40


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, True, "half", float("nan")])
def test_shares_that_cannot_be(share: object) -> None:
    with pytest.raises(StatisticsError, match="share of the error rate"):
        compare_all({"old": [1.0], "new": [2.0]}, baseline="old", share=share)  # type: ignore[arg-type]


def test_no_look_is_refused() -> None:
    with pytest.raises(StatisticsError, match="no look"):
        compare_looks([], baseline="old")


def test_extending_until_decided_keeps_the_error_rate() -> None:
    """A coarse check of what benchmarks/sequential.py measures: 400 null studies of four looks.

    Testing each look at the whole rate decides about one in eight; 5 % would give 20 of 400.
    """
    rng = np.random.default_rng(0)
    wrong = naive = 0
    for _ in range(400):
        looks = at({"old": rng.normal(size=80), "a": rng.normal(size=80)}, 10, 20, 40, 80)
        wrong += compare_looks(looks, baseline="old")[0].verdict != "undecided"
        naive += any(compare_all(look, baseline="old")[0].verdict != "undecided" for look in looks)
    assert wrong <= 33  # 20 and three standard errors of 4.4
    assert naive > 33  # this check can fail


def test_a_capped_p_value_is_not_said_to_miss_by_the_share() -> None:
    old, new = np.random.default_rng(1).normal(size=(2, 40))
    (one,) = compare_looks([{"old": old[:k], "new": new[:k]} for k in (10, 20, 40)], baseline="old")
    assert one.verdict == "undecided" and one.p_value > 0.4 and one.p_adjusted == 1.0
    assert not any("whole error rate" in flag for flag in one.flags)


def test_ranks_never_say_more_than_so_few_runs_can() -> None:
    (one,) = compare_all({"old": [1.0] * 5, "new": [np.nan] * 5}, baseline="old", share=0.1)
    assert one.p_value == pytest.approx(2 / 252)
    assert one.verdict == "undecided"
    assert any("cannot reach" in flag for flag in one.flags)


def test_failures_after_the_decision_are_told() -> None:
    rng = np.random.default_rng(0)
    old = rng.normal(size=20)
    new = old - 3.0 + 0.1 * rng.normal(size=20)
    new[15] = np.nan
    (one,) = compare_looks([{"old": old[:k], "new": new[:k]} for k in (10, 20)], baseline="old")
    assert one.verdict == "better" and one.method == "Welch's t-test"
    assert any("1 candidate and 0 baseline runs have failed by now" in flag for flag in one.flags)
