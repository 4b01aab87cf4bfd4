"""Ensembles of networks: U-statistics and their jackknife, against formulas and against loops."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy import stats

from tuner.errors import StatisticsError
from tuner.stats.ensembles import EnsembleCurve, draw_subsets, ensemble_curve, needed_subsets
from tuner.stats.scores import FloatArray

ERRORS = np.random.default_rng(1).normal(0.3, 1.0, size=(7, 12))  # of networks at examples


def squared(errors: FloatArray, subset: tuple[int, ...]) -> float:
    return float((errors[list(subset)].mean(axis=0) ** 2).mean())


def curve(errors: FloatArray, sizes: tuple[int, ...], most: int = 10_000, **options: object) -> EnsembleCurve:
    subsets = needed_subsets(len(errors), sizes, np.random.default_rng(0), most)
    scores = [squared(errors, subset) for subset in subsets]
    return ensemble_curve(subsets, scores, len(errors), sizes, **options)  # type: ignore[arg-type]


def expected(errors: FloatArray, size: int) -> float:
    """The U-statistic of squared errors in closed form: mean products of pairs, and squares by 1 / k."""
    networks = len(errors)
    squares = (errors**2).mean(axis=0)
    products = (errors.sum(axis=0) ** 2 - (errors**2).sum(axis=0)) / (networks * (networks - 1))
    return float(((1 - 1 / size) * products + squares / size).mean())


def test_the_mean_over_all_ensembles_is_the_u_statistic() -> None:
    found = curve(ERRORS, (1, 2, 3, 6, 7))
    for one in found.sizes[:4]:
        assert one.mean == pytest.approx(expected(ERRORS, one.size))
        assert one.ensembles == comb(7, one.size)
    assert found.sizes[4].mean == pytest.approx(squared(ERRORS, tuple(range(7))))


def test_one_network_has_the_t_interval() -> None:
    scores = (ERRORS**2).mean(axis=1)
    low, high = stats.t.interval(0.9, 6, scores.mean(), stats.sem(scores))
    (one, _) = curve(ERRORS, (1, 2), level=0.9).sizes
    assert (one.interval.low, one.interval.high) == pytest.approx((low, high))
    assert one.spread == pytest.approx(scores.std(ddof=1))


def jackknife(size: int, minus: int = 0) -> float:
    """The standard error of seven networks, by hand; the factor is left out for the ensemble of all."""

    def at(errors: FloatArray, wanted: int) -> float:
        return expected(errors, wanted) if wanted else 0.0

    left = [np.delete(ERRORS, network, axis=0) for network in range(7)]
    without = np.array([at(errors, min(size, 6)) - at(errors, minus) for errors in left])
    return float(np.sqrt((1.0 if size == 7 else 6 / 7) * ((without - without.mean()) ** 2).sum()))


def half_width(low: float, high: float) -> float:
    """In standard errors."""
    return (high - low) / 2 / float(stats.t.ppf(0.975, 6))


@pytest.mark.parametrize("size", [2, 3, 4, 6, 7])
def test_the_jackknife_leaves_out_one_network_after_another(size: int) -> None:
    found = next(one for one in curve(ERRORS, (1, size)).sizes if one.size == size)
    error = jackknife(size) if size <= 3 else max(jackknife(size), jackknife(3))
    assert half_width(found.interval.low, found.interval.high) == pytest.approx(error)


def test_steps_are_of_the_same_networks() -> None:
    found = curve(ERRORS, (1, 2, 3, 7))
    gain, step = found.gain, found.step
    assert gain is not None and (gain.before, gain.after) == (1, 7)
    assert step is not None and (step.before, step.after) == (2, 3)  # up to half of the networks
    error = max(jackknife(7, minus=1), jackknife(3, minus=1))
    assert half_width(gain.interval.low, gain.interval.high) == pytest.approx(error)
    assert half_width(step.interval.low, step.interval.high) == pytest.approx(jackknife(3, minus=2))
    assert gain.difference == pytest.approx(found.sizes[-1].mean - found.sizes[0].mean)
    assert gain.outlook == "improves"  # squared errors cannot get worse on average (Jensen)
    few = curve(ERRORS, (1, 4, 7))
    assert few.step is None and few.gain is not None


def test_the_order_of_the_networks_is_nothing_and_scaling_carries_the_interval_along() -> None:
    one, other = curve(ERRORS, (1, 2, 5)), curve(3.0 * ERRORS[::-1], (1, 2, 5))
    for here, there in zip(one.sizes, other.sizes, strict=True):
        assert there.mean == pytest.approx(9 * here.mean)
        assert there.interval.high == pytest.approx(9 * here.interval.high)


def test_equal_networks_have_no_width() -> None:
    found = curve(np.ones((5, 3)), (1, 2, 5))
    assert [(one.mean, one.interval.low, one.interval.high) for one in found.sizes] == [(1.0, 1.0, 1.0)] * 3
    assert found.gain is not None and found.gain.outlook == "unclear"


def test_drawn_ensembles_have_every_network_equally_often_and_come_near() -> None:
    drawn = draw_subsets(20, 7, np.random.default_rng(0))
    assert len(drawn) == 200 and all(len(set(one)) == 7 and one == tuple(sorted(one)) for one in drawn)
    assert set(np.bincount(np.ravel(drawn))) == {70}
    assert len(draw_subsets(20, 19, np.random.default_rng(0))) == 20
    assert draw_subsets(6, 3, np.random.default_rng(0)) == tuple(combinations(range(6), 3))
    errors = np.random.default_rng(2).normal(0.3, 1.0, size=(20, 12))
    some, every = curve(errors, (1, 4), most=200).sizes[1], curve(errors, (1, 4), most=10_000).sizes[1]
    assert (some.ensembles, every.ensembles) == (200, comb(20, 4))
    assert some.mean == pytest.approx(every.mean, rel=0.05)
    widths = [one.interval.high - one.interval.low for one in (some, every)]
    assert 1.0 <= widths[0] / widths[1] < 1.3  # the chance of the draw adds to it


def test_two_networks_are_too_few_for_an_interval_and_scores_must_be_there() -> None:
    assert np.isnan(curve(ERRORS[:2], (1, 2)).sizes[0].interval.low)
    for subsets, scores, sizes in ([(0,)], [1.0], (2,)), ([(0,)], [], (1,)), ([(0,)], [1.0], (1, 4)):
        with pytest.raises(StatisticsError):
            ensemble_curve(subsets, scores, 3, sizes)
