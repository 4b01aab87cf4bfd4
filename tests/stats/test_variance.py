"""Shares of the variance: known answers, an independent truth for intervals, and properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from tuner.errors import StatisticsError
from tuner.stats.variance import Source, variance_shares

RNG = np.random.default_rng(4)
A, B, WHOLE = RNG.normal(size=(2, 6)), 0.5 * RNG.normal(size=(2, 6)), RNG.normal(size=12)


def sources(scale: float = 1.0, shift: float = 0.0) -> dict[str, list[np.ndarray]]:
    return {"a": list(shift + scale * A), "b": list(shift + scale * B)}


def test_a_variance_is_pooled_over_the_groups() -> None:
    (found,) = variance_shares({"a": [[1.0, 3.0], [10.0, 11.0, 12.0]]}, [0.0, 2.0]).sources
    assert found.std == pytest.approx(math.sqrt((2.0 + 2.0) / 3))
    assert found.share == pytest.approx(4.0 / 3 / 2)
    assert (found.n, found.failures) == (5, 0)


def test_one_group_has_the_usual_standard_deviation() -> None:
    found = variance_shares(sources(), WHOLE)
    assert found.together.std == pytest.approx(WHOLE.std(ddof=1))
    assert found.together.share == 1.0


def test_the_standard_error_is_that_of_scipys_bootstrap() -> None:
    found = variance_shares({"a": [A[0]]}, WHOLE).together
    theirs = bootstrap((WHOLE,), lambda x, axis: np.log(x.var(axis=axis, ddof=1)), n_resamples=20_000, rng=0)
    half = math.log(found.interval.high / found.std)
    assert half == pytest.approx(2.2010 * float(theirs.standard_error) / 2, rel=0.05)  # t at 11 degrees
    assert found.std / found.interval.low == pytest.approx(found.interval.high / found.std)


def test_a_source_that_plays_no_part_is_exactly_zero() -> None:
    found = variance_shares({"none": [], "same": [[0.1] * 4, [0.3] * 4], "a": list(A)}, WHOLE)
    for source in found.sources[:2]:
        assert (source.std, source.share) == (0.0, 0.0)
        assert (source.interval.low, source.interval.high) == (0.0, 0.0)
        assert (source.share_interval.low, source.share_interval.high) == (0.0, 0.0)
    assert found.sum_of_shares == found.sources[2].share


def test_failed_runs_are_counted_and_said() -> None:
    broken = [np.array([*A[0][:4], np.nan, np.inf]), A[1]]
    found = variance_shares({"a": broken}, WHOLE)
    clean = variance_shares({"a": [A[0][:4], A[1]]}, WHOLE)
    assert (found.sources[0].n, found.sources[0].failures) == (12, 2)
    assert found.sources[0].std == clean.sources[0].std
    assert found.flags[0].startswith("2 of 24 runs failed")
    assert clean.flags == ()


def test_what_cannot_be_known_is_nan() -> None:
    found = variance_shares({"a": [[1.0, np.nan], [2.0]], "b": list(B)}, WHOLE)
    unknown: Source = found.sources[0]
    assert all(
        map(math.isnan, (unknown.std, unknown.share, unknown.interval.low, unknown.share_interval.high))
    )
    assert math.isnan(found.sum_of_shares)
    assert math.isfinite(found.sources[1].share)
    assert "no shares" in variance_shares(sources(), [1.0, np.nan]).flags[-1]


def test_nothing_varies_together() -> None:
    found = variance_shares(sources(), [2.0, 2.0, 2.0])
    assert all(math.isnan(source.share) for source in found.sources)
    assert "nothing to share" in found.flags[-1]


def test_a_strong_skew_is_said() -> None:
    tail = [1.0, 1.1, 0.9, 1.0, 9.0]
    found = variance_shares({"a": [tail], "b": list(B)}, WHOLE)
    assert [flag for flag in found.flags if "skewed (a)" in flag]
    assert variance_shares(sources(), WHOLE).flags == ()


def test_resamples_of_equal_scores_do_not_widen_an_interval() -> None:
    """Three scores of which two are equal: their resamples are all equal in more than one of four."""
    found = variance_shares({"a": [[0.1, 0.1, 0.3]]}, WHOLE).sources[0]
    assert 1.0 < found.interval.high / found.std < 100.0


def test_settings_that_cannot_be_used() -> None:
    with pytest.raises(StatisticsError, match="level is 2"):
        variance_shares(sources(), WHOLE, level=2)
    with pytest.raises(StatisticsError, match="'together'"):
        variance_shares({"together": [A[0]]}, WHOLE)
    with pytest.raises(StatisticsError, match="a: there are no scores"):
        variance_shares({"a": [[]]}, WHOLE)


def test_resamples_are_the_same_every_time_and_follow_the_generator() -> None:
    first, second = (variance_shares(sources(), WHOLE) for _ in range(2))
    assert first == second
    other = variance_shares(sources(), WHOLE, rng=np.random.default_rng(1))
    assert other.sources[0].share == first.sources[0].share
    assert other.sources[0].share_interval != first.sources[0].share_interval


def test_a_higher_level_has_a_wider_interval() -> None:
    narrow, wide = (variance_shares(sources(), WHOLE, level=level).sources[0] for level in (0.8, 0.95))
    assert wide.share_interval.low < narrow.share_interval.low < narrow.share
    assert narrow.share < narrow.share_interval.high < wide.share_interval.high


@settings(max_examples=20)
@given(st.floats(0.01, 100.0), st.floats(-100.0, 100.0))
def test_rescaling_carries_deviations_along_and_leaves_shares(scale: float, shift: float) -> None:
    plain = variance_shares(sources(), WHOLE).sources[0]
    moved = variance_shares(sources(scale, shift), shift + scale * WHOLE).sources[0]
    assert moved.std == pytest.approx(scale * plain.std, rel=1e-6)
    assert moved.interval.high == pytest.approx(scale * plain.interval.high, rel=1e-6)
    assert moved.share == pytest.approx(plain.share, rel=1e-6)
    assert moved.share_interval.low == pytest.approx(plain.share_interval.low, rel=1e-6)
