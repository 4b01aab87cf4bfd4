"""Hyperparameters as axes: every value has its place, whatever it is."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.factories import make_result, make_runs
from tests.searching import make_search, recurrent_search, recurrent_trials
from tests.test_searched import database, told
from tuner.figures.hyperparameters import (
    MOST_CHOICES,
    lay_out,
    searched,
    selection,
    spread,
    tick_label,
)
from tuner.records import BASELINE, Configuration
from tuner.searched import Space


def test_numbers_keep_their_distances() -> None:
    values = [8, 64, 36, 8]
    axis = lay_out("units", values, 50)
    expected = np.interp(values, [8, 64], [0.0, 1.0])
    np.testing.assert_allclose(axis.places, expected)
    assert axis.baseline == pytest.approx(np.interp(50, [8, 64], [0.0, 1.0]))
    assert axis.texts == ("8", "64", "36", "8")


def test_logarithmic_numbers_keep_their_ratios() -> None:
    values = [1e-4, 1e-3, 1e-1, 3e-3]
    axis = lay_out("learning_rate", values, 1e-2)
    assert axis.kind == "log"
    np.testing.assert_allclose(axis.places, (np.log10(values) + 4) / 3)
    assert [text for _, text in axis.ticks] == ["0.0001", "0.001", "0.01", "0.1"]
    np.testing.assert_allclose([place for place, _ in axis.ticks], [0, 1 / 3, 2 / 3, 1], atol=1e-12)


def test_ticks_lie_where_their_numbers_are() -> None:
    axis = lay_out("dropout", [0.013, 0.47, 0.2], 0.1)
    for place, text in axis.ticks:
        assert place == pytest.approx((float(text) - 0.013) / (0.47 - 0.013))
    whole = lay_out("layers", [1, 2, 4], 3)
    assert [text for _, text in whole.ticks] == ["1", "2", "3", "4"] and whole.levels == 4


def test_choices_are_spaced_evenly_in_their_order() -> None:
    axis = lay_out("batch_size", [64, 16, 256, 16], 32, Space("choice"))
    assert [text for _, text in axis.ticks] == ["16", "32", "64", "256"]
    np.testing.assert_allclose(axis.places, [0.625, 0.125, 0.875, 0.125])
    assert axis.baseline == 0.375


def test_choices_that_are_equal_in_python_are_told_apart() -> None:
    axis = lay_out("mixed", [True, 1, None, "None", 1.0, False, [1, 2]], "x")
    assert len(np.unique(axis.places)) == 7


def test_the_rarest_choices_share_a_place() -> None:
    values = ["common"] * 5 + [f"rare-{place:02}" for place in range(30)]
    axis = lay_out("name", values, "common")
    assert axis.levels == MOST_CHOICES == len(axis.ticks)
    assert axis.ticks[-1][1] == f"{30 - (MOST_CHOICES - 2)} others"
    assert np.sum(axis.places == axis.ticks[-1][0]) == 30 - (MOST_CHOICES - 2)
    assert np.isfinite(axis.places).all()


@pytest.mark.parametrize(
    "values",
    [
        [1e149, -1e149, 0.0],
        [5e-324, 1e-300, 1e-310],
        [10**400, 1, 2],
        [float("inf"), float("nan"), 1.0],
        ["\ud800", "$x^2$", "🚀"],
        [{"a": 1}, [2], None],
        [2**60, 2**60 + 1, 2**60 + 2],
        [10**25, -(10**18), 5],
    ],
)
def test_any_values_have_places_between_the_ends(values: list[Any]) -> None:
    axis = lay_out("a", values, values[0])
    assert np.all((axis.places >= 0.0) & (axis.places <= 1.0))
    assert all(0.0 <= place <= 1.0 for place, _ in axis.ticks)
    assert axis.ticks


def test_only_what_was_varied_is_an_axis() -> None:
    trials = [
        {"units": place, "constant": 3, "sometimes": 1} if place % 2 else {"units": place}
        for place in range(6)
    ]
    data = searched(make_search(trials, lambda params: 1.0 + params["units"]))
    assert data is not None and [axis.name for axis in data.axes] == ["units"]


def test_a_trial_without_a_hyperparameter_has_no_place() -> None:
    trials: list[dict[str, Any]] = [{"a": 1, "b": 1.5}, {"a": 2}, {"a": 3, "b": 2.5}]
    data = searched(make_search(trials, lambda params: params["a"], baseline={"a": 1}))
    assert data is not None
    b = data.axes[1]
    np.testing.assert_array_equal(b.places, [0.0, math.nan, 1.0])
    assert math.isnan(b.baseline) and b.texts[1] == ""
    assert b.present.tolist() == [True, False, True]


def test_the_database_of_the_folder_decides_the_kind(tmp_path: Path) -> None:
    result = recurrent_search(12)
    rows = [
        ("units", told("IntDistribution", log=True)),
        ("learning_rate", told("FloatDistribution", log=False)),
    ]
    known = type(result)(result.setup, result.configurations, result.runs, None, (), database(tmp_path, rows))
    data, without = searched(known), searched(result)
    assert data is not None and without is not None
    kinds = {axis.name: axis.kind for axis in data.axes}
    assert (kinds["units"], kinds["learning_rate"], kinds["optimizer"]) == ("log", "linear", "choice")
    assert {axis.name: axis.kind for axis in without.axes}["learning_rate"] == "log"


def test_an_axis_spans_what_was_searched_and_not_only_what_was_drawn() -> None:
    axis = lay_out("dropout", [0.1, 0.3], 0.2, Space("linear", (0.0, 0.5)))
    np.testing.assert_allclose(axis.places, [0.2, 0.6])
    assert axis.baseline == pytest.approx(0.4) and axis.whole
    assert not lay_out("dropout", [0.1, 0.3], 0.2).whole
    rates = lay_out("rate", [1e-3], 1e-2, Space("log", (1e-4, 1e-1)))
    np.testing.assert_allclose([*rates.places, rates.baseline], [1 / 3, 2 / 3])
    layers = lay_out("layers", [2, 2], 2, Space("linear", (1, 4)))
    assert layers.levels == 4 and [text for _, text in layers.ticks] == ["1", "2", "3", "4"]


def test_the_ends_of_a_searched_range_are_written_where_there_is_room() -> None:
    rates = lay_out("rate", [0.004], 0.005, Space("log", (0.002, 0.015)))
    assert [text for _, text in rates.ticks] == ["0.002", "0.003", "0.01", "0.015"]
    units = lay_out("units", [16, 24], 32, Space("linear", (9, 64)))
    assert [text for _, text in units.ticks] == ["9", "20", "40", "60"]
    assert [text for _, text in lay_out("units", [9, 64], 32).ticks] == ["20", "40", "60"]


def test_a_choice_that_was_never_drawn_has_its_place() -> None:
    axis = lay_out("optimizer", ["adam", "adam"], "sgd", Space("choice", ("adam", "rmsprop", "sgd")))
    assert [text for _, text in axis.ticks] == ["adam", "rmsprop", "sgd"]
    assert axis.places.tolist() == [pytest.approx(1 / 6)] * 2 and axis.whole
    many = lay_out("name", ["a"], "b", Space("choice", ("a", "b", *map(str, range(30)))))
    assert many.levels == MOST_CHOICES and many.places[0] != many.baseline != many.ticks[-1][0]


SPACES = [Space("log", (-1.0, 5.0)), Space("linear", (1e149, -1e149)), Space("log", (1, 2))]


@pytest.mark.parametrize("space", SPACES)
def test_what_is_told_falsely_does_no_harm(space: Space) -> None:
    for values in ([1.0, 2.0], ["a", None], [0.0, -3.0]):
        axis = lay_out("a", values, values[0], space)
        assert np.all((axis.places >= 0.0) & (axis.places <= 1.0))


def test_ranks_put_dropped_trials_behind_and_lost_ones_last() -> None:
    names = [BASELINE, *(f"trial-{place}" for place in range(4))]
    runs = make_runs("search", BASELINE, 0.05, seeds=8)
    runs += make_runs("search", "trial-0", 0.09, seeds=8) + make_runs("search", "trial-1", 0.01, seeds=2)
    runs += make_runs("search", "trial-2", 0.02, seeds=8, diverged=[0]) + make_runs(
        "search", "trial-3", 0.03, seeds=8
    )
    configurations = [Configuration(name, {"a": place}) for place, name in enumerate(names)]
    data = searched(make_result(runs, configurations, search_repeats=2, most_search_repeats=8))
    assert data is not None
    assert data.ranks.tolist() == [1, 2, 3, 0]
    assert data.scored.tolist() == [True, True, False, True]


def test_higher_ranks_first_where_the_study_says_so() -> None:
    data = searched(make_search([{"a": 1}, {"a": 3}, {"a": 2}], lambda p: p["a"], direction="maximize"))
    assert data is not None and data.ranks.tolist() == [2, 0, 1]


def test_equal_values_are_spread_within_their_place() -> None:
    axis = lay_out("optimizer", ["adam"] * 10 + ["sgd"] * 10, "adam")
    shown = spread(axis, np.arange(20.0))
    assert len(np.unique(shown)) == 20
    assert np.abs(shown - axis.places).max() < 0.5 / axis.levels
    np.testing.assert_array_equal(spread(axis, np.arange(20.0)), shown)
    continuous = lay_out("rate", [0.1, 0.1, 0.2], 0.1)
    np.testing.assert_array_equal(spread(continuous, np.arange(3.0)), continuous.places)


def test_the_best_and_an_even_sample_of_the_others_are_selected() -> None:
    ranks = np.random.default_rng(0).permutation(1_000)
    chosen = selection(ranks, 200)
    assert chosen.size == len(set(chosen.tolist())) == 200
    own = ranks[chosen]
    assert (np.diff(own) < 0).all() and own[-1] == 0 and own[0] == 999
    assert set(range(100)) <= set(own.tolist())
    assert np.diff(np.sort(own)[100:]).max() <= 10
    assert sorted(selection(ranks[:50], 200).tolist()) == list(range(50))


def test_nothing_searched_is_nothing() -> None:
    runs = make_runs("search", BASELINE, 0.04, seeds=3)
    assert searched(make_result(runs, [Configuration(BASELINE, {})])) is None
    assert tick_label("\x00", 5) == "\N{EN DASH}"
    assert len(recurrent_trials(3)) == 3


def test_trials_with_the_same_value_stay_on_the_axis_and_near_it() -> None:
    axis = lay_out("", [13, 14, 15] * 6, 13)
    shown = spread(axis, np.arange(18.0))
    assert shown.min() >= 0.0 and shown.max() <= 1.0
    assert len(np.unique(shown)) == 18 and np.abs(shown - axis.places).max() < 0.5 / 2
    choices = lay_out("", ["a", "b"] * 9, "a")
    assert np.abs(spread(choices, np.arange(18.0)) - choices.places).max() > 0.1
    assert np.abs(spread(choices, np.arange(18.0), widest=0.03) - choices.places).max() <= 0.03
