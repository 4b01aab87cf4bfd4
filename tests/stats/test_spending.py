"""Looks share one error rate: what each may use, for any sequence of looks."""

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tuner.stats.spending import KEPT, next_share, shares

growing = st.lists(st.integers(0, 60), min_size=1, max_size=30).map(
    lambda steps: list(itertools.accumulate(steps))
)


def spent(seeds: list[int]) -> list[float]:
    """The shares of those looks that can reach a verdict."""
    return [share for share, now in zip(shares(seeds), seeds, strict=True) if now >= 5]


@given(growing)
def test_all_looks_together_never_use_more_than_the_whole(seeds: list[int]) -> None:
    assert all(0.0 < share <= 1.0 - KEPT for share in shares(seeds))
    assert sum(spent(seeds)) <= 1.0 + 1e-12


@given(growing, st.integers(0, 60))
def test_what_a_look_may_use_does_not_depend_on_looks_to_come(seeds: list[int], step: int) -> None:
    assert shares([*seeds, seeds[-1] + step])[:-1] == shares(seeds)


@given(growing, st.integers(0, 60))
def test_the_next_look_has_at_least_what_it_was_promised(seeds: list[int], step: int) -> None:
    later = max(seeds[-1] + step, 5)
    assert shares([*seeds, later])[-1] >= next_share(seeds)


def test_the_first_look_has_most_and_doubling_halves_the_rest() -> None:
    assert shares([10, 20, 40, 80]) == (0.8, 0.1, 0.05, 0.025)


def test_a_step_beyond_doubling_uses_more_and_a_smaller_one_no_less() -> None:
    assert shares([10, 100])[1] == pytest.approx(0.18)
    assert shares([10, 11])[1] == shares([10, 20])[1] == pytest.approx(0.1)


def test_looks_that_can_reach_no_verdict_use_nothing() -> None:
    assert shares([1, 4, 10]) == shares([10, 10, 10])[:1] * 3


def test_seeds_do_not_become_fewer() -> None:
    with pytest.raises(ValueError, match="a look at 5 seeds cannot follow one at 10"):
        shares([10, 5])


def most_harmful(growths: tuple[float, ...], looks: int) -> float:
    """The chance of a false verdict for the user who always picks the worst next number of seeds, out of what
    was seen: by dynamic programming over the z statistic, for normal scores of known variance.
    """
    z, step = np.linspace(-6.0, 6.0, 241, retstep=True)

    def bound(share: float) -> float:
        return float(norm.isf(0.05 * share / 2.0))

    @cache
    def ahead(path: tuple[int, ...]) -> np.ndarray:
        """The chance of a verdict at a later look, for every z at which the last look was undecided."""
        chance = np.zeros_like(z)
        if len(path) == looks:
            return chance
        for growth in growths:
            seeds = (*path, round(path[-1] * growth))
            limit, kept = bound(shares(seeds)[-1]), path[-1] / seeds[-1]
            center, std = np.sqrt(kept) * z, np.sqrt(1.0 - kept)
            decided = norm.sf((limit - center) / std) + norm.cdf((-limit - center) / std)
            density = norm.pdf((z[None, :] - center[:, None]) / std) / std * step
            undecided = np.abs(z) < limit
            chance = np.maximum(chance, decided + density[:, undecided] @ ahead(seeds)[undecided])
        return chance

    first = bound(shares([1000])[0])
    undecided = np.abs(z) < first
    return float(0.05 * shares([1000])[0] + np.sum((norm.pdf(z) * ahead((1000,)) * step)[undecided]))


def test_extending_in_the_most_harmful_way_stays_near_the_error_rate() -> None:
    assert most_harmful((2.0,), looks=4) == pytest.approx(0.0444, abs=0.0003)
    assert 0.045 < most_harmful((1.1, 1.5, 2.0, 3.0, 5.0, 15.0), looks=4) < 0.0515
