"""Chains there and back, fitted step by step, and given what came before."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.prepare.samples import close, series
from tuner.errors import PreparationError
from tuner.prepare import (
    BoxCox,
    Chain,
    Difference,
    LabelEncode,
    Log,
    Normalize,
    OneHot,
    Pad,
    SeasonalAdjust,
    Standardize,
    StandardizeWindows,
    Windows,
    chain_of,
)

STEPS = st.sampled_from(
    [
        Normalize(-1, 2),
        Standardize(),
        Standardize(over="everything"),
        Difference(),
        Difference(2, 2),
        SeasonalAdjust(3),
        SeasonalAdjust(4, method="means"),
    ]
)
POSITIVE = arrays(np.float64, (24, 2), elements=st.floats(0.5, 100))


@settings(max_examples=50)
@given(steps=st.lists(STEPS, max_size=3), table=series(24))
def test_the_training_series_comes_back(steps: list[Standardize], table: np.ndarray) -> None:
    chain = Chain(*steps).fit(table)
    prepared = chain.transform(table)
    assert len(prepared) == len(table) - chain.lost
    np.testing.assert_allclose(
        chain.inverse(prepared), table, rtol=0, atol=1e-10 * max(1.0, np.abs(table).max())
    )


@settings(max_examples=50)
@given(steps=st.lists(STEPS, max_size=3), table=POSITIVE, power=st.sampled_from([(), (Log(),)]))
def test_what_continues_windows_comes_back_and_is_what_the_whole_series_says(
    steps: list[Standardize], table: np.ndarray, power: tuple[Log, ...]
) -> None:
    chain = Chain(*power, *steps).fit(table)
    starts = np.array([0, 2, 5])
    windows = np.stack([table[at : at + 14] for at in starts])
    ahead = np.stack([table[at + 14 : at + 19] for at in starts])
    prepared = chain.transform(ahead, before=windows, start=starts + 14)
    whole = chain.transform(table)
    for place, at in enumerate(starts):
        np.testing.assert_allclose(prepared[place], whole[at + 14 - chain.lost :][:5], rtol=1e-9, atol=1e-9)
    restored = chain.inverse(prepared, before=windows, start=starts + 14)
    np.testing.assert_allclose(restored, ahead, rtol=1e-10, atol=1e-10)


def test_every_step_is_fitted_on_what_the_ones_before_make() -> None:
    table = np.exp(np.random.default_rng(0).normal(size=(20, 2)).cumsum(axis=0) / 5)
    chain = Chain(Log(), Difference(), Standardize()).fit(table)
    changes = np.diff(np.log(table), axis=0)
    np.testing.assert_allclose(chain.steps[2].mean, changes.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(chain.transform(table).std(axis=0), 1, rtol=1e-12)


def test_phases_of_seasonal_means_count_from_the_start_of_the_series() -> None:
    season = np.resize([0.0, 10.0, 5.0], 30) + np.arange(30)
    chain = Chain(Difference(), SeasonalAdjust(3, method="means")).fit(season)
    np.testing.assert_allclose(chain.transform(season), 1, atol=1e-9)
    close(chain.transform(season[10:20], start=10), chain.transform(season)[10:19])
    close(chain.inverse(chain.transform(season)), season)
    close(chain.inverse([1.0, 1.0], before=season[:20], start=20), season[20:22])


def test_windows_by_themselves_within_a_chain() -> None:
    x, y = np.random.default_rng(2).gamma(3.0, size=(2, 6, 9, 2))
    chain = Chain(Log(), StandardizeWindows(), Normalize()).fit(x)
    prepared = chain.transform(y, before=x)
    alone = StandardizeWindows().transform(np.log(y), before=np.log(x))
    close(prepared, Normalize().fit(StandardizeWindows().transform(np.log(x))).transform(alone))
    np.testing.assert_allclose(chain.inverse(prepared, before=x), y, rtol=1e-12)
    with pytest.raises(PreparationError, match="StandardizeWindows: the coefficients"):
        chain.inverse(prepared)


def test_later_values_have_no_say() -> None:
    train = np.random.default_rng(3).gamma(2.0, size=40) + 0.1
    chain = Chain(BoxCox(), SeasonalAdjust(4, method="means"), Difference(), Standardize())
    fitted = chain.fit(train)
    for later in (np.ones(30), np.full(30, 1e6)):
        fitted.transform(np.concatenate([train, later]))
        assert fitted == chain.fit(train)
    assert chain.steps[0] == BoxCox()


def test_steps_that_are_no_numbers_compose_as_well() -> None:
    chain = Chain(Standardize(), Windows(3)).fit(np.arange(6.0))
    assert chain.transform(np.arange(6.0)).shape == (4, 3, 1)
    close(chain.inverse(chain.transform(np.arange(6.0)))[:, 0], np.arange(6.0))
    padded = Chain(Pad(), OneHot()).fit([[1, 2], [3]])
    assert padded.transform([[3]]).tolist() == [[[1, 0, 0, 0], [0, 0, 0, 1]]]


def test_a_chain_in_a_chain_is_its_steps() -> None:
    one, other, third = Log(), Difference(), Standardize()
    for chain in (Chain(Chain(one, other), third), Chain(one, Chain(other, Chain(third)))):
        assert chain == Chain(one, other, third)
    assert Chain().fit([1.0]).transform([1.0]) == [1.0] and Chain().fitted
    assert (Chain(one).lost, Chain(other, Difference(3)).lost) == (0, 4)


def test_what_is_no_chain() -> None:
    with pytest.raises(PreparationError, match=r"Chain: <class .* is no step; give steps such as"):
        Chain(Standardize)
    with pytest.raises(PreparationError, match=r"^Standardize: is not fitted"):
        Chain(Log(), Standardize()).transform([1.0])
    assert not Chain(Log(), Standardize()).fitted


def test_choices_for_a_study() -> None:
    powers, scalings = ("none", "log", "box_cox"), ("none", "normalize", "standardize", "windows")
    table = np.random.default_rng(4).gamma(2.0, size=(5, 12, 1)) + 0.1
    for power, season, difference, scaling in itertools.product(powers, (None, 3), (0, 1, 2), scalings):
        chain = chain_of(power=power, season=season, difference=difference, scaling=scaling).fit(table)
        assert chain.lost == (season or 0) + difference
        ahead = table[:, ::-1]
        back = chain.inverse(chain.transform(ahead, before=table), before=table)
        np.testing.assert_allclose(back, ahead, rtol=1e-9)
    assert chain_of() == Chain()
    for options, said in (
        ({"power": "sqrt"}, "power is 'sqrt'; write 'none' or 'log' or 'box_cox'"),
        ({"scaling": True}, "scaling is True"),
        ({"difference": -1}, "difference is -1"),
        ({"season": 1}, "season is 1"),
    ):
        with pytest.raises(PreparationError, match=said):
            chain_of(**options)


def test_labels_go_through_a_chain_of_a_step_each() -> None:
    chain = Chain(LabelEncode()).fit(["b", "a"])
    assert chain.inverse(chain.transform(["a", "b"])).tolist() == ["a", "b"]


def test_as_much_as_the_differences_take_is_past_enough() -> None:
    chain = Chain(Difference(), Standardize()).fit([1.0, 2.0, 5.0])
    close(chain.inverse(chain.transform([9.0, 7.0], before=[4.0]), before=[4.0]), np.array([9.0, 7.0]))
    windows, ahead = np.arange(6.0).reshape(3, 2, 1), np.ones((3, 4, 1))
    twice = Chain(Difference(), Log(10), Difference())
    close(twice.inverse(twice.transform(ahead, before=windows), before=windows), ahead)
    with pytest.raises(PreparationError, match="Difference: before: 0 steps are too few"):
        twice.inverse(ahead, before=windows[:, 1:])
    with pytest.raises(PreparationError, match="StandardizeWindows: before has no steps left"):
        Chain(Difference(), StandardizeWindows()).transform(ahead, before=windows[:, 1:])
