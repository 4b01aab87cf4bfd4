"""Comparisons as the public sees them: against SciPy, and by properties that hold for any scores."""

import dataclasses
import math
import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats import Comparison, compare, compare_all

# Eighths are exact in binary, so that shifts and scales by eighths and powers of two lose nothing.
eighths = st.integers(-400, 400).map(lambda k: k / 8)
failing = st.one_of(eighths, eighths, eighths, st.just(math.nan), st.just(math.inf))
MIRROR = {"better": "worse", "worse": "better", "equivalent": "equivalent", "undecided": "undecided"}


@st.composite
def pairs(
    draw: st.DrawFn, scores: st.SearchStrategy[float] = failing
) -> tuple[list[float], list[float], bool]:
    """Two groups of runs and whether they are paired."""
    paired = draw(st.booleans())
    first = draw(st.lists(scores, min_size=1, max_size=14))
    size = len(first) if paired else draw(st.integers(1, 14))
    return first, draw(st.lists(scores, min_size=size, max_size=size)), paired


def close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return first == pytest.approx(second, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("paired", [False, True])
def test_the_numbers_are_those_of_scipy(paired: bool) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=10), rng.normal(0.5, 2.0, size=10)
    result = compare(first, second, paired=paired, level=0.9)
    expected = stats.ttest_rel(first, second) if paired else stats.ttest_ind(first, second, equal_var=False)
    assert result.difference == pytest.approx(first.mean() - second.mean())
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    interval = expected.confidence_interval(0.9)
    assert (result.interval.low, result.interval.high) == pytest.approx((interval.low, interval.high))
    assert result.interval.level == 0.9
    assert result.method == ("paired t-test" if paired else "Welch's t-test")


def test_superiority_of_pairs_is_over_pairs() -> None:
    first, second = [1.0, 2.0, 3.0, 4.0], [1.5, 2.5, 3.5, 3.0]
    assert compare(first, second, paired=True).probability_of_superiority == 3 / 4
    assert compare(first, second, paired=True, direction="maximize").probability_of_superiority == 1 / 4
    assert compare(first, second).probability_of_superiority == 8.5 / 16


@given(pairs(), st.sampled_from(["minimize", "maximize"]), st.sampled_from([None, 2.0, 20.0]))
@settings(deadline=None)
def test_swapping_the_groups_flips_the_sign(groups, direction, margin) -> None:
    first, second, paired = groups
    there = compare(first, second, direction=direction, paired=paired, margin=margin)
    back = compare(second, first, direction=direction, paired=paired, margin=margin)
    assert close(there.difference, -back.difference)
    assert close(there.interval.low, -back.interval.high)
    assert close(there.interval_adjusted.low, -back.interval_adjusted.high)
    assert close(there.effect_size, -back.effect_size)
    assert close(there.interval_effect.low, -back.interval_effect.high)
    assert close(there.interval_superiority.low, 1.0 - back.interval_superiority.high)
    assert close(there.cliffs_delta, -back.cliffs_delta)
    assert close(there.correlation, back.correlation)
    assert close(there.probability_of_superiority, 1.0 - back.probability_of_superiority)
    assert close(there.p_value, back.p_value)
    assert there.verdict == MIRROR[back.verdict]
    assert there.seeds_needed == back.seeds_needed


@given(pairs(), st.randoms(use_true_random=False), st.sampled_from([None, 2.0, 20.0]))
@settings(deadline=None)
def test_permuting_the_seeds_changes_nothing(groups, random, margin) -> None:
    first, second, paired = groups
    order, other = list(range(len(first))), list(range(len(second)))
    random.shuffle(order)
    random.shuffle(other)
    if paired:
        other = order
    before = compare(first, second, paired=paired, margin=margin)
    after = compare([first[i] for i in order], [second[i] for i in other], paired=paired, margin=margin)
    assert after.verdict == before.verdict
    for field in ("difference", "p_value", "p_equivalence", "effect_size", "probability_of_superiority"):
        assert close(getattr(after, field), getattr(before, field)), field


@given(pairs(), st.sampled_from([0.25, 1.0, 8.0]), eighths, st.sampled_from([None, 2.0, 20.0]))
@settings(deadline=None)
def test_positive_affine_rescaling_carries_the_interval_along(groups, scale, shift, margin) -> None:
    first, second, paired = groups
    before = compare(first, second, paired=paired, margin=margin)
    moved = [[scale * score + shift for score in group] for group in (first, second)]
    after = compare(*moved, paired=paired, margin=margin and scale * margin)
    assert close(after.difference, scale * before.difference)
    assert close(after.interval.low, scale * before.interval.low)
    assert close(after.interval.high, scale * before.interval.high)
    for field in ("p_value", "p_equivalence", "effect_size", "probability_of_superiority"):
        assert close(getattr(after, field), getattr(before, field)), field
    assert after.verdict == before.verdict
    assert after.seeds_needed == before.seeds_needed


