"""Settings are checked when made."""

import math

import pytest

from tuner.errors import StatisticsError
from tuner.stats.design import Design


@pytest.mark.parametrize("level", [0.05, 1.0, 95, math.nan, "0.95", None])
def test_a_level_that_is_no_confidence_level_is_refused(level: object) -> None:
    with pytest.raises(StatisticsError, match="level is"):
        Design(level=level)  # type: ignore[arg-type]


@pytest.mark.parametrize("margin", [0.0, -0.1, math.inf, math.nan, "0.1", True])
def test_a_margin_that_is_no_positive_number_is_refused(margin: object) -> None:
    with pytest.raises(StatisticsError, match="margin is"):
        Design(margin=margin)  # type: ignore[arg-type]


def test_a_direction_is_one_of_two_words() -> None:
    with pytest.raises(StatisticsError, match='"minimize" or "maximize"'):
        Design(direction="min")  # type: ignore[arg-type]


def test_paired_is_a_truth_value() -> None:
    with pytest.raises(StatisticsError, match="paired is"):
        Design(paired="no")  # type: ignore[arg-type]


def test_good_settings_pass() -> None:
    design = Design("maximize", paired=True, margin=1, level=0.5)
    assert design.alpha == 0.5
