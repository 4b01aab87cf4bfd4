"""Gaps in time: one rule, in whatever order rows become known."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.deploy.gaps import FIRST, RECENT, Steps, gaps_of
from tuner.deploy.moments import Moment

START = datetime(2024, 1, 1)  # a Monday


def times(*days: int) -> list[Moment]:
    return [START + timedelta(days=int(step)) for step in np.cumsum((0, *days))]


def places(moments: list[Moment]) -> list[int]:
    return [gap.place for gap in gaps_of(moments)]


def test_a_missing_row_is_a_gap_wherever_it_is() -> None:
    for missing in (1, 20, 31, 32, 33, 60):
        steps = [1] * 70
        steps[missing] = 2
        assert places(times(*steps)) == [missing + 1]


def test_weekends_and_months_are_none() -> None:
    assert places(times(*[1, 1, 1, 1, 3] * 30)) == []
    months: list[Moment] = [datetime(2020 + at // 12, 1 + at % 12, 1) for at in range(40)]
    assert places(months) == []
    assert places([*months[:30], *months[31:]]) == [30]


def test_weekends_of_a_few_business_days_are_none_and_whatever_else_is_missing_is() -> None:
    business = [1, 1, 1, 1, 3]
    for rows in range(2, 40):
        assert places(times(*(business * 8)[:rows])) == []
    assert places(times(1, 1, 1, 4, 1, 1)) == [4]  # without the first Friday
    assert places(times(1, 1, 1, 1, 4, 1, 1)) == [5]  # without the Monday
    assert places(times(1, 1, 1, 1, 3, 1, 1, 1, 1, 1)) == [5]  # whose second weekend has rows
    assert places(times(1, 1, 1, 1, 10)) == [5]


def test_a_daily_series_that_begins_on_a_monday_has_its_gap_once_a_weekend_has_rows() -> None:
    daily = [1, 1, 1, 1, 3, *[1] * 40]  # from the second week on with weekends
    assert places(times(*daily[:8])) == []
    assert places(times(*daily)) == [5]


@pytest.mark.parametrize(("hours", "rows"), [(1, 40), (24, 40), (24, 12), (168, 20)])
def test_a_gap_has_as_many_steps_as_fit_into_it(hours: int, rows: int) -> None:
    moments: list[Moment] = [START + timedelta(hours=hours * at) for at in range(rows + 57)]
    (gap,) = gaps_of([*moments[:9], *moments[65:]])
    assert (gap.place, gap.steps) == (9, 57)


def test_months_and_business_days_are_counted_as_they_are() -> None:
    months: list[Moment] = [datetime(2000 + at // 12, 1 + at % 12, 1) for at in range(200)]
    assert [gap.steps for gap in gaps_of([*months[:20], *months[140:]])] == [121]
    business = times(*[1, 1, 1, 1, 3] * 20)
    assert [gap.steps for gap in gaps_of([*business[:47], *business[63:]])] == [17]
    assert [gap.steps for gap in gaps_of([*business[:7], *business[23:26]])] == [17]


def test_rows_of_one_time_say_nothing_of_what_is_usual() -> None:
    assert places(times(*[0, 0, 0, 1] * 40)) == []


def test_numbered_rows_have_none() -> None:
    assert places([1, 2, 3, 10]) == []


def test_another_pace_becomes_usual() -> None:
    found = places(times(*[1] * RECENT, *[7] * 200))
    assert found == list(range(RECENT + 1, RECENT + 51))  # until it is more than 5 of 100 of the last steps


@given(st.lists(st.integers(1, 9), min_size=FIRST + 1, max_size=120))
def test_what_comes_later_changes_nothing_of_what_was_found(steps: list[int]) -> None:
    moments = times(*steps)
    known = places(moments[: FIRST + 2])
    assert [place for place in places(moments) if place <= FIRST + 1] == known


@pytest.mark.parametrize("rows", [0, 1, 2, 31, 32, 33, 50])
def test_one_after_another_finds_what_a_whole_series_has(rows: int) -> None:
    moments = times(*np.random.default_rng(rows).choice([1, 1, 1, 5], size=rows))
    steps = Steps()
    found = [gap for moment in moments for gap in steps.add(moment)]  # type: ignore[arg-type]
    assert (*found, *steps.rest()) == gaps_of(moments)
    assert steps.rest() == []
