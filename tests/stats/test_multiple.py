"""All pairs, the set of the best and Dunnett's test: against SciPy, published numbers and by hand."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats import all_pairs, best_set, compare, dunnett
from tuner.stats.correction import holm


def groups(*means: float, n: int = 8) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    return {f"g{k}": rng.normal(mean, 1.0, size=n) for k, mean in enumerate(means)}


def test_all_pairs_are_welch_tests_adjusted_together() -> None:
    scores = groups(0.0, 0.5, 3.0, 3.2)
    pairs = all_pairs(scores, margin=2.0)
    assert [(pair.first, pair.second) for pair in pairs] == list(combinations(scores, 2))
    plain = [
        stats.ttest_ind(scores[pair.first], scores[pair.second], equal_var=False).pvalue for pair in pairs
    ]
    assert [pair.comparison.p_value for pair in pairs] == pytest.approx(plain, rel=1e-10)
    assert [pair.comparison.p_adjusted for pair in pairs] == pytest.approx(holm(plain), rel=1e-10)
    assert {pair.comparison.comparisons for pair in pairs} == {6}


def test_a_single_pair_is_a_comparison_and_pairing_is_passed_on() -> None:
    scores = groups(0.0, 1.0)
    for paired in (False, True):
        (pair,) = all_pairs(scores, paired=paired, direction="maximize")
        alone = compare(scores["g0"], scores["g1"], paired=paired, direction="maximize")
        assert (pair.comparison.p_adjusted, pair.comparison.verdict) == (alone.p_value, alone.verdict)
    assert all_pairs({"a": [1.0, 2.0]}) == ()


def test_the_best_set_by_hand() -> None:
    scores = groups(0.0, 0.5, 3.0)
    found = best_set(scores)

    def less(first: str, second: str) -> float:
        return float(
            stats.ttest_ind(scores[first], scores[second], equal_var=False, alternative="less").pvalue
        )

    assert [one.name for one in found] == sorted(scores, key=lambda name: scores[name].mean())
    for one in found:
        others = [less(other, one.name) for other in scores if other != one.name]
        ahead = [p for p in others if p <= 0.5]
        expected = min(1.0, 2 * min(ahead)) if ahead else 1.0
        assert one.p_value == pytest.approx(expected, rel=1e-10)
        assert one.may_be_best == (one.p_value > 0.05)
    assert [one.name for one in found if one.may_be_best] == ["g0", "g1"]
    turned = best_set({name: -values for name, values in scores.items()}, direction="maximize")
    assert [(one.name, one.p_value) for one in turned] == [(one.name, one.p_value) for one in found]


def test_the_best_set_shows_nothing_with_few_runs_or_without_noise() -> None:
    assert all(one.may_be_best for one in best_set(groups(0.0, 50.0, n=4)))
    assert all(one.may_be_best for one in best_set({"a": [1.0] * 6, "b": [2.0] * 6}))
    assert [one.p_value for one in best_set({"a": [1.0, 2.0]})] == [1.0]
    assert best_set({}) == ()


def test_failures_rank_worst_in_the_contest() -> None:
    scores = groups(0.0, 0.1, 0.2)
    scores["g0"] = np.append(scores["g0"][:1] - 9.0, [math.nan] * 7)
    found = {one.name: one for one in best_set(scores)}
    assert not found["g0"].may_be_best
    assert found["g1"].may_be_best
    lost = best_set({"a": [math.nan] * 6, "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    assert [(one.name, one.may_be_best) for one in lost] == [("b", True), ("a", False)]


@given(
    st.lists(
        st.lists(st.integers(0, 30).map(float) | st.just(math.nan), min_size=6, max_size=6),
        min_size=1,
        max_size=5,
    )
)
@settings(deadline=None, max_examples=50)
def test_somebody_may_always_be_best_where_no_run_failed(runs: list[list[float]]) -> None:
    scores = {str(k): values for k, values in enumerate(runs)}
    found = best_set(scores)
    assert {one.name for one in found} == set(scores)
    assert all(0.0 <= one.p_value <= 1.0 for one in found)
    if not np.isnan(runs).any():
        assert found[0].may_be_best


def test_dunnett_published() -> None:
    # Blood counts of Dunnett (1955), with the p-values that SciPy's documentation prints.
    control = [7.40, 8.50, 7.20, 8.24, 9.84, 8.32]
    drugs = {"A": [9.76, 8.80, 7.68, 9.36], "B": [12.80, 9.68, 12.16, 9.20, 10.55]}
    found = {one.name: one for one in dunnett({"control": control, **drugs}, baseline="control")}
    assert found["A"].difference == pytest.approx(0.65, abs=0.005)
    assert found["B"].difference == pytest.approx(2.63, abs=0.005)
    assert found["A"].p_value == pytest.approx(0.62004941, abs=0.002)
    assert found["B"].p_value == pytest.approx(0.0058035, abs=0.001)
    assert found["B"].interval.low > 0.0 > found["A"].interval.low


def test_dunnett_of_one_candidate_is_the_t_test_with_pooled_spread() -> None:
    scores = groups(0.0, 1.0)
    (one,) = dunnett(scores, baseline="g0", level=0.9)
    expected = stats.ttest_ind(scores["g1"], scores["g0"])
    interval = expected.confidence_interval(0.9)
    assert one.p_value == pytest.approx(expected.pvalue, abs=1e-4)
    assert (one.interval.low, one.interval.high) == pytest.approx((interval.low, interval.high), abs=1e-3)


def test_dunnett_repeats_itself_and_takes_a_generator() -> None:
    scores = groups(0.0, 0.5, 1.0)
    assert dunnett(scores, baseline="g0") == dunnett(scores, baseline="g0")
    other = dunnett(scores, baseline="g0", rng=np.random.default_rng(5))
    assert [one.p_value for one in other] == pytest.approx(
        [one.p_value for one in dunnett(scores, baseline="g0")], abs=0.002
    )
    assert dunnett({"a": [1.0, 2.0]}, baseline="a") == ()


def test_what_dunnett_cannot_use_is_refused() -> None:
    good = [1.0, 2.0, 3.0]
    for scores, words in (
        ({"a": good, "b": [1.0, math.nan, 2.0]}, "b: a run failed, which Dunnett's test cannot rank"),
        ({"a": good, "b": [1.0]}, "b: Dunnett's test takes at least 2 runs"),
        ({"a": [1.0, 1.0], "b": [2.0, 2.0]}, "no group varies"),
        ({"b": good}, "no scores for the baseline 'a'"),
    ):
        with pytest.raises(StatisticsError, match=words):
            dunnett(scores, baseline="a")
