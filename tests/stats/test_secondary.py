"""Secondary tests against enumeration and SciPy, and what is said where they disagree."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.stats import Sensitivity, compare
from tuner.stats.secondary import permutation_test, sign_flip_test, signed_rank

SHIFTED = np.linspace(0.0, 1.0, 20)


def named(found: Sensitivity) -> dict[str, float]:
    return {test.name: test.p_value for test in found.tests}


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_all_splits_by_enumeration() -> None:
    first, second = rng().normal(size=4), rng().normal(1.0, 2.0, size=6)
    together = np.append(first, second)

    def size(chosen: tuple[int, ...]) -> float:
        groups = together[list(chosen)], np.delete(together, chosen)
        return abs(float(stats.ttest_ind(*groups, equal_var=False).statistic))

    sizes = np.array([size(chosen) for chosen in itertools.combinations(range(10), 4)])
    found = permutation_test(first, second, rng())
    assert found.p_value == pytest.approx(np.mean(sizes >= size((0, 1, 2, 3)) * (1 - 1e-12)))
    assert found.error is None


def test_all_signs_by_enumeration() -> None:
    differences = rng().normal(0.5, size=9)
    means = [abs(np.mean(differences * signs)) for signs in itertools.product((-1, 1), repeat=9)]
    found = sign_flip_test(differences, rng())
    assert found.p_value == pytest.approx(np.mean(np.array(means) >= abs(differences.mean()) - 1e-12))
    assert found.error is None


def test_drawn_splits_come_with_their_error_and_are_close_to_the_t_test() -> None:
    first, second = rng().normal(0.5, size=20), rng().normal(size=24)[::-1]
    for found, expected in (
        (permutation_test(first, second, rng()), stats.ttest_ind(first, second, equal_var=False).pvalue),
        (sign_flip_test(first - 0.1, rng()), stats.ttest_1samp(first, 0.1).pvalue),
    ):
        assert found.error == pytest.approx(math.sqrt(found.p_value * (1 - found.p_value) / 9_999))
        assert found.p_value == pytest.approx(expected, abs=0.02)


def test_splits_without_spread_do_no_harm() -> None:
    assert permutation_test(np.full(5, 0.1 + 0.2), np.full(5, 0.3), rng()).p_value == 1.0
    assert permutation_test(np.full(5, 1.0), np.full(5, 2.0), rng()).p_value == pytest.approx(2 / 252)
    assert sign_flip_test(np.zeros(5), rng()).p_value == 1.0


def test_signed_rank_is_that_of_scipy_and_takes_failures_as_the_highest_rank() -> None:
    differences = rng().normal(0.4, size=15)
    assert signed_rank(differences) == stats.wilcoxon(differences).pvalue
    assert signed_rank(np.array([-1.0, 2.0, 3.0, -4.0, math.inf])) == stats.wilcoxon([-1, 2, 3, -4, 9]).pvalue
    assert signed_rank(np.zeros(4)) == 1.0


def test_the_tests_of_two_groups() -> None:
    first, second = rng().normal(size=10), rng().normal(0.5, 2.0, size=12)
    found = compare(first, second).sensitivity()
    assert list(named(found)) == [
        "permutation test of the means, studentised",
        "Mann-Whitney test",
        "Brunner-Munzel test",
    ]
    assert named(found)["Mann-Whitney test"] == stats.mannwhitneyu(first, second).pvalue
    assert named(found)["Brunner-Munzel test"] == pytest.approx(stats.brunnermunzel(first, second).pvalue)
    assert "Brunner-Munzel test" not in named(compare(first[:9], second).sensitivity())
    assert "Brunner-Munzel test" not in named(compare(first, second + 100.0).sensitivity())


def test_the_tests_of_pairs_and_of_a_fixed_reference() -> None:
    first, second = rng().normal(size=10), rng().normal(0.5, 2.0, size=10)
    for one, differences in (
        (compare(first, second, paired=True), first - second),
        (compare(first, 0.3), first - 0.3),
    ):
        found = named(one.sensitivity())
        assert list(found) == ["sign-flip test of the mean", "Wilcoxon's signed-rank test"]
        assert found["Wilcoxon's signed-rank test"] == stats.wilcoxon(differences).pvalue


def test_failures_leave_ranks_only_and_the_deciding_test_is_not_repeated() -> None:
    first, second = rng().normal(size=10), rng().normal(0.5, 2.0, size=10)
    first[0] = math.nan
    assert list(named(compare(first, second).sensitivity())) == ["Brunner-Munzel test"]
    assert list(named(compare(first, second, paired=True).sensitivity())) == ["Wilcoxon's signed-rank test"]
    assert compare(first[:5], second[:5]).sensitivity().tests == ()


def test_disagreement_is_said_and_agreement_is_not() -> None:
    # One run far off widens the t interval, while the order of the runs is nearly perfect.
    far = np.append(np.arange(11.0), 500.0)
    result = compare(np.arange(12.0) + 8.5, far)
    assert result.p_value > 0.05
    flags = result.sensitivity().flags
    assert any(flag.startswith("The Mann-Whitney test is significant (p = ") for flag in flags)
    assert compare(SHIFTED, SHIFTED + 2.0).sensitivity().flags == ()
    assert compare(np.full(6, 1.0), np.full(6, 2.0)).sensitivity().flags == ()


def test_the_same_scores_give_the_same_answer_in_any_order() -> None:
    first, second = rng().normal(size=15), rng().normal(0.5, 2.0, size=15)
    once = compare(first, second).sensitivity()
    assert once == compare(first[::-1], second[::-1]).sensitivity()
    assert once != compare(first, second).sensitivity(np.random.default_rng(8))


scores = st.lists(st.integers(-3, 9).map(float) | st.just(math.nan), min_size=1, max_size=6)


@given(scores, scores, st.booleans())
@settings(deadline=None, max_examples=40)
def test_any_scores_give_probabilities(first: list[float], second: list[float], paired: bool) -> None:
    if paired:
        first, second = first[: len(second)], second[: len(first)]
    there = compare(first, second, paired=paired).sensitivity()
    back = compare(second, first, paired=paired, direction="maximize").sensitivity()
    for one, other in zip(there.tests, back.tests, strict=True):
        assert 0.0 < one.p_value <= 1.0
        if not any(map(math.isnan, [*first, *second])):
            assert one.p_value == pytest.approx(other.p_value)
