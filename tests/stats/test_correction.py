"""Holm's adjustment against published numbers, the step-down rule itself, and its properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.stats.correction import holm, holm_levels

p_values = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)


def test_published() -> None:
    # What p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") of R prints.
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))


def test_one_or_no_p_value() -> None:
    assert holm([0.3]) == (0.3,)
    assert holm([]) == ()


@given(p_values, st.sampled_from([0.01, 0.05, 0.2]))
@settings(deadline=None)
def test_it_rejects_what_the_step_down_rule_rejects(p: list[float], alpha: float) -> None:
    rejected = set()
    for step, index in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if (len(p) - step) * p[index] > alpha:
            break
        rejected.add(index)
    assert {i for i, adjusted in enumerate(holm(p)) if adjusted <= alpha} == rejected


@given(p_values)
@settings(deadline=None)
def test_it_keeps_the_order_and_lies_between_the_plain_value_and_bonferroni(p: list[float]) -> None:
    plain, adjusted = np.array(p), np.array(holm(p))
    assert np.all(adjusted >= plain)
    assert np.all(adjusted <= np.minimum(1.0, plain * len(p)))
    assert np.all(np.diff(adjusted[np.argsort(plain)]) >= 0.0)


@given(p_values, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_it_does_not_depend_on_the_order(p: list[float], random: object) -> None:
    order = list(range(len(p)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert holm([p[i] for i in order]) == tuple(holm(p)[i] for i in order)


@given(p_values, st.sampled_from([0.01, 0.05, 0.2]))
@settings(deadline=None)
def test_the_level_of_an_interval_rejects_what_holm_rejects(p: list[float], alpha: float) -> None:
    for plain, adjusted, level in zip(p, holm(p), holm_levels(p, alpha), strict=True):
        assert 1.0 - alpha <= level + 1e-12
        assert level <= 1.0 - alpha / len(p) + 1e-12
        if abs(plain - (1.0 - level)) > 1e-9 and abs(adjusted - alpha) > 1e-9:
            assert (plain <= 1.0 - level) == (adjusted <= alpha)


def test_levels_by_hand() -> None:
    # Bonferroni asks for 0.01; Holm rejects 0.0124 at its second step, 0.05 / 4, and stops at 0.03.
    levels = holm_levels([0.03, 0.0124, 0.5, 0.001, 0.04], 0.05)
    assert levels == pytest.approx((0.99, 0.9875, 0.99, 0.99, 0.99))
    assert holm_levels([0.3], 0.05) == pytest.approx((0.95,))
    assert holm_levels([], 0.05) == ()
