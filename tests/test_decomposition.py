"""Runs of crossed streams as numbers and sentences."""

import math

import numpy as np
import pytest

from tests.varied import make_decomposition
from tuner.errors import StatisticsError


def test_groups_are_the_settings() -> None:
    found = make_decomposition(init=[[1.0, 3.0], [11.0, 13.0]], together=[0.0, 2.0])
    (init,) = found.shares.sources
    assert init.std == pytest.approx(math.sqrt(2.0))
    assert init.share == pytest.approx(1.0)


def test_effects() -> None:
    found = make_decomposition(
        init=[[1.0, 3.0, 2.0]],
        order=[[1.0, 1.0 + 1e-8, 1.0]],
        dropout=[[1.0, 1.0, 1.0]],
        data=[[1.0, np.nan, np.nan]],
        together=[0.0, 2.0],
    )
    assert [found.effect(source) for source in found.shares.sources] == [
        "some",
        "rounding",
        "none",
        "unknown",
    ]
    assert any(note == "Data order: no effect but on the rounding of sums." for note in found.notes)
    assert any(note.startswith("Dropout: no effect; its runs give the same score") for note in found.notes)
    assert any(note.startswith("2 of 14 runs failed") for note in found.notes)
    assert "Data: what is trained on and what is scored on both vary." in found.notes


def test_an_idle_stream_is_named_with_its_reason() -> None:
    found = make_decomposition(init=[[1.0, 2.0]], order=[], together=[0.0, 2.0], idle={"order": "of rain"})
    assert found.notes[0] == "Data order: no effect, because of rain."
    assert found.shares.sources[1].share == 0.0


def test_shares_are_conditional_and_need_not_sum_to_one() -> None:
    found = make_decomposition(init=[[1.0, 3.0]], order=[[1.0, 3.0]], together=[0.0, 2.0])
    assert any("hold for the one setting" in note for note in found.notes)
    assert any("and here to 200 %" in note for note in found.notes)


def test_nothing_is_said_of_shares_that_there_are_not() -> None:
    found = make_decomposition(init=[[1.0, 3.0]], together=[2.0, 2.0])
    assert not any(note.startswith("Shares") for note in found.notes)


def test_without_runs_of_all_streams_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(StatisticsError, match="no runs with all streams varied"):
        make_decomposition(init=[[1.0, 3.0]], together=[])
