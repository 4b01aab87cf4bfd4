"""Numbers as a reader meets them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import usual_result
from tuner.report.formats import (
    axis_label,
    clean,
    decimals_for,
    duration,
    interval,
    listed,
    p_value,
    score,
    short,
)


def test_minus_signs_are_minus_signs_and_zero_has_none() -> None:
    assert score(-0.5, 2) == "\N{MINUS SIGN}0.50"
    assert score(-0.001, 2) == "0.00"


def test_no_metric_is_markup_on_an_axis() -> None:
    assert axis_label("a$^$", "test") == r"test a\$^\$"
    assert axis_label("x" * 100, "test") == f"test {short('x' * 100)}"


@pytest.mark.parametrize(
    ("value", "text"), [(1e-7, "1.000 x 10⁻⁷"), (2.5e9, "2.500 x 10⁹"), (-3e-5, "-3.000 x 10⁻⁵")]
)
def test_very_small_and_large_scores_have_powers(value: float, text: str) -> None:
    found = score(value).replace("\N{MULTIPLICATION SIGN}", "x").replace("\N{MINUS SIGN}", "-")
    assert found == text


def test_decimals_show_the_smallest_standard_error_with_two_digits() -> None:
    result = usual_result()
    assert result.baseline is not None
    confirmed = (result.baseline, *result.finalists)
    decimals = decimals_for(confirmed)
    assert decimals is not None
    smallest = min(one.summary.standard_error for one in confirmed)
    assert 10 <= smallest * 10**decimals < 100


def test_an_interval_without_ends_is_a_dash() -> None:
    assert interval(math.nan, 1.0) == "—"


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "0.05"), (0.9999, "1"), (0.0, "< 10⁻¹⁵"), (math.nan, "—")]
)
def test_p_values(value: float, text: str) -> None:
    assert p_value(value) == text


def test_durations_round_before_they_are_split() -> None:
    assert duration(59.6) == "1 min 0 s"


def test_names_are_cut_and_cleaned() -> None:
    assert short("a" * 41) == "a" * 39 + "…"
    assert clean("a\x00b\ud800\N{RIGHT-TO-LEFT OVERRIDE}") == "a b"
    family = "👨\N{ZERO WIDTH JOINER}👩"
    assert clean(family) == family


def test_lists_of_any_length() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"])] == ["", "a", "a and b"]


@given(st.text())
def test_names_of_plain_characters_take_no_other_way(text: str) -> None:
    assert clean(text) == clean("\x00" + text)