@given(pairs())
@settings(deadline=None)
def test_turning_scores_and_direction_changes_nothing_but_the_sign(groups) -> None:
    first, second, paired = groups
    there = compare(first, second, paired=paired)
    turned = compare(
        [-score for score in first], [-score for score in second], direction="maximize", paired=paired
    )
    assert turned.verdict == there.verdict
    assert close(turned.difference, -there.difference)
    assert close(turned.probability_of_superiority, there.probability_of_superiority)


@given(pairs(eighths))
@settings(deadline=None)
def test_interval_and_p_value_never_contradict(groups) -> None:
    first, second, paired = groups
    result = compare(first, second, paired=paired)
    if result.p_value < 0.0499:
        assert not result.interval.low <= 0.0 <= result.interval.high
    elif result.p_value > 0.0501 and not math.isnan(result.interval.low):
        assert result.interval.low <= 0.0 <= result.interval.high


@given(pairs(), st.sampled_from([None, 2.0]))
@settings(deadline=None)
def test_every_number_of_evidence_is_a_number(groups, margin) -> None:
    first, second, paired = groups
    result = compare(first, second, paired=paired, margin=margin)
    assert 0.0 <= result.p_value <= 1.0
    chances = result.interval_superiority
    assert 0.0 <= chances.low <= result.probability_of_superiority <= chances.high <= 1.0
    assert chances.low < chances.high
    if (
        not math.isnan(result.interval_effect.low)
        and not result.failures_candidate + result.failures_baseline
    ):
        assert result.interval_effect.low <= result.effect_size <= result.interval_effect.high
    assert (result.seeds_needed is None) == (result.verdict != "undecided")
    assert result.seeds_needed is None or result.seeds_needed > min(len(first), len(second))
    if math.isnan(result.interval.low):
        assert result.flags


@given(st.lists(pairs(), min_size=1, max_size=4))
@settings(deadline=None)
def test_a_verdict_among_several_is_the_one_alone_or_undecided(groups) -> None:
    baseline = groups[0][1]
    scores = {"base": baseline} | {f"trial-{k}": group[0] for k, group in enumerate(groups)}
    for one in compare_all(scores, baseline="base"):
        alone = compare(scores[one.name], baseline)
        assert one.verdict in (alone.verdict, "undecided")
        assert one.p_adjusted >= one.p_value == alone.p_value
        assert one.comparisons == len(groups)


def test_a_single_candidate_is_not_adjusted() -> None:
    scores = {"base": [1.0, 2.0, 3.0, 4.0, 5.0], "new": [1.5, 2.5, 3.0, 4.5, 5.0]}
    (one,) = compare_all(scores, baseline="base", margin=3.0)
    assert one.p_adjusted == one.p_value
    assert one.p_equivalence_adjusted == one.p_equivalence
    assert dataclasses.replace(one, name="candidate") == compare(scores["new"], scores["base"], margin=3.0)


def test_candidates_keep_their_order_and_names() -> None:
    scores = {"b": [1.0, 2.0], "base": [1.0, 3.0], "a": [2.0, 2.5]}
    assert [one.name for one in compare_all(scores, baseline="base")] == ["b", "a"]
    assert compare_all({"base": [1.0]}, baseline="base") == ()


def test_a_missing_baseline_is_refused() -> None:
    with pytest.raises(StatisticsError, match="no scores for the baseline 'base'; there are 'a', 'b'"):
        compare_all({"a": [1.0], "b": [2.0]}, baseline="base")


def test_pairs_need_equal_numbers() -> None:
    with pytest.raises(StatisticsError, match="5 runs cannot be paired with 4"):
        compare([1.0] * 5, [1.0] * 4, paired=True)


@pytest.mark.parametrize(
    ("settings_", "words"),
    [({"direction": "up"}, "direction"), ({"level": 95}, "level"), ({"margin": 0}, "margin")],
)
def test_wrong_settings_are_refused(settings_: dict, words: str) -> None:
    with pytest.raises(StatisticsError, match=f"{words} is"):
        compare([1.0, 2.0], [1.0, 3.0], **settings_)
    with pytest.raises(StatisticsError, match=f"{words} is"):
        compare_all({"base": [1.0, 2.0]}, baseline="base", **settings_)


def test_bad_scores_name_their_group() -> None:
    with pytest.raises(StatisticsError, match=r"^candidate: there are no scores"):
        compare([], [1.0])
    with pytest.raises(StatisticsError, match=r"^trial-1: scores are numbers"):
        compare_all({"base": [1.0], "trial-1": ["x"]}, baseline="base")  # type: ignore[list-item]


def test_the_result_is_plain_data() -> None:
    result = compare(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 5.0]), margin=0.1)
    for field in dataclasses.fields(Comparison):
        value = getattr(result, field.name)
        assert not isinstance(value, np.generic | np.ndarray), field.name
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.verdict = "better"  # type: ignore[misc]


@pytest.mark.parametrize("failed", [0, 3])
def test_a_verdict_on_thirty_and_thirty_takes_under_5_milliseconds(failed: int) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.lognormal(size=30), rng.lognormal(1.0, size=30)
    second[:failed] = np.nan
    compare(first, second, margin=0.1)
    seconds = []
    for _ in range(20):
        start = time.process_time()  # of the processor: other processes are not ours to wait for
        compare(first, second, margin=0.1)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.005


