"""The last step to a larger size: a paired difference, and a careful word."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.steps import last_step

RNG = np.random.default_rng(0)
SMALL = RNG.normal(1.0, 0.1, size=10)
LARGE = SMALL - 0.2 + RNG.normal(0.0, 0.05, size=10)


def test_it_is_the_paired_t_interval_of_the_two_largest_sizes() -> None:
    step = last_step({100: LARGE + 5.0, 200: SMALL, 800: LARGE})
    test = stats.ttest_rel(LARGE, SMALL)
    ends = test.confidence_interval(0.95)
    assert (step.before, step.after, step.n, step.failures) == (200, 800, 10, 0)
    assert step.difference == pytest.approx(np.mean(LARGE - SMALL))
    assert (step.interval.low, step.interval.high) == pytest.approx((ends.low, ends.high))
    assert step.per_doubling == pytest.approx(step.difference / 2)
    assert step.per_doubling_interval.high == pytest.approx(ends.high / 2)


def test_the_outlook_goes_by_the_interval_the_direction_and_the_margin() -> None:
    both = {1: SMALL, 2: LARGE}
    assert last_step(both).outlook == "improves"
    assert last_step(both, direction="maximize").outlook == "worsens"
    assert last_step(both, margin=1.0).outlook == "flat"
    assert last_step(both, margin=0.2).outlook == "improves"
    assert last_step({1: SMALL, 2: SMALL[::-1]}).outlook == "unclear"
    assert last_step({1: SMALL[:4], 2: LARGE[:4]}).outlook == "unclear"  # too few


def test_a_run_without_a_score_leaves_its_pair_out_and_the_outlook_open() -> None:
    lost = np.where(np.arange(10) == 3, np.nan, LARGE)
    step = last_step({1: SMALL, 2: lost})
    assert (step.n, step.failures, step.outlook) == (9, 1, "unclear")
    kept = np.delete(LARGE - SMALL, 3)
    assert step.difference == pytest.approx(kept.mean())


def test_scores_that_do_not_vary_have_no_width_and_single_runs_no_interval() -> None:
    step = last_step({1: [0.5] * 6, 2: [0.25] * 6})
    assert (step.interval.low, step.interval.high) == (-0.25, -0.25) and step.outlook == "improves"
    assert math.isnan(last_step({1: [0.5], 2: [0.25]}).interval.low)


@given(st.floats(0.1, 100.0), st.floats(-100.0, 100.0), st.permutations(range(10)))
def test_scaling_carries_the_interval_along_and_the_order_of_seeds_is_nothing(
    scale: float, shift: float, order: list[int]
) -> None:
    one = last_step({1: SMALL, 2: LARGE})
    other = last_step({1: scale * SMALL[order] + shift, 2: scale * LARGE[order] + shift})
    assert other.interval.low == pytest.approx(scale * one.interval.low, rel=1e-6, abs=1e-9)
    assert other.outlook == one.outlook


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(StatisticsError, match="scores at 1 sizes"):
        last_step({1: SMALL})
    with pytest.raises(StatisticsError, match="9 runs at size 1 and 10 at 2"):
        last_step({1: SMALL[1:], 2: LARGE})
