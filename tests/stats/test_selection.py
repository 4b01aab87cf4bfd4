"""Shrunken means: published numbers, the model's own truth, and properties; the bias of the best of many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.selection import (
    Shrunken,
    best_first,
    best_of_many_bias,
    shrunken_means,
)

groups_of_scores = st.lists(
    st.lists(st.integers(-400, 400).map(lambda k: k / 8), min_size=1, max_size=6), min_size=1, max_size=12
)


def model(rng: np.random.Generator, trials: int, sizes: np.ndarray, spread: float) -> tuple[np.ndarray, list]:
    """True means of standard deviation `spread`, and runs with noise of standard deviation 1."""
    truth = rng.normal(0.0, spread, size=trials)
    return truth, [rng.normal(mean, size=size) for mean, size in zip(truth, sizes, strict=True)]


def test_many_groups_come_close_to_the_true_posterior_means() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.choice([2, 4, 8], size=2_000)
    truth, groups = model(rng, 2_000, sizes, spread=0.7)
    found = shrunken_means(groups)
    observed = np.array([group.mean() for group in groups])
    expected = observed * 0.49 / (0.49 + 1.0 / sizes)  # the center is 0
    assert found.observed == pytest.approx(observed)
    assert found.center == pytest.approx(0.0, abs=0.06)
    assert found.spread == pytest.approx(0.49, rel=0.15)
    assert np.abs(found.means - expected).max() < 0.25
    assert np.mean((found.means - truth) ** 2) < 0.75 * np.mean((observed - truth) ** 2)


def test_means_of_few_runs_are_pulled_more() -> None:
    rng = np.random.default_rng(1)
    _, groups = model(rng, 60, np.repeat([2, 12], 30), spread=1.0)
    found = shrunken_means(groups)
    pull = (found.means - found.observed) / (found.center - found.observed)
    assert 0.0 < np.max(pull[30:]) < np.median(pull[:30]) < 1.0


def test_a_lucky_mean_of_two_runs_comes_behind_a_steady_one_of_twelve() -> None:
    rng = np.random.default_rng(2)
    _, groups = model(rng, 40, np.full(40, 4), spread=0.5)
    lucky = np.array([-0.5, 0.5]) - 1.45
    steady = np.linspace(-1.5, 1.5, 12) - 1.4
    places = best_first([*groups, lucky, steady])
    assert places.index(41) < places.index(40)
    raw = np.argsort([np.mean(group) for group in [*groups, lucky, steady]]).tolist()
    assert raw.index(40) < raw.index(41)


def test_a_bad_half_without_bound_does_not_hide_the_noise_of_the_good_one() -> None:
    rng = np.random.default_rng(3)
    _, groups = model(rng, 41, np.full(41, 4), spread=0.5)
    middle = np.median([group.mean() for group in groups])
    tame = shrunken_means(groups)
    wild = shrunken_means([group + 1e3 * (group.mean() > middle) for group in groups])
    assert (wild.center, wild.spread) == pytest.approx((tame.center, tame.spread))
    assert tame.spread > 0.0


@given(groups_of_scores)
@settings(deadline=None)
def test_every_mean_lies_between_the_observed_one_and_the_center(groups) -> None:
    found = shrunken_means(groups)
    if np.isnan(found.center):
        assert np.array_equal(found.means, found.observed)
        return
    low, high = np.minimum(found.observed, found.center), np.maximum(found.observed, found.center)
    assert np.all((found.means >= low - 1e-9) & (found.means <= high + 1e-9))
    assert found.spread >= 0.0 and np.all(found.noise >= 0.0)


@given(groups_of_scores, st.sampled_from([0.5, 4.0]), st.integers(-80, 80).map(lambda k: k / 8))
@settings(deadline=None)
def test_affine_rescaling_carries_the_means_along(groups, scale, shift) -> None:
    before = shrunken_means(groups)
    after = shrunken_means([[scale * score + shift for score in group] for group in groups])
    assert after.means == pytest.approx(scale * before.means + shift, rel=1e-6, abs=1e-6)


@given(groups_of_scores)
@settings(deadline=None)
def test_turning_scores_and_direction_turns_the_means(groups) -> None:
    before = shrunken_means(groups)
    after = shrunken_means([[-score for score in group] for group in groups], direction="maximize")
    assert after.means == pytest.approx(-before.means)
    assert best_first([[-s for s in group] for group in groups], direction="maximize") == best_first(groups)


def test_equal_noise_and_sizes_keep_the_order_of_the_means() -> None:
    rng = np.random.default_rng(4)
    shape = rng.normal(size=5)
    groups = [shape + shift for shift in rng.normal(size=20)]
    assert best_first(groups) == tuple(np.argsort([group.mean() for group in groups]).tolist())


def test_where_nothing_can_be_learned_means_stay() -> None:
    for groups in ([[1.0], [3.0], [2.0], [5.0], [4.0]], [[1.0, 2.0], [3.0, 5.0], [2.0, 2.5]]):
        found = shrunken_means(groups)
        assert np.array_equal(found.means, [np.mean(group) for group in groups])
        assert np.isnan(best_of_many_bias(found))


def test_runs_that_do_not_vary_are_not_pulled() -> None:
    groups = [[float(k)] * 3 for k in range(6)]
    found = shrunken_means(groups)
    assert found.means.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert best_of_many_bias(found) == 0.0


@pytest.mark.parametrize(("direction", "worst"), [("minimize", np.inf), ("maximize", -np.inf)])
def test_a_failed_run_ranks_worst_and_stays_out_of_the_model(direction, worst) -> None:
    rng = np.random.default_rng(5)
    _, groups = model(rng, 8, np.full(8, 3), spread=1.0)
    found = shrunken_means([*groups, [0.0, np.nan, 0.0]], direction=direction)
    assert (found.means[-1], found.observed[-1]) == (worst, worst)
    assert np.array_equal(found.means[:-1], shrunken_means(groups, direction=direction).means)
    assert best_first([*groups, [0.0, np.nan, 0.0]], direction=direction)[-1] == 8


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(StatisticsError, match="no scores"):
        shrunken_means([[1.0], []])


def alike(count: int, noise: float = 1.0) -> Shrunken:
    """Groups that are equal in truth."""
    return Shrunken(np.zeros(count), np.zeros(count), np.full(count, noise), 0.0, 0.0)


@pytest.mark.parametrize(("count", "expected"), [(1, 0.0), (2, 0.56419), (5, 1.16296), (100, 2.50759)])
def test_the_luck_of_equals_is_the_tabulated_maximum(count: int, expected: float) -> None:
    assert best_of_many_bias(alike(count)) == pytest.approx(expected, abs=1e-4)  # Harter (1961), table 1
    assert best_of_many_bias(alike(count, 4.0)) == pytest.approx(2.0 * expected, abs=2e-4)


def test_the_luck_of_equals_is_that_of_scipys_order_statistics() -> None:
    order = stats.order_statistic(stats.Normal(), r=30, n=30)
    assert best_of_many_bias(alike(30)) == pytest.approx(float(order.mean()), rel=1e-5)


@pytest.mark.parametrize("spread", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("uneven", [False, True])
def test_the_expected_luck_is_what_simulation_finds(spread: float, uneven: bool) -> None:
    """Where the model is known, and holds."""
    rng = np.random.default_rng(6)
    noise = np.geomspace(0.05, 5.0, 20) if uneven else np.full(20, 0.25)
    truth = rng.normal(0.0, spread, size=(4_000, 20))
    means = truth + np.sqrt(noise) * rng.normal(size=truth.shape)
    best = means.argmin(axis=1)[:, None]
    flattered = np.take_along_axis(truth - means, best, axis=1)
    error = flattered.std() / np.sqrt(flattered.size)
    found = [best_of_many_bias(Shrunken(one, one, noise, 0.0, spread**2)) for one in means[:80]]
    unsure = np.hypot(error, np.std(found) / np.sqrt(80))
    assert np.mean(found) == pytest.approx(flattered.mean(), abs=4 * unsure)


@pytest.mark.parametrize("seeds", [2, 4])
@pytest.mark.parametrize("uneven", [False, True])
def test_the_luck_expected_from_few_seeds_is_the_true_one(seeds: int, uneven: bool) -> None:
    """Where everything is estimated. It used to be half of it where two seeds differed in their noise."""
    rng = np.random.default_rng(9)
    expected, actual = [], []
    for _ in range(100):
        noise = np.exp(np.log(2.0) * rng.normal(size=(30, 1))) if uneven else np.ones((30, 1))
        truth = rng.normal(size=30)
        scores = truth[:, None] + noise * rng.normal(size=(30, seeds))
        found = shrunken_means(list(scores))
        best = int(found.observed.argmin())
        expected.append(best_of_many_bias(found))
        actual.append(truth[best] - found.observed[best])
    assert 0.8 < np.mean(expected) / np.mean(actual) < 1.25


@given(groups_of_scores, st.permutations(range(12)))
@settings(deadline=None, max_examples=50)
def test_luck_has_no_order_and_no_direction_and_is_never_bad(groups, order) -> None:
    found = best_of_many_bias(shrunken_means(groups))
    turned = [groups[place] for place in order if place < len(groups)]
    assert np.isnan(found) or found >= -1e-9
    assert best_of_many_bias(shrunken_means(turned)) == pytest.approx(found, rel=1e-6, abs=1e-9, nan_ok=True)
    mirrored = shrunken_means([[-score for score in group] for group in groups], direction="maximize")
    assert best_of_many_bias(mirrored) == pytest.approx(found, rel=1e-6, abs=1e-9, nan_ok=True)
    doubled = shrunken_means([[2.0 * score + 1.0 for score in group] for group in groups])
    assert best_of_many_bias(doubled) == pytest.approx(2.0 * found, rel=1e-6, abs=1e-9, nan_ok=True)


def test_failed_trials_have_no_part_in_luck() -> None:
    rng = np.random.default_rng(10)
    _, groups = model(rng, 8, np.full(8, 3), spread=1.0)
    expected = best_of_many_bias(shrunken_means(groups))
    assert best_of_many_bias(shrunken_means([*groups, [0.0, np.nan]])) == expected > 0.0


def test_the_shrinkage_of_the_best_is_its_bias_on_average() -> None:
    rng = np.random.default_rng(7)
    expected, actual = [], []
    for _ in range(300):
        truth, groups = model(rng, 30, np.full(30, 4), spread=0.5)
        found = shrunken_means(groups)
        best = int(found.observed.argmin())
        expected.append(found.means[best] - found.observed[best])
        actual.append(truth[best] - found.observed[best])
    error = np.std(np.subtract(expected, actual)) / np.sqrt(300)
    low, high = 0.75 * np.mean(actual) - 3 * error, 1.05 * np.mean(actual) + 3 * error
    assert low < np.mean(expected) < high  # the least spread that is assumed keeps it from promising too much