@given(st.lists(st.lists(eighths, min_size=5, max_size=12), min_size=2, max_size=6), st.booleans())
@settings(deadline=None)
def test_adjusted_interval_and_adjusted_p_value_never_contradict(
    groups: list[list[float]], paired: bool
) -> None:
    if paired:
        groups = [(group * 3)[:5] for group in groups]
    for one in compare_all({str(k): group for k, group in enumerate(groups)}, baseline="0", paired=paired):
        found = one.interval_adjusted
        assert found.level >= one.interval.level - 1e-12
        if math.isnan(found.low):
            assert one.p_adjusted == 1.0
        elif abs(one.p_adjusted - 0.05) > 1e-6 and abs(one.p_value - (1.0 - found.level)) > 1e-6:
            assert (found.low <= 0.0 <= found.high) == (one.p_adjusted > 0.05)
            assert found.low <= one.interval.low <= one.interval.high <= found.high


def test_a_single_candidate_has_one_interval() -> None:
    (one,) = compare_all({"base": [1.0, 2.0, 3.0], "new": [1.5, 2.5, 3.5]}, baseline="base")
    assert one.interval_adjusted == one.interval


def test_pairs_have_a_correlation_and_groups_have_none() -> None:
    first, second = [1.0, 2.0, 4.0, 3.0], [1.5, 2.5, 3.5, 3.0]
    assert compare(first, second).correlation is None
    expected = stats.pearsonr(first, second).statistic
    assert compare(first, second, paired=True).correlation == pytest.approx(expected)


def test_cliffs_delta_is_the_difference_of_two_shares() -> None:
    first, second = [1.0, 2.0, 3.0], [2.0, 5.0]
    pairs_won = sum(np.sign(b - a) for a in first for b in second) / 6
    assert compare(first, second).cliffs_delta == pytest.approx(pairs_won)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_fixed_reference_is_a_one_sample_test(direction) -> None:
    scores = np.random.default_rng(7).normal(size=9)
    result = compare(scores, 0.4, direction=direction, level=0.9)
    expected = stats.ttest_1samp(scores, 0.4)
    interval = expected.confidence_interval(0.9)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert result.difference == pytest.approx(scores.mean() - 0.4, rel=1e-10)
    assert (result.interval.low, result.interval.high) == pytest.approx(
        (interval.low - 0.4, interval.high - 0.4), rel=1e-10
    )
    wins = np.sum(scores < 0.4 if direction == "minimize" else scores > 0.4)
    share = stats.binomtest(int(wins), 9).proportion_ci(0.9, method="exact")
    assert result.probability_of_superiority == pytest.approx(wins / 9)
    assert (result.interval_superiority.low, result.interval_superiority.high) == pytest.approx(
        (share.low, share.high), rel=1e-10
    )
    assert (result.method, result.reference, result.correlation) == ("one-sample t-test", 0.4, None)
    assert (result.n_candidate, result.n_baseline, result.failures_baseline) == (9, 0, 0)


@given(st.lists(failing, min_size=1, max_size=12), eighths, st.sampled_from([None, 2.0]))
@settings(deadline=None)
def test_a_fixed_reference_is_a_constant_partner(scores: list[float], reference: float, margin) -> None:
    alone = compare(scores, reference, margin=margin)
    pairs_ = compare(scores, [reference] * len(scores), paired=True, margin=margin)
    for field in ("verdict", "difference", "interval", "p_equivalence", "seeds_needed"):
        assert close_or_equal(getattr(alone, field), getattr(pairs_, field)), field
    assert alone.p_value == pairs_.p_value
    assert alone.interval_superiority == pairs_.interval_superiority


def close_or_equal(first: object, second: object) -> bool:
    return repr(first) == repr(second)


def test_several_candidates_against_a_fixed_reference() -> None:
    rng = np.random.default_rng(8)
    scores = {"naive": 0.5, "a": rng.normal(size=8), "b": rng.normal(size=6)}
    found = compare_all(scores, baseline="naive")
    assert [one.name for one in found] == ["a", "b"]
    plain = [stats.ttest_1samp(scores[name], 0.5).pvalue for name in ("a", "b")]
    assert [one.p_value for one in found] == pytest.approx(plain)
    assert found[0].p_adjusted >= found[0].p_value
    with pytest.raises(StatisticsError, match=r"^a: scores have shape \(\)"):
        compare_all({"a": 1.0, "base": [1.0, 2.0]}, baseline="base")


@pytest.mark.parametrize("reference", [math.nan, math.inf, 1e200])
def test_a_reference_is_a_finite_number(reference: float) -> None:
    with pytest.raises(StatisticsError, match="baseline: a fixed reference is a finite number"):
        compare([1.0, 2.0], reference)


def test_a_reference_has_nothing_to_pair() -> None:
    with pytest.raises(StatisticsError, match="candidate: a fixed reference has no runs to pair"):
        compare([1.0, 2.0], 1.5, paired=True)


def test_a_comparison_survives_pickling() -> None:
    result = compare([1.0, 2.0, 4.0], [2.0, 3.0, 5.0])
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again.sensitivity() == result.sensitivity()
