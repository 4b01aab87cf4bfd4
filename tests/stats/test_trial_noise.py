"""The noise of trial means: pooled, pulled towards the usual, and along with the means where it goes so."""

import numpy as np
import pytest
from scipy import stats

from tuner.stats.trial_noise import _normal_scores, _trend, noise_of_means


def drawn(rng: np.random.Generator, means: np.ndarray, deviations: np.ndarray, sizes: np.ndarray) -> list:
    return [
        rng.normal(mean, deviation, size=size)
        for mean, deviation, size in zip(means, deviations, sizes, strict=True)
    ]


def test_of_equal_noise_it_is_the_mean_square_within_groups() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.choice([2, 3, 8], size=4)  # too few to differ
    groups = drawn(rng, np.arange(4.0), np.ones(4), sizes)
    within = sum(((one - one.mean()) ** 2).sum() for one in groups) / (sizes.sum() - 4)
    assert noise_of_means(groups) == pytest.approx(within / sizes)


def test_two_runs_of_one_trial_are_not_trusted() -> None:
    rng = np.random.default_rng(1)
    groups = drawn(rng, rng.normal(size=200), np.ones(200), np.full(200, 2))
    found = 2.0 * noise_of_means(groups)
    own = np.array([one.var(ddof=1) for one in groups])
    assert found == pytest.approx(np.ones(200), rel=0.35)
    assert own.min() < 1e-3 and own.max() > 5.0


def test_variances_come_close_to_their_posterior_means() -> None:
    rng = np.random.default_rng(8)
    variances = 1.0 / rng.gamma(4.0, 1.0 / 4.0, size=3_000)  # inverse chi-square with 8 degrees of freedom
    groups = drawn(rng, np.zeros(3_000), np.sqrt(variances), np.full(3_000, 3))
    found = 3.0 * noise_of_means(groups)
    own = np.array([one.var(ddof=1) for one in groups])
    # With 8 prior degrees of freedom around 1 and 2 of its own: inverse gamma with shape 5 and 4 + own.
    assert found == pytest.approx((8.0 + 2.0 * own) / (8.0 + 2.0 - 2.0), rel=0.3)
    assert found.mean() == pytest.approx(own.mean(), rel=0.02) == pytest.approx(8.0 / 6.0, rel=0.1)


def test_noise_that_grows_with_the_mean_is_followed() -> None:
    rng = np.random.default_rng(2)
    means = np.sort(rng.normal(size=400))
    groups = drawn(rng, 10.0 * means, np.exp(means), np.full(400, 3))
    found = 3.0 * noise_of_means(groups)
    lowest, middle, highest = found[:40].mean(), found[180:220].mean(), found[-40:].mean()
    assert lowest < 0.1 and 0.5 < middle < 2.0 and highest > 10.0


def test_a_slope_that_may_be_chance_is_none() -> None:
    rng = np.random.default_rng(3)
    flat = 0
    for _ in range(200):
        variances = rng.chisquare(1, size=12)
        flat += bool((_trend(rng.normal(size=12), variances, np.ones(12)) == 1.0).all())
    assert flat > 100  # a normal number is within one standard deviation in 68 %, and t with 10 in 66 %
    assert (_trend(np.ones(12), rng.chisquare(1, size=12), np.ones(12)) == 1.0).all()
    assert (_trend(np.arange(4.0), np.ones(4), np.ones(4)) == 1.0).all()


def test_a_trial_far_away_bends_no_line() -> None:
    rng = np.random.default_rng(4)
    means, variances, freedom = rng.normal(size=20), rng.chisquare(3, size=20), np.full(20, 3.0)
    means[0], variances[0] = 10.0, 50.0
    near = _trend(means, variances, freedom)
    means[0] = 1e9
    assert _trend(means, variances, freedom) == pytest.approx(near)


def test_a_single_run_has_the_noise_that_is_usual() -> None:
    rng = np.random.default_rng(5)
    groups = drawn(rng, rng.normal(size=30), np.full(30, 2.0), np.r_[np.full(15, 1), np.full(15, 4)])
    found = noise_of_means(groups)
    assert np.median(found[:15]) == pytest.approx(4.0 * np.median(found[15:]), rel=0.3)
    assert np.isnan(noise_of_means([one[:1] for one in groups])).all()


def test_runs_that_do_not_vary_have_no_noise() -> None:
    assert noise_of_means([np.full(3, 0.1 * place) for place in range(9)]).tolist() == [0.0] * 9


def test_normal_scores_are_bloms() -> None:
    values = np.random.default_rng(6).normal(size=30)
    expected = stats.norm.ppf((stats.rankdata(values) - 3 / 8) / (30 + 1 / 4))
    assert _normal_scores(values) == pytest.approx(expected)
    assert _normal_scores(np.array([2.0, 2.0, 5.0]))[:2] == pytest.approx(
        stats.norm.ppf((1.5 - 0.375) / 3.25)
    )
