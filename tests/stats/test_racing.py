"""When a challenger is out: agreement with SciPy, the bound on false drops, and the rules for failures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.racing import Rules, blocks, p_value_of_losing

finite = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))


@given(st.integers(1, 40), st.integers(0, 200))
def test_blocks_double_and_none_is_smaller_than_the_first(first: int, more: int) -> None:
    counts = blocks(first, first + more)
    assert (counts[0], counts[-1]) == (first, first + more)
    assert all(count == first * 2**place for place, count in enumerate(counts[:-1]))
    steps = np.diff(counts)
    assert (steps >= first).all() if len(counts) > 2 else (steps > 0).all()


@pytest.mark.parametrize("numbers", [(0, 4), (5, 4), (-1, -1)])
def test_blocks_that_cannot_be(numbers: tuple[int, int]) -> None:
    with pytest.raises(StatisticsError, match="the smaller first"):
        blocks(*numbers)
    with pytest.raises(StatisticsError):
        Rules(*numbers)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, math.nan])
def test_an_error_rate_that_is_none(rate: float) -> None:
    with pytest.raises(StatisticsError, match="error_rate"):
        Rules(2, 8, error_rate=rate)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 16), (8, 9)])
def test_the_p_value_is_scipy_s(n: int, m: int, direction: str) -> None:
    rng = np.random.default_rng(n)
    for _ in range(20):
        challenger, incumbent = rng.normal(0.5, 2.0, n), rng.normal(size=m)
        worse = "greater" if direction == "minimize" else "less"
        welch = stats.ttest_ind(challenger, incumbent, equal_var=False, alternative=worse).pvalue
        pairs = stats.ttest_rel(challenger, incumbent[:n], alternative=worse).pvalue
        found = [
            p_value_of_losing(challenger, incumbent, paired=paired, direction=direction)  # type: ignore[arg-type]
            for paired in (False, True)
        ]
        assert found == pytest.approx([welch, pairs], rel=1e-9)


def test_two_seeds_leave_one_degree_of_freedom() -> None:
    challenger, incumbent = np.array([5.0, 6.0]), np.arange(8.0) / 10
    error = math.sqrt(0.5 / 2 + incumbent.var(ddof=1) / 8)
    expected = float(stats.t(1).sf((5.5 - 0.35) / error))
    assert p_value_of_losing(challenger, incumbent, paired=False) == pytest.approx(expected, rel=1e-12)


def test_where_nothing_is_known_of_the_noise_nobody_loses() -> None:
    same = np.full(4, 2.0)
    for paired in (False, True):
        assert p_value_of_losing(same, same - 1.0, paired=paired) == 1.0
        assert p_value_of_losing(np.array([9.0]), same, paired=paired) == 1.0


@given(st.lists(finite, min_size=3, max_size=8), st.floats(0.01, 50.0), finite, st.booleans())
def test_shifting_and_scaling_all_scores_changes_nothing(
    scores: list[float], scale: float, shift: float, paired: bool
) -> None:
    challenger = np.array(scores)
    incumbent = np.random.default_rng(len(scores)).normal(size=8) * 100
    before = p_value_of_losing(challenger, incumbent, paired=paired)
    after = p_value_of_losing(challenger * scale + shift, incumbent * scale + shift, paired=paired)
    turned = p_value_of_losing(-challenger, -incumbent, paired=paired, direction="maximize")
    assert after == pytest.approx(before, rel=1e-6, abs=1e-9)
    assert turned == before


def test_looks_share_the_error_rate_and_the_rivals_share_a_look() -> None:
    rules = Rules(4, 30, error_rate=0.06)
    assert (rules.counts, rules.looks) == ((4, 8, 16, 30), (4, 8, 16))
    assert [rules.alpha(rivals) for rivals in (1, 5)] == pytest.approx([0.02, 0.004])
    assert Rules(5, 5).looks == Rules(1, 2).looks == ()


@pytest.mark.parametrize("paired", [False, True])
def test_the_test_decides_at_its_level_and_at_looks_only(paired: bool) -> None:
    rules = Rules(4, 16, paired)
    rng = np.random.default_rng(1)
    incumbent, shape = rng.normal(size=16), rng.normal(size=4)
    shifts = np.linspace(0.0, 12.0, 400)
    for rivals in (1, 7):
        p_values = [p_value_of_losing(shape + shift, incumbent, paired=paired) for shift in shifts]
        dropped = [rules.drops(shape + shift, incumbent, rivals) for shift in shifts]
        assert dropped == [p_value <= 0.05 / 2 / rivals for p_value in p_values]
        assert any(dropped) and not all(dropped)
    assert not rules.drops(np.append(shape, 9.0) + 12.0, incumbent)  # five seeds are no look
    assert not rules.drops(incumbent + 100.0 * rng.random(16), incumbent)  # nor is the end


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("paired", [False, True])
def test_a_run_without_score_is_the_worst_there_is(lost: float, paired: bool) -> None:
    rules, scores = Rules(2, 8, paired), np.array([1.0, 1.1, 1.2, 1.3])
    failed = np.array([0.1, lost])
    assert rules.drops(failed, scores)
    assert rules.drops(failed, np.array([lost, 1.0, 1.0, 1.0]))
    assert not rules.drops(scores[:2] + 100.0, np.append(scores[:3], lost))
    assert rules.drops(np.array([lost]), scores)  # even where no look is planned


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize(("first", "most"), [(2, 8), (4, 16)])
def test_a_challenger_as_good_as_the_incumbent_is_rarely_dropped(first: int, most: int, paired: bool) -> None:
    rules, rng, races = Rules(first, most, paired), np.random.default_rng(7), 1500
    dropped = 0
    for _ in range(races):
        challenger, incumbent = rng.normal(size=most), rng.normal(size=most)
        dropped += any(rules.drops(challenger[:look], incumbent) for look in rules.looks)
    # Binomial: more than this in one of 1000 studies where the rate is 5 %.
    assert dropped <= stats.binom.ppf(0.999, races, 0.05)
